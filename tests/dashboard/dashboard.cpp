// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "dashboard/fixture.hpp"

#include <set>

namespace {

using namespace dashboard_tests;

BOOST_AUTO_TEST_SUITE(dashboard)

BOOST_AUTO_TEST_CASE(the_page_and_the_session) {
    world w;
    served s(w);
    std::string const gzip = "Accept-Encoding: br, gzip;q=0.5\r\n";
    answer const page = s.get("/", gzip);
    BOOST_TEST(page.status == 200U);
    BOOST_TEST(std::string(page.header[http::field::content_type]).starts_with("text/html"));
    BOOST_TEST(page.header[http::field::content_encoding] == "gzip");
    std::string const etag(page.header[http::field::etag]);
    BOOST_TEST(!etag.empty());
    BOOST_TEST(s.get("/", gzip + "If-None-Match: " + etag + "\r\n").status == 304U);
    for (std::string const accepted :
         {"", "Accept-Encoding: identity\r\n", "Accept-Encoding: gzip;q=0.0, *;q=1\r\n"}) {
        for (std::string const file :
             {"", "assets/app.js", "assets/app.css", "assets/favicon.svg"}) {
            answer const plain = s.get("/" + file, accepted);
            BOOST_TEST(plain.status == 200U);
            BOOST_TEST(plain.header.count(http::field::content_encoding) == 0U);
            BOOST_TEST(plain.header[http::field::vary] == "Accept-Encoding");
            BOOST_TEST(plain.body.find('\0') == std::string::npos);
            BOOST_TEST((file.empty() ? plain.body.ends_with("</html>\n") : plain.body.size() > 200)
            );
        }
    }
    answer const moved = s.get("");
    BOOST_TEST(moved.status == 308U);
    BOOST_TEST(moved.header[http::field::location] == "cofire/");
    auto const session = s.get_object("/api/session");
    BOOST_TEST(session.at("role").as_string() == "operator");
    BOOST_TEST(session.at("may_write").as_bool());
}

BOOST_AUTO_TEST_CASE(one_job_and_its_actions) {
    world w;
    served s(w);
    auto const id = w.enqueue("backup", R"(["crm"])").to_string();
    auto const page = s.get_object("/api/jobs?state=enqueued&type=backup");
    BOOST_REQUIRE(page.at("jobs").as_array().size() == 1U);
    BOOST_TEST(page.at("jobs").as_array()[0].as_object().at("id").as_string() == id);

    auto job = s.get_object("/api/jobs/" + id);
    BOOST_TEST(job.at("arguments").as_string() == R"(["crm"])");
    BOOST_TEST(job.at("waits").as_object().at("code").as_string() == "no_server");

    BOOST_TEST(s.post("/api/jobs/" + id + "/requeue").status == 409U);
    BOOST_TEST(s.post("/api/jobs/" + id + "/delete", R"({"reason":"too late"})").status == 200U);
    job = s.get_object("/api/jobs/" + id);
    BOOST_TEST(job.at("state").as_string() == "deleted");
    BOOST_TEST(job.at("reason").as_string() == "by local: too late");
    BOOST_TEST(s.post("/api/jobs/" + id + "/requeue").status == 200U);
    BOOST_TEST(s.post("/api/jobs/" + id + "/reschedule", R"({"in_seconds":60})").status == 200U);
    job = s.get_object("/api/jobs/" + id);
    BOOST_TEST(job.at("state").as_string() == "scheduled");
    BOOST_TEST(job.at("due").as_string() == "2026-03-02T00:01:00.000000Z");
    BOOST_TEST(job.at("waits").as_object().at("code").as_string() == "due_later");
    BOOST_TEST(s.post("/api/jobs/" + id + "/cancel").status == 200U);
    answer const copy = s.post("/api/jobs/" + id + "/copy", R"({"arguments":"[\"web\"]"})");
    BOOST_TEST(copy.status == 201U);
    auto const copied = s.get_object("/api/jobs/" + copy.text("id"));
    BOOST_TEST(copied.at("arguments").as_string() == R"(["web"])");
    BOOST_TEST(copied.at("state").as_string() == "enqueued");
    BOOST_TEST(s.get("/api/jobs/00000000-0000-7000-8000-000000000000").status == 404U);
    BOOST_TEST(s.get("/api/jobs/nonsense").status == 400U);
    BOOST_TEST(s.audit().size() == 6U); // the refused one, too
}

BOOST_AUTO_TEST_CASE(the_overview) {
    world w;
    served s(w);
    w.enqueue("backup");
    auto const o = s.get_object("/api/overview");
    BOOST_TEST(o.at("counts").as_object().at("enqueued").as_int64() == 1);
    auto const& problems = o.at("problems").as_array();
    BOOST_REQUIRE(problems.size() == 1U);
    BOOST_TEST(problems[0].as_object().at("code").as_string() == "no_server");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
