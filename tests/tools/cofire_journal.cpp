// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// cofire-journal on stores that are whole.

#include "support.hpp"

#include <cofire/storage/journal/inflight_file.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <thread>

BOOST_AUTO_TEST_SUITE(cofire_journal)

namespace {

using namespace tools_tests;

/// Five jobs: one that runs, one that succeeded, one scheduled, two that wait. Returns what keeps the server
/// alive.
std::shared_ptr<void const> make_some(cofire::journal_storage& storage) {
    insert(storage, job_of(1));
    insert(storage, job_of(2));
    cofire::server_announce announce;
    announce.name = "test";
    announce.types.push_back({.name = "send"});
    announce.queues = {"default"};
    announce.slots = 2;
    auto const announced = get(storage.servers(announce));
    cofire::take take;
    take.queue = "default";
    cofire::acquire_request acquire;
    acquire.server = announced.instance;
    acquire.takes = {&take, 1};
    acquire.limit = 2;
    auto const acquired = get(storage.acquire(acquire));
    BOOST_REQUIRE(acquired.jobs.size() == 2U);
    cofire::run_outcome outcome;
    outcome.id = acquired.jobs[0].id;
    outcome.epoch = acquired.jobs[0].epoch;
    outcome.started = acquired.now;
    outcome.result = "{\"n\": 1}";
    cofire::settle_request settle;
    settle.server = announced.instance;
    settle.outcomes = {&outcome, 1};
    get(storage.settle(settle));
    cofire::new_job later = job_of(3);
    later.due = acquired.now + std::chrono::hours{1};
    insert(storage, later);
    insert(
        storage, job_of(4, "images", "{\"big\": 123456789012345678901234567890.5,\n\"s\":\"\\n\"}")
    );
    insert(storage, job_of(5, "images", "no JSON\xFF"));
    cofire::recurring_definition definition;
    definition.cron = "0 0 * * *";
    definition.type = "send";
    definition.arguments = "[]";
    cofire::recurring_put put;
    put.id = "nightly";
    put.definition = &definition;
    get(storage.recurring(put));
    return announced.presence;
}

BOOST_AUTO_TEST_CASE(a_whole_store_is_whole) {
    scratch const at;
    fill(at / "s", 1, 500, true);
    fill(at / "s", 501, 300, true);
    auto const before = files_of(at / "s");
    auto const ended = tool("verify", at / "s");
    BOOST_TEST(ended.code == 0, ended.out << ended.err);
    BOOST_TEST(has(ended.out, "jobs           800"), ended.out);
    BOOST_TEST(has(ended.out, "closed         yes"), ended.out);
    BOOST_TEST(has(ended.out, "whole: "), ended.out);
    BOOST_TEST(ended.err == "");
    auto const quiet = tool("verify", "-q", at / "s");
    BOOST_TEST(quiet.code == 0);
    BOOST_TEST(quiet.out == "");
    BOOST_TEST(bool(files_of(at / "s") == before)); // nothing is changed
}

BOOST_AUTO_TEST_CASE(notes_of_runs_that_are_damaged_or_gone_are_told) {
    scratch const at;
    auto const damage = [](std::string const& file) {
        std::fstream f(file, std::ios::binary | std::ios::in | std::ios::out);
        f.seekp(3);
        f.put('x');
    };
    auto const kill = [&](std::string const& name) { // as a process that dies leaves the store
        cofire::journal_storage storage(at / "s");
        auto const server = make_some(storage);
        std::filesystem::copy(at / "s", at / name);
    };
    kill("damaged");
    std::filesystem::copy(at / "damaged", at / "gone");
    std::filesystem::copy(at / "damaged", at / "whole");
    damage(at / "damaged/inflight");
    std::filesystem::remove(at / "gone/inflight");
    BOOST_TEST(!has(tool("verify", at / "whole").out, "inflight"));
    auto const damaged = tool("verify", at / "damaged");
    BOOST_TEST(damaged.code == 0); // it is no damage to what was answered
    BOOST_TEST(has(damaged.out, "inflight: 1 entry is damaged"), damaged.out);
    BOOST_TEST(has(tool("verify", at / "gone").out, "inflight is missing"));

    BOOST_TEST(cofire::journal_storage(at / "whole").report().starts_problem == "");
    BOOST_TEST(
        cofire::journal_storage(at / "damaged").report().starts_problem ==
        "inflight: 1 entry is damaged"
    );
    BOOST_TEST(
        cofire::journal_storage(at / "gone").report().starts_problem == "inflight is missing"
    );
    BOOST_TEST(cofire::journal_storage(at / "gone").report().starts_problem == "");
}

BOOST_AUTO_TEST_CASE(stat_counts_by_state_and_queue_and_names_the_owner) {
    scratch const at;
    cofire::journal_storage storage(at / "s");
    auto const server = make_some(storage);
    auto const ended = tool("stat", "--json", at / "s");
    BOOST_REQUIRE(ended.code == 0);
    auto const o = json::parse(ended.out).as_object();
    BOOST_TEST(o.at("format").as_string() == "1.0");
    BOOST_TEST(o.at("jobs").as_int64() == 5);
    BOOST_TEST(o.at("in_use").as_bool());
    BOOST_TEST(o.at("pid").as_int64() == ::getpid());
    BOOST_TEST(o.at("recurring").as_int64() == 1);
    BOOST_TEST(o.at("recurring_paused").as_int64() == 0);
    auto const& states = o.at("states").as_object();
    BOOST_TEST(states.at("enqueued").as_int64() == 2);
    BOOST_TEST(states.at("scheduled").as_int64() == 1);
    BOOST_TEST(states.at("processing").as_int64() == 1);
    BOOST_TEST(states.at("succeeded").as_int64() == 1);
    auto const& queues = o.at("queues").as_object();
    BOOST_TEST(queues.at("images").as_object().at("enqueued").as_int64() == 2);
    BOOST_TEST(queues.at("default").as_object().at("enqueued").as_int64() == 0);
    auto const& oldest = o.at("oldest_waiting").as_object();
    BOOST_TEST(oldest.at("id").as_string() == id_of(4).to_string());
    BOOST_TEST(o.at("bytes").as_object().at("segments").as_int64() == 64 << 20);

    auto const text = tool("stat", at / "s");
    BOOST_TEST(text.code == 0);
    BOOST_TEST(has(text.out, "used by         process " + std::to_string(::getpid())), text.out);
    storage.close();
    BOOST_TEST(has(tool("stat", at / "s").out, "used by         nobody"));
}

BOOST_AUTO_TEST_CASE(dump_has_a_line_for_each_job) {
    scratch const at;
    cofire::journal_storage storage(at / "s");
    auto const server = make_some(storage);
    auto const all = tool("dump", at / "s");
    BOOST_REQUIRE(all.code == 0);
    BOOST_TEST(lines_of(all.out).size() == 5U);
    auto const done = lines_of(tool("dump", "--state", "succeeded", at / "s").out);
    BOOST_REQUIRE(done.size() == 1U);
    BOOST_TEST(done[0].at("id").as_string() == id_of(1).to_string());
    BOOST_TEST(done[0].at("result").as_object().at("n").as_int64() == 1);
    BOOST_TEST(done[0].at("history").as_array().size() == 3U);
    BOOST_TEST(done[0].at("type").as_string() == "send");
    auto const two =
        lines_of(tool("dump", "--state=succeeded", "--state=processing", at / "s").out);
    BOOST_TEST(two.size() == 2U);
    auto const images = tool("dump", at / "s", "--queue", "images");
    auto const lines = lines_of(images.out);
    BOOST_REQUIRE(lines.size() == 2U);
    // To the character, but for the end of a line.
    BOOST_TEST(
        has(images.out, "\"arguments\":{\"big\": 123456789012345678901234567890.5, \"s\":\"\\n\"}")
    );
    BOOST_TEST(lines[1].at("arguments_base64").as_string() == "bm8gSlNPTv8=");
    BOOST_TEST(!lines[1].contains("arguments"));

    auto const one = tool("dump", at / "s", "--id", id_of(3).to_string());
    BOOST_TEST(one.code == 0);
    BOOST_TEST(lines_of(one.out).at(0).at("state").as_string() == "scheduled");
    auto const none =
        tool("dump", at / "s", "--id", id_of(3).to_string(), "--id", id_of(99).to_string());
    BOOST_TEST(none.code == 1);
    BOOST_TEST(lines_of(none.out).size() == 1U);
    BOOST_TEST(has(none.err, id_of(99).to_string()));
}

BOOST_AUTO_TEST_CASE(a_reader_that_has_seen_enough_is_no_error) {
    scratch const at;
    fill(at / "s", 1, 600);
    auto const ended = run(
        {"/bin/sh",
         "-c",
         R"(("$0" dump "$1"; echo "code $?" >&2) | head -n 1)",
         COFIRE_JOURNAL_PROGRAM,
         (at / "s").string()}
    );
    BOOST_TEST(ended.err == "code 0\n");
    BOOST_TEST(lines_of(ended.out).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_server_that_goes_on_is_not_taken_for_damage) {
    scratch const at;
    cofire::journal_options o = small_files();
    o.compact_bytes = 128U << 10U; // files come and go
    cofire::journal_storage storage(at / "s", o);
    insert(storage, job_of(1));
    std::atomic<bool> is_over = false;
    std::thread writer([&] {
        for (std::uint64_t n = 2; n != 20'000 && !is_over; ++n) {
            insert(storage, job_of(n, "default", "[\"" + std::string(300, 'x') + "\"]"));
        }
    });
    for (int i = 0; i != 4; ++i) {
        for (char const* const command : {"verify", "stat", "dump"}) {
            auto const ended = tool(command, at / "s");
            BOOST_TEST(ended.code == 0, command << ": " << ended.out.substr(0, 1000) << ended.err);
        }
    }
    is_over = true;
    writer.join();
}

BOOST_AUTO_TEST_CASE(compact_keeps_the_jobs_and_drops_the_rest) {
    scratch const at;
    {
        cofire::journal_storage storage(at / "s", small_files());
        auto const server = make_some(storage);
        auto const refused = tool("compact", at / "s");
        BOOST_TEST(refused.code == 3);
        BOOST_TEST(has(refused.err, "process " + std::to_string(::getpid())), refused.err);
        copy_store(at / "s", at / "killed");
    }
    fill(at / "s", 100, 600);
    fill(at / "s", 1000, 600, true);
    auto const dumped = tool("dump", at / "s").out;
    auto const ended = tool("compact", at / "s");
    BOOST_TEST(ended.code == 0, ended.err);
    BOOST_TEST(has(ended.out, "before  "), ended.out);
    BOOST_TEST(has(ended.out, ", 1 segments, 1 snapshots"), ended.out);
    BOOST_TEST(tool("dump", at / "s").out == dumped);
    BOOST_TEST(tool("verify", at / "s").code == 0);
    BOOST_TEST(tool("compact", at / "s").code == 0); // again
    BOOST_TEST(tool("dump", at / "s").out == dumped);
    BOOST_TEST(jobs_of(at / "s").size() == 1205U);

    // What ran when the process was killed still does, until a program opens the store.
    BOOST_TEST(tool("compact", "--quiet", at / "killed").out == "");
    BOOST_TEST(lines_of(tool("dump", "--state", "processing", at / "killed").out).size() == 1U);
    cofire::journal_storage const storage(at / "killed", small_files());
    BOOST_TEST(storage.report().interrupted == 1U);
}

BOOST_AUTO_TEST_CASE(salvage_of_a_whole_store_is_a_copy) {
    scratch const at;
    {
        cofire::journal_storage storage(at / "s", small_files());
        auto const server = make_some(storage);
        auto const refused = tool("salvage", at / "s", at / "t");
        BOOST_TEST(refused.code == 3);
        BOOST_TEST(has(refused.err, "process " + std::to_string(::getpid())), refused.err);
        copy_store(at / "s", at / "killed");
    }
    auto const before = files_of(at / "killed");
    auto const ended = tool("salvage", at / "killed", at / "t");
    BOOST_TEST(ended.code == 0, ended.out << ended.err);
    BOOST_TEST(has(ended.out, "salvaged: 5 jobs"), ended.out);
    BOOST_TEST(bool(files_of(at / "killed") == before));
    BOOST_TEST(tool("dump", at / "t").out == tool("dump", at / "killed").out);
    BOOST_TEST(tool("verify", at / "t").code == 0);
    {
        cofire::journal_storage const storage(at / "t", small_files());
        BOOST_TEST(storage.report().interrupted == 1U);
        BOOST_TEST(storage.report().jobs == 5U);
    }
    auto const again = tool("salvage", at / "killed", at / "t");
    BOOST_TEST(again.code == 3);
    BOOST_TEST(has(again.err, "is not empty"), again.err);
}

BOOST_AUTO_TEST_CASE(runs_that_only_the_notes_of_starts_know_stay_known) {
    scratch const at;
    fill(at / "s", 1, 3);
    {
        posix_files files((at / "s").string(), {.create = false});
        cofire::detail::inflight_file<posix_files> notes(files);
        cofire::detail::interrupted_run const run{
            .id = id_of(2), .epoch = (std::uint64_t{1} << 32U) + 5};
        notes.start(1, {&run, 1});
    }
    BOOST_TEST(tool("salvage", at / "s", at / "t").code == 0);
    BOOST_TEST(tool("compact", at / "s").code == 0);
    for (char const* const name : {"s", "t"}) {
        cofire::journal_storage const storage(at / name, small_files());
        BOOST_TEST(storage.report().interrupted == 1U, name);
    }
}

BOOST_AUTO_TEST_CASE(wrong_use_and_what_is_no_store) {
    scratch const at;
    fs::create_directory(at / "empty");
    std::ofstream(at / "file") << "text";
    BOOST_TEST(tool().code == 2);
    BOOST_TEST(tool("verify").code == 2);
    BOOST_TEST(tool("verify", at / "empty", at / "empty").code == 2);
    BOOST_TEST(tool("salvage", at / "empty").code == 2);
    BOOST_TEST(tool("mend", at / "empty").code == 2);
    BOOST_TEST(tool("verify", "--force", at / "empty").code == 2);
    BOOST_TEST(tool("verify", "--json", at / "empty").code == 2);
    BOOST_TEST(tool("stat", "--id", id_of(1).to_string(), at / "empty").code == 2);
    BOOST_TEST(tool("dump", at / "empty", "--state").code == 2);
    BOOST_TEST(tool("dump", at / "empty", "--state", "sleeping").code == 2);
    BOOST_TEST(tool("dump", at / "empty", "--id", "7").code == 2);
    for (char const* const command : {"verify", "stat", "dump", "compact"}) {
        for (char const* const name : {"empty", "file", "missing"}) {
            auto const ended = tool(command, at / name);
            BOOST_TEST(ended.code == 3, command << ' ' << name);
            BOOST_TEST(has(ended.err, name), ended.err);
            BOOST_TEST(ended.out == "");
        }
    }
    BOOST_TEST(tool("salvage", at / "empty", at / "t").code == 3);
    BOOST_TEST(!fs::exists(at / "t"));
    BOOST_TEST(fs::is_empty(at / "empty"));
    BOOST_TEST(has(tool("--version").out, "cofire-journal "));
    BOOST_TEST(has(tool("verify", "--help").out, "exit codes:"));
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
