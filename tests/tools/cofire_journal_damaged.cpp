// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// cofire-journal on stores that are not whole.

#include "support.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

BOOST_AUTO_TEST_SUITE(cofire_journal_damaged)

namespace {

using namespace tools_tests;

/// A store whose 600 jobs stand in at least four segments, and no snapshot.
void make_store(fs::path const& directory) {
    fill(directory, 1, 600);
    BOOST_REQUIRE(fs::exists(directory / segment(4)));
}

/// True if these are the first jobs of make_store's, unchanged, at least `least` and not all.
void require_beginning(std::map<cofire::job_id, std::string> const& jobs, std::size_t least) {
    BOOST_TEST(jobs.size() >= least);
    BOOST_TEST(jobs.size() < 600U);
    std::uint64_t n = 0;
    for (auto const& [id, arguments] : jobs) {
        ++n;
        BOOST_REQUIRE((id == id_of(n)));
        BOOST_REQUIRE(arguments == "[\"" + std::string(400, 'a' + n % 26) + "\"]");
    }
}

BOOST_AUTO_TEST_CASE(a_changed_byte_in_the_middle) {
    scratch const at;
    make_store(at / "s");
    std::uint64_t const offset = 4096 + 20'000;
    change_byte(at / "s" / segment(2), offset);
    auto const verified = tool("verify", at / "s");
    BOOST_TEST(verified.code == 1);
    BOOST_TEST(has(verified.out, "damaged: " + segment(2) + ", byte "), verified.out);
    BOOST_TEST(has(verified.out, "It cannot be opened"), verified.out);
    for (char const* const command : {"stat", "dump", "compact"}) {
        auto const ended = tool(command, at / "s");
        BOOST_TEST(ended.code == 1, command);
        BOOST_TEST(has(ended.err, segment(2)), ended.err);
        BOOST_TEST(ended.out == "");
    }
    auto const before = files_of(at / "s");
    auto const salvaged = tool("salvage", at / "s", at / "t");
    BOOST_TEST(salvaged.code == 1);
    BOOST_TEST(has(salvaged.out, "left out: " + segment(2) + ", bytes "), salvaged.out);
    BOOST_TEST(has(salvaged.out, "left out: " + segment(4) + ", bytes 0 to 65536"), salvaged.out);
    BOOST_TEST(bool(files_of(at / "s") == before));
    BOOST_TEST(tool("verify", at / "t").code == 0);
    auto const jobs = jobs_of(at / "t");
    require_beginning(jobs, 100);
    {
        // What was lost may have given epochs of later generations.
        cofire::journal_storage const storage(at / "t", small_files());
        BOOST_TEST(storage.report().generation > 1U << 20U);
    }
    // Each of these records is an insert, but for those that the store's opening and closing wrote.
    std::uint64_t lost = 0;
    for (std::size_t i = 0; (i = salvaged.out.find(" records (", i)) != std::string::npos; ++i) {
        lost += std::stoul(salvaged.out.substr(salvaged.out.rfind(' ', i - 1) + 1));
    }
    BOOST_TEST(lost >= 600 - jobs.size());
    BOOST_TEST(lost <= 600 - jobs.size() + 2);
}

BOOST_AUTO_TEST_CASE(a_torn_tail_is_no_damage) {
    scratch const at;
    {
        cofire::journal_storage storage(at / "open", small_files());
        insert(storage, job_of(1));
        insert(storage, job_of(2));
        copy_store(at / "open", at / "s");
    }
    auto const found = findings_of(at / "s").segments.back();
    auto const name = at / "s" / segment(found.number);
    // The beginning of a frame, as a crash may leave it.
    std::string const bytes = text_of(name);
    {
        std::fstream f(name, std::ios::binary | std::ios::in | std::ios::out);
        f.seekp(static_cast<std::streamoff>(found.end));
        f << bytes.substr(4096, 50);
    }
    auto const verified = tool("verify", at / "s");
    BOOST_TEST(verified.code == 0, verified.out);
    BOOST_TEST(
        has(verified.out,
            "torn tail      " + segment(found.number) + ", byte " + std::to_string(found.end)),
        verified.out
    );
    BOOST_TEST(has(verified.out, "closed         no"), verified.out);
    auto const salvaged = tool("salvage", at / "s", at / "t");
    BOOST_TEST(salvaged.code == 0, salvaged.out);
    BOOST_TEST(has(salvaged.out, "torn tail: "), salvaged.out);
    BOOST_TEST(jobs_of(at / "t").size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_missing_segment) {
    scratch const at;
    make_store(at / "s");
    fs::remove(at / "s" / segment(3));
    auto const verified = tool("verify", at / "s");
    BOOST_TEST(verified.code == 1);
    BOOST_TEST(has(verified.out, segment(3) + ", byte 0: the file is missing"), verified.out);
    auto const salvaged = tool("salvage", at / "s", at / "t");
    BOOST_TEST(salvaged.code == 1);
    BOOST_TEST(has(salvaged.out, "left out: " + segment(3) + ", "), salvaged.out);
    BOOST_TEST(!has(salvaged.out, "left out: " + segment(2)), salvaged.out);
    require_beginning(jobs_of(at / "t"), 200);
}

BOOST_AUTO_TEST_CASE(no_first_segment_leaves_nothing_to_prove) {
    scratch const at;
    make_store(at / "s");
    fs::remove(at / "s" / segment(1));
    auto const salvaged = tool("salvage", at / "s", at / "t");
    BOOST_TEST(salvaged.code == 1);
    BOOST_TEST(has(salvaged.err, "nothing can be proven whole"), salvaged.err);
    BOOST_TEST(!fs::exists(at / "t"));
}

BOOST_AUTO_TEST_CASE(without_format_the_other_files_tell) {
    scratch const at;
    make_store(at / "s");
    fs::remove(at / "s" / "FORMAT");
    auto const verified = tool("verify", at / "s");
    BOOST_TEST(verified.code == 1);
    BOOST_TEST(has(verified.out, "FORMAT, byte 0: the file is missing"), verified.out);
    auto const salvaged = tool("salvage", at / "s", at / "t");
    BOOST_TEST(salvaged.code == 0, salvaged.out << salvaged.err);
    BOOST_TEST(has(salvaged.out, "FORMAT is missing"), salvaged.out);
    BOOST_TEST(jobs_of(at / "t").size() == 600U);
}

BOOST_AUTO_TEST_CASE(a_newer_format_is_refused) {
    scratch const at;
    make_store(at / "s");
    auto format = findings_of(at / "s").format;
    ++format.version.major;
    auto const bytes = cofire::detail::encode(format);
    std::ofstream(at / "s" / "FORMAT", std::ios::binary)
        .write(
            reinterpret_cast<char const*>(bytes.data()), static_cast<std::streamsize>(bytes.size())
        );
    for (char const* const command : {"verify", "stat", "dump", "compact"}) {
        auto const ended = tool(command, at / "s");
        BOOST_TEST(ended.code == 3, command);
        BOOST_TEST(has(ended.err, "FORMAT"), ended.err);
    }
    BOOST_TEST(tool("salvage", at / "s", at / "t").code == 3);
    BOOST_TEST(!fs::exists(at / "t"));
}

std::vector<std::string> snapshots_of(fs::path const& directory) {
    std::vector<std::string> names;
    for (auto const& [name, bytes] : files_of(directory)) {
        if (cofire::detail::snapshot_seq(name)) {
            names.push_back(name);
        }
    }
    std::ranges::sort(names);
    return names;
}

BOOST_AUTO_TEST_CASE(the_newest_of_two_snapshots_is_damaged) {
    scratch const at;
    fill(at / "s", 1, 300, true);
    fill(at / "s", 301, 300, true);
    auto const names = snapshots_of(at / "s");
    BOOST_REQUIRE(names.size() == 2U);
    change_byte(at / "s" / names.back(), 4096 + 100);
    auto const verified = tool("verify", at / "s");
    BOOST_TEST(verified.code == 1);
    BOOST_TEST(has(verified.out, "damaged: " + names.back()), verified.out);
    BOOST_TEST(has(verified.out, "It can be opened all the same"), verified.out);
    auto const salvaged = tool("salvage", at / "s", at / "t");
    BOOST_TEST(salvaged.code == 0, salvaged.out << salvaged.err);
    BOOST_TEST(jobs_of(at / "t").size() == 600U);
    BOOST_TEST(tool("compact", at / "s").code == 0);
    BOOST_TEST(tool("verify", at / "s").code == 0);
    BOOST_TEST(jobs_of(at / "s").size() == 600U);
}

BOOST_AUTO_TEST_CASE(the_only_snapshot_is_damaged) {
    scratch const at;
    fill(at / "s", 1, 600);
    BOOST_REQUIRE(tool("compact", at / "s").code == 0);
    auto const names = snapshots_of(at / "s");
    BOOST_REQUIRE(names.size() == 1U);
    change_byte(at / "s" / names.back(), 4096 + 100);
    BOOST_TEST(tool("verify", at / "s").code == 1);
    auto const salvaged = tool("salvage", at / "s", at / "t");
    BOOST_TEST(salvaged.code == 1);
    BOOST_TEST(has(salvaged.err, "nothing can be proven whole"), salvaged.err);
}

BOOST_AUTO_TEST_CASE(damage_before_the_newest_snapshot_is_found_and_does_not_matter) {
    scratch const at;
    fill(at / "s", 1, 300, true);
    fill(at / "s", 301, 300, true);
    // The first segment that is kept for the older snapshot.
    std::string first;
    for (auto const& [name, bytes] : files_of(at / "s")) {
        if (cofire::detail::segment_number(name) && (first.empty() || name < first)) {
            first = name;
        }
    }
    change_byte(at / "s" / first, 4096 + 45);
    auto const verified = tool("verify", at / "s");
    BOOST_TEST(verified.code == 1);
    BOOST_TEST(has(verified.out, "damaged: before the newest snapshot: " + first), verified.out);
    BOOST_TEST(has(verified.out, "It can be opened all the same"), verified.out);
    auto const salvaged = tool("salvage", at / "s", at / "t");
    BOOST_TEST(salvaged.code == 0, salvaged.out << salvaged.err);
    BOOST_TEST(jobs_of(at / "t").size() == 600U);
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
