// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "simulated_files.hpp"

#include <cofire/storage/journal/crc32c.hpp>

#include <boost/crc.hpp>
#include <boost/test/unit_test.hpp>

#include <span>
#include <string_view>

BOOST_AUTO_TEST_SUITE(crc32c)

namespace {

std::span<std::byte const> as_bytes(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

BOOST_AUTO_TEST_CASE(known_values) {
    // The check value of the CRC catalogues, and those of RFC 3720, appendix B.4.
    BOOST_TEST(cofire::detail::crc32c(as_bytes("123456789")) == 0xE306'9283U);
    BOOST_TEST(cofire::detail::crc32c(journal_tests::bytes(32)) == 0x8A91'36AAU);
    BOOST_TEST(cofire::detail::crc32c(journal_tests::bytes(32, std::byte{0xFF})) == 0x62A8'AB43U);
    journal_tests::bytes rising(32);
    for (std::size_t i = 0; i != rising.size(); ++i) {
        rising[i] = static_cast<std::byte>(i);
    }
    BOOST_TEST(cofire::detail::crc32c(rising) == 0x46DD'794EU);
    BOOST_TEST(cofire::detail::crc32c({}) == 0U);
}

BOOST_AUTO_TEST_CASE(instruction_and_table_are_what_boost_computes_in_any_parts) {
    journal_tests::numbers random(5);
    for (std::size_t size = 0; size != 300; ++size) {
        journal_tests::bytes all(size);
        for (auto& b : all) {
            b = static_cast<std::byte>(random());
        }
        boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> other;
        other.process_bytes(all.data(), all.size());
        BOOST_TEST(cofire::detail::crc32c(all) == other.checksum());
        BOOST_TEST(cofire::detail::crc32c_by_table(all) == other.checksum());
        std::span<std::byte const> const view(all);
        auto const cut = random.below(size + 1);
        auto const first = cofire::detail::crc32c(view.first(cut));
        BOOST_TEST(cofire::detail::crc32c(view.subspan(cut), first) == other.checksum());
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
