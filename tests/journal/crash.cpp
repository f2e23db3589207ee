// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// A script of commands on a simulated disk, stopped at each of its operations: by a crash with every
// combination of what may have reached the disk, by a crash of the recovery after that, and by
// failures. What is recovered are always the records in their order, with all that were acknowledged.

#include "support.hpp"
#include "support/asked.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cerrno>
#include <functional>
#include <string>

BOOST_AUTO_TEST_SUITE(crash)

namespace {

using namespace journal_tests;
using fate = simulated_disk::fate;

/// How much is done: COFIRE_TEST_COMMANDS, the length of the script, and COFIRE_TEST_STATES, the number
/// of random states, ask for more than every run can afford.
int command_count(int usual) {
    return static_cast<int>(
        cofire_tests::asked("COFIRE_TEST_COMMANDS", static_cast<unsigned>(usual))
    );
}

struct written {
    std::uint64_t acknowledged = 0;
    std::uint64_t tried = 0;
};

void append(opened& store, written& w, std::uint32_t count, bool durable) {
    w.tried = std::max(w.tried, store.log->last_seq() + count);
    store.append(count, durable);
    w.acknowledged = std::max(w.acknowledged, store.log->durable_seq());
}

/// Each command; `guard` runs it.
template <class Guard>
void script(opened& store, written& w, int commands, Guard&& guard, std::uint64_t seed = 7) {
    guard([&] { store.open(); });
    numbers random(seed);
    for (int i = 0; i != commands && store.log; ++i) {
        auto const count = 1 + static_cast<std::uint32_t>(random.below(4));
        switch (random.below(16)) {
        case 0: guard([&] { (void)store.log->prepare(); }); break;
        case 1: guard([&] { store.log->roll(); }); break;
        case 2:
        case 3: guard([&] { (void)store.snapshot(); }); break;
        case 4:
        case 5:
        case 6: guard([&] { append(store, w, count, false); }); break;
        case 7:
            guard([&] {
                store.log->sync();
                w.acknowledged = std::max(w.acknowledged, store.log->durable_seq());
            });
            break;
        case 8: guard([&] { store.log->close(); }); break;
        default: guard([&] { append(store, w, count, true); }); break;
        }
    }
}

/// Opens what is there and says what is wrong with it, if anything.
std::string fault_of(simulated_disk& disk, written const& w) {
    try {
        opened store(disk);
        store.open();
        if (!store.seen.fault.empty()) {
            return store.seen.fault;
        }
        if (store.seen.last < w.acknowledged || store.seen.last > w.tried) {
            return "recovered " + std::to_string(store.seen.last) + ", acknowledged " +
                   std::to_string(w.acknowledged) + ", tried " + std::to_string(w.tried);
        }
        // It goes on from there.
        store.append(2);
    } catch (cofire::error const& e) {
        return e.what();
    }
    return {};
}

/// The combinations of fates of what is pending: all if they are few, otherwise some at random.
std::vector<std::vector<fate>> choices(simulated_disk const& disk, numbers& random) {
    std::size_t const n = disk.pending.size();
    std::uint64_t all = 1;
    for (std::size_t i = 0; i != n && all <= 200; ++i) {
        all *= disk.fates_of(i);
    }
    std::vector<std::vector<fate>> result;
    for (std::uint64_t k = 0; k != (all <= 200 ? all : 60); ++k) {
        std::vector<fate> fates(n);
        std::uint64_t rest = k;
        for (std::size_t i = 0; i != n; ++i) {
            auto const of = disk.fates_of(i);
            fates[i] = static_cast<fate>(all <= 200 ? rest % of : random.below(of));
            rest /= of;
        }
        result.push_back(std::move(fates));
    }
    return result;
}

/// Crashes the recovery of this disk at each of its operations; returns how many states that makes.
std::uint64_t crash_recovery(simulated_disk const& disk, written const& w, numbers& random) {
    std::uint64_t states = 0;
    for (std::uint64_t at = 1;; ++at) {
        auto attempt = disk;
        bool has_crashed = false;
        {
            opened store(attempt);
            store.files.crash_at = at;
            try {
                store.open();
            } catch (machine_crashed const&) {
                has_crashed = true;
            }
        }
        if (!has_crashed) {
            return states;
        }
        for (int i = 0; i != 3; ++i) {
            std::vector<fate> fates(attempt.pending.size());
            for (std::size_t k = 0; k != fates.size(); ++k) {
                fates[k] = static_cast<fate>(random.below(attempt.fates_of(k)));
            }
            auto next = attempt.after_crash(fates, random);
            auto const fault = fault_of(next, w);
            BOOST_TEST(fault == "", "recovery crashed at " << at << ": " << fault);
            ++states;
        }
    }
}

void run_and_crash(
    simulated_disk& disk, written& w, std::uint64_t at, int commands, std::uint64_t seed = 7
) {
    opened store(disk);
    store.files.crash_at = store.files.operations + at;
    try {
        script(
            store, w, commands, [](auto&& command) { command(); }, seed
        );
    } catch (machine_crashed const&) {
    }
    BOOST_TEST(store.seen.fault == "");
}

std::uint64_t operations_of(int commands) {
    simulated_disk disk;
    opened store(disk);
    written w;
    script(store, w, commands, [](auto&& command) { command(); });
    return store.files.operations;
}

BOOST_AUTO_TEST_CASE(nothing_acknowledged_is_lost_by_a_crash_at_any_operation) {
    int const commands = command_count(24);
    auto const operations = operations_of(commands);
    numbers random(11);
    std::uint64_t states = 0;
    std::uint64_t of_recovery = 0;
    for (std::uint64_t at = 1; at <= operations + 1; ++at) {
        simulated_disk disk;
        written w;
        run_and_crash(disk, w, at, commands);
        for (auto const& fates : choices(disk, random)) {
            auto next = disk.after_crash(fates, random);
            auto const before = next;
            auto const fault = fault_of(next, w);
            BOOST_TEST(fault == "", "crashed at " << at << ": " << fault);
            if (states++ % 5 == 0) {
                of_recovery += crash_recovery(before, w, random);
            }
        }
        // Only the process died. What the next one has seen stays, whatever happens then.
        auto next = disk.after_exit();
        written seen = w;
        {
            opened store(next);
            store.open();
            seen.acknowledged = std::max(w.acknowledged, store.seen.last);
        }
        auto after = next.after_crash(std::vector<fate>(next.pending.size(), fate::lost), random);
        for (auto* const found : {&next, &after}) {
            found->is_locked = false;
            auto const fault = fault_of(*found, seen);
            BOOST_TEST(fault == "", "ended at " << at << ": " << fault);
        }
    }
    BOOST_TEST_MESSAGE(
        operations << " operations, " << states << " states after a crash, " << of_recovery
                   << " after another one in the recovery"
    );
    BOOST_TEST(states > operations);
}

// A script of its own for each, crashed up to three times and gone on with.
BOOST_AUTO_TEST_CASE(nothing_acknowledged_is_lost_in_random_states_after_crashes) {
    int const states = static_cast<int>(cofire_tests::asked("COFIRE_TEST_STATES", 2000));
    int made = 0;
    for (std::uint64_t seed = 1; made < states; ++seed) {
        numbers random(seed);
        simulated_disk disk;
        written w;
        std::uint64_t const crashes = 1 + random.below(3);
        for (std::uint64_t i = 0; i != crashes; ++i) {
            run_and_crash(disk, w, 1 + random.below(120), 24, random());
            std::vector<fate> fates(disk.pending.size());
            for (std::size_t k = 0; k != fates.size(); ++k) {
                fates[k] = static_cast<fate>(random.below(disk.fates_of(k)));
            }
            disk = disk.after_crash(fates, random);
            auto looked_at = disk;
            auto const fault = fault_of(looked_at, w);
            ++made;
            BOOST_REQUIRE_MESSAGE(fault.empty(), "seed " << seed << ": " << fault);
            // What was written after what was acknowledged is there or not: it is known only now.
            looked_at = disk;
            opened store(looked_at);
            store.open();
            w.tried = store.seen.last;
        }
    }
    BOOST_TEST_MESSAGE(made << " random states after a crash");
}

BOOST_AUTO_TEST_CASE(nothing_acknowledged_is_lost_by_a_failure_of_any_operation) {
    struct kind {
        int number;
        bool is_lasting;
    };
    int const commands = command_count(40);
    auto const operations = operations_of(commands);
    for (auto const& k : {kind{EIO, false}, kind{EIO, true}, kind{ENOSPC, false}}) {
        for (std::uint64_t at = 1; at <= operations; ++at) {
            simulated_disk disk;
            written w;
            {
                opened store(disk);
                store.files.fail_at = at;
                store.files.failure = k.number;
                store.files.fail_ever_after = k.is_lasting;
                script(store, w, commands, [](auto&& command) {
                    try {
                        command();
                    } catch (cofire::error const&) {
                    }
                });
            }
            auto restarted = disk.after_exit();
            auto const fault = fault_of(restarted, w);
            BOOST_TEST(fault == "", "failed at " << at << ", then ended: " << fault);
            for (auto const f : {fate::lost, fate::kept}) {
                numbers random(at);
                auto next = disk.after_crash(std::vector<fate>(disk.pending.size(), f), random);
                auto const after = fault_of(next, w);
                BOOST_TEST(after == "", "failed at " << at << ", then crashed: " << after);
            }
        }
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
