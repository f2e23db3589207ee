// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_JOB_JSON_WRITER_HPP
#define COFIRE_JOB_JSON_WRITER_HPP

#include <cofire/core/config.hpp>
#include <cofire/job/json_path.hpp>

#include <boost/json/value.hpp>

#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace cofire {

/// How deep the JSON text of arguments and results may be nested.
inline constexpr std::size_t json_depth_limit = 64;

namespace detail {

/// Writes JSON text, without a tree: the first bytes in place, more on the heap. Commas and
/// brackets are the caller's matter. Refuses what JSON cannot hold by json_path::fail.
///
/// Distinct objects: safe. Shared objects: unsafe.
class json_writer {
public:
    json_writer() = default;
    json_writer(json_writer const&) = delete;
    json_writer& operator=(json_writer const&) = delete;

    /// Text that is JSON already.
    void raw(std::string_view text) {
        if (text.size() > capacity_ - size_) {
            grow(text.size());
        }
        std::memcpy(data_ + size_, text.data(), text.size());
        size_ += text.size();
    }
    /// One character that is JSON already.
    void raw(char c) {
        if (size_ == capacity_) {
            grow(1);
        }
        data_[size_++] = c;
    }

    /// An integer, exactly.
    template <std::integral T>
    void integer(T value) {
        std::array<char, 24> text;
        auto const end = std::to_chars(text.data(), text.data() + text.size(), value);
        raw(std::string_view(text.data(), static_cast<std::size_t>(end.ptr - text.data())));
    }

    /// The shortest text that reads back as the same number. Infinities and NaN are refused.
    template <std::floating_point T>
    void number(T value, json_path const& at) {
        // Only these have a difference to themselves that is not zero.
        if (!(value - value == T(0))) {
            at.fail("JSON has no infinity and no NaN");
        }
        std::array<char, 40> text;
        auto const end = std::to_chars(text.data(), text.data() + text.size(), value);
        raw(std::string_view(text.data(), static_cast<std::size_t>(end.ptr - text.data())));
    }

    /// A string in quotes, escaped where JSON asks for it. Invalid UTF-8 is refused.
    void text(std::string_view value, json_path const& at);

    /// Any JSON value.
    void value(boost::json::value const& value, json_path const& at);

    /// Opens `bracket` ('[' or '{') at `at`. Too deep: error(errc::json_too_deep).
    void open(char bracket, json_path const& at) {
        if (at.depth() >= json_depth_limit) {
            fail_too_deep(at);
        }
        raw(bracket);
    }

    /// What was written.
    [[nodiscard]] std::string to_string() const { return std::string(data_, size_); }

private:
    void grow(std::size_t more);
    [[noreturn]] static void fail_too_deep(json_path const& at);

    std::array<char, 512> small_;
    std::vector<char> large_{};
    char* data_ = small_.data();
    std::size_t size_ = 0;
    std::size_t capacity_ = small_.size();
};

} // namespace detail
} // namespace cofire

#ifdef COFIRE_HEADER_ONLY
#include <cofire/job/impl/json_writer.ipp>
#endif

#endif
