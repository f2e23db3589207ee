// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Every line that the documentation shows of the interface, as it stands there: it must compile, and
// do what it says, on every compiler.

#include <cofire.hpp>
#include <cofire/testing.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/describe.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <mutex>
#include <string>
#include <vector>

namespace api_by_example {

using namespace std::chrono_literals;
namespace asio = boost::asio;

// What the handlers have said. One of them runs on a pool, so it is guarded.
class talk {
public:
    void clear() {
        std::lock_guard lock(mutex_);
        lines_.clear();
    }
    void add(std::string line) {
        std::lock_guard lock(mutex_);
        lines_.push_back(std::move(line));
    }
    bool has(std::string const& line) {
        std::lock_guard lock(mutex_);
        return std::find(lines_.begin(), lines_.end(), line) != lines_.end();
    }

private:
    std::mutex mutex_;
    std::vector<std::string> lines_;
};

talk& said() {
    static talk lines;
    return lines;
}

asio::awaitable<void> send_login_notification(std::string user) {
    said().add("login " + user);
    co_return;
}

asio::awaitable<std::size_t> backup(cofire::job_context& ctx, std::string database) {
    said().add("backup " + database + " attempt " + std::to_string(ctx.attempt()));
    co_return database.size();
}

struct resize_image {
    std::string path;
    int width = 800;
    static constexpr cofire::job_options options{.queue = "images", .timeout = 30s};
};
BOOST_DESCRIBE_STRUCT(resize_image, (), (path, width))

struct mailer {
    std::vector<std::string> sent;
    asio::awaitable<void> send(std::string to) {
        sent.push_back(to);
        co_return;
    }
};

void make_thumbnail(std::string path) {
    said().add("thumbnail " + path);
}

asio::awaitable<void> notify_admin(std::string what) {
    said().add("admin " + what);
    co_return;
}

asio::awaitable<void> daily_report(std::string what) {
    said().add("report " + what);
    co_return;
}

asio::awaitable<void> captcha_cleanup() {
    said().add("captcha");
    co_return;
}

asio::awaitable<void> send_reminder(std::string who) {
    said().add("reminder " + who);
    co_return;
}

asio::awaitable<void> breaks() {
    throw std::runtime_error("broken");
    co_return;
}

} // namespace api_by_example

template <>
struct cofire::job_traits<api_by_example::backup> {
    static constexpr std::string_view name = "nightly-backup";
    static constexpr cofire::job_options options{.max_attempts = 3};
};

template <>
struct cofire::job_traits<api_by_example::breaks> {
    static constexpr cofire::job_options options{.max_attempts = 1};
};

namespace api_by_example {

bool has_said(std::string const& line) {
    return said().has(line);
}

struct fixture {
    fixture() { said().clear(); }
};

// What the client lines do, in one coroutine.
asio::awaitable<void> client_lines(cofire::client& jobs, bool& done) {
    auto id = co_await jobs.enqueue<send_login_notification>("alice");
    BOOST_TEST(id.inserted());
    co_await jobs.enqueue<resize_image>("cat.png", 200);
    co_await jobs.enqueue<&mailer::send>("alice@example.com");
    co_await jobs.enqueue<make_thumbnail>("dog.png");
    co_await jobs.schedule<send_login_notification>(1min, "bob");
    co_await jobs.schedule<send_login_notification>(std::chrono::system_clock::now(), "early");
    co_await jobs.continue_with<notify_admin>(id, "done");
    auto a = co_await jobs.enqueue<backup>("aa");
    auto b = co_await jobs.enqueue<breaks>();
    co_await jobs.continue_with<notify_admin>({id, a}, "both succeeded");
    co_await jobs.continue_with<notify_admin>(cofire::on_failure({b}), "broke");
    co_await jobs.continue_with<notify_admin>(cofire::on_any_end({a, b}), "ended");
    co_await jobs.continue_with<notify_admin>(cofire::on_success({b}), "never");
    co_await jobs.with({.queue = "critical", .priority = 9, .unique_key = "bob", .tags = {"crm"}}
    ).enqueue<backup>("crm");
    auto again =
        co_await jobs.with({.queue = "critical", .unique_key = "bob"}).enqueue<backup>("x");
    BOOST_TEST(again.held());
    co_await jobs.with({.zone = "Asia/Tehran"})
        .recurring<daily_report>("my-daily-job", cofire::cron::daily(3), "all");
    co_await jobs.recurring<captcha_cleanup>("captcha", "*/5 * * * *");
    co_await jobs.trigger_recurring("my-daily-job");
    co_await jobs.pause_recurring("captcha");
    co_await jobs.pause_queue("images");
    co_await jobs.resume_recurring("captcha");
    co_await jobs.remove_recurring("captcha");
    co_await jobs.resume_queue("images");
    co_await jobs.enqueue_raw("nightly-backup", R"(["raw"])");
    auto bytes = co_await jobs.result<std::size_t>(a);
    BOOST_TEST(bytes == 2U);
    auto later = co_await jobs.schedule<notify_admin>(1h, "later");
    co_await jobs.reschedule(later, 5min);
    co_await jobs.cancel(later);
    co_await jobs.requeue(later);
    auto gone = co_await jobs.schedule<notify_admin>(1h, "gone");
    co_await jobs.remove(gone);
    cofire::batch batch;
    auto dump = batch.add<backup>("batch");
    batch.after({dump}).add<notify_admin>("dumped");
    batch.after_all().add<notify_admin>("all done");
    auto const submitted = co_await jobs.submit(batch);
    BOOST_TEST(submitted.size() == 3U);
    done = true;
}

void check_client_lines(std::vector<std::string> const& sent) {
    for (char const* line :
         {"login alice",
          "login early",
          "thumbnail dog.png",
          "admin done",
          "admin both succeeded",
          "admin broke",
          "admin ended",
          "backup crm attempt 1",
          "report all",
          "backup raw attempt 1",
          "admin later",
          "backup batch attempt 1",
          "admin dumped",
          "admin all done",
          "resized cat.png 200"}) {
        BOOST_TEST(has_said(line), line << " is missing");
    }
    for (char const* line : {"admin never", "admin gone", "backup x attempt 1", "captcha"}) {
        BOOST_TEST(!has_said(line), line << " is too much");
    }
    BOOST_TEST(sent.size() == 1U);
}

BOOST_FIXTURE_TEST_SUITE(api_by_example, fixture)

BOOST_AUTO_TEST_CASE(three_lines_inside_an_asio_program) {
    asio::io_context io;
    cofire::host jobs{io.get_executor(), cofire::memory_storage{}};
    jobs.add<send_login_notification>();
    jobs.start();
    bool done = false;
    auto program = [&]() -> asio::awaitable<void> {
        auto id = co_await jobs.enqueue<send_login_notification>("alice");
        co_await jobs.result(id);
        done = true;
        jobs.stop();
    };
    asio::co_spawn(io, program(), [](std::exception_ptr e) {
        if (e) {
            std::rethrow_exception(e);
        }
    });
    io.run();
    BOOST_TEST(done);
    BOOST_TEST(has_said("login alice"));
}

BOOST_AUTO_TEST_CASE(the_parts_and_every_client_operation) {
    asio::io_context io;
    asio::thread_pool pool(1);
    mailer mail;
    int gpu = 0;
    cofire::memory_storage storage;
    cofire::registry registry;
    registry.add<backup>();
    registry.add<send_login_notification>();
    registry.add<notify_admin>();
    registry.add<daily_report>();
    registry.add<captcha_cleanup>();
    registry.add<breaks>();
    registry.add<resize_image>(
        [&gpu](cofire::job_context& ctx, resize_image job) -> asio::awaitable<void> {
            ++gpu;
            BOOST_TEST(ctx.queue() == "images");
            said().add("resized " + job.path + " " + std::to_string(job.width));
            co_return;
        }
    );
    registry.add<&mailer::send>(mail);
    registry.add<make_thumbnail>(cofire::on(pool));
    cofire::client jobs{storage};
    bool done = false;
    auto program = [&]() -> asio::awaitable<void> {
        cofire::server server{
            co_await asio::this_coro::executor,
            storage,
            registry,
            {.queues = {"critical", "default", "images"},
             .concurrency = 1000}}; // NOLINT(co_await): trivially destructible
        asio::co_spawn(io, client_lines(jobs, done), [&](std::exception_ptr e) {
            if (e) {
                std::rethrow_exception(e);
            }
        });
        // Stops when nothing is left to do but the job of a minute later and the daily one.
        auto watch = [&]() -> asio::awaitable<void> {
            for (;;) {
                auto const counts = co_await jobs.counts();
                if (done && counts[cofire::job_state::enqueued] == 0 &&
                    counts[cofire::job_state::processing] == 0 &&
                    counts[cofire::job_state::awaiting] == 0) {
                    break;
                }
                co_await asio::post(asio::use_awaitable);
            }
            server.stop();
        };
        asio::co_spawn(io, watch(), [](std::exception_ptr e) {
            if (e) {
                std::rethrow_exception(e);
            }
        });
        co_await server.run();
    };
    asio::co_spawn(io, program(), [](std::exception_ptr e) {
        if (e) {
            std::rethrow_exception(e);
        }
    });
    io.run();
    pool.join();
    BOOST_TEST(done);
    BOOST_TEST(gpu == 1);
    check_client_lines(mail.sent);
}

BOOST_AUTO_TEST_CASE(queues_are_names_or_names_with_weights) {
    cofire::server_options const strict{.queues = {"critical", "default"}};
    cofire::server_options const weighted{.queues = {{"mail", 3}, {"reports", 1}}};
    BOOST_TEST(strict.queues.size() == 2U);
    BOOST_TEST(strict.queues[1].name == "default");
    BOOST_TEST(weighted.queues.size() == 2U);
    BOOST_TEST(weighted.queues[0].weight == 3U);
    BOOST_TEST(weighted.queues[1].name == "reports");
}

BOOST_AUTO_TEST_CASE(the_harness) {
    cofire::testing::harness t;
    t.registry.add<send_reminder>();
    auto r = t.await(t.jobs.schedule<send_reminder>(1min, "bob"));
    t.advance(59s);
    BOOST_TEST((t.get(r).state == cofire::job_state::scheduled));
    t.advance(1s);
    BOOST_TEST((t.get(r).state == cofire::job_state::succeeded));
    BOOST_TEST(has_said("reminder bob"));
}

BOOST_AUTO_TEST_CASE(the_harness_says_when_an_operation_would_wait_for_ever) {
    cofire::testing::harness t;
    t.registry.add<send_reminder>();
    auto r = t.await(t.jobs.schedule<send_reminder>(1min, "bob"));
    BOOST_CHECK_THROW(t.await(t.jobs.result(r)), std::logic_error);
    t.advance(1min); // the operation that was given up is not woken
    BOOST_TEST((t.get(r).state == cofire::job_state::succeeded));
}

BOOST_AUTO_TEST_CASE(what_the_harness_gives_up_is_gone) {
    struct mark {
        bool* gone;
        ~mark() { *gone = true; }
    };
    cofire::testing::harness t;
    t.registry.add<send_reminder>();
    auto r = t.await(t.jobs.schedule<send_reminder>(1min, "bob"));
    bool gone = false;
    auto waits = [](cofire::client& jobs, cofire::job_id id, bool* flag) -> asio::awaitable<void> {
        mark const m{flag};
        co_await jobs.result(id);
    };
    BOOST_CHECK_THROW(t.await(waits(t.jobs, r, &gone)), std::logic_error);
    BOOST_TEST(gone);
}

BOOST_AUTO_TEST_CASE(a_client_is_an_ordinary_class) {
    struct login_page {
        cofire::client& jobs;
        asio::awaitable<void> post(std::string user) {
            co_await jobs.enqueue<send_login_notification>(user);
        }
    };
    cofire::testing::harness t;
    t.registry.add<send_login_notification>();
    login_page page{t.jobs};
    t.await(page.post("carol"));
    t.run();
    BOOST_TEST(has_said("login carol"));
}

BOOST_AUTO_TEST_CASE(other_completion_styles_go_through_co_spawn) {
    asio::io_context io;
    cofire::memory_storage storage;
    cofire::client jobs{storage};
    bool called = false;
    asio::co_spawn(
        io,
        jobs.enqueue<send_login_notification>("dave"),
        [&](std::exception_ptr e, cofire::enqueued answer) { called = !e && answer.inserted(); }
    );
    io.run();
    BOOST_TEST(called);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace api_by_example
