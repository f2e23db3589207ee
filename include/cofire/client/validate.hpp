// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CLIENT_VALIDATE_HPP
#define COFIRE_CLIENT_VALIDATE_HPP

#include <cofire/core/config.hpp>
#include <cofire/core/job_options.hpp>
#include <cofire/core/job_record.hpp>
#include <cofire/core/time_point.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// What a client refuses before anything is stored. Each function throws a cofire::error whose
// message names the value, or returns and has changed nothing. All may be called from any thread.
namespace cofire::detail {

/// The longest delay, timeout or other length of time that is taken.
inline constexpr duration longest_duration = std::chrono::days{36'525};

/// errc::bad_queue unless `name` is 1 to 128 letters, digits, _ . : and -.
void check_queue(std::string_view name);

/// errc::bad_type unless `name` is 1 to 128 letters, digits, _ . : and -.
void check_type(std::string_view name);

/// errc::bad_recurring_id unless `id` is 1 to 128 bytes of UTF-8 without control characters.
void check_recurring_id(std::string_view id);

/// errc::unknown_zone unless this machine knows the zone.
void check_zone(std::string_view name);

/// errc::bad_option unless `value` lies between `least` and 100 years; `what` names the option.
void check_duration(std::string_view what, duration value, duration least);

/// errc::bad_option unless `value` lies between `least` and `most`; `what` names the option.
void check_number(std::string_view what, std::int64_t value, std::int64_t least, std::int64_t most);

/// errc::bad_option unless `text` has 1 to `most` bytes and is UTF-8; `what` names the option.
void check_text(std::string_view what, std::string_view text, std::size_t most);

/// errc::arguments_too_large if `arguments` has more than `limit` bytes.
void check_size(std::string_view type, std::string_view arguments, std::size_t limit);

/// As check_size; then errc::bad_arguments unless `arguments` is JSON, an array or an object, and
/// errc::json_too_deep if it is nested deeper than json_depth_limit.
void check_json(std::string_view type, std::string_view arguments, std::size_t limit);

/// Checks each option of `merged`, and that they fit together. `given` is what the caller wrote at
/// the call: an option there that has no effect without another, as unique_for without unique_key,
/// is refused, too.
void check_options(job_options const& merged, job_options const& given);

/// errc::bad_option, bad_queue or bad_id if `job` has settings, keys or tags that no options give:
/// for jobs that a filter has changed.
void check_job(new_job const& job);

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/client/impl/validate.ipp>
#endif

#endif
