// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_IMPL_REDACTOR_IPP
#define COFIRE_DASHBOARD_DETAIL_IMPL_REDACTOR_IPP

#include <cofire/dashboard/detail/redactor.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

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

COFIRE_DECL redactor::redactor(std::vector<std::string> const& names) {
    for (std::string const& name : names) {
        auto const open = name.rfind('[');
        std::size_t place = 0;
        if (open != std::string::npos && name.ends_with(']')) {
            std::from_chars(name.data() + open + 1, name.data() + name.size() - 1, place);
            places_.emplace_back(name.substr(0, open), place);
        } else {
            members_.push_back(lower_case(name));
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

COFIRE_DECL void redactor::hide(boost::json::value& value) const {
    if (auto* const o = value.if_object()) {
        for (auto& member : *o) {
            if (hides(member.key())) {
                member.value() = mark;
            } else {
                hide(member.value());
            }
        }
    } else if (auto* const a = value.if_array()) {
        for (auto& item : *a) {
            hide(item);
        }
    }
}

COFIRE_DECL std::string redactor::hide(std::string_view type, std::string_view text) const {
    if (idle() || text.empty()) {
        return std::string(text);
    }
    boost::system::error_code ec;
    boost::json::parse_options how;
    how.max_depth = 128;
    boost::json::value value = boost::json::parse(text, ec, {}, how);
    if (ec) {
        return '"' + std::string(mark) + '"';
    }
    if (auto* const a = value.if_array()) {
        for (std::size_t i = 0; i != a->size(); ++i) {
            if (hides(type, i)) {
                (*a)[i] = mark;
            }
        }
    }
    hide(value);
    return boost::json::serialize(value);
}

COFIRE_DECL void
redactor::restore(boost::json::value& edited, boost::json::value const& original) const {
    if (edited.is_object() && original.is_object()) {
        for (auto& member : edited.get_object()) {
            boost::json::value const* const old = original.get_object().if_contains(member.key());
            if (old == nullptr) {
                continue;
            }
            if (hides(member.key())) {
                if (member.value().is_string() && member.value().get_string() == mark) {
                    member.value() = *old;
                }
            } else {
                restore(member.value(), *old);
            }
        }
    } else if (edited.is_array() && original.is_array()) {
        auto const n = std::min(edited.get_array().size(), original.get_array().size());
        for (std::size_t i = 0; i != n; ++i) {
            restore(edited.get_array()[i], original.get_array()[i]);
        }
    }
}

COFIRE_DECL std::string
redactor::restore(std::string_view type, std::string_view edited, std::string_view original) const {
    boost::system::error_code bad_edit;
    boost::system::error_code bad_original;
    boost::json::parse_options how;
    how.max_depth = 128;
    boost::json::value value = boost::json::parse(edited, bad_edit, {}, how);
    boost::json::value const old = boost::json::parse(original, bad_original, {}, how);
    if (idle() || bad_edit || bad_original) {
        return std::string(edited);
    }
    if (value.is_array() && old.is_array()) {
        auto const n = std::min(value.get_array().size(), old.get_array().size());
        for (std::size_t i = 0; i != n; ++i) {
            boost::json::value& item = value.get_array()[i];
            if (hides(type, i) && item.is_string() && item.get_string() == mark) {
                item = old.get_array()[i];
            }
        }
    }
    restore(value, old);
    return boost::json::serialize(value);
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
