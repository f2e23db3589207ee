// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_TABLE_CURSOR_HPP
#define COFIRE_STORAGE_TABLE_CURSOR_HPP

#include <cofire/core/error.hpp>
#include <cofire/core/job_id.hpp>

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cofire::detail {

/// Where a walk through a list goes on: some numbers and a job, as text "1:2:3:<id>".
///
/// Distinct objects: safe. Shared objects: safe to read, unsafe to change.
template <std::size_t N>
struct table_cursor {
    std::array<std::uint64_t, N> numbers{};
    job_id job{};

    /// Reads what to_string wrote. Throws bad_option if it is anything else, or if `step`, one of the
    /// numbers, is not below `steps`.
    [[nodiscard]] static table_cursor
    from(std::string_view text, std::size_t step = 0, std::uint64_t steps = ~std::uint64_t{0}) {
        table_cursor made;
        if (!made.parse(text) || made.numbers[step] >= steps) {
            throw error(errc::bad_option, "cursor " + quoted(text));
        }
        return made;
    }

    /// The text form.
    [[nodiscard]] std::string to_string() const {
        std::string text;
        for (std::uint64_t number : numbers) {
            text += std::to_string(number) + ":";
        }
        return text + job.to_string();
    }

private:
    [[nodiscard]] bool parse(std::string_view text) {
        char const* at = text.data();
        char const* const end = at + text.size();
        for (std::uint64_t& number : numbers) {
            auto const [stop, ec] = std::from_chars(at, end, number);
            if (ec != std::errc{} || stop == end || *stop != ':') {
                return false;
            }
            at = stop + 1;
        }
        auto const id = job_id::parse({at, static_cast<std::size_t>(end - at)});
        job = id.value_or(job_id());
        return id.has_value();
    }
};

} // namespace cofire::detail

#endif
