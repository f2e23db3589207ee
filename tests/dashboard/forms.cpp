// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "dashboard/fixture.hpp"

// What forms say, and what of it is refused.
namespace {

using namespace dashboard_tests;

BOOST_AUTO_TEST_SUITE(forms)

BOOST_AUTO_TEST_CASE(names_are_checked_as_the_client_checks_them) {
    world w;
    auto const id = w.enqueue("a").to_string();
    served s(w);
    struct row {
        char const* path;
        std::string body;
        char const* code;
        char const* field;
    };
    std::string const ids = R"("ids":[")" + id + R"("])";
    for (row const& r : std::vector<row>{
             {"/api/bulk", R"({"action":"move","queue":"a b",)" + ids + "}", "bad_queue", "queue"},
             {"/api/bulk", R"({"action":"move","queue":"",)" + ids + "}", "bad_queue", "queue"},
             {"/api/bulk", R"({"action":"move",)" + ids + "}", "bad_queue", "queue"},
             {"/api/bulk/preview",
              R"({"action":"move","queue":"a\nb",)" + ids + "}",
              "bad_queue",
              "queue"},
             {"/api/jobs", R"({"type":"a b","arguments":"[]"})", "bad_type", "type"},
             {"/api/jobs", R"({"type":"a","arguments":"[]","queue":"a b"})", "bad_queue", "queue"},
             {"/api/jobs", R"({"type":"a","arguments":"[]","tags":[""]})", "bad_option", "tags"},
             {"/api/recurring",
              R"({"id":"r","cron":"@daily","type":"a","arguments":"[]","queue":"a/b"})",
              "bad_queue",
              "queue"},
             {"/api/recurring",
              R"({"id":"r","cron":"@daily","type":"a\u0001","arguments":"[]"})",
              "bad_type",
              "type"},
             {"/api/queues/pause", R"({"queue":"../x"})", "bad_queue", "queue"},
             {"/api/queues/resume", R"({"queue":"a\u0000b"})", "bad_queue", "queue"},
             {"/api/limits", R"({"key":"a\u0001b","limit":3})", "bad_option", "key"},
             {"/api/limits", R"({"key":"a\u007f","limit":3})", "bad_option", "key"},
         }) {
        BOOST_TEST_CONTEXT(r.path << " " << r.body) {
            answer const a = s.post(r.path, r.body);
            BOOST_TEST(a.status == 400U);
            BOOST_TEST(a.code() == r.code);
            BOOST_TEST(a.field() == r.field);
        }
    }
    BOOST_TEST(s.get_object("/api/jobs/" + id).at("queue").as_string() == "default");
    BOOST_TEST(s.get_object("/api/queues").at("limits").as_array().empty());
}

BOOST_AUTO_TEST_CASE(arguments_are_checked_by_their_version) {
    world w;
    served s(w);
    auto const old = w.enqueue("backup", R"(["crm"])"); // version 1
    w.announce(
        {{"backup", 2, R"({"type":"array","prefixItems":[{"type":"integer"}]})"}}, {"default"}
    );
    auto const version_of = [&](answer const& a) {
        return w.run(w.jobs.get(*cofire::job_id::parse(a.text("id")))).argument_version;
    };
    // Without a version, it is the one that is announced.
    BOOST_TEST(
        s.post("/api/jobs", R"({"type":"backup","arguments":"[\"x\"]"})").field() == "arguments/0"
    );
    answer a = s.post("/api/jobs", R"({"type":"backup","arguments":"[7]"})");
    BOOST_REQUIRE(a.status == 201U);
    BOOST_TEST(version_of(a) == 2U);
    // An older one is not held against the newer one's schema.
    a = s.post("/api/jobs", R"({"type":"backup","arguments":"[\"x\"]","argument_version":1})");
    BOOST_REQUIRE(a.status == 201U);
    BOOST_TEST(version_of(a) == 1U);
    // A newer one could be read by nobody.
    a = s.post("/api/jobs", R"({"type":"backup","arguments":"[7]","argument_version":3})");
    BOOST_TEST(a.status == 400U);
    BOOST_TEST(a.field() == "argument_version");
    // A copy keeps its version.
    std::string const path = "/api/jobs/" + old.to_string();
    BOOST_TEST(!s.get_object(path).contains("schema"));
    a = s.post(path + "/copy", R"({"arguments":"[\"web\"]"})");
    BOOST_REQUIRE(a.status == 201U);
    BOOST_TEST(version_of(a) == 1U);
    BOOST_TEST(
        s.post(path + "/copy", R"({"arguments":"[\"web\"]","argument_version":2})").field() ==
        "arguments/0"
    );
    // If an older server runs too, its schema holds for the older version.
    w.announce(
        {{"backup", 1, R"({"type":"array","prefixItems":[{"type":"string"}]})"}}, {"default"}
    );
    BOOST_TEST(s.get_object(path).contains("schema"));
    BOOST_TEST(s.post(path + "/copy", R"({"arguments":"[7]"})").field() == "arguments/0");
    // The same for recurring jobs.
    BOOST_TEST(
        s.post(
             "/api/recurring", R"({"id":"r","cron":"@daily","type":"backup","arguments":"[\"x\"]"})"
        )
            .field() == "arguments/0"
    );
    answer const made =
        s.post("/api/recurring", R"({"id":"r","cron":"@daily","type":"backup","arguments":"[7]"})");
    BOOST_REQUIRE(made.status == 200U);
    BOOST_TEST(made.object().at("definition").at("argument_version").as_int64() == 2);
}

BOOST_AUTO_TEST_CASE(a_recurring_job_is_not_overwritten_unawares) {
    world w;
    served s(w);
    std::string const first = R"({"id":"r","cron":"0 3 * * *","type":"a","arguments":"[1]")";
    answer const made = s.post("/api/recurring", first + "}");
    BOOST_REQUIRE(made.status == 200U);
    answer const again = s.post("/api/recurring", first + R"(,"queue":"slow"})");
    BOOST_TEST(again.status == 409U);
    BOOST_TEST(again.code() == "recurring_exists");
    BOOST_TEST(again.field() == "id");
    std::string const revision = R"(,"revision":")" + made.text("revision") + "\"";
    answer const edited =
        s.post("/api/recurring", R"({"id":"r","cron":"@hourly")" + revision + "}");
    BOOST_TEST(edited.status == 200U);
    // Somebody else has edited it meanwhile.
    answer const late = s.post("/api/recurring", R"({"id":"r","cron":"@daily")" + revision + "}");
    BOOST_TEST(late.status == 409U);
    BOOST_TEST(late.code() == "revision_differs");
    BOOST_TEST(late.field() == "revision");
    auto const stored =
        s.get_object("/api/recurring?id=r").at("recurring").as_array().at(0).as_object();
    BOOST_TEST(stored.at("words").as_string() == "every hour");
    BOOST_TEST(stored.at("definition").at("queue").as_string() == "default");
    // And what was removed does not come back by an edit.
    BOOST_TEST(s.post("/api/recurring/remove", R"({"id":"r"})").status == 200U);
    BOOST_TEST(s.post("/api/recurring", first + revision + "}").status == 404U);
    BOOST_TEST(s.post("/api/recurring", first + R"(,"revision":"x"})").status == 400U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
