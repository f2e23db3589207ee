// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_RECORD_FIELDS_HPP
#define COFIRE_STORAGE_JOURNAL_RECORD_FIELDS_HPP

#include <cofire/core/config.hpp>
#include <cofire/storage/contract/recurring.hpp>
#include <cofire/storage/contract/servers.hpp>
#include <cofire/storage/contract/settle.hpp>
#include <cofire/storage/journal/record_bytes.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace cofire::detail {

// The compound fields of records and snapshots: for each, how it is written and read. Reading throws
// errc::corrupt for what cannot have been written. Times are told from a `base`, most often that of
// the record.

void write_settings(byte_writer& w, job_settings const& s);
job_settings read_settings(byte_reader& r);

void write_limits(byte_writer& w, std::vector<job_limit> const& limits);
std::vector<job_limit> read_limits(byte_reader& r);

void write_error(byte_writer& w, error_info const& e);
error_info read_error(byte_reader& r);

void write_definition(byte_writer& w, recurring_definition const& d);
recurring_definition read_definition(byte_reader& r);

/// All but the schemas and display templates, which only a living server is asked for.
void write_announce(byte_writer& w, server_announce const& a);
server_announce read_announce(byte_reader& r);

/// Without the job and its epoch.
void write_outcome(byte_writer& w, run_outcome const& o, time_point base);
run_outcome read_outcome(byte_reader& r, time_point base);

void write_lines(byte_writer& w, std::vector<log_line> const& lines, time_point base);
std::vector<log_line> read_lines(byte_reader& r, time_point base);

/// 0, or 1 and the time.
void write_optional(byte_writer& w, std::optional<time_point> const& t, time_point base);
std::optional<time_point> read_optional(byte_reader& r, time_point base);

// No less than the written form takes, in bytes.
[[nodiscard]] std::size_t most_bytes_of(job_settings const& s);
[[nodiscard]] std::size_t most_bytes_of(recurring_definition const& d);
[[nodiscard]] std::size_t most_bytes_of(server_announce const& a);
[[nodiscard]] std::size_t most_bytes_of(run_outcome const& o);

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/storage/journal/impl/record_fields.ipp>
#endif

#endif
