// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TIME_DETAIL_CRON_PARSER_HPP
#define COFIRE_TIME_DETAIL_CRON_PARSER_HPP

#include <cofire/core/config.hpp>
#include <cofire/time/detail/cron_fields.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace cofire::detail {

/// What is wrong with a text.
enum class cron_problem : std::uint8_t {
    none,
    field_count, // there must be 5 or 6
    macro,       // no such macro
    value,       // not one of the field's numbers or names
    step,        // not a number from 1 to the field's greatest
    last_offset, // L-n: not a number from 0 to 30
    nth,         // d#n: not a number from 1 to 5
    unexpected,  // a character that cannot follow
};

/// What parsing gave: the fields, or the problem and its place.
struct cron_parsed {
    cron_fields fields;
    cron_problem problem = cron_problem::none;
    cron_field field = cron_field::second;
    std::size_t begin = 0; // where in the text the problem is
    std::size_t end = 0;   // behind the last character concerned
    std::size_t field_count = 0;
};

/// Reads a cron expression, at compile time too. Throws nothing: the result tells.
class cron_parser {
public:
    [[nodiscard]] static constexpr cron_parsed parse(std::string_view text) {
        cron_parser parser{text};
        parser.read();
        return parser.result_;
    }

private:
    constexpr explicit cron_parser(std::string_view text) : text_(text) {}

    static constexpr bool is_space(char c) { return c == ' ' || c == '\t'; }
    static constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
    static constexpr char upper(char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    static constexpr bool same(std::string_view a, std::string_view b) {
        bool result = a.size() == b.size();
        for (std::size_t i = 0; result && i != a.size(); ++i) {
            result = upper(a[i]) == upper(b[i]);
        }
        return result;
    }

    constexpr void read() {
        std::array<std::pair<std::size_t, std::size_t>, 6> parts{};
        std::size_t count = 0;
        for (std::size_t at = 0; at != text_.size();) {
            if (is_space(text_[at])) {
                ++at;
                continue;
            }
            auto const begin = at;
            while (at != text_.size() && !is_space(text_[at])) {
                ++at;
            }
            if (count < parts.size()) {
                parts[count] = {begin, at};
            }
            ++count;
        }
        if (count != 0 && text_[parts[0].first] == '@') {
            return read_macro(parts[0].first, count == 1 ? parts[0].second : text_.size());
        }
        if (count != 5 && count != 6) {
            fail(cron_problem::field_count, 0, text_.size());
            result_.field_count = count;
            return;
        }
        if (count == 5) {
            fields().seconds = 1;
        }
        for (std::size_t i = 0; i != count && ok(); ++i) {
            result_.field = static_cast<cron_field>(i + 6 - count);
            read_field(parts[i].first, parts[i].second);
        }
        fields().normalise();
    }

    constexpr void read_macro(std::size_t begin, std::size_t end) {
        constexpr std::array<std::pair<std::string_view, std::string_view>, 9> macros{{
            {"@every_second", "* * * * * *"},
            {"@every_minute", "* * * * *"},
            {"@hourly", "0 * * * *"},
            {"@daily", "0 0 * * *"},
            {"@midnight", "0 0 * * *"},
            {"@weekly", "0 0 * * 0"},
            {"@monthly", "0 0 1 * *"},
            {"@yearly", "0 0 1 1 *"},
            {"@annually", "0 0 1 1 *"},
        }};
        auto const name = text_.substr(begin, end - begin);
        for (auto const& [macro, meaning] : macros) {
            if (same(name, macro)) {
                result_ = parse(meaning);
                return;
            }
        }
        if (!same(name, "@never")) {
            fail(cron_problem::macro, begin, end);
        }
    }

    constexpr void read_field(std::size_t begin, std::size_t end) {
        at_ = begin;
        end_ = end;
        if (end - begin == 1 && text_[begin] == '?' && is_day_field()) {
            return add_range(range().first, range().last, 1);
        }
        for (;;) {
            read_item();
            if (!ok() || at_ == end_) {
                return;
            }
            if (text_[at_] != ',') {
                return fail(cron_problem::unexpected, at_, at_ + 1);
            }
            ++at_;
        }
    }

    /// One part of a list.
    constexpr void read_item() {
        if (accept('*')) {
            result_.fields.interval |= is_time_field();
            return add_range(range().first, range().last, read_step());
        }
        if (result_.field == cron_field::day_of_month && accept('L')) {
            return read_last_day();
        }
        auto const first = read_value();
        if (!ok()) {
            return;
        }
        if (result_.field == cron_field::day_of_month && accept('W')) {
            fields().nearest_weekdays |= std::uint32_t{1} << first;
            return;
        }
        if (result_.field == cron_field::day_of_week && accept('L')) {
            fields().last_of_weekday |= static_cast<std::uint8_t>(1U << first % 7);
            return;
        }
        if (result_.field == cron_field::day_of_week && accept('#')) {
            auto const n = read_number(1, 5, cron_problem::nth);
            fields().nth_weekdays |= ok() ? std::uint64_t{1} << (7 * (n - 1) + first % 7) : 0;
            return;
        }
        auto last = first;
        bool const has_last = accept('-');
        if (has_last) {
            last = read_value();
        }
        bool const has_step = ok() && at_ != end_ && text_[at_] == '/';
        auto const step = read_step();
        if (has_step && !has_last) {
            last = range().last;
        }
        result_.fields.interval |= is_time_field() && (has_last || has_step);
        add_range(first, last, step);
    }

    /// What follows L in day of month: an offset, W, both or nothing.
    constexpr void read_last_day() {
        unsigned offset = 0;
        if (accept('-')) {
            offset = read_number(0, 30, cron_problem::last_offset);
        }
        if (ok()) {
            auto& bits = accept('W') ? fields().last_weekdays : fields().last_days;
            bits |= std::uint32_t{1} << offset;
        }
    }

    /// The number after /, or 1 if there is no /.
    constexpr unsigned read_step() {
        if (!ok() || !accept('/')) {
            return 1;
        }
        return read_number(1, range().last, cron_problem::step);
    }

    /// A number or a name of the field.
    constexpr unsigned read_value() {
        constexpr std::string_view months = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";
        constexpr std::string_view weekdays = "SUNMONTUEWEDTHUFRISAT";
        if (result_.field == cron_field::month || result_.field == cron_field::day_of_week) {
            auto const names = result_.field == cron_field::month ? months : weekdays;
            for (std::size_t i = 0; i != names.size(); i += 3) {
                if (end_ - at_ >= 3 && same(text_.substr(at_, 3), names.substr(i, 3))) {
                    at_ += 3;
                    return static_cast<unsigned>(i / 3) + range().first;
                }
            }
        }
        return read_number(range().first, range().last, cron_problem::value);
    }

    constexpr unsigned read_number(unsigned least, unsigned most, cron_problem problem) {
        auto const begin = at_;
        unsigned number = 0;
        while (at_ != end_ && is_digit(text_[at_])) {
            number = number < 1000 ? number * 10 + static_cast<unsigned>(text_[at_] - '0') : number;
            ++at_;
        }
        if (at_ == begin || number < least || number > most) {
            auto end = at_;
            if (at_ == begin) { // not a number at all: show the whole part of the list
                while (end != end_ && text_[end] != ',') {
                    ++end;
                }
            }
            fail(problem, begin, end);
        }
        return number;
    }

    /// Adds first, first + step, ... up to last, around the end of the field if it is reversed.
    constexpr void add_range(unsigned first, unsigned last, unsigned step) {
        if (!ok()) {
            return;
        }
        auto const [least, most, modulus] = range();
        if (last < first) {
            last += modulus;
        }
        for (unsigned i = first; i <= last; i += step) {
            add(least + (i - least) % modulus);
        }
    }

    constexpr void add(unsigned value) {
        switch (result_.field) {
        case cron_field::second: fields().seconds |= std::uint64_t{1} << value; break;
        case cron_field::minute: fields().minutes |= std::uint64_t{1} << value; break;
        case cron_field::hour: fields().hours |= std::uint32_t{1} << value; break;
        case cron_field::day_of_month: fields().days |= std::uint32_t{1} << value; break;
        case cron_field::month: fields().months |= static_cast<std::uint16_t>(1U << value); break;
        case cron_field::day_of_week:
            fields().weekdays |= static_cast<std::uint8_t>(1U << value);
            break;
        }
    }

    constexpr bool accept(char c) {
        bool const is_it = at_ != end_ && upper(text_[at_]) == c;
        at_ += is_it ? 1 : 0;
        return is_it;
    }

    constexpr void fail(cron_problem problem, std::size_t begin, std::size_t end) {
        result_.problem = problem;
        result_.begin = begin;
        result_.end = end;
    }

    constexpr bool ok() const { return result_.problem == cron_problem::none; }
    constexpr cron_fields& fields() { return result_.fields; }
    constexpr cron_range range() const { return range_of(result_.field); }
    constexpr bool is_time_field() const { return result_.field <= cron_field::hour; }
    constexpr bool is_day_field() const {
        return result_.field == cron_field::day_of_month ||
               result_.field == cron_field::day_of_week;
    }

    std::string_view text_;
    cron_parsed result_;
    std::size_t at_ = 0;  // the next character of the field
    std::size_t end_ = 0; // the field's end
};

} // namespace cofire::detail

#endif
