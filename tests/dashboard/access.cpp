// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "dashboard/fixture.hpp"

#include <cofire/dashboard/detail/access.hpp>
#include <cofire/dashboard/detail/routes.hpp>

#include <algorithm>
#include <set>

// Who gets in, and what the dashboard refuses whoever asks.
namespace {

using namespace dashboard_tests;

// A path for each route.
std::string path_of(cofire::detail::web_route const& route) {
    std::string path = "/" + std::string(route.pattern);
    if (auto const hole = path.find("{}"); hole != std::string::npos) {
        path.replace(hole, 2, "00000000-0000-7000-8000-000000000001");
    }
    return path;
}

bool is_get(cofire::detail::web_route const& route) {
    return route.kind == cofire::detail::route_kind::look;
}

void check_header(answer const& a) {
    auto const is = [&](char const* name, std::string_view value) {
        BOOST_TEST(std::string_view(a.header[name]) == value, name << " is " << a.header[name]);
    };
    is("Content-Security-Policy",
       "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
       "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'");
    is("X-Content-Type-Options", "nosniff");
    is("Referrer-Policy", "no-referrer");
    is("X-Frame-Options", "DENY");
    is("Cross-Origin-Opener-Policy", "same-origin");
    is("Cross-Origin-Resource-Policy", "same-origin");
    for (auto const& field : a.header) {
        BOOST_TEST(!std::string(field.name_string()).starts_with("Access-Control-"));
    }
}

BOOST_AUTO_TEST_SUITE(access)

BOOST_AUTO_TEST_CASE(no_other_address_without_an_authorizer) {
    world w;
    cofire::dashboard const dashboard(w.jobs);
    for (char const* address : {"0.0.0.0", "::"}) {
        try {
            w.run(dashboard.serve(tcp::endpoint(asio::ip::make_address(address), 0)));
            BOOST_ERROR("it listens");
        } catch (cofire::error const& e) {
            BOOST_TEST((e.value() == cofire::errc::bad_dashboard_option));
            BOOST_TEST(std::string(e.what()).find(address) != std::string::npos);
        }
    }
}

BOOST_AUTO_TEST_CASE(bad_options_are_refused) {
    world w;
    auto const refused = [&](cofire::dashboard_options const& o) {
        try {
            cofire::dashboard const d(w.jobs, o);
            return false;
        } catch (cofire::error const& e) {
            return e.value() == cofire::errc::bad_dashboard_option;
        }
    };
    BOOST_TEST(!refused({.prefix = ""}));
    BOOST_TEST(refused({.prefix = "/"}));
    BOOST_TEST(refused({.prefix = "jobs"}));
    BOOST_TEST(refused({.prefix = "/jobs/"}));
    BOOST_TEST(refused({.prefix = "/j\r\nX: y"}));
    BOOST_TEST(refused({.links = {{"logs", "javascript:alert(1)"}}}));
    BOOST_TEST(refused({.poll = 999ms}));
    BOOST_CHECK_THROW((void)cofire::token_authorizer("123456789012345"), cofire::error);
}

BOOST_AUTO_TEST_CASE(every_route_asks_for_credentials_first) {
    world w;
    cofire::dashboard_options o;
    o.authorizer = cofire::token_authorizer("a token of 24 characters");
    served s(w, std::move(o));
    std::vector<std::string> paths{"", "/nowhere", "/api/nowhere", "/assets/app.js"};
    for (auto const& route : cofire::detail::web_routes()) {
        paths.push_back(path_of(route));
    }
    for (std::string const& path : paths) {
        BOOST_TEST_CONTEXT(path) {
            answer const got = s.get(path);
            BOOST_TEST(got.status == 401U);
            BOOST_TEST(!got.header[http::field::www_authenticate].empty());
            check_header(got);
            BOOST_TEST(s.send(s.post_text(path, "{}", "")).status == 401U);
        }
    }
    std::string const good = "Authorization: Bearer a token of 24 characters\r\n";
    BOOST_TEST(s.get("/api/session", good).status == 200U);
    // ":a token of 24 characters"
    std::string const basic = "Authorization: Basic OmEgdG9rZW4gb2YgMjQgY2hhcmFjdGVycw==\r\n";
    BOOST_TEST(s.get("/api/session", basic).text("user") == "token");
    for (char const* bad :
         {"Authorization: Bearer a token of 24 characterz\r\n",
          "Authorization: Bearer \r\n",
          "Authorization: Basic !!!!\r\n",
          "X-Forwarded-For: 127.0.0.1\r\n"}) {
        BOOST_TEST(s.get("/api/session", bad).status == 401U, bad);
    }
}

BOOST_AUTO_TEST_CASE(who_guesses_has_to_wait) {
    world w;
    cofire::dashboard_options o;
    o.authorizer = cofire::token_authorizer("a token of 24 characters");
    served s(w, std::move(o));
    std::string const bad = "Authorization: Bearer guessed\r\n";
    std::string const good = "Authorization: Bearer a token of 24 characters\r\n";
    for (int i = 0; i != 5; ++i) {
        BOOST_TEST(s.get("/api/session", bad).status == 401U);
    }
    answer const braked = s.get("/api/session", good);
    BOOST_TEST(braked.status == 429U);
    BOOST_TEST(braked.header[http::field::retry_after] == "1");
    w.clock.advance(1s);
    BOOST_TEST(s.get("/api/session", bad).status == 401U);
    w.clock.advance(1s);
    BOOST_TEST(s.get("/api/session", good).status == 429U); // it doubles
    w.clock.advance(1s);
    BOOST_TEST(s.get("/api/session", good).status == 200U);
    BOOST_TEST(
        s.get("/api/session", bad).status == 401U
    ); // it goes on: nobody has said who guesses
    BOOST_TEST(s.get("/api/session", good).status == 429U);
    w.clock.advance(1h);
    BOOST_TEST(s.get("/api/session", good).status == 200U);
}

BOOST_AUTO_TEST_CASE(a_success_ends_the_wait_of_its_own_user_only) {
    using namespace std::chrono_literals;
    cofire::detail::log_in_brake brake;
    cofire::steady_point const now{};
    auto const guess = [&](std::string_view user) {
        for (int i = 0; i != 5; ++i) {
            brake.refused("10.0.0.1", now, user);
        }
    };
    guess("ann");
    brake.admitted("10.0.0.1", "vic");
    brake.admitted("10.0.0.1", "");
    BOOST_TEST((brake.wait_for("10.0.0.1", now) == 1s));
    brake.admitted("10.0.0.1", "ann");
    BOOST_TEST((brake.wait_for("10.0.0.1", now) == 0s));
    guess("ann");
    brake.refused("10.0.0.1", now, "vic");
    brake.admitted("10.0.0.1", "vic");
    brake.admitted("10.0.0.1", "ann");
    BOOST_TEST((brake.wait_for("10.0.0.1", now) > 0s));
}

BOOST_AUTO_TEST_CASE(without_an_authorizer_no_proxy_lets_others_in) {
    world w;
    for (bool const hosts : {true, false}) {
        cofire::dashboard_options o;
        (hosts ? o.allowed_hosts : o.trusted_proxies) = {"10.0.0.1"};
        served s(w, std::move(o));
        s.stop();
        BOOST_TEST((s.error != nullptr));
    }
    served s(w);
    BOOST_TEST(s.get("/api/session").status == 200U);
    for (char const* added :
         {"X-Forwarded-For: 203.0.113.9",
          "x-forwarded-host: a",
          "X-Forwarded-Proto: https",
          "X-Real-IP: 203.0.113.9",
          "Forwarded: for=203.0.113.9",
          "Via: 1.1 proxy"}) {
        BOOST_TEST(s.get("/api/session", std::string(added) + "\r\n").status == 403U, added);
    }
}

asio::awaitable<std::optional<cofire::access_grant>> throwing(cofire::access_request) {
    throw std::runtime_error("the directory /etc/secret does not answer");
    co_return std::nullopt;
}

BOOST_AUTO_TEST_CASE(an_authorizer_that_throws_refuses) {
    world w;
    cofire::dashboard_options o;
    o.authorizer.decide = throwing;
    served s(w, std::move(o));
    answer const a = s.get("/api/session");
    BOOST_TEST(a.status == 401U);
    BOOST_TEST(a.body.find("secret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_viewer_looks_only) {
    world w;
    auto const id = w.enqueue("backup").to_string();
    cofire::dashboard_options o;
    o.authorizer = cofire::token_authorizer("a token of 24 characters", cofire::role::viewer);
    served s(w, std::move(o));
    s.authorization = "Authorization: Bearer a token of 24 characters\r\n";
    std::size_t acts = 0;
    for (auto const& route : cofire::detail::web_routes()) {
        if (route.kind == cofire::detail::route_kind::act) {
            ++acts;
            BOOST_TEST_CONTEXT(route.pattern) {
                answer const a = s.post(path_of(route));
                BOOST_TEST(a.status == 403U);
                BOOST_TEST(a.code() == "role");
            }
        }
    }
    BOOST_TEST(s.audit().size() == acts);
    BOOST_TEST(
        s.post("/api/bulk/preview", R"({"action":"delete","filter":{"state":"enqueued"}})")
            .status == 200U
    );
    BOOST_TEST(s.get("/api/session", s.authorization).object().at("may_write").as_bool() == false);
    auto const job = s.get("/api/jobs/" + id, s.authorization).object();
    BOOST_TEST(job.at("actions").as_array().empty());
}

BOOST_AUTO_TEST_CASE(a_read_only_dashboard_lets_nobody_act) {
    world w;
    served s(w, {.read_only = true});
    for (auto const& route : cofire::detail::web_routes()) {
        if (route.kind == cofire::detail::route_kind::act) {
            answer const a = s.post(path_of(route));
            BOOST_TEST(a.status == 403U, route.pattern);
            BOOST_TEST(a.code() == "read_only");
        }
    }
}

BOOST_AUTO_TEST_CASE(no_action_by_another_site) {
    world w;
    served s(w);
    std::string const type = "Content-Type: application/json\r\n";
    std::string const token = "X-Cofire-CSRF: " + s.csrf() + "\r\n";
    std::string const same = "Sec-Fetch-Site: same-origin\r\n";
    std::string const origin = "Origin: http://" + s.host() + "\r\n";
    struct row {
        std::string header;
        unsigned status;
        char const* code;
    };
    std::vector<row> const rows{
        {type + token + same, 200, ""},
        {type + token + origin, 200, ""},
        {type + token + same + "Origin: null\r\n", 200, ""}, // the browser has said it
        {"Content-Type: application/json; charset=utf-8\r\n" + token + same, 200, ""},
        {token + same, 415, "bad_content_type"},
        {"Content-Type: text/plain\r\n" + token + same, 415, "bad_content_type"},
        {"Content-Type: application/x-www-form-urlencoded\r\n" + token + same,
         415,
         "bad_content_type"},
        {"Content-Type: multipart/form-data; boundary=x\r\n" + token + same,
         415,
         "bad_content_type"},
        {"Content-Type: application/jsonx\r\n" + token + same, 415, "bad_content_type"},
        {type + token, 403, "origin"},
        {type + token + "Origin: null\r\n", 403, "origin"},
        {type + token + "Origin: http://evil.example\r\n", 403, "origin"},
        {type + token + "Origin: http://" + s.host() + ".evil.example\r\n", 403, "origin"},
        {type + token + "Origin: http://" + s.host() + "\r\nOrigin: http://evil.example\r\n",
         403,
         "origin"},
        {type + token + "Origin: ftp://" + s.host() + "\r\n", 403, "origin"},
        {type + token + "Sec-Fetch-Site: cross-site\r\n" + origin, 403, "origin"},
        {type + token + "Sec-Fetch-Site: same-site\r\n" + origin, 403, "origin"},
        {type + token + "Sec-Fetch-Site: none\r\n" + origin, 403, "origin"},
        {type + token + same + "Sec-Fetch-Site: cross-site\r\n", 403, "origin"},
        {type + same, 403, "csrf"},
        {type + same + "X-Cofire-CSRF: \r\n", 403, "csrf"},
        {type + same + "X-Cofire-CSRF: 00000000000000000000000000000000\r\n", 403, "csrf"},
        {type + same + token + token, 403, "csrf"},
    };
    for (row const& r : rows) {
        BOOST_TEST_CONTEXT(r.header) {
            answer const a = s.send(s.post_text("/api/queues/pause", R"({"queue":"q"})", r.header));
            BOOST_TEST(a.status == r.status);
            if (r.status != 200) {
                BOOST_TEST(a.code() == r.code);
            }
            check_header(a);
        }
    }
    BOOST_TEST(served(w).csrf() != s.csrf()); // a secret of each installation's own
}

BOOST_AUTO_TEST_CASE(each_route_has_its_method) {
    world w;
    served s(w);
    std::set<std::string> gets;
    std::set<std::string> posts;
    for (auto const& route : cofire::detail::web_routes()) {
        (is_get(route) ? gets : posts).insert(path_of(route));
    }
    for (std::string const& path : posts) {
        bool const both = gets.contains(path) || path.find("/00000000") != std::string::npos;
        if (!both && path.find("bulk") == std::string::npos) {
            BOOST_TEST(s.get(path).status == 405U, path); // nothing is done by a GET
        }
    }
    for (char const* method : {"PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"}) {
        for (std::string const& path : gets) {
            answer const a = s.send(
                std::string(method) + " /cofire" + path + " HTTP/1.1\r\nHost: " + s.host() +
                "\r\n\r\n"
            );
            BOOST_TEST(a.status == 405U, method << " " << path);
            BOOST_TEST(!a.header[http::field::allow].empty());
        }
    }
    answer const head =
        s.send("HEAD /cofire/health/live HTTP/1.1\r\nHost: " + s.host() + "\r\n\r\n", true);
    BOOST_TEST(head.status == 200U);
    BOOST_TEST(head.body.empty());
}

BOOST_AUTO_TEST_CASE(only_for_hosts_it_knows) {
    world w;
    cofire::dashboard_options o;
    o.allowed_hosts = {"jobs.example.org"};
    o.authorizer = cofire::token_authorizer("a token of 24 characters");
    served s(w, std::move(o));
    std::string const good_token = "Authorization: Bearer a token of 24 characters\r\n";
    auto const status = [&](std::string const& host) {
        return s.send("GET /cofire/health/live HTTP/1.1\r\n" + good_token + host + "\r\n").status;
    };
    for (char const* good :
         {"127.0.0.1",
          "127.0.0.1:8080",
          "localhost:1",
          "LOCALHOST",
          "[::1]:80",
          "[::1]",
          "jobs.example.org",
          "Jobs.Example.Org:443"}) {
        BOOST_TEST(status("Host: " + std::string(good) + "\r\n") == 200U, good);
    }
    for (char const* bad :
         {"evil.example",
          "127.0.0.1.evil.example",
          "localhost.evil.example",
          "jobs.example.org.",
          "evil@localhost",
          "[::2]",
          "10.0.0.1"}) {
        BOOST_TEST(status("Host: " + std::string(bad) + "\r\n") == 421U, bad);
    }
    for (char const* malformed :
         {"", ":80", "localhost:", "localhost:x", "[::1", "localhost:80:80"}) {
        BOOST_TEST(status("Host: " + std::string(malformed) + "\r\n") == 400U, malformed);
    }
    BOOST_TEST(status("") == 400U);
    BOOST_TEST(status("Host: localhost\r\nHost: localhost\r\n") == 400U);
    BOOST_TEST(status("Host: evil.example\r\nX-Forwarded-Host: localhost\r\n") == 421U);
}

BOOST_AUTO_TEST_CASE(every_answer_has_the_headers) {
    world w;
    served s(w);
    for (char const* path :
         {"/",
          "",
          "/nowhere",
          "/api/jobs",
          "/api/jobs?rows=0",
          "/metrics",
          "/health/live",
          "/api/session"}) {
        BOOST_TEST_CONTEXT(path) {
            answer const a = s.get(path, "Origin: http://evil.example\r\n");
            check_header(a);
            bool const page = std::string_view(path) == "/";
            BOOST_TEST(
                std::string_view(a.header[http::field::cache_control]) ==
                (page ? "no-cache" : "no-store")
            );
        }
    }
    check_header(s.send("nonsense\r\n\r\n"));
    check_header(s.send("GET /cofire/ HTTP/1.1\r\nHost: evil.example\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(no_path_leads_to_a_file) {
    world w;
    served s(w);
    for (char const* path :
         {"/assets/../index.html",
          "/assets/%2e%2e/index.html",
          "/assets/..%2findex.html",
          "/assets/%252e%252e%252fetc%252fpasswd",
          "/assets/..\\index.html",
          "/assets/index.html%00",
          "/assets/",
          "/assets//index.html",
          "/../../../../etc/passwd",
          "/%2e%2e/%2e%2e/etc/passwd",
          "//evil.example",
          "/./api/session",
          "/api/session/",
          "/API/session",
          "/assets/index%2ehtml"}) {
        BOOST_TEST(s.get(path).status == 404U, path);
    }
    BOOST_TEST(s.get("x").status == 404U); // "/cofirex" is not below the prefix
    cofire::dashboard const d(w.jobs);
    BOOST_TEST(d.owns("/cofire"));
    BOOST_TEST(d.owns("/cofire/"));
    BOOST_TEST(d.owns("/cofire?x"));
    BOOST_TEST(d.owns("/cofire/api/jobs?state=failed"));
    BOOST_TEST(!d.owns("/cofirex"));
    BOOST_TEST(!d.owns("/"));
    BOOST_TEST(!d.owns("http://localhost/cofire/"));
}

BOOST_AUTO_TEST_CASE(parameters_have_bounds) {
    world w;
    served s(w);
    struct row {
        char const* path;
        char const* field;
    };
    for (row const r : std::initializer_list<row>{
             {"/api/jobs?rows=0", "rows"},
             {"/api/jobs?rows=-1", "rows"},
             {"/api/jobs?rows=501", "rows"},
             {"/api/jobs?rows=1000000000000000000", "rows"},
             {"/api/jobs?rows=99999999999999999999999", "rows"},
             {"/api/jobs?rows=NaN", "rows"},
             {"/api/jobs?rows=", "rows"},
             {"/api/jobs?rows=1e2", "rows"},
             {"/api/jobs?rows=%201", "rows"},
             {"/api/jobs?rows=1&rows=2", "rows"},
             {"/api/jobs?page=3", "page"},
             {"/api/jobs?state=lost", "state"},
             {"/api/jobs?sub_state=none", "sub_state"},
             {"/api/jobs?order=worst", "order"},
             {"/api/jobs?from=yesterday", "from"},
             {"/api/jobs?from=2026-02-30T00:00:00Z", "from"},
             {"/api/jobs?fingerprint=xyz", "fingerprint"},
             {"/api/series?span=year", "span"},
             {"/api/series?days=100000", "days"},
             {"/api/recurring/timeline?hours=49", "hours"},
             {"/api/recurring/timeline?hours=-1", "hours"},
             {"/api/cron", "expression"},
             {"/api/types/one", "type"},
             {"/api/events?job=x", "job"},
             {"/api/overview?x=1", "x"},
         }) {
        BOOST_TEST_CONTEXT(r.path) {
            answer const a = s.get(r.path);
            BOOST_TEST(a.status == 400U);
            BOOST_TEST(a.field() == r.field);
        }
    }
    for (std::string const path : {"jobs", "groups"}) {
        answer const refused = s.get("/api/" + path + "?cursor=nonsense");
        BOOST_TEST(refused.status == 400U);
        BOOST_TEST(refused.field() == "cursor");
    }
    answer const bulk =
        s.post("/api/bulk", R"({"action":"delete","filter":{"state":"enqueued"},"cursor":"x"})");
    BOOST_TEST(bulk.status == 400U);
    BOOST_TEST(bulk.field() == "cursor");
    BOOST_TEST(s.get("/api/jobs?text=%zz").status == 400U);
    BOOST_TEST(s.get("/api/jobs?text=%00").status == 400U);
    BOOST_TEST(s.get("/api/jobs?text=" + std::string(257, 'x')).status == 400U);
    BOOST_TEST(s.get("/api/jobs?text=" + std::string(5000, 'x')).status == 414U);
    std::string many = "/api/jobs?a0=1";
    for (int i = 1; i != 500; ++i) {
        many += "&a" + std::to_string(i) + "=1";
    }
    BOOST_TEST(s.get(many).status == 400U);
}

BOOST_AUTO_TEST_CASE(bodies_have_bounds) {
    world w;
    served s(w);
    auto const refused = [&](std::string const& body) { return s.post("/api/queues/pause", body); };
    BOOST_TEST(refused("[]").code() == "bad_json");
    BOOST_TEST(refused("{").code() == "bad_json");
    BOOST_TEST(refused("{}").field() == "queue");
    BOOST_TEST(refused(R"({"queue":7})").field() == "queue");
    BOOST_TEST(refused(R"({"queue":"q","more":1})").code() == "unknown_field");
    BOOST_TEST(refused(R"({"queue":"../../x"})").code() == "bad_queue");
    std::string deep(200, '[');
    BOOST_TEST(refused(R"({"queue":)" + deep + std::string(200, ']') + "}").code() == "bad_json");
    BOOST_TEST(refused(R"({"queue":")" + std::string(70'000, 'x') + "\"}").status == 413U);
    BOOST_TEST(s.audit().size() == 7U); // the last one was no request
    BOOST_TEST(
        s.send(s.post_text(
                   "/api/queues/pause?x=1",
                   "{}",
                   "Content-Type: application/json\r\n"
                   "Sec-Fetch-Site: same-origin\r\nX-Cofire-CSRF: " +
                       s.csrf() + "\r\n"
               ))
            .status == 400U
    );
}

BOOST_AUTO_TEST_CASE(requests_that_are_none) {
    world w;
    served s(w);
    std::string const get = "GET /cofire/health/live HTTP/1.1\r\nHost: localhost\r\n";
    BOOST_TEST(s.send("nonsense\r\n\r\n").status == 400U);
    BOOST_TEST(s.send(get + "X: " + std::string(9000, 'x') + "\r\n\r\n").status == 431U);
    std::string many;
    for (int i = 0; i != 70; ++i) {
        many += "X" + std::to_string(i) + ": y\r\n";
    }
    BOOST_TEST(s.send(get + many + "\r\n").status == 431U);
    std::string const post = "POST /cofire/api/queues/pause HTTP/1.1\r\nHost: localhost\r\n";
    // What two servers in a row could read differently.
    BOOST_TEST(
        s.send(post + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n").status ==
        400U
    );
    BOOST_TEST(
        s.send(post + "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n").status ==
        400U
    );
    BOOST_TEST(s.send(post + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}").status == 400U);
    BOOST_TEST(s.send(post + "Content-Length: -1\r\n\r\n{}").status == 400U);
    BOOST_TEST(
        s.send(post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n").status == 400U
    );
    BOOST_TEST(s.send(post + "Content-Length: 100000000\r\n\r\n").status == 413U);
}

BOOST_AUTO_TEST_CASE(connections_have_bounds) {
    world w;
    cofire::dashboard_options o;
    o.limits.connections_per_address = 3;
    o.limits.requests_per_connection = 2;
    served s(w, std::move(o));
    std::string const get = "GET /cofire/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
    std::vector<std::unique_ptr<connection>> all;
    for (int i = 0; i != 3; ++i) {
        all.push_back(std::make_unique<connection>(s.port));
        all.back()->send(get);
        BOOST_TEST(all.back()->receive().status == 200U);
    }
    connection fourth(s.port);
    BOOST_TEST(fourth.closed());
    all[0]->send(get);
    answer const last = all[0]->receive();
    BOOST_TEST(last.status == 200U);
    BOOST_TEST(last.header[http::field::connection] == "close");
    BOOST_TEST(all[0]->closed());
}

BOOST_AUTO_TEST_CASE(slow_clients_are_dropped) {
    world w;
    cofire::dashboard_options o;
    o.limits.header_time = 50ms;
    o.limits.body_time = 50ms;
    o.limits.idle_time = 50ms;
    served s(w, std::move(o));
    connection silent(s.port);
    connection header(s.port);
    header.send("GET /cofire/ HTTP/1.1\r\nHo");
    connection body(s.port);
    body.send(s.post_text("/api/queues/pause", "{", "Content-Length: 100\r\n").substr(0, 80));
    connection idle(s.port);
    idle.send("GET /cofire/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
    BOOST_TEST(idle.receive().status == 200U);
    BOOST_TEST(silent.closed());
    BOOST_TEST(header.closed());
    BOOST_TEST(body.closed());
    BOOST_TEST(idle.closed());
    BOOST_TEST(s.get("/health/live").status == 200U);
}

BOOST_AUTO_TEST_CASE(tokens_are_compared_as_a_whole) {
    using cofire::detail::equal_in_constant_time;
    BOOST_TEST(equal_in_constant_time("abc", "abc"));
    BOOST_TEST(!equal_in_constant_time("abc", "abd"));
    BOOST_TEST(!equal_in_constant_time("xbc", "abc"));
    BOOST_TEST(!equal_in_constant_time("abc", "ab"));
    BOOST_TEST(!equal_in_constant_time("", "a"));
    BOOST_TEST(cofire::random_token().size() == 32U);
    BOOST_TEST(cofire::random_token() != cofire::random_token());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
