// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "dashboard/fixture.hpp"

#ifdef COFIRE_TEST_PASSWORD

#include <cofire/dashboard/password.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>

namespace {

using namespace dashboard_tests;

BOOST_AUTO_TEST_SUITE(password)

BOOST_AUTO_TEST_CASE(users_with_passwords) {
    world w;
    std::string const hash = cofire::hash_password("correct horse");
    BOOST_TEST(hash.find("horse") == std::string::npos);
    BOOST_TEST(hash != cofire::hash_password("correct horse")); // its salt is its own
    cofire::dashboard_options o;
    o.authorizer = cofire::password_authorizer({{"ann", hash, cofire::role::operator_}});
    served s(w, std::move(o));
    // ann:correct horse, twice: once checked, once known
    std::string const good = "Authorization: Basic YW5uOmNvcnJlY3QgaG9yc2U=\r\n";
    BOOST_TEST(s.get("/api/session", good).text("user") == "ann");
    BOOST_TEST(s.get("/api/session", good).text("role") == "operator");
    // ann:correct horsf, bob:correct horse, ann:
    for (char const* bad : {"YW5uOmNvcnJlY3QgaG9yc2Y=", "Ym9iOmNvcnJlY3QgaG9yc2U=", "YW5uOg=="}) {
        BOOST_TEST(
            s.get("/api/session", "Authorization: Basic " + std::string(bad) + "\r\n").status ==
            401U
        );
    }
    BOOST_TEST(s.get("/api/session").status == 401U);
}

BOOST_AUTO_TEST_CASE(users_that_are_none) {
    auto const refused = [](std::vector<cofire::dashboard_user> users) {
        try {
            (void)cofire::password_authorizer(std::move(users));
            return false;
        } catch (cofire::error const& e) {
            return e.value() == cofire::errc::bad_dashboard_option;
        }
    };
    std::string const hash = "pbkdf2-sha256$1000$0123456789abcdef$" + std::string(64, '0');
    BOOST_TEST(!refused({{"ann", hash}}));
    BOOST_TEST(refused({}));
    BOOST_TEST(refused({{"", hash}}));
    BOOST_TEST(refused({{"a:b", hash}}));
    BOOST_TEST(refused({{"ann", hash}, {"ann", hash}}));
    BOOST_TEST(refused({{"ann", "the password itself"}}));
    BOOST_TEST(refused({{"ann", "pbkdf2-sha256$1$0123456789abcdef$" + std::string(64, '0')}}));
    BOOST_CHECK_THROW((void)cofire::hash_password("short"), cofire::error);
}

// ann:correct horse
constexpr std::string_view anns_login = "Basic YW5uOmNvcnJlY3QgaG9yc2U=";

// Takes long enough for the context to be gone before it ends.
cofire::authorizer slow_authorizer() {
    std::string const hash = "pbkdf2-sha256$1000000$0123456789abcdef$" + std::string(64, '0');
    return cofire::password_authorizer({{"ann", hash}});
}

// Asks for ann, and runs `io` until the check is under way.
void begin_check(asio::io_context& io, cofire::authorizer const& door, bool& ended) {
    cofire::access_request question;
    question.authorization = anns_login;
    asio::co_spawn(io, door.decide(question), [&ended](std::exception_ptr, auto) { ended = true; });
    io.poll();
}

BOOST_AUTO_TEST_CASE(the_context_ends_before_the_check) {
    bool ended = false;
    auto const door = slow_authorizer();
    auto io = std::make_unique<asio::io_context>();
    begin_check(*io, door, ended);
    io.reset();
    BOOST_TEST(!ended);
    // And the thread of the checks still works.
    asio::io_context again;
    begin_check(again, door, ended);
    again.run();
    BOOST_TEST(ended);
}

BOOST_AUTO_TEST_CASE(checks_do_not_queue_without_end) {
    std::string const hash = "pbkdf2-sha256$300000$0123456789abcdef$" + std::string(64, '0');
    world w;
    cofire::dashboard_options o;
    o.authorizer = cofire::password_authorizer({{"ann", hash}});
    auto const door = o.authorizer;
    served s(w, std::move(o));
    asio::io_context io;
    bool ended = false;
    for (int i = 0; i != cofire::detail::most_password_checks; ++i) {
        begin_check(io, door, ended);
    }
    std::string const guess = "Authorization: " + std::string(anns_login) + "\r\n";
    answer const busy = s.get("/api/session", guess);
    BOOST_TEST(busy.status == 503U);
    BOOST_TEST(busy.code() == "busy");
    BOOST_TEST(busy.header[http::field::retry_after] == "2");
    std::exception_ptr refused;
    cofire::access_request question;
    question.authorization = anns_login;
    asio::co_spawn(io, door.decide(question), [&](std::exception_ptr e, auto) { refused = e; });
    io.run();
    BOOST_TEST(ended);
    BOOST_CHECK_THROW(std::rethrow_exception(refused), std::exception);
    for (int i = 0; i != 5; ++i) { // it checks again, and the one that was busy was no guess
        BOOST_TEST(s.get("/api/session", guess).status == 401U);
    }
    BOOST_TEST(s.get("/api/session", guess).status == 429U);
}

BOOST_AUTO_TEST_CASE(the_authorizer_ends_before_the_check) {
    bool ended = false;
    auto io = std::make_unique<asio::io_context>();
    begin_check(*io, slow_authorizer(), ended); // the coroutine alone holds it now
    io->run();
    BOOST_TEST(ended);
    ended = false;
    io = std::make_unique<asio::io_context>();
    begin_check(*io, slow_authorizer(), ended);
    io.reset();
    BOOST_TEST(!ended);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace

#endif
