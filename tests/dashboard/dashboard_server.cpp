// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "dashboard/fixture.hpp"

#include <cofire/dashboard/detail/access.hpp>
#include <cofire/dashboard/detail/dashboard_server.hpp>

// How connections and those who guess are counted, and what is taken for a header.
namespace {

using namespace dashboard_tests;

BOOST_AUTO_TEST_SUITE(dashboard_server)

BOOST_AUTO_TEST_CASE(addresses_are_counted_as_long_as_they_are_connected) {
    cofire::dashboard_limits limits;
    limits.connections = 2;
    limits.connections_per_address = 1;
    cofire::detail::web_connections all(limits);
    asio::io_context io;
    auto const make = [&io] { return cofire::detail::make_plain_connection(tcp::socket(io)); };
    auto const first = make();
    auto const second = make();
    auto const third = make();
    BOOST_TEST(all.enter(first, "10.0.0.1"));
    BOOST_TEST(!all.enter(second, "10.0.0.1"));
    BOOST_TEST(all.enter(second, "")); // a proxy's
    BOOST_TEST(!all.enter(third, "10.0.0.2"));
    BOOST_TEST(all.addresses() == 1U); // whoever was refused is not remembered
    all.leave(second, "");
    all.leave(first, "10.0.0.1");
    BOOST_TEST(all.addresses() == 0U);
}

BOOST_AUTO_TEST_CASE(who_guessed_is_forgotten) {
    cofire::detail::log_in_brake brake;
    cofire::steady_point now{};
    for (int i = 0; i != 100; ++i) {
        brake.refused("10.0.0." + std::to_string(i), now);
    }
    BOOST_TEST(brake.size() == 100U);
    now += 59min;
    for (int i = 0; i != 5; ++i) {
        brake.refused("10.0.1.1", now);
    }
    BOOST_TEST(brake.size() == 101U);
    now += 1min;
    BOOST_TEST((brake.wait_for("10.0.1.1", now) == 0s));
    brake.refused("10.0.1.1", now);
    BOOST_TEST(brake.size() == 1U);
    BOOST_TEST((brake.wait_for("10.0.1.1", now) == 2s)); // it is not: the hour is from the last
}

BOOST_AUTO_TEST_CASE(one_customer_is_one_address) {
    using cofire::detail::address_group;
    BOOST_TEST(address_group("10.1.2.3") == "10.1.2.3");
    BOOST_TEST(address_group("::ffff:10.1.2.3") == "10.1.2.3");
    BOOST_TEST(address_group("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64");
    BOOST_TEST(address_group("2001:db8:1:2::1") == address_group("2001:db8:1:2:ffff::"));
    BOOST_TEST(address_group("2001:db8:1:2::1") != address_group("2001:db8:1:3::1"));
    BOOST_TEST(address_group("unknown") == "unknown");
}

BOOST_AUTO_TEST_CASE(only_trusted_proxies_are_believed) {
    auto const from = [](std::vector<std::string> const& values,
                         std::string peer,
                         std::vector<std::string> const& trusted) {
        http::fields header;
        for (std::string const& v : values) {
            header.insert("X-Forwarded-For", v);
        }
        return cofire::detail::client_address(header, std::move(peer), trusted);
    };
    BOOST_TEST(from({"9.9.9.9"}, "10.0.0.1", {}) == "10.0.0.1");
    BOOST_TEST(from({"9.9.9.9"}, "10.0.0.1", {"10.0.0.2"}) == "10.0.0.1");
    BOOST_TEST(from({"9.9.9.9"}, "10.0.0.1", {"10.0.0.1"}) == "9.9.9.9");
    BOOST_TEST(from({"9.9.9.9"}, "::ffff:10.0.0.1", {"10.0.0.1"}) == "9.9.9.9");
    // What stands left of the first that is not trusted may be anybody's word.
    BOOST_TEST(from({"1.1.1.1, 9.9.9.9"}, "10.0.0.1", {"10.0.0.1"}) == "9.9.9.9");
    BOOST_TEST(
        from({"1.1.1.1, 9.9.9.9 , 10.0.0.2"}, "10.0.0.1", {"10.0.0.1", "10.0.0.2"}) == "9.9.9.9"
    );
    BOOST_TEST(from({"1.1.1.1", "9.9.9.9"}, "10.0.0.1", {"10.0.0.1"}) == "9.9.9.9");
    BOOST_TEST(from({"9.9.9.9, unknown"}, "10.0.0.1", {"10.0.0.1"}) == "10.0.0.1");
    BOOST_TEST(from({""}, "10.0.0.1", {"10.0.0.1"}) == "10.0.0.1");
    BOOST_TEST(from({}, "10.0.0.1", {"10.0.0.1"}) == "10.0.0.1");

    world w;
    cofire::dashboard_options o;
    o.trusted_proxies = {"not an address"};
    BOOST_CHECK_THROW(cofire::dashboard(w.jobs, o), cofire::error);
    o.trusted_proxies = {"127.0.0.1"};
    o.limits.connections_per_address = 1;
    o.authorizer = cofire::token_authorizer("a token of 24 characters");
    served s(w, std::move(o));
    std::string const guess = "Authorization: Bearer guessed\r\nX-Forwarded-For: ";
    connection const open(s.port); // not counted
    for (int i = 0; i != 5; ++i) {
        BOOST_TEST(s.get("/api/session", guess + "9.9.9.9\r\n").status == 401U);
    }
    BOOST_TEST(s.get("/api/session", guess + "9.9.9.9\r\n").status == 429U);
    BOOST_TEST(s.get("/api/session", guess + "9.9.9.8\r\n").status == 401U);
}

BOOST_AUTO_TEST_CASE(folded_lines_are_refused) {
    world w;
    served s(w);
    std::string const get = "GET /cofire/health/live HTTP/1.1\r\nHost: localhost\r\n";
    BOOST_TEST(s.send(get + "X: a\r\n b\r\n\r\n").status == 400U);
    BOOST_TEST(s.send(get + "X: a\r\n\tb\r\n\r\n").status == 400U);
    BOOST_TEST(s.send(get + "X: a\r\n \r\n\r\n").status == 400U);
    BOOST_TEST(s.send("GET /cofire/ HTTP/1.1\r\nHost:\r\n localhost\r\n\r\n").status == 400U);
    // In pieces, and in the second request of a connection.
    connection c(s.port);
    for (char const byte : get + "\r\n") {
        c.send(std::string(1, byte));
    }
    BOOST_TEST(c.receive().status == 200U);
    c.send(get + "\r\n" + get + "X: a\r");
    BOOST_TEST(c.receive().status == 200U);
    c.send("\n b\r\n\r\n");
    BOOST_TEST(c.receive().status == 400U);
    // A body is no header.
    std::string const body = "{\"queue\":\r\n \"slow\"}";
    BOOST_TEST(s.post("/api/queues/pause", body).status == 200U);
}

BOOST_AUTO_TEST_CASE(plain_http_stays_on_this_machine) {
    world w;
    cofire::dashboard_options o;
    o.authorizer = cofire::token_authorizer("a token of 24 characters");
    tcp::endpoint const everywhere(asio::ip::address_v4::any(), 0);
    try {
        w.run(cofire::dashboard(w.jobs, o).serve(everywhere));
        BOOST_ERROR("it listens");
    } catch (cofire::error const& e) {
        BOOST_TEST((e.value() == cofire::errc::bad_dashboard_option));
        BOOST_TEST(std::string_view(e.what()).find("allow_plain_http") != std::string_view::npos);
    }
    o.allow_plain_http = true;
    cofire::dashboard const dashboard(w.jobs, o);
    asio::io_context io;
    asio::cancellation_signal stop;
    std::exception_ptr error;
    bool ended = false;
    asio::co_spawn(
        io,
        dashboard.serve(everywhere),
        asio::bind_cancellation_slot(
            stop.slot(),
            [&](std::exception_ptr e) {
                error = e;
                ended = true;
            }
        )
    );
    io.poll();
    BOOST_TEST(!ended); // it listens
    stop.emit(asio::cancellation_type::total);
    io.run();
    BOOST_TEST(ended);
    BOOST_TEST((error == nullptr));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
