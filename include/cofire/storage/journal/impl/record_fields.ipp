// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_IMPL_RECORD_FIELDS_IPP
#define COFIRE_STORAGE_JOURNAL_IMPL_RECORD_FIELDS_IPP

#include <cofire/storage/journal/record_fields.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace cofire::detail {

inline constexpr std::size_t most_bytes_of_number = 10;

COFIRE_DECL void write_settings(byte_writer& w, job_settings const& s) {
    w.text(s.queue);
    w.number(static_cast<std::uint64_t>(s.priority));
    w.signed_number(s.max_attempts);
    w.number(s.delays.size());
    for (duration d : s.delays) {
        w.signed_number(d.count());
    }
    w.signed_number(s.timeout.count());
    w.signed_number(s.expires.count());
    w.number(static_cast<std::uint64_t>(s.on_exhausted));
    w.number(s.durability ? 1 + static_cast<std::uint64_t>(*s.durability) : 0);
    w.number(s.tags.size());
    for (std::string const& tag : s.tags) {
        w.text(tag);
    }
}

COFIRE_DECL job_settings read_settings(byte_reader& r) {
    constexpr std::uint64_t last_priority = 15;
    constexpr auto last_level = static_cast<std::uint64_t>(durability_level::none);
    job_settings s;
    s.queue = r.text();
    s.priority = static_cast<int>(r.number(last_priority, "a priority"));
    s.max_attempts = static_cast<int>(r.signed_number());
    s.delays.resize(r.count("delays"));
    for (duration& d : s.delays) {
        d = r.length();
    }
    s.timeout = r.length();
    s.expires = r.length();
    s.on_exhausted = r.value(exhausted_policy::delete_job, "an exhausted_policy");
    if (auto const level = r.number(last_level + 1, "a durability_level")) {
        s.durability = static_cast<durability_level>(level - 1);
    }
    s.tags.resize(r.count("tags"));
    for (std::string& tag : s.tags) {
        tag = r.text();
    }
    return s;
}

COFIRE_DECL std::size_t most_bytes_of(job_settings const& s) {
    std::size_t bytes = 9 * most_bytes_of_number + s.queue.size();
    bytes += s.delays.size() * most_bytes_of_number;
    for (std::string const& tag : s.tags) {
        bytes += most_bytes_of_number + tag.size();
    }
    return bytes;
}

COFIRE_DECL void write_limits(byte_writer& w, std::vector<job_limit> const& limits) {
    w.number(limits.size());
    for (job_limit const& l : limits) {
        w.text(l.key);
        w.number(l.limit);
    }
}

COFIRE_DECL std::vector<job_limit> read_limits(byte_reader& r) {
    constexpr std::size_t most = 8;
    std::vector<job_limit> limits(r.number(most, "a number of limits"));
    for (auto l = limits.begin(); l != limits.end(); ++l) {
        l->key = r.text();
        l->limit = r.number32("a limit");
        auto const same = [&](job_limit const& other) { return other.key == l->key; };
        byte_reader::require(
            l->limit != 0 && !l->key.empty() && std::none_of(limits.begin(), l, same), "limits"
        );
    }
    return limits;
}

COFIRE_DECL void write_error(byte_writer& w, error_info const& e) {
    w.text(e.type);
    w.text(e.message);
    w.fixed64(e.fingerprint);
}

COFIRE_DECL error_info read_error(byte_reader& r) {
    error_info e;
    e.type = r.text();
    e.message = r.text();
    e.fingerprint = r.fixed64();
    return e;
}

COFIRE_DECL void write_definition(byte_writer& w, recurring_definition const& d) {
    w.text(d.cron);
    w.text(d.zone);
    w.number(static_cast<std::uint64_t>(d.misfire));
    w.number(static_cast<std::uint64_t>(d.overlap));
    w.text(d.type);
    w.text(d.arguments);
    w.number(d.argument_version);
    write_settings(w, d.settings);
    write_limits(w, d.limits);
}

COFIRE_DECL recurring_definition read_definition(byte_reader& r) {
    recurring_definition d;
    d.cron = r.text();
    d.zone = r.text();
    d.misfire = r.value(misfire_policy::skip, "a misfire_policy");
    d.overlap = r.value(overlap_policy::queue_one, "an overlap_policy");
    d.type = r.text();
    d.arguments = r.text();
    d.argument_version = r.number32("an argument version");
    d.settings = read_settings(r);
    d.limits = read_limits(r);
    return d;
}

COFIRE_DECL std::size_t most_bytes_of(recurring_definition const& d) {
    std::size_t bytes = 8 * most_bytes_of_number + d.cron.size() + d.zone.size() + d.type.size() +
                        d.arguments.size() + most_bytes_of(d.settings);
    for (job_limit const& l : d.limits) {
        bytes += 2 * most_bytes_of_number + l.key.size();
    }
    return bytes;
}

COFIRE_DECL void write_announce(byte_writer& w, server_announce const& a) {
    w.text(a.name);
    w.number(a.types.size());
    for (announced_type const& t : a.types) {
        w.text(t.name);
        w.number(t.argument_version);
    }
    w.number(a.queues.size());
    for (std::string const& queue : a.queues) {
        w.text(queue);
    }
    w.number(a.slots);
    w.text(a.version);
}

COFIRE_DECL server_announce read_announce(byte_reader& r) {
    server_announce a;
    a.name = r.text();
    for (std::size_t left = r.count("types"); left != 0; --left) {
        announced_type& t = a.types.emplace_back();
        t.name = r.text();
        t.argument_version = r.number32("an argument version");
    }
    for (std::size_t left = r.count("queues"); left != 0; --left) {
        a.queues.emplace_back(r.text());
    }
    a.slots = r.number32("a number of slots");
    a.version = r.text();
    return a;
}

COFIRE_DECL std::size_t most_bytes_of(server_announce const& a) {
    std::size_t bytes = 5 * most_bytes_of_number + a.name.size() + a.version.size();
    for (announced_type const& t : a.types) {
        bytes += 2 * most_bytes_of_number + t.name.size();
    }
    for (std::string const& queue : a.queues) {
        bytes += most_bytes_of_number + queue.size();
    }
    return bytes;
}

// What an outcome has besides its kind, which takes the lowest four bits.
inline constexpr std::uint8_t outcome_started = 0x10;
inline constexpr std::uint8_t outcome_result = 0x20;
inline constexpr std::uint8_t outcome_error = 0x40;
inline constexpr std::uint8_t outcome_reason = 0x80;

inline bool waits_until(outcome_kind k) {
    return k == outcome_kind::retry || k == outcome_kind::snoozed;
}

COFIRE_DECL void write_outcome(byte_writer& w, run_outcome const& o, time_point base) {
    auto head = static_cast<unsigned>(o.kind);
    head |= o.started ? outcome_started : 0U;
    head |= o.result.empty() ? 0U : outcome_result;
    head |= o.error ? outcome_error : 0U;
    head |= o.reason.empty() ? 0U : outcome_reason;
    w.byte(static_cast<std::uint8_t>(head));
    w.signed_number(o.run_time.count());
    if (o.started) {
        w.time(base, *o.started); // mostly before, so that the number is positive
    }
    if (waits_until(o.kind)) {
        w.time(o.at, base);
    }
    if (!o.result.empty()) {
        w.text(o.result);
    }
    if (o.error) {
        write_error(w, *o.error);
    }
    if (!o.reason.empty()) {
        w.text(o.reason);
    }
}

COFIRE_DECL run_outcome read_outcome(byte_reader& r, time_point base) {
    std::uint8_t const head = r.byte();
    run_outcome o;
    o.kind = static_cast<outcome_kind>(head & 0xF);
    byte_reader::require(o.kind < outcome_kind::suspended, "an outcome");
    o.run_time = r.length();
    if ((head & outcome_started) != 0) {
        std::int64_t const before = r.signed_number();
        o.started =
            byte_reader::checked(byte_writer::wrapped(base.time_since_epoch().count(), before));
    }
    if (waits_until(o.kind)) {
        o.at = r.time(base);
    }
    if ((head & outcome_result) != 0) {
        o.result = r.text();
    }
    if ((head & outcome_error) != 0) {
        o.error = read_error(r);
    }
    if ((head & outcome_reason) != 0) {
        o.reason = r.text();
    }
    return o;
}

COFIRE_DECL std::size_t most_bytes_of(run_outcome const& o) {
    return 8 * most_bytes_of_number + o.result.size() + o.reason.size() +
           (o.error ? o.error->type.size() + o.error->message.size() : 0);
}

COFIRE_DECL void write_lines(byte_writer& w, std::vector<log_line> const& lines, time_point base) {
    w.number(lines.size());
    for (log_line const& line : lines) {
        w.time(line.at, base);
        w.number(line.attempt);
        w.text(line.text);
    }
}

COFIRE_DECL std::vector<log_line> read_lines(byte_reader& r, time_point base) {
    std::vector<log_line> lines;
    for (std::size_t left = r.count("lines"); left != 0; --left) {
        log_line& line = lines.emplace_back();
        line.at = r.time(base);
        line.attempt = r.number32("an attempt");
        line.text = r.text();
    }
    return lines;
}

COFIRE_DECL void
write_optional(byte_writer& w, std::optional<time_point> const& t, time_point base) {
    w.byte(t ? 1 : 0);
    if (t) {
        w.time(*t, base);
    }
}

COFIRE_DECL std::optional<time_point> read_optional(byte_reader& r, time_point base) {
    return r.number(1, "a yes or no") == 0 ? std::nullopt : std::optional(r.time(base));
}

} // namespace cofire::detail

#endif
