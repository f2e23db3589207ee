// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// What happens to a job that throws: delays of its own, errors that are worth another try and errors
// that are not, what becomes of it at the end, and a filter with the last word. It runs on the clock
// of the test harness, so that an hour takes no time.

#include <cofire.hpp>
#include <cofire/testing.hpp>

#include <iostream>
#include <stdexcept>
#include <string>

namespace asio = boost::asio;
using namespace std::chrono_literals;

struct connection_lost : std::runtime_error {
    connection_lost() : std::runtime_error("the partner's server does not answer") {}
};
struct closed_for_today : std::runtime_error {
    closed_for_today() : std::runtime_error("come back tomorrow") {}
};

// attempt() is 1 in the first run.
asio::awaitable<void> send_order(cofire::job_context& ctx, std::string number) {
    std::cout << "order " << number << ", attempt " << ctx.attempt() << '\n';
    if (number.empty()) {
        throw std::invalid_argument("an order without a number"); // see never_on below
    }
    if (number == "stolen") {
        throw cofire::permanent_failure("the card was reported stolen"); // never tried again
    }
    if (number == "late") {
        throw closed_for_today(); // see the filter below
    }
    if (number == "hopeless" || ctx.attempt() < 3) {
        throw connection_lost();
    }
    co_return;
}

// How often, and when, belongs to the job type: it is stored with each job. Without this it would be
// eleven runs with delays that grow from fifteen seconds to hours.
template <>
struct cofire::job_traits<send_order> {
    static constexpr cofire::job_options options{.max_attempts = 4, .delays = {10s, 1min}};
};

// Sees each outcome before it is stored, and may replace it.
void come_back_tomorrow(cofire::job_context const&, cofire::run_outcome& outcome) {
    if (outcome.kind == cofire::outcome_kind::retry && outcome.error &&
        outcome.error->type == "closed_for_today") {
        outcome.kind = cofire::outcome_kind::snoozed; // counts no attempt
        outcome.at += 24h;
        outcome.reason = "closed";
    }
}

void check(bool good, char const* what) {
    if (!good) {
        throw std::runtime_error(what);
    }
}

int main() {
    cofire::testing::harness t;
    t.registry.add<send_order>(
        cofire::retry(cofire::retry_policy{}.never_on<std::invalid_argument>()),
        cofire::filter(come_back_tomorrow)
    );
    auto const state = [&](cofire::job_id id) { return t.get(id).state; };
    using enum cofire::job_state;

    auto const order = t.await(t.jobs.enqueue<send_order>("4711"));
    auto const hopeless = t.await(t.jobs.enqueue<send_order>("hopeless"));
    using cofire::exhausted_policy;
    auto const cleaning_up = t.jobs.with({.on_exhausted = exhausted_policy::delete_job});
    auto const forgotten = t.await(cleaning_up.enqueue<send_order>("hopeless"));
    auto const late = t.await(t.jobs.enqueue<send_order>("late"));

    // Some errors end it at once.
    auto const empty = t.await(t.jobs.enqueue<send_order>(""));
    auto const stolen = t.await(t.jobs.enqueue<send_order>("stolen"));
    t.run();
    check(state(empty) == failed && state(stolen) == failed, "no second try");

    // The others wait for their next attempt: ten seconds, then a minute, then a minute.
    check(state(order) == scheduled && t.get(order).attempt == 1, "the first attempt failed");
    t.advance(10s);
    check(t.get(order).attempt == 2, "the second attempt failed");
    t.advance(1min);
    check(state(order) == succeeded, "the third one succeeded");
    t.advance(1min);
    check(state(hopeless) == failed && t.get(hopeless).attempt == 4, "no attempt is left");
    check(state(forgotten) == deleted, "deleted in place of failed");

    // What failed can be sent again by a person; its attempts are counted from the beginning.
    t.await(t.jobs.requeue(hopeless, "the partner is back"));
    t.run();
    check(state(hopeless) == scheduled && t.get(hopeless).attempt == 1, "it starts again");

    check(state(late) == scheduled && t.get(late).attempt == 0, "the filter had the last word");
    for (cofire::history_entry const& h : t.get(order).history) {
        std::cout << to_string(h.state) << ' ' << h.reason << (h.error ? ": " : "")
                  << (h.error ? h.error->message : "") << '\n';
    }
    return 0;
}
