// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Recurring jobs: a cron expression, a zone, and what happens to times that are missed or overlap.
// It runs on the clock of the test harness, so that a week takes no time.

#include <cofire.hpp>
#include <cofire/testing.hpp>

#include <iostream>
#include <stdexcept>
#include <string>

namespace asio = boost::asio;
using namespace std::chrono_literals;

int reports = 0;
int cleanups = 0;

asio::awaitable<void> daily_report(std::string department) {
    std::cout << "report " << ++reports << " for " << department << '\n';
    co_return;
}

asio::awaitable<void> captcha_cleanup(cofire::job_context& ctx) {
    ++cleanups;
    co_await ctx.sleep_for(150s); // longer than the time between two of them
}

// Stands at the start of the program: what exists already is kept as it is, a pause included.
asio::awaitable<void> set_up(cofire::client& jobs) {
    // A literal that is no cron expression does not compile.
    co_await jobs.with({.zone = "Asia/Tehran"})
        .recurring<daily_report>("report", "0 3 * * *", "sales");
    // Policies: an occurrence that falls due while the last one still runs waits for its end.
    co_await jobs.with({.overlap = cofire::overlap_policy::queue_one})
        .recurring<captcha_cleanup>("captcha", cofire::cron::minutely());
}

void check(bool good, char const* what) {
    if (!good) {
        throw std::runtime_error(what);
    }
}

int main() {
    // 03:00 in Tehran is 23:30 in UTC.
    auto const evening = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 23h + 28min;
    cofire::testing::harness t{{.start = evening}};
    t.registry.add<daily_report>();
    t.registry.add<captcha_cleanup>();
    t.await(set_up(t.jobs));

    t.advance(119s);
    check(reports == 0, "nothing starts before its time");
    t.advance(1s);
    check(reports == 1, "it starts at its time");

    // One cleanup runs, and one waits for it; the times in between are skipped and counted.
    t.advance(8min);
    auto const captcha = t.await(t.jobs.get_recurring("captcha"));
    std::cout << captcha.fired << " cleanups, " << captcha.skipped << " skipped\n";
    check(cleanups == 4 && captcha.skipped > 0, "cleanups do not pile up");

    // By hand, whatever the time is.
    t.await(t.jobs.trigger_recurring("report"));
    t.run();
    check(reports == 2, "triggered");

    // Paused, it stays away, and what falls due meanwhile is not made up for.
    t.await(t.jobs.pause_recurring("report"));
    t.clock.advance(48h);
    t.run();
    check(reports == 2, "paused");
    t.await(t.jobs.resume_recurring("report"));

    // Three days during which no server looked: one run for all that was missed. The other policies
    // are misfire_policy::all and ::skip.
    t.clock.advance(72h);
    t.run();
    check(reports == 3, "one run makes up for the missed ones");

    auto const report = t.await(t.jobs.get_recurring("report"));
    check(*report.next > t.clock.wall_now(), "and it goes on");
    t.await(t.jobs.remove_recurring("report"));
    return 0;
}
