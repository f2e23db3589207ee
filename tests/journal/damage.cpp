// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// A small store, damaged in every way that one byte or one length can be: what is replayed are the
// records, all of them, or opening is refused.

#include "support.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <string>

BOOST_AUTO_TEST_SUITE(damage)

namespace {

using namespace journal_tests;

constexpr std::uint64_t last_record = 12;

simulated_disk small_store(bool is_closed) {
    simulated_disk disk;
    opened store(disk);
    store.open();
    store.append(2);
    store.snapshot();
    store.append(3);
    store.snapshot();
    store.append(2);
    store.log->roll();
    store.append(1);
    store.append(4);
    if (is_closed) {
        store.log->close();
    }
    return disk.after_exit();
}

enum class outcome { whole, refused, shortened };

/// What opening this disk gives. `disk` may be changed by it.
outcome open(simulated_disk& disk, bool& is_torn) {
    opened store(disk);
    try {
        store.open();
    } catch (cofire::error const& e) {
        BOOST_TEST(
            (e.value() == cofire::errc::corrupt || e.value() == cofire::errc::newer_format ||
             e.value() == cofire::errc::storage_failed)
        );
        return outcome::refused;
    }
    BOOST_TEST(store.seen.fault == "");
    BOOST_TEST(store.seen.last <= last_record);
    is_torn = store.log->findings().torn.has_value();
    return store.seen.last == last_record ? outcome::whole : outcome::shortened;
}

template <class Damage>
std::array<std::uint64_t, 3> with_each(bool is_closed, Damage&& damage) {
    auto const whole = small_store(is_closed);
    std::array<std::uint64_t, 3> outcomes{};
    for (auto const& [name, inode] : whole.names) {
        std::size_t const size = whole.inodes[inode].durable.size();
        for (std::size_t at = 0; at != size; ++at) {
            auto disk = whole;
            damage(disk.inodes[inode].durable, at);
            disk.inodes[inode].current = disk.inodes[inode].durable;
            bool is_torn = false;
            auto const found = open(disk, is_torn);
            ++outcomes[static_cast<std::size_t>(found)];
            if (found == outcome::shortened) {
                BOOST_TEST(!is_closed, name << ", byte " << at << " shortens a closed store");
                BOOST_TEST(is_torn, name << ", byte " << at << " is not reported");
            }
        }
    }
    BOOST_TEST_MESSAGE(
        outcomes[0] << " whole, " << outcomes[1] << " refused, " << outcomes[2] << " shortened"
    );
    return outcomes;
}

BOOST_AUTO_TEST_CASE(no_changed_byte_changes_a_closed_store) {
    for (unsigned const bit : {0x01U, 0x80U}) {
        auto const outcomes = with_each(true, [&](bytes& b, std::size_t at) {
            b[at] ^= static_cast<std::byte>(bit);
        });
        BOOST_TEST(outcomes[0] != 0U);
        BOOST_TEST(outcomes[1] != 0U);
    }
}

BOOST_AUTO_TEST_CASE(no_length_changes_a_closed_store) {
    with_each(true, [](bytes& b, std::size_t at) { b.resize(at); });
}

BOOST_AUTO_TEST_CASE(without_an_end_only_the_last_frame_may_be_missing_and_is_named) {
    auto const outcomes =
        with_each(false, [](bytes& b, std::size_t at) { b[at] ^= std::byte{16}; });
    // The last frame alone cannot be told from one that a crash tore.
    BOOST_TEST(outcomes[2] == cofire::detail::frame_size(records_from(9, 4).size()));
    with_each(false, [](bytes& b, std::size_t at) { b.resize(at); });
}

BOOST_AUTO_TEST_CASE(swapped_blocks_are_noticed) {
    auto const whole = small_store(true);
    for (auto const& [name, inode] : whole.names) {
        for (auto const& [other, second] : whole.names) {
            if (second < inode) {
                continue;
            }
            auto const blocks = [&](std::size_t i) { return whole.inodes[i].durable.size() / 512; };
            for (std::size_t a = 0; a != blocks(inode); ++a) {
                for (std::size_t b = 0; b != blocks(second); ++b) {
                    auto disk = whole;
                    auto const at = [&](std::size_t i, std::size_t block) {
                        return disk.inodes[i].durable.begin() +
                               static_cast<std::ptrdiff_t>(block * 512);
                    };
                    std::swap_ranges(at(inode, a), at(inode, a) + 512, at(second, b));
                    disk.inodes[inode].current = disk.inodes[inode].durable;
                    disk.inodes[second].current = disk.inodes[second].durable;
                    bool is_torn = false;
                    auto const is_zero = [&](auto first) {
                        return std::all_of(first, first + 512, [](std::byte x) {
                            return x == std::byte{};
                        });
                    };
                    bool const drops_a_write = is_zero(at(inode, a)) || is_zero(at(second, b));
                    // The last block written cannot be told from one that was torn, or dropped.
                    bool const is_good =
                        open(disk, is_torn) != outcome::shortened || is_torn || drops_a_write;
                    BOOST_TEST(is_good, name << " " << a << " " << other << " " << b);
                }
            }
        }
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
