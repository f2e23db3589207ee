// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "dashboard/fixture.hpp"

#include <cofire/dashboard/detail/web_sessions.hpp>

// The page to log in, and the sessions it begins.
namespace {

using namespace dashboard_tests;

constexpr std::string_view token = "a token of 24 characters";

cofire::dashboard_options with_token(cofire::dashboard_sessions sessions = {}) {
    cofire::dashboard_options o;
    o.authorizer = cofire::token_authorizer(std::string(token));
    o.sessions = sessions;
    return o;
}

answer
log_in(served const& s, std::string_view secret, std::string const& more = {}, bool same = true) {
    return s.send(s.post_text(
        "/api/log-in",
        R"({"user":"ann","password":")" + std::string(secret) + "\"}",
        "Content-Type: application/json\r\nSec-Fetch-Site: " +
            std::string(same ? "same-origin" : "cross-site") + "\r\n" + more
    ));
}

// The cookie of an answer as a browser sends it back.
std::string cookie_of(answer const& a) {
    std::string_view const set = a.header[http::field::set_cookie];
    return "Cookie: other=1; " + std::string(set.substr(0, set.find(';'))) + "\r\n";
}

answer post_as(
    served const& s, std::string const& cookie, std::string const& csrf, std::string const& path
) {
    return s.send(s.post_text(
        path,
        R"({"queue":"slow"})",
        "Content-Type: application/json\r\nSec-Fetch-Site: same-origin\r\nX-Cofire-CSRF: " + csrf +
            "\r\n" + cookie
    ));
}

BOOST_AUTO_TEST_SUITE(log_in_)

BOOST_AUTO_TEST_CASE(a_browser_gets_the_page_to_log_in_and_nothing_else) {
    world w;
    served s(w, with_token());
    std::string const html = "Accept: text/html,*/*\r\n";
    answer const page = s.get("/", html);
    BOOST_TEST(page.status == 401U);
    BOOST_TEST(page.header[http::field::www_authenticate].empty());
    BOOST_TEST(page.header[http::field::cache_control] == "no-store");
    BOOST_TEST(!page.header["Content-Security-Policy"].empty());
    BOOST_TEST(page.header[http::field::content_type].starts_with("text/html"));
    BOOST_TEST(!page.body.empty());
    answer const moved = s.get("", html);
    BOOST_TEST(moved.status == 308U);
    BOOST_TEST(moved.header[http::field::location] == "cofire/");
    BOOST_TEST(moved.header[http::field::www_authenticate].empty());
    BOOST_TEST(s.get("/assets/log_in.js").status == 200U);
    BOOST_TEST(s.get("/assets/log_in.css").status == 200U);
    BOOST_TEST(s.get("/assets/app.js", html).status == 401U);
    BOOST_TEST(s.get("/api/jobs", html).status == 401U);
    BOOST_TEST(s.get("/api/log-in", html).status == 401U);
    BOOST_TEST(s.send("GET /cofire/ HTTP/1.1\r\nHost: evil\r\n" + html + "\r\n").status == 421U);

    served without(w, with_token({.most = 0}));
    BOOST_TEST(!without.get("/", html).header[http::field::www_authenticate].empty());
    BOOST_TEST(log_in(without, token).status == 401U);
}

BOOST_AUTO_TEST_CASE(a_session_from_log_in_to_log_out) {
    world w;
    served s(w, with_token());
    answer const entered = log_in(s, token);
    BOOST_REQUIRE(entered.status == 200U);
    std::string const set(entered.header[http::field::set_cookie]);
    BOOST_TEST(set.starts_with("cofire-session-" + std::to_string(s.port) + "="));
    BOOST_TEST(set.ends_with("; Path=/cofire/; HttpOnly; SameSite=Strict"));
    std::string const ann = cookie_of(entered);
    auto const session = s.get("/api/session", ann).object();
    BOOST_TEST(session.at("user").as_string() == "token");
    BOOST_TEST(session.at("may_log_out").as_bool());
    std::string const csrf(session.at("csrf").as_string());
    // The token against forged requests is the session's own.
    std::string const bob = cookie_of(log_in(s, token));
    std::string const other = s.get("/api/session", bob).text("csrf");
    BOOST_TEST(csrf != other);
    BOOST_TEST(post_as(s, ann, other, "/api/queues/pause").status == 403U);
    BOOST_TEST(post_as(s, ann, csrf, "/api/queues/pause").status == 200U);
    BOOST_TEST(s.get("/", ann).status == 200U);

    BOOST_TEST(post_as(s, ann, other, "/api/log-out").status == 403U);
    answer const left = post_as(s, ann, csrf, "/api/log-out");
    BOOST_TEST(left.status == 200U);
    BOOST_TEST(left.header[http::field::set_cookie].ends_with("; Max-Age=0"));
    answer const late = s.get("/api/session", ann);
    BOOST_TEST(late.status == 401U);
    BOOST_TEST(late.header[http::field::www_authenticate].empty()); // the page says so
    BOOST_TEST(post_as(s, ann, csrf, "/api/queues/pause").status == 401U);
    BOOST_TEST(s.get("/api/session", bob).status == 200U);
    answer const fetched = s.get("/api/session", "Sec-Fetch-Mode: cors\r\n");
    BOOST_TEST(fetched.header[http::field::www_authenticate].empty());
    auto const lines = s.audit();
    BOOST_TEST(lines.size() == 5U); // two log-ins, two pauses, one log-out
    BOOST_TEST(lines.back().find("action=\"log out\"") != std::string::npos);
    for (int i = 0; i != 10; ++i) { // an old cookie is no guess
        BOOST_TEST(s.get("/api/session", ann).status == 401U);
    }
}

BOOST_AUTO_TEST_CASE(an_id_is_never_kept_over_a_log_in) {
    world w;
    served s(w, with_token());
    std::string const mine =
        "Cookie: cofire-session-" + std::to_string(s.port) + "=" + std::string(64, 'a') + "\r\n";
    std::string const first = cookie_of(log_in(s, token, mine));
    BOOST_TEST(first.find("aaaaaaaa") == std::string::npos);
    BOOST_TEST(s.get("/api/session", mine).status == 401U);
    std::string const second = cookie_of(log_in(s, token, first));
    BOOST_TEST(first != second);
    BOOST_TEST(s.get("/api/session", first).status == 401U);
    BOOST_TEST(s.get("/api/session", second).status == 200U);
}

BOOST_AUTO_TEST_CASE(who_guesses_here_has_to_wait_as_well) {
    world w;
    served s(w, with_token());
    BOOST_TEST(log_in(s, token, "", false).status == 403U); // from another site
    BOOST_TEST(s.send(s.post_text("/api/log-in", "{}", "")).status == 415U);
    BOOST_TEST(log_in(s, "").status == 400U);
    for (int i = 0; i != 5; ++i) {
        answer const a = log_in(s, "guessed");
        BOOST_TEST(a.status == 401U);
        BOOST_TEST(a.header.count(http::field::set_cookie) == 0U);
    }
    answer const braked = log_in(s, token);
    BOOST_TEST(braked.status == 429U);
    BOOST_TEST(braked.header[http::field::retry_after] == "1");
    w.clock.advance(1s);
    BOOST_TEST(log_in(s, token).status == 200U);
}

BOOST_AUTO_TEST_CASE(sessions_end_by_themselves) {
    cofire::dashboard_sessions o;
    o.idle = 10min;
    o.absolute = 25min;
    o.most = 2;
    cofire::detail::web_sessions all(o);
    cofire::steady_point now{};
    auto const a = all.open({"ann"}, now).id;
    now += 9min;
    BOOST_TEST(all.find(a, now).has_value());
    now += 9min; // 18 since it began, but used in between
    BOOST_TEST(all.find(a, now).has_value());
    now += 7min;
    BOOST_TEST(!all.find(a, now).has_value()); // 25
    auto const b = all.open({"bob"}, now).id;
    now += 10min;
    BOOST_TEST(!all.find(b, now).has_value());
    BOOST_TEST(all.size() == 0U);
    // One more than there may be ends the one not used for longest.
    auto const c = all.open({"c"}, now).id;
    auto const d = all.open({"d"}, now).id;
    BOOST_TEST(all.find(c, now).has_value());
    auto const e = all.open({"e"}, now).id;
    BOOST_TEST(all.size() == 2U);
    BOOST_TEST(all.find(c, now).has_value());
    BOOST_TEST(!all.find(d, now).has_value());
    BOOST_TEST(all.find(e, now).has_value());
    BOOST_TEST(!all.find("", now).has_value());
    all.close(c);
    BOOST_TEST(!all.find(c, now).has_value());

    world w;
    BOOST_CHECK_THROW(cofire::dashboard(w.jobs, with_token({.idle = 0s})), cofire::error);
    BOOST_CHECK_THROW(
        cofire::dashboard(w.jobs, with_token({.idle = 2h, .absolute = 1h})), cofire::error
    );
}

BOOST_AUTO_TEST_CASE(cookies_are_read_as_they_were_set) {
    using cofire::detail::session_cookie;
    using cofire::detail::set_session_cookie;
    auto const value = [](std::string const& host, std::string const& cookie, bool tls = false) {
        http::fields h;
        h.set(http::field::host, host);
        h.set(http::field::cookie, cookie);
        return std::string(session_cookie(h, tls));
    };
    BOOST_TEST(value("a:81", "cofire-session-81=x") == "x");
    BOOST_TEST(value("a:81", "b=c;  cofire-session-81=x; d") == "x");
    BOOST_TEST(value("a", "cofire-session=x") == "x");
    BOOST_TEST(value("[::1]:81", "cofire-session-81=x") == "x");
    BOOST_TEST(value("a:82", "cofire-session-81=x") == "");
    BOOST_TEST(value("a:81", "xcofire-session-81=x") == "");
    BOOST_TEST(value("a:81", "cofire-session-81=x; __Host-cofire-session-81=y") == "y");
    BOOST_TEST(value("a:81", "cofire-session-81=x; __Host-cofire-session-81=y", true) == "y");
    BOOST_TEST(value("a:81", "cofire-session-81=x", true) == "");
    BOOST_TEST(value("a:81", "") == "");
    BOOST_TEST(value("a:\"81", "cofire-session=x") == "x");
    http::fields h;
    h.set(http::field::host, "a:81");
    BOOST_TEST(
        set_session_cookie(h, "x", "/jobs", true) ==
        "__Host-cofire-session-81=x; Path=/; Secure; HttpOnly; SameSite=Strict"
    );
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
