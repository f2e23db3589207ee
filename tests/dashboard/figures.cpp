// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "dashboard/odd_storage.hpp"

#include <set>

// What the dashboard makes of the storage's figures.
namespace {

using namespace dashboard_tests;

std::set<std::string> problems_of(served const& s) {
    std::set<std::string> codes;
    auto const overview = s.get_object("/api/overview");
    for (auto const& p : overview.at("problems").as_array()) {
        codes.insert(json::value_to<std::string>(p.at("code")));
    }
    return codes;
}

std::string wait_of(served const& s, cofire::job_id id) {
    auto const job = s.get_object("/api/jobs/" + id.to_string());
    return json::value_to<std::string>(job.at("waits").at("code"));
}

BOOST_AUTO_TEST_SUITE(figures)

BOOST_AUTO_TEST_CASE(nine_tenths_are_nine_tenths) {
    world w;
    odd_storage odd(w.storage);
    cofire::client const jobs(odd, w.client_options());
    struct row {
        std::uint64_t used;
        std::uint64_t limit;
        bool nearly;
    };
    constexpr std::uint64_t huge = std::numeric_limits<std::uint64_t>::max();
    for (row const r : std::initializer_list<row>{
             {0, 5, false},
             {4, 5, false},
             {5, 5, true},
             {9, 19, false},
             {18, 20, true},
             {17, 20, false},
             {7, 0, false},
             {899'999, 1'000'000, false},
             {900'000, 1'000'000, true},
             {huge / 2, huge, false},
             {huge, huge, true}}) {
        for (bool const bytes : {false, true}) {
            odd.health = cofire::storage_health();
            (bytes ? odd.health->bytes : odd.health->jobs) = r.used;
            (bytes ? odd.health->byte_limit : odd.health->job_limit) = r.limit;
            served const s(jobs);
            BOOST_TEST(
                problems_of(s).contains("storage_nearly_full") == r.nearly,
                r.used << " of " << r.limit
            );
        }
    }
}

BOOST_AUTO_TEST_CASE(an_executor_that_was_blocked_is_a_problem_for_five_minutes) {
    world w;
    served s(w);
    auto const server = w.announce({{"a"}}, {"default"}).instance;
    auto const tell = [&](cofire::duration lag) {
        cofire::tick_request r{.server = server};
        r.executor_lag = lag;
        w.run(w.jobs.storage().tick(r));
    };
    auto const server_json = [&] {
        return s.get_object("/api/servers").at("servers").as_array().at(0).as_object();
    };
    BOOST_TEST(!server_json().contains("executor_lag_seconds"));
    tell(std::chrono::milliseconds{999});
    BOOST_TEST(!problems_of(s).contains("executor_blocked"));
    tell(std::chrono::milliseconds{2500});
    BOOST_TEST(problems_of(s).contains("executor_blocked"));
    BOOST_TEST(server_json().at("executor_lag_seconds").to_number<double>() == 2.5);
    BOOST_TEST(
        s.get("/metrics").body.find("cofire_server_executor_lag_seconds 2.5\n") != std::string::npos
    );
    w.clock.advance(std::chrono::minutes{5});
    BOOST_TEST(!problems_of(s).contains("executor_blocked"));
    BOOST_TEST(
        s.get("/metrics").body.find("cofire_server_executor_lag_seconds 0\n") != std::string::npos
    );
}

BOOST_AUTO_TEST_CASE(slots_are_those_that_could_take_the_job) {
    world w;
    served s(w);
    auto const full = w.announce({{"a"}}, {"default"}, 1).instance;
    w.announce({{"a"}}, {"elsewhere"}, 8);
    w.announce({{"b"}}, {"default"}, 8);
    w.enqueue("a");
    BOOST_REQUIRE(w.acquire(full, 1).size() == 1U);
    // Those of another type, or in a paused queue, are not waiting for a slot.
    w.enqueue("parked");
    w.clock.advance(5s);
    BOOST_TEST(!problems_of(s).contains("all_slots_busy"));
    auto const id = w.enqueue("a");
    BOOST_TEST(wait_of(s, id) == "slots_busy");
    auto const drained = w.announce({{"a"}}, {"default"}, 8).instance;
    BOOST_TEST(wait_of(s, id) == "in_line");
    BOOST_TEST(s.post("/api/servers/" + std::to_string(drained) + "/drain").status == 200U);
    BOOST_TEST(wait_of(s, id) == "slots_busy"); // one that leaves takes nothing
}

BOOST_AUTO_TEST_CASE(all_slots_are_those_of_the_queue) {
    world w;
    auto const full = w.announce({{"a"}}, {"default"}, 1).instance;
    w.announce({{"a"}}, {"elsewhere"}, 8);
    w.enqueue("a");
    BOOST_REQUIRE(w.acquire(full, 1).size() == 1U);
    w.enqueue("parked");
    BOOST_TEST(!problems_of(served(w)).contains("all_slots_busy"));
    w.enqueue("a");
    BOOST_TEST(problems_of(served(w)).contains("all_slots_busy"));
    served s(w);
    BOOST_TEST(s.post("/api/queues/pause", R"({"queue":"default"})").status == 200U);
    BOOST_TEST(!problems_of(s).contains("all_slots_busy"));
}

BOOST_AUTO_TEST_CASE(a_queue_called_other_is_told_from_the_others) {
    world w;
    served s(w);
    for (int i = 0; i != 120; ++i) {
        cofire::job_options o;
        std::string const queue = i == 0 ? "other" : "p" + std::to_string(i);
        o.queue = queue;
        w.run(w.jobs.with(o).enqueue_raw("a", "[]"));
    }
    for (int i = 0; i != 120; ++i) { // and before those in the order of names
        cofire::job_options o;
        std::string const queue = "a" + std::to_string(i);
        o.queue = queue;
        if (i < 60) {
            w.run(w.jobs.with(o).enqueue_raw("a", "[]"));
        }
    }
    std::string const metrics = s.get("/metrics").body;
    std::set<std::string> seen;
    std::size_t begin = 0;
    while (begin != metrics.size()) { // Prometheus refuses all if one series is there twice
        std::size_t const end = metrics.find('\n', begin);
        std::string const line = metrics.substr(begin, end - begin);
        begin = end + 1;
        if (!line.starts_with('#')) {
            BOOST_TEST(seen.insert(line.substr(0, line.rfind(' '))).second, line);
        }
    }
    BOOST_TEST(seen.contains("cofire_queue_waiting{queue=\"other\"}"));
    BOOST_TEST(metrics.find("cofire_queue_waiting{queue=\"(other)\"} 81\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_a_storage_says_of_itself_is_for_operators) {
    world w;
    odd_storage odd(w.storage);
    cofire::client const jobs(odd, w.client_options());
    odd.health = cofire::storage_health{.ok = false, .message = "cannot write /srv/secret"};
    for (auto const role : {cofire::role::viewer, cofire::role::operator_}) {
        bool const shown = role == cofire::role::operator_;
        cofire::dashboard_options o;
        o.authorizer = cofire::token_authorizer("a token of 24 characters", role);
        served s(jobs, std::move(o));
        std::string const login = "Authorization: Bearer a token of 24 characters\r\n";
        for (char const* path : {"/api/overview", "/health/ready"}) {
            BOOST_TEST_CONTEXT(path << " " << shown) {
                answer const a = s.get(path, login);
                BOOST_TEST((a.body.find("secret") != std::string::npos) == shown);
            }
        }
        BOOST_TEST(s.get("/health/ready", login).status == 503U);
        answer const overview = s.get("/api/overview", login);
        BOOST_TEST(overview.body.find("storage_bad") != std::string::npos);
        connection c(s.port);
        c.send("GET /cofire/api/events HTTP/1.1\r\nHost: localhost\r\n" + login + "\r\n");
        c.read_until("event: overview");
        BOOST_TEST((c.read_until("\n\n").find("secret") != std::string::npos) == shown);
    }
}

BOOST_AUTO_TEST_CASE(a_storage_that_works_may_have_something_to_say) {
    world w;
    odd_storage odd(w.storage);
    cofire::client const jobs(odd, w.client_options());
    odd.health = cofire::storage_health{.message = "no snapshot of /srv/secret was taken"};
    std::string const login = "Authorization: Bearer a token of 24 characters\r\n";
    for (auto const role : {cofire::role::viewer, cofire::role::operator_}) {
        bool const shown = role == cofire::role::operator_;
        cofire::dashboard_options o;
        o.authorizer = cofire::token_authorizer("a token of 24 characters", role);
        served const s(jobs, std::move(o));
        BOOST_TEST(s.get("/health/ready", login).status == 200U);
        std::string const overview = s.get("/api/overview", login).body;
        BOOST_TEST((overview.find("storage_says") != std::string::npos) == shown);
        BOOST_TEST((overview.find("secret") != std::string::npos) == shown);
        BOOST_TEST(overview.find("storage_bad") == std::string::npos);
    }
    odd.health->message.clear();
    BOOST_TEST(!problems_of(served(jobs)).contains("storage_says"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
