// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "dashboard/fixture.hpp"

#include <cofire/core/text.hpp>

#include <poll.h>
#include <set>

// What each route tells and does.
namespace {

using namespace dashboard_tests;

std::string text_of(json::value const& v) {
    return json::value_to<std::string>(v);
}

BOOST_AUTO_TEST_SUITE(routes)

BOOST_AUTO_TEST_CASE(pages_of_thousands_of_jobs) {
    world w;
    std::vector<std::tuple<int>> items;
    auto settings = std::make_shared<cofire::job_settings>();
    std::vector<cofire::new_job> jobs(5000);
    for (std::size_t i = 0; i != jobs.size(); ++i) {
        jobs[i].id = cofire::job_id::make(start_time, 1, i);
        jobs[i].type = "many";
        jobs[i].arguments = "[" + std::to_string(i) + "]";
        jobs[i].settings = settings;
    }
    cofire::insert_request insert;
    insert.jobs = jobs;
    w.run(w.jobs.storage().insert(insert));
    served s(w);
    std::set<std::string> seen;
    std::string cursor;
    int pages = 0;
    do {
        std::string path = "/api/jobs?state=enqueued&type=many&rows=500";
        auto const page = s.get_object(cursor.empty() ? path : path + "&cursor=" + cursor);
        for (auto const& job : page.at("jobs").as_array()) {
            BOOST_TEST(seen.insert(text_of(job.at("id"))).second);
        }
        auto const* const next = page.if_contains("cursor");
        cursor = next == nullptr ? "" : text_of(*next);
        ++pages;
    } while (!cursor.empty() && pages != 100);
    BOOST_TEST(seen.size() == 5000U);

    // All that match, in slices.
    auto const preview =
        s.post("/api/bulk/preview", R"({"action":"delete","filter":{"type":"many"}})").object();
    BOOST_TEST(preview.at("count").as_int64() == 5000);
    BOOST_TEST(preview.at("exact").as_bool());
    std::int64_t changed = 0;
    int slices = 0;
    do {
        json::object body{{"action", "delete"}, {"filter", {{"type", "many"}}}, {"budget", 1500}};
        if (!cursor.empty()) {
            body["cursor"] = cursor;
        }
        answer const a = s.post("/api/bulk", json::serialize(body));
        BOOST_REQUIRE(a.status == 200U);
        auto const o = a.object();
        changed += o.at("changed").as_int64();
        auto const* const next = o.if_contains("cursor");
        cursor = next == nullptr ? "" : text_of(*next);
        ++slices;
    } while (!cursor.empty() && slices != 100);
    BOOST_TEST(changed == 5000);
    BOOST_TEST(slices > 1);
    auto const counts = s.get_object("/api/overview").at("counts").as_object();
    BOOST_TEST(counts.at("deleted").as_int64() == 5000);
    // Deleted ones can be requeued.
    std::string const one = seen.empty() ? "" : *seen.begin();
    BOOST_TEST(
        s.post("/api/bulk", R"({"action":"requeue","ids":[")" + one + R"("]})")
            .object()
            .at("changed")
            .as_int64() == 1
    );
}

BOOST_AUTO_TEST_CASE(bulk_forms) {
    world w;
    auto const id = w.enqueue("a").to_string();
    served s(w);
    auto const field = [&](std::string const& body) { return s.post("/api/bulk", body).field(); };
    BOOST_TEST(field("{}") == "action");
    BOOST_TEST(field(R"({"action":"explode"})") == "action");
    BOOST_TEST(field(R"({"action":"delete"})") == "filter");
    BOOST_TEST(field(R"({"action":"delete","filter":{}})") == "filter");
    BOOST_TEST(field(R"({"action":"delete","filter":{"page":"1"}})") == "filter.page");
    BOOST_TEST(field(R"({"action":"delete","ids":["x"]})") == "ids");
    BOOST_TEST(field(R"({"action":"delete","ids":["x"],"filter":{"type":"a"}})") == "ids");
    BOOST_TEST(field(R"({"action":"reschedule","filter":{"type":"a"}})") == "at");
    BOOST_TEST(field(R"({"action":"delete","filter":{"type":"a"},"budget":10001})") == "budget");
    BOOST_TEST(s.get_object("/api/jobs/" + id).at("state").as_string() == "enqueued");
    BOOST_TEST(
        s.post("/api/bulk", R"({"action":"move","queue":"slow","ids":[")" + id + R"("]})").status ==
        200U
    );
    BOOST_TEST(
        s.post("/api/bulk", R"({"action":"reprioritise","priority":9,"ids":[")" + id + R"("]})")
            .status == 200U
    );
    auto const job = s.get_object("/api/jobs/" + id);
    BOOST_TEST(job.at("queue").as_string() == "slow");
    BOOST_TEST(job.at("priority").as_int64() == 9);
    auto const unknown =
        s.post("/api/bulk", R"({"action":"delete","ids":["00000000-0000-7000-8000-000000000000"]})")
            .object();
    BOOST_TEST(unknown.at("skipped_jobs").as_array().at(0).at("why").as_string() == "unknown");
}

BOOST_AUTO_TEST_CASE(new_jobs) {
    world w;
    served s(w);
    w.announce(
        {{"backup",
          1,
          R"({"type":"array","prefixItems":[{"type":"string"},{"type":"integer","minimum":0}],"items":false,"minItems":1})",
          "Backup of {0}"}},
        {"default"}
    );
    auto const field = [&](std::string const& body) { return s.post("/api/jobs", body).field(); };
    BOOST_TEST(field(R"({"type":"backup","arguments":"[7]"})") == "arguments/0");
    BOOST_TEST(field(R"({"type":"backup","arguments":"[\"crm\",-1]"})") == "arguments/1");
    BOOST_TEST(field(R"({"type":"backup","arguments":"[\"crm\",1,2]"})") == "arguments/2");
    BOOST_TEST(field(R"({"type":"backup","arguments":"[]"})") == "arguments");
    BOOST_TEST(field(R"({"type":"backup","arguments":"[\"crm\"]","priority":16})") == "priority");
    BOOST_TEST(s.post("/api/jobs", R"({"type":"","arguments":"[]"})").code() == "bad_type");
    BOOST_TEST(
        s.post("/api/jobs", R"({"type":"x","arguments":"nonsense"})").code() == "bad_arguments"
    );
    BOOST_TEST(
        s.post("/api/jobs", R"({"type":"x","arguments":"[]","queue":"a b"})").code() == "bad_queue"
    );
    answer const made = s.post(
        "/api/jobs",
        R"({"type":"backup","arguments":"[\"crm\"]","queue":"slow","priority":9,"tags":["x"],"in_seconds":60,"unique_key":"k"})"
    );
    BOOST_REQUIRE(made.status == 201U);
    BOOST_TEST(made.text("status") == "inserted");
    auto const job = s.get_object("/api/jobs/" + made.text("id"));
    BOOST_TEST(job.at("display").as_string() == "Backup of crm");
    BOOST_TEST(job.at("state").as_string() == "scheduled");
    BOOST_TEST(job.at("queue").as_string() == "slow");
    BOOST_TEST(job.at("priority").as_int64() == 9);
    BOOST_TEST(job.at("tags").as_array().size() == 1U);
    BOOST_TEST(job.contains("schema"));
    answer const again =
        s.post("/api/jobs", R"({"type":"backup","arguments":"[\"crm\"]","unique_key":"k"})");
    BOOST_TEST(again.text("status") == "held");
    BOOST_TEST(again.text("id") == made.text("id"));
}

// Of the latest jobs of each end some hundred are looked at: the share of the failed is that of a time in
// which all of both were seen.
BOOST_AUTO_TEST_CASE(a_types_figures_are_of_one_span_of_time) {
    world w;
    served s(w);
    auto const server = w.announce({{"backup"}}, {"default"}).instance;
    auto const end = [&](int count, cofire::outcome_kind kind) {
        for (int i = 0; i != count; ++i) {
            w.enqueue("backup");
        }
        for (auto const& job : w.acquire(server, 1'000)) {
            cofire::run_outcome outcome;
            outcome.id = job.id;
            outcome.epoch = job.epoch;
            outcome.kind = kind;
            if (kind == cofire::outcome_kind::failed) {
                outcome.error = cofire::error_info{"std::runtime_error", "no space", 42};
            }
            outcome.started = start_time;
            w.settle(server, outcome);
        }
        w.clock.advance(1min);
    };
    end(7, cofire::outcome_kind::failed);
    end(100, cofire::outcome_kind::succeeded);
    end(5, cofire::outcome_kind::failed);
    end(495, cofire::outcome_kind::succeeded);
    auto const type = s.get_object("/api/types/one?type=backup");
    BOOST_TEST(type.at("succeeded").as_int64() == 500);
    BOOST_TEST(type.at("failed").as_int64() == 5);
    BOOST_TEST(type.at("last_errors").as_array().size() == 5U);
}

BOOST_AUTO_TEST_CASE(failed_jobs_in_groups) {
    world w;
    served s(w);
    auto const server = w.announce({{"backup"}}, {"default"}).instance;
    for (int i = 0; i != 3; ++i) {
        w.enqueue("backup");
    }
    auto const taken = w.acquire(server, 10);
    w.clock.advance(2s);
    for (auto const& job : taken) {
        cofire::run_outcome outcome;
        outcome.id = job.id;
        outcome.epoch = job.epoch;
        outcome.kind = cofire::outcome_kind::failed;
        outcome.error = cofire::error_info{"std::runtime_error", "no space", 42};
        outcome.started = start_time;
        outcome.run_time = 2s;
        w.settle(server, outcome);
    }
    auto const groups = s.get_object("/api/groups").at("groups").as_array();
    BOOST_REQUIRE(groups.size() == 1U);
    BOOST_TEST(groups[0].at("count").as_int64() == 3);
    BOOST_TEST(groups[0].at("fingerprint").as_string() == "000000000000002a");
    auto const page = s.get_object("/api/jobs?state=failed&fingerprint=2a");
    BOOST_TEST(page.at("jobs").as_array().size() == 3U);
    auto const type = s.get_object("/api/types/one?type=backup");
    BOOST_TEST(type.at("failed").as_int64() == 3);
    BOOST_TEST(type.at("run_seconds").as_object().at("p50").as_double() == 2.0);
    BOOST_TEST(type.at("last_errors").as_array().size() == 3U);
    BOOST_TEST(s.get("/api/types/one?type=unheard").status == 404U);
    auto const series = s.get_object("/api/series?span=hour").at("points").as_array();
    BOOST_TEST(series.size() == 1U);
    BOOST_TEST(series.at(0).at("failed").as_int64() == 3);
}

BOOST_AUTO_TEST_CASE(recurring_jobs) {
    world w;
    served s(w);
    BOOST_TEST(
        s.post("/api/recurring", R"({"id":"r","cron":"61 * * * *","type":"a","arguments":"[]"})")
            .code() == "bad_cron"
    );
    BOOST_TEST(
        s.post(
             "/api/recurring",
             R"({"id":"r","cron":"0 3 * * *","zone":"Mars/X","type":"a","arguments":"[]"})"
        )
            .code() == "unknown_zone"
    );
    answer const made = s.post(
        "/api/recurring",
        R"({"id":"r","cron":"0 3 * * *","zone":"+03:30","type":"a","arguments":"[1]","queue":"slow"})"
    );
    BOOST_TEST_CONTEXT(made.body) {
        BOOST_REQUIRE(made.status == 200U);
    }
    auto r = made.object();
    BOOST_TEST(r.at("words").as_string() == "at 03:00 every day");
    BOOST_TEST(r.at("origin").as_string() == "by_hand");
    BOOST_TEST(r.at("next").as_string() == "2026-03-02T23:30:00.000000Z");
    BOOST_TEST(r.at("next_times").as_array().size() == 5U);
    BOOST_TEST(r.at("next_times_local").as_array().at(0).as_string() == "2026-03-03T03:00:00");
    // An edit keeps what it does not name.
    std::string const revision = text_of(r.at("revision"));
    r = s.post(
             "/api/recurring", R"({"id":"r","cron":"*/5 * * * *","revision":")" + revision + "\"}"
    )
            .object();
    BOOST_TEST(r.at("definition").at("queue").as_string() == "slow");
    BOOST_TEST(r.at("words").as_string() == "every 5 minutes");
    answer const fired = s.post("/api/recurring/trigger", R"({"id":"r"})");
    BOOST_TEST(fired.status == 201U);
    BOOST_TEST(s.get_object("/api/jobs/" + fired.text("id")).at("recurring_id").as_string() == "r");
    BOOST_TEST(
        s.get_object("/api/recurring/timeline?hours=1").at("occurrences").as_array().size() == 11U
    );
    // What comes more often than it can be shown is one mark for all of them.
    auto const day_of = [&](std::string const& cron) {
        BOOST_TEST(
            s.post(
                 "/api/recurring",
                 R"({"id":"r","cron":")" + cron + R"(","revision":")" +
                     text_of(s.get_object("/api/recurring?id=r")
                                 .at("recurring")
                                 .as_array()
                                 .at(0)
                                 .at("revision")) +
                     "\"}"
            )
                .status == 200U
        );
        auto const day = s.get_object("/api/recurring/timeline");
        BOOST_TEST(!day.at("truncated").as_bool());
        return day.at("occurrences").as_array();
    };
    auto marks = day_of("* * * * *");
    BOOST_TEST(marks.size() == 1U);
    BOOST_TEST(marks.at(0).at("count").to_number<int>() == 1439);
    BOOST_TEST(marks.at(0).at("exact").as_bool());
    marks = day_of("* 9,10,14 * * *");
    BOOST_TEST(marks.size() == 2U);
    BOOST_TEST(marks.at(0).at("count").to_number<int>() == 120);
    BOOST_TEST(marks.at(1).at("count").to_number<int>() == 60);
    marks = day_of("* * * * * *");
    BOOST_TEST(marks.size() == 1U);
    BOOST_TEST(!marks.at(0).at("exact").as_bool());
    BOOST_TEST(text_of(marks.at(0).at("until")) > "2026-03-02T23:5");
    BOOST_TEST(day_of("*/5 * * * *").size() == 287U);
    BOOST_TEST(s.post("/api/recurring/pause", R"({"id":"r"})").status == 200U);
    BOOST_TEST(s.get_object("/api/recurring/timeline").at("occurrences").as_array().empty());
    r = s.get_object("/api/recurring?id=r").at("recurring").as_array().at(0).as_object();
    BOOST_TEST(r.at("paused").as_bool());
    BOOST_TEST(r.at("last_state").as_string() == "enqueued");
    BOOST_TEST(s.post("/api/recurring/resume", R"({"id":"r"})").status == 200U);
    BOOST_TEST(s.post("/api/recurring/remove", R"({"id":"r"})").status == 200U);
    BOOST_TEST(s.get("/api/recurring?id=r").status == 404U);
    BOOST_TEST(s.post("/api/recurring/pause", R"({"id":"r"})").status == 404U);
    BOOST_TEST(s.get_object("/api/recurring").at("recurring").as_array().empty());
}

BOOST_AUTO_TEST_CASE(cron_in_words) {
    world w;
    served s(w);
    struct row {
        char const* cron;
        char const* words;
    };
    for (row const r : std::initializer_list<row>{
             {"0+3+*+*+*", "at 03:00 every day"},
             {"*+*+*+*+*", "every minute"},
             {"*/5+*+*+*+*", "every 5 minutes"},
             {"@hourly", "every hour"},
             {"15+*+*+*+*", "at minute 15 of every hour"},
             {"0+9,17+*+*+1-5", "at 09:00 and 17:00, on Monday to Friday"},
             {"0+0+1+*+*", "at 00:00, on the 1st of the month"},
             {"0+0+L+*+*", "at 00:00, on the last day of the month"},
             {"0+0+15W+*+*", "at 00:00, on the weekday nearest to the 15th of the month"},
             {"30+6+*+*+MON%232", "at 06:30, on the 2nd Monday of the month"},
             {"30+6+*+*+FRIL", "at 06:30, on the last Friday of the month"},
             {"0+12+13+*+FRI", "at 12:00, on the 13th of the month if that is Friday"},
             {"0+0+1+1,7+*", "at 00:00, on the 1st of the month, in January and July"},
             {"*/10+9-17+*+*+*", "every 10 minutes, from 09:00 to 17:59"},
             {"*/30+*+*+*+*+*", "every 30 seconds"},
             {"5+*+*+*+*+*", "at second 5 of every minute"},
             {"0,30+*+*+*+*", "every 30 minutes"},
             {"0+9-17/2+*+*+*", "on the hour, every 2 hours from 9 to 17"},
             {"@never", "never"},
         }) {
        auto const o = s.get_object("/api/cron?expression=" + std::string(r.cron));
        BOOST_TEST(text_of(o.at("words")) == r.words);
    }
    BOOST_TEST(s.get_object("/api/cron?expression=@never").at("next_times").as_array().empty());
}

BOOST_AUTO_TEST_CASE(queues_types_and_servers) {
    world w;
    served s(w);
    auto const server = w.announce({{"a"}, {"b"}}, {"default"}, 2).instance;
    w.enqueue("a");
    w.enqueue("parked");
    BOOST_TEST(s.post("/api/queues/pause", R"({"queue":"default"})").status == 200U);
    auto queue = s.get_object("/api/queues").at("queues").as_array().at(0).as_object();
    BOOST_TEST(queue.at("paused").as_bool());
    BOOST_TEST(queue.at("served_by").as_int64() == 1);
    BOOST_TEST(queue.at("last_hour").at("inserted").as_int64() == 2);
    std::set<std::string> problems;
    auto const overview = s.get_object("/api/overview");
    for (auto const& p : overview.at("problems").as_array()) {
        problems.insert(text_of(p.at("code")));
    }
    BOOST_TEST(problems.contains("queue_paused"));
    BOOST_TEST(problems.contains("type_parked"));
    auto const parked = s.get_object("/api/parked").at("types").as_array();
    BOOST_REQUIRE(parked.size() == 1U);
    BOOST_TEST(parked[0].at("type").as_string() == "parked");
    BOOST_TEST(s.post("/api/queues/resume", R"({"queue":"default"})").status == 200U);
    queue = s.get_object("/api/queues").at("queues").as_array().at(0).as_object();
    BOOST_TEST(!queue.at("paused").as_bool());
    BOOST_TEST(s.post("/api/limits", R"({"key":"k","limit":0})").status == 400U);
    BOOST_TEST(s.post("/api/limits", R"({"key":"k","limit":3})").status == 200U);
    BOOST_TEST(s.get_object("/api/types").at("types").as_array().size() == 3U);
    std::string const number = std::to_string(server);
    BOOST_TEST(s.post("/api/servers/" + number + "/drain").status == 200U);
    auto const info = s.get_object("/api/servers").at("servers").as_array().at(0).as_object();
    BOOST_TEST(info.at("instance").as_string() == number);
    BOOST_TEST(info.at("command").as_string() == "drain");
    BOOST_TEST(s.post("/api/servers/" + number + "/stop").status == 200U);
    BOOST_TEST(s.post("/api/servers/999/stop").status == 404U);
    BOOST_TEST(s.post("/api/servers/x/stop").status == 404U);
}

BOOST_AUTO_TEST_CASE(health_and_metrics) {
    world w;
    served s(w);
    for (int i = 0; i != 150; ++i) {
        cofire::job_options o;
        std::string const queue = "q" + std::to_string(i);
        o.queue = queue;
        w.run(w.jobs.with(o).enqueue_raw("a", "[]"));
    }
    BOOST_TEST(s.get_object("/health/live").at("status").as_string() == "ok");
    BOOST_TEST(s.get_object("/health/ready").at("status").as_string() == "ok");
    answer const metrics = s.get("/metrics");
    BOOST_TEST(std::string(metrics.header[http::field::content_type])
                   .starts_with("text/plain; version=0.0.4"));
    BOOST_TEST(metrics.body.find("cofire_jobs{state=\"enqueued\"} 150\n") != std::string::npos);
    std::size_t labels = 0;
    for (std::size_t at = 0;
         (at = metrics.body.find("cofire_queue_waiting{", at)) != std::string::npos;
         ++at) {
        ++labels;
    }
    BOOST_TEST(labels == 100U); // however many queues there are
    BOOST_TEST(
        metrics.body.find("cofire_queue_waiting{queue=\"(other)\"} 51\n") != std::string::npos
    );
}

BOOST_AUTO_TEST_CASE(events_tell_of_changes) {
    world w;
    auto const id = w.enqueue("a").to_string();
    served s(w, {.streams = 1});
    {
        connection c(s.port);
        c.send("GET /cofire/api/events?job=" + id + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
        std::string const head = c.read_until("\r\n\r\n");
        BOOST_TEST(head.find("text/event-stream") != std::string::npos);
        BOOST_TEST(head.find("Content-Security-Policy") != std::string::npos);
        BOOST_TEST(c.read_until("\n\n") == "retry: 3000\n\n");
        BOOST_TEST(c.read_until("\n\n").starts_with("event: overview\ndata: {"));
        BOOST_TEST(c.read_until("\n\n").starts_with("event: job\ndata: {"));
        answer const second = s.get("/api/events");
        BOOST_TEST(second.status == 503U);
        BOOST_TEST(second.code() == "too_many_streams");
        w.run(w.jobs.remove(*cofire::job_id::parse(id)));
        // The stream may not have begun to wait yet: time passes until it has told; less than an hour,
        // after which it ends.
        int steps = 0;
        auto const wait = [&] {
            for (; c.socket().available() == 0; ++steps) {
                BOOST_REQUIRE(steps < 1'500);
                w.clock.advance(2s);
                pollfd readable{.fd = c.socket().native_handle(), .events = POLLIN, .revents = 0};
                ::poll(&readable, 1, 10);
            }
        };
        bool is_counted = false;
        bool is_shown = false;
        bool is_quiet = false;
        for (int i = 0; i != 500 && !(is_counted && is_shown && is_quiet); ++i) {
            wait();
            std::string const event = c.read_until("\n\n");
            is_counted = is_counted || event.find(R"("deleted":1)") != std::string::npos;
            is_shown = is_shown || event.find(R"("state":"deleted")") != std::string::npos;
            is_quiet = is_quiet || event == "event: beat\ndata: {}\n\n"; // nothing happened
        }
        BOOST_TEST(is_counted);
        BOOST_TEST(is_shown);
        BOOST_TEST(is_quiet);
    }
}

BOOST_AUTO_TEST_CASE(streams_end_with_the_server) {
    world w;
    served s(w);
    connection c(s.port);
    c.send("GET /cofire/api/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    c.read_until("event: overview");
    s.stop();
    BOOST_TEST((s.error == nullptr));
    c.read_until("\n\n");
    BOOST_TEST(c.closed());
}

BOOST_AUTO_TEST_CASE(hostile_text_is_only_text) {
    world w;
    std::vector<std::string> payloads{
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "javascript:alert(1)",
        "</script><svg/onload=alert(1)>",
        "{{7*7}}${7*7}",
        "a\r\nSet-Cookie: x=y",
        "\x1b[31mred",
        std::string("nul\0nul", 7),
        "\xff\xfe broken",
        "\xE2\x80\xAE"
        "right to left",
        "]]>&lt;&amp;",
    };
    auto const server = w.announce({{"<b>type</b>", 1, "<i>", "<u>{0}"}}, {"<q>"}).instance;
    (void)server;
    for (std::string const& p : payloads) {
        auto settings = std::make_shared<cofire::job_settings>();
        settings->queue = p;
        settings->tags = {p};
        cofire::new_job job;
        job.id =
            cofire::job_id::make(start_time, 7, static_cast<std::uint64_t>(&p - payloads.data()));
        job.type = p;
        job.arguments = json::serialize(json::array{p});
        job.settings = settings;
        job.recurring_id = p;
        cofire::insert_request insert;
        insert.jobs = std::span<cofire::new_job const>(&job, 1);
        w.run(w.jobs.storage().insert(insert));
    }
    served s(w, {.title = "<title>"});
    for (char const* path :
         {"/api/jobs",
          "/api/overview",
          "/api/queues",
          "/api/types",
          "/api/servers",
          "/api/parked",
          "/api/session"}) {
        BOOST_TEST_CONTEXT(path) {
            answer const a = s.get(path);
            BOOST_TEST(a.status == 200U);
            BOOST_TEST(a.header[http::field::content_type] == "application/json");
            BOOST_TEST(a.body.find('<') == std::string::npos);
            BOOST_TEST(a.body.find('\x1b') == std::string::npos);
            BOOST_TEST(a.body.find('\0') == std::string::npos);
            BOOST_TEST(a.body.find("Set-Cookie: x") != 0U);
            (void)a.object(); // well-formed, and UTF-8
        }
    }
    for (std::string const& p : payloads) {
        auto const at = static_cast<std::uint64_t>(&p - payloads.data());
        auto const job =
            s.get_object("/api/jobs/" + cofire::job_id::make(start_time, 7, at).to_string());
        BOOST_TEST(text_of(job.at("type")) == cofire::detail::clean_utf8(p));
    }
    std::string const metrics = s.get("/metrics").body;
    BOOST_TEST(metrics.find("\nSet-Cookie") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(hidden_values_stay_hidden) {
    world w;
    auto const id =
        w.enqueue("login", R"([{"user":"ann","Password":"hunter2"},"swordfish"])").to_string();
    w.announce({{"login", 1, "", "Login {0} {1}"}}, {"default"});
    cofire::dashboard_options o;
    o.redact = {"password", "login[1]"};
    o.authorizer = cofire::token_authorizer("a token of 24 characters");
    served s(w, std::move(o));
    s.authorization = "Authorization: Bearer a token of 24 characters\r\n";
    for (std::string const& path : {std::string("/api/jobs"), "/api/jobs/" + id}) {
        answer const a = s.get(path, s.authorization);
        BOOST_TEST(a.body.find("hunter2") == std::string::npos);
        BOOST_TEST(a.body.find("swordfish") == std::string::npos);
        BOOST_TEST(a.body.find("[redacted]") != std::string::npos);
        BOOST_TEST(a.body.find("ann") != std::string::npos);
    }
    // A copy with the marks left in place has the values all the same.
    auto const shown = s.get("/api/jobs/" + id, s.authorization).text("arguments");
    std::string edited = shown;
    edited.replace(edited.find("ann"), 3, "bob");
    answer const copy =
        s.post("/api/jobs/" + id + "/copy", json::serialize(json::object{{"arguments", edited}}));
    BOOST_REQUIRE(copy.status == 201U);
    auto const stored = w.run(w.jobs.get(*cofire::job_id::parse(copy.text("id"))));
    BOOST_TEST(stored.arguments == R"([{"user":"bob","Password":"hunter2"},"swordfish"])");
    BOOST_TEST(
        s.get("/api/jobs?text=hunter2", s.authorization).status == 200U
    ); // an operator may search
    cofire::dashboard_options v;
    v.redact = {"password"};
    v.authorizer = cofire::token_authorizer("a token of 24 characters", cofire::role::viewer);
    served viewer(w, std::move(v));
    answer const searched = viewer.get("/api/jobs?text=hunter2", s.authorization);
    BOOST_TEST(searched.status == 403U); // or a viewer would learn by it what is hidden
}

BOOST_AUTO_TEST_CASE(one_audit_line_for_each_action) {
    world w;
    served s(w);
    s.post("/api/queues/pause", R"({"queue":"slow"})");
    s.post("/api/recurring/pause", R"({"id":"a\u001b[31m\nb"})");
    s.get("/api/jobs");
    auto const lines = s.audit();
    BOOST_REQUIRE(lines.size() == 2U);
    BOOST_TEST(
        lines[0] ==
        "2026-03-02T00:00:00.000000Z user=\"local\" from=\"127.0.0.1\" action=\"pause queue\" "
        "target=\"slow\" status=200"
    );
    BOOST_TEST(lines[1].find('\n') == std::string::npos);
    BOOST_TEST(lines[1].find('\x1b') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_closed_storage_is_told) {
    auto w = std::make_unique<world>();
    cofire::client jobs = w->jobs;
    served s(*w);
    BOOST_TEST(s.get("/health/ready").status == 200U);
    { cofire::memory_storage const gone = std::move(w->storage); }
    answer const a = s.get("/api/overview");
    BOOST_TEST(a.status == 503U);
    BOOST_TEST(a.code() == "closed");
    BOOST_TEST(s.get("/health/live").status == 200U);
    BOOST_TEST(s.get("/").status == 200U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
