// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// A unit test of one's own jobs: no sleeping, no threads, a clock that is moved by hand. It works in
// any test framework; a function that counts failures will do here.

#include <cofire.hpp>
#include <cofire/testing.hpp>

#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;

// --- The code under test ---------------------------------------------------------------------------

struct mail_gateway {
    std::vector<std::string> sent;
    int failures_left = 0;

    void send(std::string const& text) {
        if (failures_left > 0) {
            --failures_left;
            throw std::runtime_error("the mail server is busy");
        }
        sent.push_back(text);
    }
};

class reminders {
public:
    explicit reminders(mail_gateway& gateway) : gateway_(gateway) {}

    asio::awaitable<void> remind(std::string who) {
        gateway_.send("do not forget us, " + who);
        co_return;
    }

    // What the program does at a sign-up: one mail now, one a day later.
    asio::awaitable<cofire::job_id> sign_up(cofire::client& jobs, std::string who) {
        gateway_.send("welcome, " + who);
        co_return co_await jobs.schedule<&reminders::remind>(24h, who);
    }

private:
    mail_gateway& gateway_;
};

template <>
struct cofire::job_traits<&reminders::remind> {
    static constexpr cofire::job_options options{.max_attempts = 3, .delays = {10min}};
};

// --- The tests -------------------------------------------------------------------------------------

int failures = 0;

void check(bool good, char const* what) {
    if (!good) {
        std::cout << "FAILED: " << what << '\n';
        ++failures;
    }
}

// Each test has a harness of its own: memory storage, server, client and clock in one object.
struct fixture {
    mail_gateway gateway{};
    reminders code{gateway};
    cofire::testing::harness t{};

    fixture() { t.registry.add<&reminders::remind>(code); }
};

void a_reminder_follows_after_a_day() {
    fixture f;
    auto const id = f.t.await(f.code.sign_up(f.t.jobs, "alice"));
    f.t.clock.advance(24h - 1s);
    f.t.run();
    check(f.gateway.sent.size() == 1, "not a second too early");
    f.t.advance(1s);
    check(f.gateway.sent.back() == "do not forget us, alice", "the reminder's text");
    check(f.t.get(id).state == cofire::job_state::succeeded, "the job's state");
}

void a_busy_mail_server_delays_it() {
    fixture f;
    f.gateway.failures_left = 2;
    auto const id = f.t.await(f.t.jobs.enqueue<&reminders::remind>("bob"));
    f.t.run();
    check(f.t.get(id).error->message == "the mail server is busy", "the error is kept");
    f.t.advance(10min);
    check(f.t.get(id).attempt == 2 && f.gateway.sent.empty(), "the second attempt failed, too");
    f.t.advance(10min);
    check(f.t.get(id).state == cofire::job_state::succeeded, "the third attempt");
}

void a_customer_who_leaves_gets_no_reminder() {
    fixture f;
    auto const id = f.t.await(f.code.sign_up(f.t.jobs, "carol"));
    f.t.await(f.t.jobs.remove(id));
    f.t.clock.advance(48h);
    f.t.run();
    check(f.gateway.sent.size() == 1, "only the welcome");
}

int main() {
    a_reminder_follows_after_a_day();
    a_busy_mail_server_delays_it();
    a_customer_who_leaves_gets_no_reminder();
    std::cout << failures << " failures\n";
    return failures == 0 ? 0 : 1;
}
