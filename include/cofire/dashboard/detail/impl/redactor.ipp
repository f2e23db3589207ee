// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_IMPL_REDACTOR_IPP
#define COFIRE_DASHBOARD_DETAIL_IMPL_REDACTOR_IPP

#include <cofire/core/error.hpp>
#include <cofire/dashboard/detail/json_spans.hpp>
#include <cofire/dashboard/detail/redactor.hpp>
#include <cofire/job/type_name.hpp>

#include <algorithm>
#include <charconv>

namespace cofire::detail {

[[nodiscard]] inline std::string lower_case(std::string_view text) {
    std::string s(text);
    std::transform(s.begin(), s.end(), s.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return s;
}

// The mark as it stands in JSON.
[[nodiscard]] inline std::string quoted_mark() {
    return '"' + std::string(redactor::mark) + '"';
}

COFIRE_DECL redactor::redactor(std::vector<std::string> const& names) {
    for (std::string const& name : names) {
        bool good = !name.empty() && name.front() != ' ' && name.back() != ' ' &&
                    std::none_of(name.begin(), name.end(), [](char c) {
                        return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
                    });
        auto const open = name.find('[');
        if (good && (open != std::string::npos || name.find(']') != std::string::npos)) {
            std::size_t place = 0;
            char const* const end = name.data() + name.size();
            auto const number =
                std::from_chars(name.data() + std::min(open, name.size() - 1) + 1, end, place);
            good =
                open != std::string::npos && number.ec == std::errc() &&
                std::string_view(number.ptr, static_cast<std::size_t>(end - number.ptr)) == "]" &&
                is_type_name(name.substr(0, open));
            places_.emplace_back(name.substr(0, open), place);
        } else {
            members_.push_back(lower_case(name));
        }
        if (!good) {
            throw error(
                errc::bad_dashboard_option,
                "redact: " + quoted(name) + " is neither a member's name nor a \"type[2]\""
            );
        }
    }
}

COFIRE_DECL bool redactor::hides(std::string_view member) const {
    return std::find(members_.begin(), members_.end(), lower_case(member)) != members_.end();
}

COFIRE_DECL bool redactor::hides(std::string_view type, std::size_t place) const {
    return std::any_of(places_.begin(), places_.end(), [&](auto const& p) {
        return p.first == type && p.second == place;
    });
}

COFIRE_DECL void redactor::find_hidden(
    std::string_view type, json_span const& value, std::vector<json_span const*>& found
) const {
    for (std::size_t i = 0; i != value.children.size(); ++i) {
        json_span const& child = value.children[i];
        bool const hidden = value.is_object ? hides(child.key) : hides(type, i);
        if (hidden) {
            found.push_back(&child);
        } else {
            find_hidden({}, child, found); // places are of the outermost array only
        }
    }
}

COFIRE_DECL std::string redactor::hide(std::string_view type, std::string_view text) const {
    if (idle() || text.empty()) {
        return std::string(text);
    }
    auto const root = json_spans(text);
    if (!root) {
        return quoted_mark();
    }
    std::vector<json_span const*> found;
    find_hidden(type, *root, found);
    std::string result;
    std::size_t done = 0;
    for (json_span const* const hidden : found) {
        result += text.substr(done, hidden->begin - done);
        result += quoted_mark();
        done = hidden->end;
    }
    result += text.substr(done);
    return result;
}

// The value in `original` that stands where `at` stands in `edited`; null if there is none.
[[nodiscard]] inline json_span const*
find_same(json_span const& edited, json_span const& original, json_span const* at) {
    for (std::size_t i = 0; i != edited.children.size(); ++i) {
        json_span const& child = edited.children[i];
        if (at->begin < child.begin || at->begin >= child.end) {
            continue;
        }
        json_span const* same = nullptr;
        if (edited.is_object && original.is_object) {
            for (json_span const& other : original.children) {
                same = other.key == child.key ? &other : same; // of several the last one counts
            }
        } else if (!edited.is_object && !original.is_object && i < original.children.size()) {
            same = &original.children[i];
        }
        return same == nullptr || &child == at ? same : find_same(child, *same, at);
    }
    return nullptr;
}

COFIRE_DECL std::string
redactor::restore(std::string_view type, std::string_view edited, std::string_view original) const {
    auto const root = idle() ? std::nullopt : json_spans(edited);
    auto const old = root ? json_spans(original) : std::nullopt;
    if (!old) {
        return std::string(edited);
    }
    std::vector<json_span const*> found;
    find_hidden(type, *root, found);
    std::string result;
    std::size_t done = 0;
    for (json_span const* const hidden : found) {
        json_span const* const same = find_same(*root, *old, hidden);
        if (same != nullptr &&
            edited.substr(hidden->begin, hidden->end - hidden->begin) == quoted_mark()) {
            result += edited.substr(done, hidden->begin - done);
            result += original.substr(same->begin, same->end - same->begin);
            done = hidden->end;
        }
    }
    result += edited.substr(done);
    return result;
}

COFIRE_DECL std::string redactor::restored(
    std::string_view old_type, std::string_view original, std::string_view type, std::string edited
) const {
    if (idle()) {
        return edited;
    }
    if (type == old_type) {
        return restore(type, edited, original);
    }
    return edited == original ? hide(old_type, original) : edited;
}

} // namespace cofire::detail

#endif
