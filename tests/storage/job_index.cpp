// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "support.hpp"

#include <cofire/storage/table/job_index.hpp>

#include <algorithm>
#include <map>
#include <memory>

BOOST_AUTO_TEST_SUITE(job_index)

namespace {

using namespace storage_tests;
using cofire::detail::job_node;

/// An index and, to compare, a map.
struct index_fixture {
    cofire::detail::job_index index;
    std::map<job_id, std::unique_ptr<job_node>> jobs;
    std::uint64_t state = 1;

    std::uint64_t random() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        return state;
    }
    job_id new_id(duration after) { return job_id::make(start + after, random(), random()); }

    void insert(job_id id) {
        BOOST_REQUIRE(index.find(id) == nullptr);
        auto job = std::make_unique<job_node>();
        job->id = id;
        index.reserve(id);
        index.insert(*job);
        jobs.emplace(id, std::move(job));
    }
    void erase(job_id id) {
        index.erase(*jobs.at(id));
        jobs.erase(id);
        BOOST_REQUIRE(index.find(id) == nullptr);
    }
    void check() {
        BOOST_TEST(index.size() == jobs.size());
        for (auto const& [id, job] : jobs) {
            BOOST_REQUIRE(index.find(id) == job.get());
        }
        std::size_t count = 0;
        index.for_each([&](job_node& job) {
            ++count;
            BOOST_REQUIRE(jobs.at(job.id).get() == &job);
        });
        BOOST_TEST(count == jobs.size());
    }
};

BOOST_AUTO_TEST_CASE(nothing) {
    index_fixture f;
    BOOST_TEST(f.index.find(id_of(1)) == nullptr);
    f.index.prefetch(id_of(1));
    f.check();
    f.insert(id_of(1));
    f.erase(id_of(1));
    f.check();
}

BOOST_AUTO_TEST_CASE(first_in_first_out_through_many_parts) {
    index_fixture f;
    std::vector<job_id> ids;
    for (int i = 0; i != 40'000; ++i) {
        ids.push_back(f.new_id(i * 10us));
        f.insert(ids.back());
        if (i >= 20'000) {
            f.erase(ids[static_cast<std::size_t>(i) - 20'000]);
        }
    }
    f.check();
    for (std::size_t i = 20'000; i != ids.size(); ++i) {
        f.erase(ids[i]);
    }
    f.check();
}

BOOST_AUTO_TEST_CASE(ids_of_any_time_and_all_at_once) {
    index_fixture f;
    for (int i = 0; i != 20'000; ++i) {
        f.insert(f.new_id(std::chrono::seconds(f.random() % 1'000'000)));
    }
    for (int i = 0; i != 10'000; ++i) {
        f.insert(f.new_id(24h * 365));
    }
    f.insert(cofire::job_id({1})); // before all others
    f.check();
}

// Parts that are nearly empty are united with others; nothing gets lost on the way.
BOOST_AUTO_TEST_CASE(most_go_a_few_stay) {
    index_fixture f;
    std::vector<job_id> ids;
    for (int i = 0; i != 60'000; ++i) {
        ids.push_back(f.new_id(i * 100us));
        f.insert(ids.back());
    }
    for (std::size_t i = 0; i != ids.size(); ++i) {
        std::size_t const mixed = i * 7'919 % ids.size();
        if (mixed % 500 != 0) {
            f.erase(ids[mixed]);
        }
    }
    f.check();
    for (int i = 0; i != 1'000; ++i) { // into what is left of the parts
        f.insert(f.new_id(i * 6ms));
    }
    f.check();
}

BOOST_AUTO_TEST_CASE(random_commands) {
    index_fixture f;
    std::vector<job_id> ids;
    for (int i = 0; i != 100'000; ++i) {
        // Grows and shrinks in turn.
        if (ids.empty() || f.random() % 10 < (i / 20'000 % 2 == 0 ? 7U : 3U)) {
            bool const late = f.random() % 10 == 0;
            ids.push_back(f.new_id(late ? std::chrono::milliseconds(f.random() % 1'000) : i * 10us)
            );
            f.insert(ids.back());
        } else {
            std::size_t const at = f.random() % std::min<std::size_t>(ids.size(), 5'000);
            std::swap(ids[at], ids.back());
            f.erase(ids.back());
            ids.pop_back();
        }
    }
    f.check();
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
