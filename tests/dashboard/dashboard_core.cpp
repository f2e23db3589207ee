// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "dashboard/odd_storage.hpp"

#include <cofire/dashboard/detail/dashboard_core.hpp>
#include <cofire/dashboard/detail/event_feed.hpp>

// What becomes of a request when something else goes wrong.
namespace {

using namespace dashboard_tests;
using cofire::detail::dashboard_core;

// A core over a storage that can be told to fail.
struct odd_world : world {
    odd_storage odd{storage};
    cofire::client odd_jobs{odd, client_options()};
    std::vector<std::string> lines;

    std::shared_ptr<dashboard_core> core(cofire::dashboard_options o = {}) {
        o.audit = [this](std::string_view line) { lines.emplace_back(line); };
        return std::make_shared<dashboard_core>(odd_jobs, std::move(o));
    }
};

cofire::detail::web_request pause_request(dashboard_core const& core) {
    cofire::detail::web_request r;
    r.method = http::verb::post;
    r.target = "/cofire/api/queues/pause";
    r.body = R"({"queue":"slow"})";
    r.header.set(http::field::host, "localhost");
    r.header.set(http::field::content_type, "application/json");
    r.header.set("Sec-Fetch-Site", "same-origin");
    r.header.set("X-Cofire-CSRF", core.csrf());
    return r;
}

cofire::detail::web_identity ann() {
    return {"ann", cofire::role::operator_, "127.0.0.1"};
}

asio::awaitable<std::optional<cofire::access_grant>> throwing_a_number(cofire::access_request) {
    throw 42;
    co_return std::nullopt;
}

BOOST_AUTO_TEST_SUITE(dashboard_core_)

BOOST_AUTO_TEST_CASE(an_audit_that_throws_costs_no_answer) {
    world w;
    cofire::dashboard_options o;
    o.audit = [](std::string_view) { throw std::runtime_error("the disk is full"); };
    served s(w, std::move(o));
    BOOST_TEST(s.post("/api/queues/pause", R"({"queue":"slow"})").status == 200U);
}

BOOST_AUTO_TEST_CASE(an_edit_that_crosses_another_changes_nothing) {
    odd_world w;
    auto const core = w.core();
    cofire::recurring_definition d;
    d.cron = "0 3 * * *";
    d.type = "a";
    d.arguments = "[1]";
    auto const act = [&](cofire::recurring_request r) {
        cofire::recurring_answer answer;
        asio::io_context io;
        asio::co_spawn(
            io,
            w.storage.recurring(r),
            [&](std::exception_ptr, cofire::recurring_answer a) { answer = std::move(a); }
        );
        io.run();
        return answer;
    };
    auto const first = act(cofire::recurring_put{.id = "r", .definition = &d}).records.at(0);
    int operations = 0;
    w.odd.before = [&] { // after the look at what is there, before the write
        if (++operations == 2) {
            d.cron = "0 4 * * *";
            act(cofire::recurring_put{.id = "r", .definition = &d});
        }
    };
    auto request = pause_request(*core);
    request.target = "/cofire/api/recurring";
    request.body =
        R"({"id":"r","cron":"0 5 * * *","revision":")" + std::to_string(first.revision) + "\"}";
    asio::io_context io;
    unsigned status = 0;
    asio::co_spawn(
        io,
        cofire::detail::respond(core, std::move(request), ann()),
        [&](std::exception_ptr, cofire::detail::web_reply const& reply) { status = reply.status; }
    );
    io.run();
    BOOST_TEST(operations > 2);
    BOOST_TEST(status == 409U);
    auto const stored = act(cofire::recurring_list{.id = "r"}).records.at(0);
    BOOST_TEST(stored.definition.cron == "0 4 * * *");
}

BOOST_AUTO_TEST_CASE(a_cancelled_action_has_its_line) {
    odd_world w;
    auto const core = w.core();
    w.odd.stalls = true;
    asio::io_context io;
    asio::cancellation_signal stop;
    std::exception_ptr error;
    asio::co_spawn(
        io,
        cofire::detail::respond(core, pause_request(*core), ann()),
        asio::bind_cancellation_slot(
            stop.slot(), [&](std::exception_ptr e, cofire::detail::web_reply const&) { error = e; }
        )
    );
    io.poll();
    stop.emit(asio::cancellation_type::terminal);
    io.run();
    BOOST_TEST((error != nullptr));
    BOOST_REQUIRE(w.lines.size() == 1U);
    BOOST_TEST(w.lines[0].find("target=\"slow\"") != std::string::npos);
    BOOST_TEST(w.lines[0].ends_with(" status=cancelled"));
}

BOOST_AUTO_TEST_CASE(what_is_no_exception_is_an_answer_all_the_same) {
    odd_world w;
    auto const core = w.core();
    w.odd.before = [] { throw 42; };
    auto const reply = w.run(cofire::detail::respond(core, pause_request(*core), ann()));
    BOOST_TEST(reply.status == 500U);
    BOOST_TEST(w.lines.size() == 1U);
    cofire::dashboard_options o;
    o.authorizer.decide = throwing_a_number;
    served s(w, std::move(o));
    BOOST_TEST(s.get("/api/session").status == 401U);
}

// A stream of events, one after the other.
struct stream {
    odd_world& w;
    std::shared_ptr<dashboard_core> core;
    cofire::detail::web_identity who = ann();
    cofire::detail::event_feed feed{core, std::nullopt, who};
    asio::io_context io{};

    std::string next() {
        std::string text;
        std::exception_ptr error;
        asio::co_spawn(io, feed.next(), [&](std::exception_ptr e, std::string t) {
            error = e;
            text = std::move(t);
        });
        io.poll();
        w.clock.advance(2s);
        io.restart();
        io.run();
        io.restart();
        BOOST_TEST((error == nullptr));
        return text;
    }
};

BOOST_AUTO_TEST_CASE(a_stream_tells_what_goes_wrong) {
    odd_world w;
    auto const core = w.core();
    BOOST_REQUIRE(core->enter_stream());
    stream s{w, core};
    BOOST_TEST(s.next().starts_with("event: overview\ndata: {"));
    w.odd.before = [] { throw cofire::error(cofire::errc::storage_failed, "host db1 is down"); };
    std::string const text = s.next();
    BOOST_TEST(text.starts_with("event: problem\ndata: {"), text);
    BOOST_TEST(text.find("storage_failed") != std::string::npos);
    BOOST_TEST(text.find("db1") == std::string::npos);
    w.odd.before = [] {};
    BOOST_TEST(s.next().starts_with("event: overview\ndata: {")); // nothing changed: told anew
}

BOOST_AUTO_TEST_CASE(a_stream_ends_with_its_session) {
    odd_world w;
    auto const core = w.core();
    auto const begin = core->jobs().clock().steady_now();
    auto const session = core->sessions().open({"ann", cofire::role::operator_}, begin);
    BOOST_REQUIRE(core->enter_stream());
    auto who = ann();
    who.session = session.id;
    stream s{w, core, who};
    BOOST_TEST(s.next().starts_with("event: overview\ndata: {"));
    w.clock.advance(29min);
    BOOST_TEST(s.next() == "event: beat\ndata: {}\n\n");
    w.clock.advance(29min); // the stream itself has used it
    BOOST_TEST(s.next() == "event: beat\ndata: {}\n\n");
    core->sessions().close(session.id);
    BOOST_TEST(s.next() == "");
}

BOOST_AUTO_TEST_CASE(a_stream_waits_for_no_storage_for_ever) {
    odd_world w;
    w.odd.stalls = true;
    cofire::dashboard_options o;
    o.deadline = 1ms;
    auto const core = w.core(std::move(o));
    BOOST_REQUIRE(core->enter_stream());
    stream s{w, core};
    std::string const text = s.next();
    BOOST_TEST(text.starts_with("event: problem\ndata: {"), text);
    BOOST_TEST(text.find("\"deadline\"") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
