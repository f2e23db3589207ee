// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/storage/table/node_pool.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(node_pool)

namespace {

BOOST_AUTO_TEST_CASE(blocks_do_not_overlap_and_are_aligned) {
    cofire::detail::node_pool pool;
    std::vector<std::pair<unsigned char*, std::size_t>> blocks;
    for (std::size_t round = 0; round != 3; ++round) {
        for (std::size_t i = 1; i != 2'000; ++i) {
            std::size_t const bytes = i * 37 % 3'000 + 1;
            auto* const p = static_cast<unsigned char*>(pool.allocate(bytes));
            BOOST_REQUIRE(reinterpret_cast<std::uintptr_t>(p) % 64 == 0U);
            std::memset(p, static_cast<int>(blocks.size() % 251), bytes);
            blocks.emplace_back(p, bytes);
        }
        for (std::size_t i = 0; i != blocks.size(); ++i) {
            auto const [p, bytes] = blocks[i];
            BOOST_REQUIRE(p[0] == i % 251);
            BOOST_REQUIRE(p[bytes - 1] == i % 251);
        }
        for (auto const& [p, bytes] : blocks) {
            pool.release(p, bytes);
        }
        blocks.clear();
    }
}

#ifndef __SANITIZE_ADDRESS__
BOOST_AUTO_TEST_CASE(what_was_given_back_last_is_used_first) {
    cofire::detail::node_pool pool;
    void* const a = pool.allocate(100);
    void* const b = pool.allocate(128);
    void* const c = pool.allocate(129);
    pool.release(a, 100);
    pool.release(b, 128);
    pool.release(c, 129);
    BOOST_TEST(pool.allocate(65) == b);
    BOOST_TEST(pool.allocate(100) == a);
    BOOST_TEST(pool.allocate(192) == c);
    BOOST_TEST(pool.taken_by(129) == 192U);
}
#endif

} // namespace

BOOST_AUTO_TEST_SUITE_END()
