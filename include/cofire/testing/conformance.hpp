// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_HPP
#define COFIRE_TESTING_CONFORMANCE_HPP

#include <cofire/testing/conformance/acquire.hpp>
#include <cofire/testing/conformance/answers.hpp>
#include <cofire/testing/conformance/bench.hpp>
#include <cofire/testing/conformance/case.hpp>
#include <cofire/testing/conformance/change.hpp>
#include <cofire/testing/conformance/continuations.hpp>
#include <cofire/testing/conformance/durable.hpp>
#include <cofire/testing/conformance/ends.hpp>
#include <cofire/testing/conformance/families.hpp>
#include <cofire/testing/conformance/fence.hpp>
#include <cofire/testing/conformance/find.hpp>
#include <cofire/testing/conformance/firing.hpp>
#include <cofire/testing/conformance/insert.hpp>
#include <cofire/testing/conformance/key_holds.hpp>
#include <cofire/testing/conformance/keys.hpp>
#include <cofire/testing/conformance/limits.hpp>
#include <cofire/testing/conformance/lost.hpp>
#include <cofire/testing/conformance/moves.hpp>
#include <cofire/testing/conformance/overlaps.hpp>
#include <cofire/testing/conformance/queues.hpp>
#include <cofire/testing/conformance/read.hpp>
#include <cofire/testing/conformance/recurring.hpp>
#include <cofire/testing/conformance/refusals.hpp>
#include <cofire/testing/conformance/series.hpp>
#include <cofire/testing/conformance/servers.hpp>
#include <cofire/testing/conformance/settle.hpp>
#include <cofire/testing/conformance/shared.hpp>
#include <cofire/testing/conformance/signals.hpp>
#include <cofire/testing/conformance/slices.hpp>
#include <cofire/testing/conformance/threads.hpp>
#include <cofire/testing/conformance/tick.hpp>
#include <cofire/testing/conformance/wait.hpp>
#include <cofire/testing/conformance/wake_ups.hpp>
#include <cofire/testing/conformance/withheld.hpp>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <list>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The storage contract as a suite of cases, for whoever writes a storage. It is meant to be included
/// by one file of a test program, so its bodies are in place and no part of cofire::compiled.

namespace cofire::testing {

/// What came of running the suite.
///
/// Distinct objects: safe. Shared objects: safe to read, unsafe to change.
struct conformance_report {
    /// A promise that was not kept.
    struct failure {
        std::string_view name; ///< of the case
        std::string message;   ///< what was expected, what came, and where
    };
    /// A case that does not apply.
    struct skip {
        std::string_view name; ///< of the case
        std::string why;       ///< what the model is not
    };

    /// The model's name.
    std::string model{};
    /// How many cases passed.
    std::size_t passed = 0;
    /// Those that failed.
    std::vector<failure> failed{};
    /// Those that were not run.
    std::vector<skip> skipped{};

    /// True if nothing failed.
    [[nodiscard]] bool ok() const { return failed.empty(); }

    /// One line for each case that failed or was skipped, and one with the numbers.
    friend std::ostream& operator<<(std::ostream& out, conformance_report const& r) {
        for (auto const& s : r.skipped) {
            out << "skipped " << s.name << ": " << s.why << '\n';
        }
        for (auto const& f : r.failed) {
            out << "FAILED  " << f.name << ": " << f.message << '\n';
        }
        return out << r.model << ": " << r.passed << " passed, " << r.failed.size() << " failed, "
                   << r.skipped.size() << " skipped\n";
    }
};

namespace conformance {

/// What a case says of acquire holds for what settle takes along, too: once more each, by that door.
inline void add_by_settle(std::vector<conformance_case>& cases) {
    static std::list<std::string> names; // stay where they are
    auto const add = [&cases](auto const& more) {
        for (conformance_case c : more) {
            std::string_view const rest = c.name.substr(c.name.find('.') + 1);
            c.name = names.emplace_back("settle.then_" + std::string(rest));
            c.door = conformance_door::settle_nothing;
            cases.push_back(c);
            c.name = names.emplace_back("settle.one_and_then_" + std::string(rest));
            c.door = conformance_door::settle_one;
            cases.push_back(c);
        }
    };
    add(on_acquire::cases);
    add(on_withheld::cases);
    add(on_families::cases);
    add(on_wait::cases);
}

} // namespace conformance

/// All cases, by operation.
/// Distinct objects: safe. Shared objects: safe.
[[nodiscard]] inline std::span<conformance_case const> conformance_cases() {
    static std::vector<conformance_case> const all = [] {
        std::vector<conformance_case> cases;
        auto const add = [&cases](std::span<conformance_case const> more) {
            cases.insert(cases.end(), more.begin(), more.end());
        };
        add(conformance::on_insert::cases);
        add(conformance::on_refusals::cases);
        add(conformance::on_keys::cases);
        add(conformance::on_key_holds::cases);
        add(conformance::on_continuations::cases);
        add(conformance::on_families::cases);
        add(conformance::on_acquire::cases);
        add(conformance::on_withheld::cases);
        add(conformance::on_limits::cases);
        add(conformance::on_settle::cases);
        add(conformance::on_fence::cases);
        conformance::add_by_settle(cases);
        add(conformance::on_lost::cases);
        add(conformance::on_tick::cases);
        add(conformance::on_signals::cases);
        add(conformance::on_change::cases);
        add(conformance::on_moves::cases);
        add(conformance::on_slices::cases);
        add(conformance::on_recurring::cases);
        add(conformance::on_firing::cases);
        add(conformance::on_overlaps::cases);
        add(conformance::on_queues::cases);
        add(conformance::on_servers::cases);
        add(conformance::on_read::cases);
        add(conformance::on_find::cases);
        add(conformance::on_series::cases);
        add(conformance::on_answers::cases);
        add(conformance::on_wait::cases);
        add(conformance::on_wake_ups::cases);
        add(conformance::on_ends::cases);
        add(conformance::on_threads::cases);
        add(conformance::on_durable::cases);
        add(conformance::on_shared::cases);
        return cases;
    }();
    return all;
}

/// Why `c` does not apply to `model`; empty: it does.
[[nodiscard]] inline std::string
conformance_skip_reason(conformance_case const& c, conformance_model const& model) {
    auto const needs = [&c](conformance_need n) { return (c.needs & n) == n; };
    if (needs(conformance_need::clock) && !model.follows_clock) {
        return "it has a clock of its own";
    }
    if (needs(conformance_need::limits) && !model.follows_limits) {
        return "its limits are its own";
    }
    if (needs(conformance_need::closing) && !model.closes) {
        return "it does not close";
    }
    if (needs(conformance_need::reopen) && !model.reopen) {
        return "it is not durable";
    }
    if (needs(conformance_need::attach) && !model.attach) {
        return "processes do not share it";
    }
    return {};
}

/// Runs one case on a fresh storage. Throws conformance_failure if the promise is not kept, or what
/// the storage threw. Precondition: conformance_skip_reason is empty.
inline void run_conformance_case(
    conformance_case const& c,
    conformance_model const& model,
    conformance_options const& options = {}
) {
    conformance::bench bench(model, options, c.door);
    c.run(bench);
}

/// Runs all cases that `options` name and that apply. Throws nothing of the storage's: it is a failure.
[[nodiscard]] inline conformance_report
run_conformance(conformance_model const& model, conformance_options const& options = {}) {
    conformance_report report;
    report.model = model.name;
    for (auto const& c : conformance_cases()) {
        if (!c.name.starts_with(options.only)) {
            continue;
        }
        if (auto why = conformance_skip_reason(c, model); !why.empty()) {
            report.skipped.push_back({.name = c.name, .why = std::move(why)});
            continue;
        }
        try {
            run_conformance_case(c, model, options);
            ++report.passed;
        } catch (std::exception const& e) {
            report.failed.push_back({.name = c.name, .message = e.what()});
        }
    }
    return report;
}

} // namespace cofire::testing

#endif
