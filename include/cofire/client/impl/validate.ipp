// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CLIENT_IMPL_VALIDATE_IPP
#define COFIRE_CLIENT_IMPL_VALIDATE_IPP

#include <cofire/client/validate.hpp>
#include <cofire/core/error.hpp>
#include <cofire/core/utf8.hpp>
#include <cofire/job/json_document.hpp>
#include <cofire/job/type_name.hpp>
#include <cofire/time/zone.hpp>

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <utility>

namespace cofire::detail {

COFIRE_DECL void check_queue(std::string_view name) {
    // Queues and job types are named alike.
    if (!is_type_name(name)) {
        throw error(errc::bad_queue, "queue " + quoted(name));
    }
}

COFIRE_DECL void check_type(std::string_view name) {
    if (!is_type_name(name)) {
        throw error(errc::bad_type, "job type " + quoted(name));
    }
}

COFIRE_DECL void check_recurring_id(std::string_view id) {
    bool const printable = is_utf8(id) && std::none_of(id.begin(), id.end(), [](char c) {
                               auto const byte = static_cast<unsigned char>(c);
                               return byte < 0x20 || byte == 0x7F;
                           });
    if (id.empty() || id.size() > 128 || !printable) {
        throw error(errc::bad_recurring_id, "recurring job " + quoted(id));
    }
}

COFIRE_DECL void check_zone(std::string_view name) {
    static_cast<void>(zone::locate(name));
}

COFIRE_DECL void check_duration(std::string_view what, duration value, duration least) {
    if (value < least || value > longest_duration) {
        throw error(
            errc::bad_option,
            std::string(what) + " of " + std::to_string(value.count()) + " us is not between " +
                std::to_string(least.count()) + " us and 100 years"
        );
    }
}

COFIRE_DECL void
check_number(std::string_view what, std::int64_t value, std::int64_t least, std::int64_t most) {
    if (value < least || value > most) {
        throw error(
            errc::bad_option,
            std::string(what) + " " + std::to_string(value) + " is not between " +
                std::to_string(least) + " and " + std::to_string(most)
        );
    }
}

COFIRE_DECL void check_text(std::string_view what, std::string_view text, std::size_t most) {
    if (text.empty() || text.size() > most) {
        throw error(
            errc::bad_option,
            std::string(what) + " " + quoted(text) + " has " + std::to_string(text.size()) +
                " bytes, not 1 to " + std::to_string(most)
        );
    }
    if (!is_utf8(text)) {
        throw error(errc::bad_option, std::string(what) + " " + quoted(text) + " is not UTF-8");
    }
}

COFIRE_DECL void check_size(std::string_view type, std::string_view arguments, std::size_t limit) {
    if (arguments.size() > limit) {
        throw error(
            errc::arguments_too_large,
            std::string(type) + ": " + std::to_string(arguments.size()) + " bytes, at most " +
                std::to_string(limit)
        );
    }
}

COFIRE_DECL void check_json(std::string_view type, std::string_view arguments, std::size_t limit) {
    check_size(type, arguments, limit);
    json_path const at(type, errc::bad_arguments);
    json_document const document(arguments, at);
    if (!document.root().is_array() && !document.root().is_object()) {
        at.fail("arguments are an array or an object, not " + quoted(arguments));
    }
}

COFIRE_DECL void check_options(job_options const& merged, job_options const& given) {
    int const most = std::numeric_limits<int>::max();
    if (merged.id && merged.id->is_nil()) {
        throw error(errc::bad_id, "id " + merged.id->to_string());
    }
    if (merged.queue) {
        check_queue(*merged.queue);
    }
    check_number("priority", merged.priority.value_or(5), 0, 15);
    check_number("max_attempts", merged.max_attempts.value_or(1), 1, most);
    for (duration d : merged.delays) {
        check_duration("delay", d, duration{0});
    }
    if (merged.timeout) {
        check_duration("timeout", *merged.timeout, duration{1});
    }
    if (merged.expires) {
        check_duration("expires", *merged.expires, duration{1});
    }
    if (merged.unique_key) {
        check_text("unique_key", *merged.unique_key, 256);
    }
    bool const timed = merged.unique_mode == unique_hold::for_a_time;
    if (merged.unique_for) {
        check_duration("unique_for", *merged.unique_for, duration{1});
        if (!timed) {
            throw error(
                errc::bad_option,
                "unique_for of " + std::to_string(merged.unique_for->count()) +
                    " us without unique_mode for_a_time"
            );
        }
    } else if (timed) {
        throw error(errc::bad_option, "unique_mode for_a_time without unique_for");
    }
    if (merged.limit_key) {
        check_text("limit_key", *merged.limit_key, 256);
    }
    check_number("limit", merged.limit.value_or(1), 1, most);
    if (merged.zone) {
        check_zone(*merged.zone);
    }
    for (std::string_view tag : merged.tags) {
        check_text("tag", tag, 64);
    }

    // Defaults may speak of a key that only some calls give; a call that does so has forgotten it.
    if (given.limit && !merged.limit_key) {
        throw error(
            errc::bad_option, "limit " + std::to_string(*given.limit) + " without limit_key"
        );
    }
    std::pair<bool, char const*> const need_key[] = {
        {given.unique_scope.has_value(), "unique_scope"},
        {given.unique_mode.has_value(), "unique_mode"},
        {given.unique_for.has_value(), "unique_for"},
        {given.on_duplicate.has_value(), "on_duplicate"},
    };
    for (auto const& [is_given, name] : need_key) {
        if (is_given && !merged.unique_key) {
            throw error(errc::bad_option, std::string(name) + " without unique_key");
        }
    }
}

COFIRE_DECL void check_job(new_job const& job) {
    job_settings const& s = *job.settings;
    int const most = std::numeric_limits<int>::max();
    check_queue(s.queue);
    check_number("priority", s.priority, 0, 15);
    check_number("max_attempts", s.max_attempts, 1, most);
    for (duration d : s.delays) {
        check_duration("delay", d, duration{0});
    }
    check_duration("timeout", s.timeout, duration{0});
    check_duration("expires", s.expires, duration{0});
    check_number("tags", static_cast<std::int64_t>(s.tags.size()), 0, 32);
    for (std::string const& tag : s.tags) {
        check_text("tag", tag, 64);
    }
}

} // namespace cofire::detail

#endif
