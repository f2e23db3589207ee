// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_SERVER_FAILING_STORAGE_HPP
#define COFIRE_TESTS_SERVER_FAILING_STORAGE_HPP

#include "fixture.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace server_tests {

/// A storage that does what the one behind it does, and fails when one wants it to: before an operation
/// takes place, or after it, so that its answer is lost.
class failing_storage {
public:
    explicit failing_storage(cofire::storage_ref real) : real_(std::move(real)) {}

    // Called with the operation's name. "fire" and "announce" are told from the other recurring and
    // servers calls. Among the names, a settle that takes jobs is an "acquire" too.
    std::function<void(std::string_view)> before = [](std::string_view) {};
    std::function<void(std::string_view)> after = [](std::string_view) {};
    // Called with a settle before it takes place; what it throws is what settle throws.
    std::function<void(cofire::settle_request const&)> settling;
    // Why an outcome is refused for good; nothing: it is not.
    std::function<std::optional<std::string>(cofire::run_outcome const&)> refuses;
    // Whether the answers for the outcomes are left out.
    std::function<bool()> drop_results;
    // Awaited when a settle has taken place, before its answer; empty: it is answered at once.
    std::function<asio::awaitable<void>()> answering;
    // Awaited before a settle takes place.
    std::function<asio::awaitable<void>()> reaching;
    // Awaited when an acquire has taken place, before its answer.
    std::function<asio::awaitable<void>()> giving;
    // Called with each answer that gives jobs, before the server sees it.
    std::function<void(cofire::acquire_answer const&)> gave;
    // Called with each tick.
    std::function<void(cofire::tick_request const&)> ticking;
    // In place of the wait as this server: nothing to do so.
    std::function<asio::awaitable<cofire::wait_answer>(cofire::wait_request const&)> waiting;
    int calls = 0;
    std::vector<std::string> names; // of the calls

    asio::awaitable<cofire::insert_answer> insert(cofire::insert_request r) {
        return pass("insert", real_.insert(r));
    }
    asio::awaitable<cofire::acquire_answer> acquire(cofire::acquire_request r) {
        names.emplace_back("acquire");
        ++calls;
        before("acquire");
        auto op = real_.acquire(r);
        cofire::acquire_answer answer = co_await std::move(op);
        if (giving) {
            auto wait = giving();
            co_await std::move(wait);
        }
        if (gave && !answer.jobs.empty()) {
            gave(answer);
        }
        after("acquire");
        co_return answer;
    }
    asio::awaitable<cofire::settle_answer> settle(cofire::settle_request r) {
        names.push_back(r.then ? "acquire" : "settle");
        ++calls;
        before("settle");
        if (settling) {
            settling(r);
        }
        std::vector<cofire::run_outcome> kept;
        std::vector<cofire::settle_refusal> refusals;
        for (std::size_t i = 0; i != r.outcomes.size(); ++i) {
            if (auto why = refuses ? refuses(r.outcomes[i]) : std::nullopt) {
                refusals.push_back({.index = i, .message = *why});
            } else {
                kept.push_back(r.outcomes[i]);
            }
        }
        r.outcomes = kept;
        if (reaching) {
            auto wait = reaching();
            co_await std::move(wait);
        }
        auto op = real_.settle(r);
        cofire::settle_answer answer = co_await std::move(op);
        if (answering) {
            auto wait = answering();
            co_await std::move(wait);
        }
        for (cofire::settle_refusal const& refusal : refusals) {
            auto const at = static_cast<std::ptrdiff_t>(refusal.index);
            answer.results.insert(answer.results.begin() + at, cofire::settle_status::refused);
        }
        answer.refusals = refusals;
        if (gave && answer.acquired && !answer.acquired->jobs.empty()) {
            gave(*answer.acquired);
        }
        if (drop_results && !r.outcomes.empty() && drop_results()) {
            answer.results.clear();
        }
        after("settle");
        co_return answer;
    }
    asio::awaitable<cofire::tick_answer> tick(cofire::tick_request r) {
        if (ticking) {
            ticking(r);
        }
        return pass("tick", real_.tick(r));
    }
    asio::awaitable<cofire::change_answer> change(cofire::change_request r) {
        return pass("change", real_.change(r));
    }
    asio::awaitable<cofire::recurring_answer> recurring(cofire::recurring_request r) {
        bool const fires = std::holds_alternative<cofire::recurring_fire>(r);
        return pass(fires ? "fire" : "recurring", real_.recurring(r));
    }
    asio::awaitable<cofire::queues_answer> queues(cofire::queues_request r) {
        return pass("queues", real_.queues(r));
    }
    asio::awaitable<cofire::servers_answer> servers(cofire::servers_request r) {
        bool const announces = std::holds_alternative<cofire::server_announce>(r);
        return pass(announces ? "announce" : "servers", real_.servers(r));
    }
    asio::awaitable<cofire::read_answer> read(cofire::read_request r) {
        return pass("read", real_.read(r));
    }
    asio::awaitable<cofire::wait_answer> wait(cofire::wait_request r) {
        return pass("wait", waiting ? waiting(r) : real_.wait(r));
    }

private:
    template <class Answer>
    asio::awaitable<Answer> pass(std::string name, asio::awaitable<Answer> op) {
        names.push_back(name);
        ++calls;
        before(name);
        Answer answer = co_await std::move(op);
        after(name);
        co_return answer;
    }

    cofire::storage_ref real_;
};
static_assert(cofire::storage<failing_storage>);

[[noreturn]] inline void fail() {
    throw cofire::error(cofire::errc::storage_failed, "the disk is gone");
}

/// A server on a storage that fails; the client uses the real one. A task runs at once, one with a
/// negative number until it is asked to stop.
struct failing : world {
    failing_storage weak{storage};
    std::optional<cofire::server> server;
    std::shared_ptr<run_end> end;
    std::vector<int> ran;

    failing() {
        handlers.add<task>([this](cofire::job_context& ctx, task t) -> asio::awaitable<void> {
            ran.push_back(t.n);
            BOOST_TEST(ctx.attempt() == 1U);
            BOOST_TEST(ctx.lost() == 0U);
            if (t.n < 0) {
                co_await sleep_long(ctx);
            }
        });
    }
    using world::start;
    void start(cofire::server_options options = {}) {
        options.seed = 1;
        server.emplace(io.get_executor(), weak, handlers, options, environment());
        end = world::start(*server);
    }
    void fail_before(std::string_view op) {
        weak.before = [op](std::string_view name) {
            if (name == op) {
                fail();
            }
        };
    }
    void mend() {
        weak.before = [](std::string_view) {};
        weak.after = weak.before;
    }
};

} // namespace server_tests

#endif
