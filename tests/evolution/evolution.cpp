// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Jobs that one version of a program stored and another one runs. `before` and `after` are the two
// versions; both are in this program, and what makes two types one job type is its stored name.

#include "evolution/deployments.hpp"

#include <boost/describe/class.hpp>

#include <array>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace evolution_tests {

inline diary& written() {
    static diary lines;
    return lines;
}

inline void write(std::string line) {
    written().push_back(std::move(line));
}

namespace before {

asio::awaitable<void> send_letter(std::string to) {
    write("before: letter to " + to);
    co_return;
}

asio::awaitable<void> greet(std::string who) {
    write("before: hello " + who);
    co_return;
}

struct resize {
    std::string path;
    int width = 800;
    int colors = 256; // goes
    static constexpr std::string_view name = "resize";
};
BOOST_DESCRIBE_STRUCT(resize, (), (path, width, colors))

struct crop {
    std::string path;
    static constexpr std::string_view name = "crop";
};
BOOST_DESCRIBE_STRUCT(crop, (), (path))

struct invoice {
    int amount = 0;
    static constexpr std::string_view name = "invoice";
};
BOOST_DESCRIBE_STRUCT(invoice, (), (amount))

} // namespace before

namespace after {

asio::awaitable<void> post_letter(std::string to) {
    write("after: letter to " + to);
    co_return;
}

asio::awaitable<void> greet(std::string who, std::optional<std::string> language) {
    write("after: hello " + who + " in " + language.value_or("English"));
    co_return;
}

struct resize {
    std::string path;
    int width = 800;
    std::string format = "png"; // new
    static constexpr std::string_view name = "resize";
};
BOOST_DESCRIBE_STRUCT(resize, (), (path, width, format))

// Version 1 had `path`; version 2 called it `file`; there are several since version 3.
struct crop {
    std::vector<std::string> files;
    static constexpr std::string_view name = "crop";
    static constexpr std::uint32_t version = 3;
    static boost::json::value upgrade(boost::json::value stored, std::uint32_t from) {
        auto const& object = stored.as_object();
        boost::json::object next;
        if (from == 1) {
            next["file"] = object.at("path");
        } else {
            boost::json::array files;
            files.push_back(object.at("file"));
            next["files"] = std::move(files);
        }
        return next;
    }
};
BOOST_DESCRIBE_STRUCT(crop, (), (files))

// Wants what older jobs do not have; a later version finds a way.
struct invoice {
    int amount = 0;
    std::string currency;
    static constexpr std::array required{"currency"};
    static constexpr std::string_view name = "invoice";
};
BOOST_DESCRIBE_STRUCT(invoice, (), (amount, currency))

struct report {
    std::string of;
    static constexpr std::string_view name = "report";
};
BOOST_DESCRIBE_STRUCT(report, (), (of))

} // namespace after

namespace later {

struct invoice {
    int amount = 0;
    std::string currency = "EUR";
    static constexpr std::string_view name = "invoice";
};
BOOST_DESCRIBE_STRUCT(invoice, (), (amount, currency))

} // namespace later
} // namespace evolution_tests

template <>
struct cofire::job_traits<evolution_tests::before::send_letter> {
    static constexpr std::string_view name = "send-letter";
};
template <>
struct cofire::job_traits<evolution_tests::after::post_letter> {
    static constexpr std::string_view name = "post-letter";
};
template <>
struct cofire::job_traits<evolution_tests::before::greet> {
    static constexpr std::string_view name = "greet";
};
template <>
struct cofire::job_traits<evolution_tests::after::greet> {
    static constexpr std::string_view name = "greet";
};

namespace evolution_tests {

using namespace std::chrono_literals;
using cofire::job_state;

void add_before(cofire::registry& handlers) {
    handlers.add<before::send_letter>();
    handlers.add<before::greet>();
    handlers.add<before::resize>([](before::resize job) -> asio::awaitable<void> {
        write(
            "before: " + job.path + " to " + std::to_string(job.width) + " in " +
            std::to_string(job.colors) + " colors"
        );
        co_return;
    });
    handlers.add<before::crop>([](before::crop job) -> asio::awaitable<void> {
        write("before: crop " + job.path);
        co_return;
    });
    handlers.add<before::invoice>([](before::invoice job) -> asio::awaitable<int> {
        write("before: invoice over " + std::to_string(job.amount));
        co_return job.amount;
    });
}

void add_after(cofire::registry& handlers) {
    handlers.add<after::post_letter>(cofire::aliases{"send-letter"});
    handlers.add<after::greet>();
    handlers.add<after::resize>([](after::resize job) -> asio::awaitable<void> {
        write("after: " + job.path + " to " + std::to_string(job.width) + " as " + job.format);
        co_return;
    });
    handlers.add<after::crop>([](after::crop job) -> asio::awaitable<void> {
        write("after: crop " + std::to_string(job.files.size()) + " from " + job.files.at(0));
        co_return;
    });
    handlers.add<after::invoice>([](after::invoice job) -> asio::awaitable<int> {
        write("after: invoice over " + std::to_string(job.amount) + ' ' + job.currency);
        co_return job.amount;
    });
    handlers.add<after::report>([](after::report job) -> asio::awaitable<void> {
        write("after: report of " + job.of);
        co_return;
    });
}

void add_later(cofire::registry& handlers) {
    handlers.add<later::invoice>([](later::invoice job) -> asio::awaitable<int> {
        write("later: invoice over " + std::to_string(job.amount) + ' ' + job.currency);
        co_return job.amount;
    });
}

struct fixture : store {
    fixture() { written().clear(); }

    void expect(diary const& lines) {
        BOOST_CHECK_EQUAL_COLLECTIONS(
            written().begin(), written().end(), lines.begin(), lines.end()
        );
        written().clear();
    }
};

BOOST_FIXTURE_TEST_SUITE(evolution, fixture)

BOOST_AUTO_TEST_CASE(a_renamed_job_finds_its_handler_by_the_old_name) {
    auto const old_job = await(jobs.enqueue<before::send_letter>("alice"));
    program newer{*this, add_after};
    auto const new_job = await(newer.jobs.enqueue<after::post_letter>("bob"));
    expect({"after: letter to alice", "after: letter to bob"});
    BOOST_TEST(succeeded_at_once(old_job));
    BOOST_TEST(get(old_job).type == "send-letter");
    BOOST_TEST(get(new_job).type == "post-letter");
}

BOOST_AUTO_TEST_CASE(a_renamed_job_waits_when_the_program_goes_back) {
    program older{*this, add_before};
    auto const renamed = await(jobs.enqueue<after::post_letter>("alice"));
    auto const known = await(jobs.enqueue<before::send_letter>("bob"));
    expect({"before: letter to bob"});
    BOOST_TEST(is_parked(renamed));
    BOOST_TEST(!is_parked(known));
    older.stop();
    program newer{*this, add_after};
    run();
    expect({"after: letter to alice"});
    BOOST_TEST(succeeded_at_once(renamed));
}

BOOST_AUTO_TEST_CASE(members_that_come_and_go_need_nothing_in_either_direction) {
    before::resize old_job{.path = "cat.png", .width = 200, .colors = 16};
    after::resize new_job{.path = "dog.png", .width = 300, .format = "webp"};
    auto const old_id = await(jobs.enqueue<before::resize>(old_job));
    {
        program newer{*this, add_after};
        expect({"after: cat.png to 200 as png"});
        auto const id = await(newer.jobs.enqueue<after::resize>(new_job));
        expect({"after: dog.png to 300 as webp"});
        BOOST_TEST(succeeded_at_once(id));
    }
    auto const new_id = await(jobs.enqueue<after::resize>(new_job));
    program older{*this, add_before};
    expect({"before: dog.png to 300 in 256 colors"});
    BOOST_TEST(succeeded_at_once(old_id));
    BOOST_TEST(succeeded_at_once(new_id));
}

BOOST_AUTO_TEST_CASE(a_further_optional_parameter_is_empty_for_older_jobs) {
    auto const old_id = await(jobs.enqueue<before::greet>("alice"));
    auto const not_given = await(jobs.enqueue<after::greet>("bob"));
    auto const given = await(jobs.enqueue<after::greet>("carol", "Farsi"));
    {
        program older{*this, add_before};
        expect({"before: hello alice", "before: hello bob"}); // what is not given is not stored
        BOOST_TEST(is_parked(given));
    }
    program newer{*this, add_after};
    auto const later_id = await(jobs.enqueue<before::greet>("dave"));
    expect({"after: hello carol in Farsi", "after: hello dave in English"});
    for (auto const id : {old_id.id, not_given.id, given.id, later_id.id}) {
        BOOST_TEST(succeeded_at_once(id));
    }
}

BOOST_AUTO_TEST_CASE(older_arguments_are_lifted_step_by_step) {
    auto const first = await(jobs.enqueue<before::crop>("cat.png"));
    auto const second = await(jobs.enqueue<before::crop>("dog.png"));
    BOOST_TEST(get(first).argument_version == 1U);
    program newer{*this, add_after};
    expect({"after: crop 1 from cat.png", "after: crop 1 from dog.png"});
    BOOST_TEST(succeeded_at_once(first));
    BOOST_TEST(succeeded_at_once(second));
    // What is stored is not rewritten: it still says which version wrote it.
    BOOST_TEST(get(first).argument_version == 1U);
    BOOST_TEST(get(first).arguments == R"({"path":"cat.png"})");
}

BOOST_AUTO_TEST_CASE(newer_arguments_wait_for_a_newer_program) {
    program older{*this, add_before};
    after::crop job{{"a.png", "b.png"}};
    auto const newer_job = await(jobs.enqueue<after::crop>(job));
    auto const older_job = await(jobs.enqueue<before::crop>("c.png"));
    expect({"before: crop c.png"});
    BOOST_TEST(get(newer_job).argument_version == 3U);
    BOOST_TEST(is_parked(newer_job));
    BOOST_TEST(succeeded_at_once(older_job));
    // Both versions at a time: each takes what it can read.
    program newer{*this, add_after};
    expect({"after: crop 2 from a.png"});
    BOOST_TEST(succeeded_at_once(newer_job));
    auto const next = await(jobs.enqueue<after::crop>(job));
    expect({"after: crop 2 from a.png"});
    BOOST_TEST(succeeded_at_once(next));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_decoded_is_parked_shown_and_run_by_a_server_that_can) {
    auto const broken = await(jobs.enqueue<before::invoice>(100));
    {
        program newer{*this, add_after};
        auto const fine = await(newer.jobs.enqueue<after::invoice>(7, "USD"));
        expect({"after: invoice over 7 USD"});
        BOOST_TEST(is_parked(broken));
        BOOST_TEST(succeeded_at_once(fine));
        auto const reason = get(broken).reason;
        BOOST_TEST_CONTEXT(reason) {
            BOOST_TEST(reason.find("$.currency: required, but missing") != std::string::npos);
        }
        BOOST_TEST((parked() == std::vector{broken.id}));
        bool told = false;
        for (auto const& line : newer.log) {
            told = told || line.find("currency") != std::string::npos;
        }
        BOOST_TEST(told); // without any set-up somebody hears of it
        // The same program again tries once more, and no attempt is used up by it.
        program again{*this, add_after};
        BOOST_TEST(is_parked(broken));
    }
    BOOST_TEST((parked() == std::vector{broken.id})); // also when no server is there
    program newest{*this, add_later};
    expect({"later: invoice over 100 EUR"});
    BOOST_TEST(succeeded_at_once(broken));
    BOOST_TEST(parked().empty());
    BOOST_TEST(await(jobs.result<int>(broken)) == 100);
}

BOOST_AUTO_TEST_CASE(an_upgrade_that_throws_parks_the_job) {
    auto const broken = await(jobs.enqueue_raw("crop", R"({"way":"cat.png"})"));
    auto const fine = await(jobs.enqueue<before::crop>("dog.png"));
    program newer{*this, add_after};
    expect({"after: crop 1 from dog.png"});
    BOOST_TEST(is_parked(broken));
    auto const reason = get(broken).reason;
    BOOST_TEST_CONTEXT(reason) {
        BOOST_TEST(reason.find("the upgrade from version 1 failed") != std::string::npos);
    }
    BOOST_TEST(succeeded_at_once(fine));
    // A person may also give it up.
    auto const removed = await(jobs.remove(std::array{broken.id}));
    BOOST_TEST(removed.changed == 1U);
    BOOST_TEST(parked().empty());
}

BOOST_AUTO_TEST_CASE(a_continuation_of_a_type_that_comes_later_waits_for_it) {
    program older{*this, add_before};
    auto const parent = await(jobs.enqueue<before::invoice>(5));
    auto const child = await(jobs.continue_with<after::report>(parent, "invoices"));
    expect({"before: invoice over 5"});
    BOOST_TEST(is_parked(child));
    older.stop();
    program newer{*this, add_after};
    expect({"after: report of invoices"});
    BOOST_TEST(succeeded_at_once(child));
}

BOOST_AUTO_TEST_CASE(a_retry_after_a_deployment_is_run_by_the_new_program) {
    auto const add_failing = [](cofire::registry& handlers) {
        handlers.add<before::crop>([](before::crop) -> asio::awaitable<void> {
            throw std::runtime_error("the disk is full");
            co_return;
        });
    };
    program older{*this, add_failing};
    cofire::job_options const options{.delays = {10min}};
    auto const id = await(jobs.with(options).enqueue<before::crop>("cat.png"));
    BOOST_TEST((get(id).state == job_state::scheduled));
    older.stop();
    program newer{*this, add_after};
    advance(10min);
    expect({"after: crop 1 from cat.png"});
    BOOST_TEST((get(id).state == job_state::succeeded));
    BOOST_TEST(get(id).attempt == 2U);
}

BOOST_AUTO_TEST_CASE(a_recurring_job_of_the_old_program_goes_on_in_the_new_one) {
    (void)await(jobs.recurring<before::send_letter>("letters", "0 * * * *", "alice"));
    {
        program older{*this, add_before};
        advance(1h);
        expect({"before: letter to alice"});
    }
    program newer{*this, add_after};
    advance(1h);
    expect({"after: letter to alice"});
    // The new program says it in its own words.
    (void)await(newer.jobs.recurring<after::post_letter>("letters", "0 * * * *", "bob"));
    advance(1h);
    expect({"after: letter to bob"});
}

BOOST_AUTO_TEST_CASE(many_deployments_to_and_fro_lose_nothing) {
    std::vector<cofire::job_id> ids;
    for (int i = 0; i < 20; ++i) {
        program one{*this, i % 2 == 0 ? add_before : add_after};
        ids.push_back(await(jobs.enqueue<before::send_letter>("alice")));
        ids.push_back(await(jobs.enqueue<after::post_letter>("bob")));
        ids.push_back(await(jobs.enqueue<before::crop>("a.png")));
        ids.push_back(await(jobs.enqueue<after::crop>(std::vector<std::string>{"b.png"})));
        ids.push_back(await(jobs.enqueue<after::greet>("carol", "Farsi")));
        one.stop();
        ids.push_back(await(jobs.enqueue<before::resize>("c.png", i)));
        ids.push_back(await(jobs.enqueue<after::report>("all")));
    }
    program last{*this, add_after};
    for (auto const id : ids) {
        BOOST_TEST_CONTEXT(get(id).type) BOOST_TEST(succeeded_at_once(id));
    }
    BOOST_TEST(written().size() == ids.size());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace evolution_tests
