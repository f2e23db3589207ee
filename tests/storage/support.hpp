// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_STORAGE_SUPPORT_HPP
#define COFIRE_TESTS_STORAGE_SUPPORT_HPP

#include "job_table_inspector.hpp"

#include <cofire/core/error.hpp>
#include <cofire/storage/table/job_table.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace storage_tests {

using namespace std::chrono_literals;
using cofire::acquired_job;
using cofire::change_kind;
using cofire::duration;
using cofire::errc;
using cofire::insert_status;
using cofire::job_id;
using cofire::job_settings;
using cofire::job_state;
using cofire::new_job;
using cofire::outcome_kind;
using cofire::run_outcome;
using cofire::server_instance;
using cofire::settle_status;
using cofire::skip_reason;
using cofire::time_point;

inline constexpr time_point start{std::chrono::hours{24 * 365 * 50}};

inline job_id id_of(std::uint64_t n) {
    return job_id::make(start, n >> 32, n);
}

inline std::shared_ptr<job_settings const>
settings(int priority = 5, std::string queue = "default", duration expires = {}) {
    auto made = std::make_shared<job_settings>();
    made->priority = priority;
    made->queue = std::move(queue);
    made->expires = expires;
    return made;
}

/// A job of type "t" with the id of `n`.
inline new_job job(std::uint64_t n) {
    new_job made;
    made.id = id_of(n);
    made.type = "t";
    made.arguments = "[" + std::to_string(n) + "]";
    made.settings = settings();
    return made;
}

inline new_job after(new_job made, std::initializer_list<cofire::parent_ref> parents) {
    made.parents = parents;
    return made;
}

inline new_job after(new_job made, std::uint64_t parent) {
    return after(std::move(made), {{id_of(parent)}});
}

inline new_job with_key(
    new_job made,
    std::string key,
    cofire::unique_hold hold = cofire::unique_hold::unfinished,
    cofire::duplicate_policy on_duplicate = cofire::duplicate_policy::ignore,
    duration hold_for = {}
) {
    made.unique_key = cofire::unique_key_spec{
        .text = std::move(key), .hold = hold, .hold_for = hold_for, .on_duplicate = on_duplicate};
    return made;
}

inline new_job with_limit(new_job made, std::string key, std::uint32_t limit = 1) {
    made.limits.push_back({.key = std::move(key), .limit = limit});
    return made;
}

inline new_job due(new_job made, duration wait) {
    made.due = start + wait;
    return made;
}

inline new_job with_settings(new_job made, std::shared_ptr<job_settings const> s) {
    made.settings = std::move(s);
    return made;
}

/// A job_table with a clock, whose whole state is checked after each command.
struct table_fixture {
    cofire::detail::job_table table;
    time_point now = start;

    explicit table_fixture(cofire::table_limits const& limits = {}) : table(limits) {}

    void check() {
        cofire::detail::job_table_inspector inspector(table);
        inspector.check();
        if (table.size() < 1'000) { // it is slow
            inspector.check_histories();
        }
    }

    /// The statuses: i, e, h, r for inserted, existed, held, replaced.
    std::string insert(std::vector<new_job> const& jobs) {
        auto const answer = table.insert({.jobs = jobs}, now);
        check();
        std::string text;
        for (auto const& r : answer.results) {
            text += "iehr"[static_cast<int>(r.status)];
        }
        return text;
    }
    std::string insert(new_job const& one) { return insert(std::vector{one}); }

    /// The code of the error that the insert throws; nothing if it does not.
    std::optional<errc> refused(std::vector<new_job> const& jobs) {
        auto const before = table.size();
        std::optional<errc> code;
        try {
            table.insert({.jobs = jobs}, now);
        } catch (cofire::error const& e) {
            code = e.value();
            BOOST_TEST(table.size() == before);
        }
        check();
        return code;
    }

    server_instance server(std::vector<std::string> const& types = {"t"}) {
        cofire::server_announce a{.name = "server"};
        for (auto const& type : types) {
            a.types.push_back({.name = type});
        }
        auto const answer = table.servers(a, now);
        check();
        return answer.instance;
    }

    void die(server_instance s) {
        table.server_died(s, now);
        check();
    }

    void retire(server_instance s) {
        table.servers(cofire::server_retire{s}, now);
        check();
    }

    std::vector<acquired_job> acquire(
        server_instance s,
        std::uint32_t limit = 100,
        std::vector<cofire::take> const& takes = {{"default"}}
    ) {
        auto answer = table.acquire({.server = s, .takes = takes, .limit = limit}, now);
        check();
        return std::move(answer.jobs);
    }

    /// The one job that there is to take.
    acquired_job take_one(server_instance s) {
        auto jobs = acquire(s, 1);
        BOOST_REQUIRE(jobs.size() == 1U);
        return std::move(jobs.front());
    }

    settle_status end(server_instance s, run_outcome const& o) {
        auto const answer = table.settle({.server = s, .outcomes = {&o, 1}}, now);
        check();
        return answer.results.front();
    }
    settle_status
    settle(server_instance s, acquired_job const& j, outcome_kind kind = outcome_kind::succeeded) {
        run_outcome o{.id = j.id, .epoch = j.epoch, .kind = kind, .at = now + 10s, .started = now};
        if (kind == outcome_kind::retry || kind == outcome_kind::failed) {
            o.error = cofire::error_info{.type = "boom", .message = "went wrong", .fingerprint = 7};
        }
        return end(s, o);
    }

    /// Takes the one job that there is, and ends it.
    acquired_job run_one(server_instance s, outcome_kind kind = outcome_kind::succeeded) {
        auto const j = take_one(s);
        BOOST_TEST((settle(s, j, kind) == settle_status::done));
        return j;
    }

    cofire::tick_answer
    tick(server_instance s, std::vector<cofire::run_report> const& reports = {}) {
        auto answer = table.tick({.server = s, .reports = reports}, now);
        check();
        return answer;
    }

    cofire::change_answer change(cofire::change_request const& r) {
        auto answer = table.change(r, now);
        check();
        return answer;
    }

    /// "ok", or why the job was skipped.
    std::string change(change_kind kind, std::uint64_t n, cofire::change_request r = {}) {
        job_id const id = id_of(n);
        r.kind = kind;
        r.ids = {&id, 1};
        auto const answer = change(r);
        if (answer.changed == 1) {
            return "ok";
        }
        switch (answer.skipped.at(0).why) {
        case skip_reason::unknown: return "unknown";
        case skip_reason::wrong_state: return "wrong_state";
        case skip_reason::key_held: return "key_held";
        }
        return "?";
    }

    cofire::job_record record(std::uint64_t n) {
        job_id const id = id_of(n);
        auto answer = table.read(cofire::read_get{.ids = {&id, 1}}, now);
        BOOST_REQUIRE(answer.jobs.size() == 1U);
        return std::move(answer.jobs.front());
    }

    /// The state's name; "gone" if there is no such job.
    std::string state(std::uint64_t n) {
        job_id const id = id_of(n);
        auto const answer = table.read(cofire::read_get{.ids = {&id, 1}}, now);
        return answer.jobs.empty() ? "gone" : std::string(to_string(answer.jobs.front().state));
    }

    /// The states reached, with the reasons: "enqueued, processing, scheduled (retry)".
    std::string history(std::uint64_t n) {
        std::string text;
        for (auto const& e : record(n).history) {
            text += (text.empty() ? "" : ", ") + std::string(to_string(e.state));
            text += e.reason.empty() ? "" : " (" + e.reason + ")";
        }
        return text;
    }

    cofire::storage_counts counts() { return table.read(cofire::read_counts{}, now).counts; }
    cofire::queues_answer queues() { return table.queues(cofire::queue_list{}, now); }
};

/// The numbers of the jobs, as id_of made their ids, in their order: "1 2 3".
inline std::string numbers(std::vector<acquired_job> const& jobs) {
    std::string text;
    for (auto const& j : jobs) {
        text += (text.empty() ? "" : " ") + j.arguments.substr(1, j.arguments.size() - 2);
    }
    return text;
}

} // namespace storage_tests

#endif
