// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_SIMULATION_RANDOM_WORKLOAD_HPP
#define COFIRE_TESTS_SIMULATION_RANDOM_WORKLOAD_HPP

#include <cofire/cofire.hpp>
#include <cofire/testing/simulation.hpp>

#include <boost/describe.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// Servers and clients that do all that can be done with jobs, at random: what one seed is run with.
namespace simulation_tests {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// A job that does what each letter of its script says, one letter a run; the last one stays.
/// o: returns. w: waits, returns. f: throws. p: fails for good. s: snoozes. c: enqueues a child.
/// e: waits for ever. x: waits, and returns even if it is asked to stop.
struct act {
    int n = 0;
    std::string script;
    int ms = 0;
};
BOOST_DESCRIBE_STRUCT(act, (), (n, script, ms))

/// The same; a server runs only one at a time.
struct narrow {
    int n = 0;
    std::string script;
    int ms = 0;
};
BOOST_DESCRIBE_STRUCT(narrow, (), (n, script, ms))

/// The same; the third server cannot run it.
struct rare {
    int n = 0;
    std::string script;
    int ms = 0;
};
BOOST_DESCRIBE_STRUCT(rare, (), (n, script, ms))

/// What handlers keep outside of their processes.
struct diary {
    std::map<cofire::job_id, std::size_t> ended; // runs that the handler ended
    bool soon_missed = false;                    // an occurrence is missed after seconds
};

inline asio::awaitable<void> play_letter(cofire::job_context& ctx, char letter, int n, int ms) {
    auto const pause = std::chrono::milliseconds{ms};
    switch (letter) {
    case 'w': {
        auto op = ctx.sleep_for(pause);
        co_await std::move(op);
        break;
    }
    case 'f': throw std::runtime_error("it fails " + std::to_string(n));
    case 'p': throw cofire::permanent_failure("it fails for good");
    case 's': ctx.snooze(pause); break;
    case 'c': {
        cofire::job_options options;
        options.queue = "low";
        auto op = ctx.client().with(options).enqueue<act>(n + 1'000'000, "o", 0);
        co_await std::move(op);
        break;
    }
    case 'e': {
        auto op = ctx.sleep_for(std::chrono::hours(24 * 365));
        co_await std::move(op);
        break;
    }
    case 'x':
        try {
            auto op = ctx.sleep_for(pause);
            co_await std::move(op);
        } catch (boost::system::system_error const&) { // it was nearly done anyway
            co_return;
        }
        break;
    default: break;
    }
}

inline asio::awaitable<void>
play(diary& d, cofire::job_context& ctx, std::string script, int n, int ms) {
    std::size_t const run = d.ended[ctx.id()];
    ctx.log("run " + std::to_string(run));
    std::exception_ptr error;
    try {
        auto op = play_letter(ctx, script[std::min(run, script.size() - 1)], n, ms);
        co_await std::move(op);
    } catch (...) {
        error = std::current_exception();
    }
    ++d.ended[ctx.id()];
    if (error) {
        std::rethrow_exception(error);
    }
}

/// The handlers of a server, and its options.
inline void set_up(cofire::testing::simulated_server& p, diary& d) {
    p.handlers.add<act>([&d](cofire::job_context& ctx, act j) {
        return play(d, ctx, std::move(j.script), j.n, j.ms);
    });
    auto const one = [&d](cofire::job_context& ctx, narrow j) {
        return play(d, ctx, std::move(j.script), j.n, j.ms);
    };
    p.handlers.add<narrow>(one, cofire::concurrency(1));
    if (p.number != 3) {
        p.handlers.add<rare>([&d](cofire::job_context& ctx, rare j) {
            return play(d, ctx, std::move(j.script), j.n, j.ms);
        });
    }
    if (p.number == 1) {
        p.options.queues = {"default", "low"};
        p.options.concurrency = 6;
    } else if (p.number == 2) {
        p.options.queues = {{"default", 3}, {"low", 1}};
        p.options.concurrency = 3;
        p.options.acquire_batch = 2;
    } else {
        p.options.queues = {"low", "default"};
        p.options.concurrency = 1;
    }
    if (d.soon_missed) {
        p.options.misfire_after = 3s;
    }
    p.options.cancel_after = 500ms;
    p.options.hand_back_after = 900ms;
}

/// One client's work.
class random_client {
public:
    random_client(cofire::testing::simulation& s, cofire::client jobs)
        : s_(s), random_(s.random().next()), jobs_(std::move(jobs)) {}

    asio::awaitable<void> run() {
        auto const count = 15 + random_.below(30);
        for (std::uint64_t i = 0; i != count; ++i) {
            auto op = do_something();
            co_await std::move(op);
            if (random_.below(3) == 0) {
                auto pause = s_.sleep_for(std::chrono::milliseconds{random_.below(800)});
                co_await std::move(pause);
            }
        }
        auto op = come_to_an_end();
        co_await std::move(op);
    }

private:
    [[nodiscard]] bool chance(std::uint64_t one_in) { return random_.below(one_in) == 0; }

    template <class T>
    T pick(std::initializer_list<T> of) {
        return *(of.begin() + random_.below(of.size()));
    }

    [[nodiscard]] cofire::job_id new_id() {
        return cofire::job_id::make(s_.clock().wall_now(), random_.next(), random_.next());
    }

    [[nodiscard]] cofire::job_options random_options() {
        cofire::job_options o;
        if (chance(3)) {
            o.queue = "low";
        }
        if (chance(4)) {
            o.priority = static_cast<int>(random_.below(16));
        }
        o.max_attempts = 1 + static_cast<int>(random_.below(4));
        o.delays = {10ms, 1s, 300ms};
        if (chance(8)) {
            o.timeout = std::chrono::milliseconds{50 + random_.below(2000)};
        }
        if (chance(10)) {
            o.expires = std::chrono::milliseconds{1 + random_.below(4000)};
        }
        if (chance(5)) {
            o.unique_key = pick({"k1", "k2"});
            o.unique_mode = pick(
                {cofire::unique_hold::unfinished,
                 cofire::unique_hold::unfinished,
                 cofire::unique_hold::until_started,
                 cofire::unique_hold::for_a_time}
            );
            if (o.unique_mode == cofire::unique_hold::for_a_time) {
                o.unique_for = 3s;
            }
            o.on_duplicate =
                pick({cofire::duplicate_policy::ignore, cofire::duplicate_policy::replace});
        }
        if (chance(5)) {
            bool const first = chance(2);
            o.limit_key = first ? "one" : "two";
            o.limit = first ? 1 : 2;
        }
        if (chance(8)) {
            o.on_exhausted = cofire::exhausted_policy::delete_job;
        }
        return o;
    }

    [[nodiscard]] std::string_view random_script() {
        return pick<std::string_view>(
            {"o",
             "o",
             "o",
             "w",
             "w",
             "wo",
             "fo",
             "ffw",
             "f",
             "p",
             "so",
             "sso",
             "fso",
             "c",
             "cw",
             "x",
             "wfx"}
        );
    }

    [[nodiscard]] int random_ms() { return static_cast<int>(random_.below(3000)); }

    template <class J>
    asio::awaitable<void> enqueue_one() {
        cofire::job_options options = random_options();
        std::string script(random_script());
        if (chance(8)) { // for ever, but for its timeout
            script = "eo";
            options.timeout = std::chrono::milliseconds{100 + random_.below(3000)};
        }
        options.id = new_id();
        int const ms = random_ms();
        int const n = static_cast<int>(ids_.size());
        auto const which = random_.below(5);
        std::optional<cofire::due_time> when;
        if (which == 0) {
            when = cofire::due_time(std::chrono::milliseconds{random_.below(5000)});
        }
        std::vector<cofire::job_id> const parents =
            which == 1 ? some_ids() : std::vector<cofire::job_id>();
        auto const condition = random_.below(3);
        auto const make = [&] {
            auto const to = jobs_.with(options);
            if (when) {
                return to.template schedule<J>(*when, n, script, ms);
            }
            if (parents.empty()) {
                return to.template enqueue<J>(n, script, ms);
            }
            return condition == 0 ? to.template continue_with<J>(parents, n, script, ms)
                   : condition == 1
                       ? to.template continue_with<J>(cofire::on_failure(parents), n, script, ms)
                       : to.template continue_with<J>(cofire::on_any_end(parents), n, script, ms);
        };
        auto op = s_.repeat(make);
        cofire::enqueued const job = co_await std::move(op);
        ids_.push_back(job.id);
    }

    /// One that only ends if it is cancelled.
    asio::awaitable<void> enqueue_endless() {
        cofire::job_options options;
        options.id = new_id();
        auto const make = [&] { return jobs_.with(options).enqueue<act>(0, "e", 0); };
        auto op = s_.repeat(make);
        cofire::enqueued const job = co_await std::move(op);
        endless_.push_back(job.id);
    }

    asio::awaitable<void> submit_batch() {
        cofire::batch b;
        cofire::job_options const options = random_options();
        auto const first = b.add<act>(1, "fo", random_ms());
        auto const second = b.with(options).add<rare>(2, random_script(), random_ms());
        cofire::job_options few; // by default it would be tried for hours
        few.max_attempts = 3;
        b.after({first}).with(few).add<narrow>(3, random_script(), random_ms());
        b.after(cofire::on_failure({second})).add<act>(4, "w", random_ms());
        b.after_all(cofire::parent_condition::on_any_end).add<act>(5, "o", 0);
        auto const make = [&] { return jobs_.submit(b); };
        auto op = s_.repeat(make);
        auto const stored = co_await std::move(op);
        for (cofire::enqueued const& e : stored) {
            ids_.push_back(e.id);
        }
    }

    [[nodiscard]] std::vector<cofire::job_id> some_ids() {
        std::vector<cofire::job_id> some;
        std::set<cofire::job_id> known;
        for (std::uint64_t i = 1 + random_.below(3); i != 0 && !ids_.empty(); --i) {
            auto const id = ids_[random_.below(ids_.size())];
            if (known.insert(id).second) {
                some.push_back(id);
            }
        }
        return some;
    }

    /// Changes a job until it is known to have happened, or not to be allowed.
    asio::awaitable<void> change(cofire::job_id id, std::uint64_t how, cofire::duration when = 1s) {
        auto const make = [&] {
            switch (how) {
            case 0: return jobs_.cancel(id);
            case 1: return jobs_.remove(id);
            case 2: return jobs_.requeue(id);
            default: return jobs_.reschedule(id, when);
            }
        };
        try {
            auto op = s_.repeat(make);
            co_await std::move(op);
        } catch (cofire::error const& e) {
            if (e.value() != cofire::errc::wrong_state && e.value() != cofire::errc::unknown_job) {
                throw;
            }
        }
    }

    asio::awaitable<void> pause_a_queue() {
        std::string const queue = chance(2) ? "low" : "default";
        bool const resume = chance(2);
        auto const make = [&] {
            return resume ? jobs_.resume_queue(queue) : jobs_.pause_queue(queue);
        };
        auto op = s_.repeat(make);
        co_await std::move(op);
    }

    asio::awaitable<void> recur() {
        std::string const id = chance(2) ? "r1" : "r2";
        cofire::job_options options = random_options();
        options.unique_key.reset();
        options.unique_mode.reset();
        options.unique_for.reset();
        options.on_duplicate.reset();
        options.misfire = pick(
            {cofire::misfire_policy::once,
             cofire::misfire_policy::all,
             cofire::misfire_policy::skip}
        );
        options.overlap = pick(
            {cofire::overlap_policy::skip,
             cofire::overlap_policy::allow,
             cofire::overlap_policy::queue_one}
        );
        auto const how = random_.below(6);
        auto const put = [&] {
            return jobs_.with(options).recurring<act>(id, "*/2 * * * * *", 0, "w", 500);
        };
        auto const other = [&] {
            return how == 3   ? jobs_.pause_recurring(id)
                   : how == 4 ? jobs_.resume_recurring(id)
                              : jobs_.remove_recurring(id);
        };
        auto const trigger = [&] { return jobs_.trigger_recurring(id); };
        try {
            if (how < 2) {
                auto op = s_.repeat(put);
                co_await std::move(op);
            } else if (how == 2) {
                auto op = s_.repeat(trigger);
                co_await std::move(op);
            } else {
                auto op = s_.repeat(other);
                co_await std::move(op);
            }
        } catch (cofire::error const& e) {
            if (e.value() != cofire::errc::unknown_recurring) {
                throw;
            }
        }
    }

    asio::awaitable<void> do_something() {
        auto const which = random_.below(20);
        if (which < 6) {
            return enqueue_one<act>();
        }
        if (which < 9) {
            return enqueue_one<narrow>();
        }
        if (which < 11) {
            return enqueue_one<rare>();
        }
        if (which == 11) {
            return enqueue_endless();
        }
        if (which == 12) {
            return submit_batch();
        }
        if (which == 13) {
            return pause_a_queue();
        }
        if (which < 16) {
            return recur();
        }
        if (ids_.empty()) {
            return enqueue_endless();
        }
        return change(ids_[random_.below(ids_.size())], random_.below(4));
    }

    asio::awaitable<void> come_to_an_end() {
        for (std::string const queue : {"low", "default"}) {
            auto const make = [&] { return jobs_.resume_queue(queue); };
            auto op = s_.repeat(make);
            co_await std::move(op);
        }
        for (std::string const id : {"r1", "r2"}) {
            if (id == "r2" && ids_.size() % 32 == 0) {
                continue; // it goes on, and is looked at in the end
            }
            auto const make = [&] { return jobs_.remove_recurring(id); };
            try {
                auto op = s_.repeat(make);
                co_await std::move(op);
            } catch (cofire::error const& e) {
                if (e.value() != cofire::errc::unknown_recurring) {
                    throw;
                }
            }
        }
        for (cofire::job_id id : endless_) {
            auto op = change(id, random_.below(2));
            co_await std::move(op);
        }
        if (!ids_.empty()) { // whatever it ends with, it ends
            cofire::job_id const id = ids_[random_.below(ids_.size())];
            auto const make = [&] { return jobs_.result(id); };
            try {
                auto op = s_.repeat(make);
                co_await std::move(op);
            } catch (cofire::error const&) {
                co_return;
            }
        }
    }

    cofire::testing::simulation& s_;
    cofire::random_source random_;
    cofire::client jobs_;
    std::vector<cofire::job_id> ids_{};
    std::vector<cofire::job_id> endless_{};
};

inline asio::awaitable<void> run_client(cofire::testing::simulation& s, cofire::client jobs) {
    random_client c(s, std::move(jobs));
    auto op = c.run();
    co_await std::move(op);
}

/// Each seed has faults of some kinds only, so that no kind hides what another would show; some have
/// none, for what is to be exact then.
inline cofire::testing::simulation_options options_for(std::uint64_t seed) {
    cofire::random_source random(seed);
    cofire::testing::simulation_options o;
    o.seed = seed;
    auto const scale = [&](std::uint32_t& chance) {
        chance *= random.below(2) == 0 ? 0 : static_cast<std::uint32_t>(1 + random.below(4));
    };
    scale(o.faults.deaths);
    scale(o.faults.stalls);
    scale(o.faults.clock_jumps);
    scale(o.faults.stops);
    scale(o.faults.deaths_in_calls);
    scale(o.faults.lost_replies);
    scale(o.faults.failed_calls);
    scale(o.faults.slow_calls);
    o.faults.orders = seed % 8 == 2 ? 3 : 0;
    if (random.below(2) == 0) {
        o.lease = 4s;
    }
    if (seed % 8 == 4) {
        o.faults = cofire::testing::simulation_faults::none();
    }
    if (seed % 16 == 12) { // servers are stopped, and nothing else: what follows is exact
        o.faults.stops = 4;
        o.faults.orders = 4;
    }
    if (seed % 8 == 6) { // calls fail while others are under way
        o.faults = cofire::testing::simulation_faults::none();
        o.faults.slow_calls = 300;
        o.faults.failed_calls = 60;
        o.lease.reset();
    }
    if (seed % 8 == 7) { // servers stand still anywhere, and mostly for longer than their leases
        o.faults = cofire::testing::simulation_faults::none();
        o.faults.stalls = 120;
        o.faults.slow_calls = 60;
        o.lease = 4s;
    }
    return o;
}

/// What running a seed came to.
struct seed_result {
    std::string problem{}; // empty: none
    std::uint64_t fingerprint = 0;
    std::size_t events = 0;
    std::uint64_t runs = 0;
};

/// What was logged is there, in a world in which nobody dies or loses a lease.
inline void check_logs(cofire::testing::simulation& s, diary const& d) {
    for (auto const& [id, runs] : d.ended) {
        auto const records = s.get({&id, 1});
        for (std::size_t run = 0; run != runs && !records.empty(); ++run) {
            auto const is_it = [&](auto const& line) {
                return line.text == "run " + std::to_string(run);
            };
            auto const& log = records[0].log;
            s.check(
                "I18: " + id.to_string() + " has the line of its run " + std::to_string(run),
                std::any_of(log.begin(), log.end(), is_it)
            );
        }
    }
}

inline seed_result run_with(cofire::testing::simulation_options options) {
    seed_result result;
    diary d;
    d.soon_missed = options.seed % 8 == 0 || options.seed % 8 == 2;
    cofire::testing::simulation_faults harmless = options.faults;
    harmless.slow_calls = harmless.failed_calls = harmless.orders = harmless.stops = 0;
    bool const keeps_logs =
        harmless == cofire::testing::simulation_faults::none() && !options.lease;
    cofire::testing::simulation s(std::move(options));
    s.on_server([&d](cofire::testing::simulated_server& p) { set_up(p, d); });
    auto const client = [&s](cofire::client jobs) { return run_client(s, std::move(jobs)); };
    s.add_client(client);
    s.add_client(client);
    try {
        s.run();
        if (keeps_logs) {
            check_logs(s, d);
        }
    } catch (std::exception const& e) {
        result.problem = e.what();
    }
    result.fingerprint = s.history().fingerprint();
    result.events = s.history().events().size();
    result.runs = s.runs();
    return result;
}

inline seed_result run_seed(std::uint64_t seed) {
    return run_with(options_for(seed));
}

} // namespace simulation_tests

#endif
