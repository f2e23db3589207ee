// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Stores that earlier versions of cofire made, and what they held: golden/<format>/<store>, and beside it
// what `cofire-journal dump` said of it then. A version that reads them otherwise loses somebody's jobs.

#include "support.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

BOOST_AUTO_TEST_SUITE(cofire_journal_golden)

namespace {

using namespace tools_tests;

std::vector<fs::path> golden_stores() {
    std::vector<fs::path> found;
    for (auto const& format : fs::directory_iterator(COFIRE_TEST_GOLDEN)) {
        for (auto const& entry : fs::directory_iterator(format.path())) {
            if (entry.is_directory()) {
                found.push_back(entry.path());
            }
        }
    }
    return found;
}

/// A copy that only this user may write to, as a store has to be.
fs::path copy_of(fs::path const& golden, scratch const& at) {
    fs::path const to = at / golden.filename().string();
    fs::create_directory(to);
    fs::permissions(to, fs::perms::owner_all);
    for (auto const& file : fs::directory_iterator(golden)) {
        fs::copy_file(file.path(), to / file.path().filename());
        fs::permissions(
            to / file.path().filename(), fs::perms::owner_read | fs::perms::owner_write
        );
    }
    return to;
}

std::ptrdiff_t lines_of(std::string const& text) {
    return std::ranges::count(text, '\n');
}

BOOST_AUTO_TEST_CASE(what_an_earlier_version_stored_is_read_as_it_was) {
    auto const stores = golden_stores();
    BOOST_TEST(stores.size() >= 2U);
    for (fs::path const& golden : stores) {
        BOOST_TEST_CONTEXT(golden.string()) {
            scratch const at;
            fs::path const copy = copy_of(golden, at);
            BOOST_TEST(tool("verify", "-q", copy).code == 0);
            auto const dump = tool("dump", copy);
            BOOST_TEST(dump.code == 0);
            BOOST_TEST(dump.out == text_of(golden.string() + ".jsonl"));
            BOOST_TEST(lines_of(dump.out) > 20);
        }
    }
}

BOOST_AUTO_TEST_CASE(what_an_earlier_version_stored_goes_on) {
    for (fs::path const& golden : golden_stores()) {
        BOOST_TEST_CONTEXT(golden.string()) {
            scratch const at;
            fs::path const copy = copy_of(golden, at);
            auto const before = lines_of(text_of(golden.string() + ".jsonl"));
            cofire::journal_options options;
            options.limits.keep_succeeded = options.limits.keep_failed =
                std::chrono::hours{24} * 36500;
            {
                cofire::journal_storage storage(copy, options);
                BOOST_TEST(storage.report().jobs == static_cast<std::uint64_t>(before));
                insert(storage, job_of(1));
            }
            {
                cofire::journal_storage storage(copy, options);
                BOOST_TEST(storage.report().jobs == static_cast<std::uint64_t>(before) + 1);
            }
            BOOST_TEST(tool("verify", "-q", copy).code == 0);
        }
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
