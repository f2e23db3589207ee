// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "client_support.hpp"

#include <cofire/client/validate.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

BOOST_AUTO_TEST_SUITE(validate)
namespace {

using namespace std::chrono_literals;
using namespace client_tests;
using cofire::errc;
using cofire::job_options;

// One table for all: a bad call has its code, a message with the value, and never reaches the storage.
struct bad_calls {
    fake_client t;
    std::string message;

    template <class T>
    void refuse(asio::awaitable<T> op, errc code, std::string_view value) {
        auto const found = code_of(std::move(op), message);
        BOOST_REQUIRE_MESSAGE(found.has_value(), "not refused: " << value);
        BOOST_CHECK_MESSAGE(*found == code, message);
        BOOST_CHECK_MESSAGE(
            message.find(value) != std::string::npos, message << " has no " << value
        );
        BOOST_CHECK_EQUAL(t.storage.calls, 0U);
    }

    void refuse(job_options const& o, errc code, std::string_view value) {
        refuse(t.jobs.with(o).enqueue<send_mail>("x"), code, value);
        refuse(t.jobs.with(o).schedule<send_mail>(1s, "x"), code, value);
        refuse(t.jobs.with(o).enqueue_raw("x", "[]"), code, value);
        refuse(t.jobs.with(o).recurring<send_mail>("r", "@daily", "x"), code, value);
    }

    template <class T>
    void take(asio::awaitable<T> op) {
        auto const found = code_of(std::move(op), message);
        BOOST_CHECK_MESSAGE(!found.has_value(), message);
    }

    void take(job_options const& o) { take(t.jobs.with(o).enqueue<send_mail>("x")); }
};

std::string const long_name(129, 'n');

BOOST_FIXTURE_TEST_CASE(queues, bad_calls) {
    refuse(job_options{.queue = ""}, errc::bad_queue, "\"\"");
    refuse(job_options{.queue = "with space"}, errc::bad_queue, "with space");
    refuse(job_options{.queue = "a/b"}, errc::bad_queue, "a/b");
    refuse(job_options{.queue = "\xc3\xa4"}, errc::bad_queue, "\xc3\xa4");
    refuse(job_options{.queue = long_name}, errc::bad_queue, "nnn");
    refuse(t.jobs.pause_queue("no queue"), errc::bad_queue, "no queue");
    refuse(t.jobs.resume_queue(""), errc::bad_queue, "\"\"");
    take(job_options{.queue = std::string_view(long_name).substr(1)});
    take(job_options{.queue = "aZ09_.:-"});
}

BOOST_FIXTURE_TEST_CASE(types, bad_calls) {
    refuse(t.jobs.enqueue_raw("", "[]"), errc::bad_type, "\"\"");
    refuse(t.jobs.enqueue_raw("no type", "[]"), errc::bad_type, "no type");
    refuse(t.jobs.schedule_raw(1s, long_name, "[]"), errc::bad_type, "nnn");
    refuse(t.jobs.recurring_raw("r", "@daily", "a\nb", "[]"), errc::bad_type, "a\\x0ab");
}

BOOST_FIXTURE_TEST_CASE(numbers, bad_calls) {
    refuse(job_options{.priority = -1}, errc::bad_option, "priority -1");
    refuse(job_options{.priority = 16}, errc::bad_option, "priority 16");
    refuse(job_options{.max_attempts = 0}, errc::bad_option, "max_attempts 0");
    refuse(job_options{.limit_key = "l", .limit = 0}, errc::bad_option, "limit 0");
    take(job_options{.priority = 0, .max_attempts = 1, .limit_key = "l", .limit = 1});
    take(job_options{.priority = 15, .max_attempts = std::numeric_limits<int>::max()});
}

BOOST_FIXTURE_TEST_CASE(lengths_of_time, bad_calls) {
    refuse(job_options{.delays = {1s, -1us}}, errc::bad_option, "delay of -1 us");
    refuse(job_options{.timeout = 0s}, errc::bad_option, "timeout of 0 us");
    refuse(job_options{.timeout = -1s}, errc::bad_option, "timeout of -1000000 us");
    refuse(job_options{.timeout = cofire::duration::max()}, errc::bad_option, "timeout");
    refuse(job_options{.expires = 0s}, errc::bad_option, "expires of 0 us");
    refuse(job_options{.expires = -1s}, errc::bad_option, "expires of -1000000 us");
    refuse(job_options{.expires = cofire::duration::max()}, errc::bad_option, "expires");
    refuse(t.jobs.schedule<send_mail>(-1s, "x"), errc::bad_option, "delay of -1000000 us");
    refuse(t.jobs.schedule<send_mail>(1000h * 1000, "x"), errc::bad_option, "delay");
    take(job_options{.delays = {0s}, .timeout = 1us, .expires = 1us});
}

BOOST_FIXTURE_TEST_CASE(keys, bad_calls) {
    std::string const long_key(257, 'k');
    std::string_view const key = std::string_view(long_key).substr(1);
    refuse(job_options{.unique_key = ""}, errc::bad_option, "unique_key \"\"");
    refuse(job_options{.unique_key = long_key}, errc::bad_option, "257 bytes");
    refuse(job_options{.unique_key = "a\xff"}, errc::bad_option, "unique_key \"a\\xff\"");
    refuse(job_options{.limit_key = "\xc3"}, errc::bad_option, "limit_key \"\\xc3\"");
    refuse(job_options{.limit_key = ""}, errc::bad_option, "limit_key \"\"");
    refuse(job_options{.limit_key = long_key}, errc::bad_option, "257 bytes");
    take(job_options{.unique_key = key, .limit_key = key});
}

BOOST_FIXTURE_TEST_CASE(keys_for_a_time, bad_calls) {
    using cofire::unique_hold;
    refuse(
        job_options{.unique_key = "k", .unique_for = 1s},
        errc::bad_option,
        "unique_for of 1000000 us without unique_mode for_a_time"
    );
    refuse(
        job_options{.unique_key = "k", .unique_mode = unique_hold::for_a_time},
        errc::bad_option,
        "for_a_time without unique_for"
    );
    refuse(
        job_options{.unique_key = "k", .unique_mode = unique_hold::for_a_time, .unique_for = 0s},
        errc::bad_option,
        "unique_for of 0 us"
    );
    take(job_options{.unique_key = "k", .unique_mode = unique_hold::for_a_time, .unique_for = 1us});
}

BOOST_FIXTURE_TEST_CASE(options_without_what_they_are_for, bad_calls) {
    refuse(job_options{.limit = 3}, errc::bad_option, "limit 3 without limit_key");
    refuse(
        job_options{.unique_scope = cofire::unique_scope_kind::global},
        errc::bad_option,
        "unique_scope without unique_key"
    );
    refuse(
        job_options{.unique_mode = cofire::unique_hold::until_started},
        errc::bad_option,
        "unique_mode without unique_key"
    );
    refuse(
        job_options{.on_duplicate = cofire::duplicate_policy::replace},
        errc::bad_option,
        "on_duplicate without unique_key"
    );
}

BOOST_AUTO_TEST_CASE(defaults_may_wait_for_a_key) {
    cofire::client_options options;
    options.defaults.limit = 3;
    options.defaults.on_duplicate = cofire::duplicate_policy::replace;
    fake_client t(std::move(options));
    run(t.jobs.enqueue<send_mail>("x"));
    run(t.jobs.with({.limit_key = "l"}).enqueue<send_mail>("x"));
    BOOST_CHECK_EQUAL(t.storage.jobs.at(1).limits.at(0).limit, 3U);
}

BOOST_FIXTURE_TEST_CASE(tags, bad_calls) {
    std::string const long_tag(65, 't');
    refuse(job_options{.tags = {""}}, errc::bad_option, "tag \"\"");
    refuse(job_options{.tags = {"b\xed\xa0\x80"}}, errc::bad_option, "tag \"b\\xed");
    refuse(job_options{.tags = {"good", long_tag}}, errc::bad_option, "65 bytes");
    take(job_options{.tags = {std::string_view(long_tag).substr(1), "x", "\xc3\xa4"}});
}

BOOST_FIXTURE_TEST_CASE(zones, bad_calls) {
    refuse(job_options{.zone = "Mars/Olympus"}, errc::unknown_zone, "Mars/Olympus");
    refuse(job_options{.zone = ""}, errc::unknown_zone, "\"\"");
    take(job_options{.zone = "Europe/Berlin"});
}

BOOST_FIXTURE_TEST_CASE(ids, bad_calls) {
    refuse(t.jobs.with({.id = cofire::job_id()}).enqueue<prepared>(), errc::bad_id, "00000000-");
}

BOOST_FIXTURE_TEST_CASE(recurring_jobs, bad_calls) {
    cofire::job_id const id = cofire::job_id::make(start, 1, 2);
    refuse(t.jobs.recurring<prepared>("", "@daily"), errc::bad_recurring_id, "\"\"");
    refuse(t.jobs.recurring<prepared>(long_name, "@daily"), errc::bad_recurring_id, "nnn");
    refuse(t.jobs.recurring<prepared>("a\tb", "@daily"), errc::bad_recurring_id, "a\\x09b");
    refuse(t.jobs.recurring<prepared>("a\xff", "@daily"), errc::bad_recurring_id, "a\\xff");
    refuse(t.jobs.trigger_recurring(""), errc::bad_recurring_id, "\"\"");
    refuse(t.jobs.pause_recurring(long_name), errc::bad_recurring_id, "nnn");
    refuse(t.jobs.resume_recurring(""), errc::bad_recurring_id, "\"\"");
    refuse(t.jobs.remove_recurring(""), errc::bad_recurring_id, "\"\"");
    refuse(t.jobs.get_recurring(""), errc::bad_recurring_id, "\"\"");
    refuse(
        t.jobs.with({.id = id}).recurring<prepared>("r", "@daily"), errc::bad_option, id.to_string()
    );
    refuse(
        t.jobs.with({.unique_key = "k"}).recurring<prepared>("r", "@daily"),
        errc::bad_option,
        "unique_key \"k\""
    );
    take(t.jobs.recurring<prepared>("my daily \xc3\xa4 job", "@daily"));
}

BOOST_FIXTURE_TEST_CASE(typed_arguments, bad_calls) {
    refuse(t.jobs.enqueue<send_mail>("\xff"), errc::bad_arguments, "client_tests::send_mail");
    refuse(t.jobs.enqueue<add>(1, 3'000'000'000LL), errc::bad_arguments, "3000000000");
    refuse(
        t.jobs.enqueue<send_mail>(std::string((1U << 20) - 3, 'x')),
        errc::arguments_too_large,
        "1048577 bytes, at most 1048576"
    );
    take(t.jobs.enqueue<send_mail>(std::string((1U << 20) - 4, 'x')));
}

BOOST_FIXTURE_TEST_CASE(raw_arguments, bad_calls) {
    auto const nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    refuse(t.jobs.enqueue_raw("x", ""), errc::bad_arguments, "x: ");
    refuse(t.jobs.enqueue_raw("x", "[1"), errc::bad_arguments, "x: ");
    refuse(t.jobs.enqueue_raw("x", "[1] 2"), errc::bad_arguments, "x: ");
    refuse(t.jobs.enqueue_raw("x", "1"), errc::bad_arguments, "not \"1\"");
    refuse(t.jobs.enqueue_raw("x", "null"), errc::bad_arguments, "null");
    refuse(t.jobs.enqueue_raw("x", "\"[]\""), errc::bad_arguments, "[]");
    refuse(t.jobs.enqueue_raw("x", "[\"\xff\"]"), errc::bad_arguments, "x: ");
    refuse(t.jobs.enqueue_raw("x", nested(65)), errc::json_too_deep, "x: ");
    refuse(t.jobs.enqueue_raw("x", nested(100'000)), errc::json_too_deep, "x: ");
    refuse(
        t.jobs.recurring_raw("r", "@daily", "x", std::string((1U << 20) + 1, ' ')),
        errc::arguments_too_large,
        "1048577 bytes"
    );
    take(t.jobs.enqueue_raw("x", nested(64)));
}

BOOST_AUTO_TEST_CASE(a_client_refuses_bad_defaults) {
    fake_storage storage;
    auto const refuse = [&](job_options const& defaults, errc code) {
        cofire::client_options options;
        options.defaults = defaults;
        BOOST_CHECK_EXCEPTION(
            cofire::client(storage, options),
            cofire::error,
            [&](cofire::error const& e) { return e.value() == code; }
        );
    };
    refuse(job_options{.queue = "no queue"}, errc::bad_queue);
    refuse(job_options{.priority = 99}, errc::bad_option);
    refuse(job_options{.zone = "Nowhere"}, errc::unknown_zone);
    refuse(job_options{.id = cofire::job_id::make(start, 1, 2)}, errc::bad_option);
    BOOST_CHECK_EQUAL(storage.calls, 0U);
}

BOOST_AUTO_TEST_CASE(a_client_has_its_own_limit_of_size) {
    cofire::client_options options;
    options.max_arguments = 10;
    fake_client t(std::move(options));
    std::string message;
    run(t.jobs.enqueue<send_mail>("123456"));
    BOOST_CHECK(
        code_of(t.jobs.enqueue<send_mail>("1234567"), message) == errc::arguments_too_large
    );
}

// What filters change is checked by the same rules.
BOOST_AUTO_TEST_CASE(jobs_are_checked_like_options) {
    auto const code = [](auto change) -> std::optional<errc> {
        auto settings = std::make_shared<cofire::job_settings>();
        change(*settings);
        cofire::new_job job;
        job.settings = settings;
        try {
            cofire::detail::check_job(job);
        } catch (cofire::error const& e) {
            return e.value();
        }
        return std::nullopt;
    };
    using settings = cofire::job_settings;
    BOOST_CHECK(!code([](settings&) {}));
    BOOST_CHECK(code([](settings& s) { s.queue = "no queue"; }) == errc::bad_queue);
    BOOST_CHECK(code([](settings& s) { s.priority = 16; }) == errc::bad_option);
    BOOST_CHECK(code([](settings& s) { s.max_attempts = 0; }) == errc::bad_option);
    BOOST_CHECK(code([](settings& s) { s.delays = {-1s}; }) == errc::bad_option);
    BOOST_CHECK(code([](settings& s) { s.timeout = -1s; }) == errc::bad_option);
    BOOST_CHECK(code([](settings& s) { s.expires = -1s; }) == errc::bad_option);
    BOOST_CHECK(code([](settings& s) { s.tags = {""}; }) == errc::bad_option);
    BOOST_CHECK(code([](settings& s) { s.tags.assign(33, "t"); }) == errc::bad_option);
    BOOST_CHECK(!code([](settings& s) { s.tags.assign(32, "t"); }));
}

} // namespace
BOOST_AUTO_TEST_SUITE_END()
