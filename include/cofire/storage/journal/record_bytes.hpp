// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_RECORD_BYTES_HPP
#define COFIRE_STORAGE_JOURNAL_RECORD_BYTES_HPP

#include <cofire/core/error.hpp>
#include <cofire/core/job_id.hpp>
#include <cofire/core/time_point.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cofire::detail {

/// Bytes of records, as they grow.
using record_buffer = std::vector<std::byte>;

/// What is thrown for bytes that no record has.
[[nodiscard]] inline error corrupt(std::string const& what) {
    return {errc::corrupt, what};
}

/// Appends numbers and texts to a buffer. Numbers are written seven bits a byte, the lowest first, the
/// high bit set in all bytes but the last; signed ones with the sign in the lowest bit.
///
/// Distinct objects: safe. Shared objects: unsafe.
class byte_writer {
public:
    explicit byte_writer(record_buffer& out) : out_(&out) {}

    /// How many bytes there are.
    [[nodiscard]] std::size_t size() const { return out_->size(); }

    void byte(std::uint8_t b) { out_->push_back(static_cast<std::byte>(b)); }
    void number(std::uint64_t n) {
        for (; n >= 0x80; n >>= 7) {
            byte(static_cast<std::uint8_t>(n | 0x80));
        }
        byte(static_cast<std::uint8_t>(n));
    }
    void signed_number(std::int64_t n) { number(zigzag(n)); }
    void bytes(void const* data, std::size_t size) {
        auto const* const first = static_cast<std::byte const*>(data);
        out_->insert(out_->end(), first, first + size);
    }
    /// Its length, then its bytes.
    void text(std::string_view t) {
        number(t.size());
        bytes(t.data(), t.size());
    }
    void id(job_id id) { bytes(id.bytes().data(), id.bytes().size()); }
    /// How far it is from `base`, in microseconds.
    void time(time_point t, time_point base) {
        signed_number(wrapped(t.time_since_epoch().count(), base.time_since_epoch().count()));
    }
    /// Eight bytes, the lowest first.
    void fixed64(std::uint64_t n) {
        for (int i = 0; i != 8; ++i, n >>= 8) {
            byte(static_cast<std::uint8_t>(n));
        }
    }

    /// A number whose sign stands in the lowest bit.
    [[nodiscard]] static constexpr std::uint64_t zigzag(std::int64_t n) {
        return static_cast<std::uint64_t>(n) << 1 ^ static_cast<std::uint64_t>(n >> 63);
    }
    /// a - b, where overflow wraps.
    [[nodiscard]] static constexpr std::int64_t wrapped(std::int64_t a, std::int64_t b) {
        return static_cast<std::int64_t>(
            static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b)
        );
    }

private:
    record_buffer* out_;
};

/// Reads what byte_writer wrote. Each function throws errc::corrupt for bytes that it cannot have
/// written, and reads none beyond the end.
///
/// Distinct objects: safe. Shared objects: unsafe.
class byte_reader {
public:
    explicit byte_reader(std::span<std::byte const> bytes) : rest_(bytes) {}

    /// True if nothing is left.
    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    /// How much is left.
    [[nodiscard]] std::size_t left() const { return rest_.size(); }

    std::uint8_t byte() {
        require(!rest_.empty(), "it ends too early");
        auto const b = std::to_integer<std::uint8_t>(rest_.front());
        rest_ = rest_.subspan(1);
        return b;
    }
    std::uint64_t number() {
        std::uint64_t n = 0;
        for (unsigned shift = 0;; shift += 7) {
            std::uint64_t const b = byte();
            require(shift < 63 || b <= 1, "a number of more than 64 bits");
            n |= (b & 0x7F) << shift;
            if (b < 0x80) {
                return n;
            }
        }
    }
    /// A number of at most `most`.
    std::uint64_t number(std::uint64_t most, char const* what) {
        std::uint64_t const n = number();
        if (n > most) {
            throw corrupt(std::string(what) + " of " + std::to_string(n));
        }
        return n;
    }
    std::uint32_t number32(char const* what) {
        return static_cast<std::uint32_t>(number(0xFFFF'FFFFU, what));
    }
    /// How many of something follow, each of which takes at least one byte.
    std::size_t count(char const* what) { return number(left(), what); }
    std::int64_t signed_number() {
        std::uint64_t const n = number();
        return static_cast<std::int64_t>(n >> 1 ^ (~(n & 1) + 1));
    }
    std::span<std::byte const> bytes(std::size_t size) {
        require(size <= rest_.size(), "it ends too early");
        auto const taken = rest_.first(size);
        rest_ = rest_.subspan(size);
        return taken;
    }
    /// Valid as long as the bytes are.
    std::string_view text() {
        auto const taken = bytes(count("a text"));
        return {reinterpret_cast<char const*>(taken.data()), taken.size()};
    }
    job_id id() {
        std::array<std::uint8_t, 16> b{};
        std::memcpy(b.data(), bytes(b.size()).data(), b.size());
        return job_id(b);
    }
    /// A time at this distance from `base`.
    time_point time(time_point base) {
        return checked(byte_writer::wrapped(
            base.time_since_epoch().count(), byte_writer::wrapped(0, signed_number())
        ));
    }
    /// The time so many microseconds after 1970.
    static time_point checked(std::int64_t count) {
        time_point const t{duration{count}};
        require(t >= earliest, "a time out of range");
        return t;
    }
    duration length() { return duration{signed_number()}; }
    std::uint64_t fixed64() {
        std::uint64_t n = 0;
        for (unsigned shift = 0; shift != 64; shift += 8) {
            n |= std::uint64_t{byte()} << shift;
        }
        return n;
    }
    /// A number that stands for a value of an enum whose last one is `last`.
    template <class Enum>
    Enum value(Enum last, char const* what) {
        return static_cast<Enum>(number(static_cast<std::uint64_t>(last), what));
    }

    static void require(bool good, char const* what) {
        if (!good) {
            throw corrupt(what);
        }
    }

private:
    // Some 70,000 years ago: so that times can be subtracted.
    static constexpr time_point earliest{duration{-(std::int64_t{1} << 61)}};

    std::span<std::byte const> rest_;
};

} // namespace cofire::detail

#endif
