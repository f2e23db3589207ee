// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "job_json.hpp"

#include <cofire/core/text.hpp>

#include <boost/beast/core/detail/base64.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parser.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <chrono>
#include <optional>

namespace cofire_journal {

namespace json = boost::json;
using cofire::detail::clean_utf8;
using cofire::detail::time_text;

namespace {

std::string base64_of(std::string_view bytes) {
    namespace base64 = boost::beast::detail::base64;
    std::string text(base64::encoded_size(bytes.size()), '\0');
    text.resize(base64::encode(text.data(), bytes.data(), bytes.size()));
    return text;
}

void put_text(json::object& o, std::string_view name, std::string_view text) {
    if (!text.empty()) {
        o[name] = clean_utf8(text);
    }
}

void put_time(json::object& o, std::string_view name, std::optional<cofire::time_point> t) {
    if (t) {
        o[name] = time_text(*t);
    }
}

double seconds_of(cofire::duration d) {
    return std::chrono::duration<double>(d).count();
}

json::object error_of(cofire::error_info const& e) {
    json::object o;
    o["type"] = clean_utf8(e.type);
    o["message"] = clean_utf8(e.message);
    o["fingerprint"] = cofire::detail::fingerprint_text(e.fingerprint);
    return o;
}

void put_settings(json::object& o, cofire::job_settings const& s) {
    o["queue"] = clean_utf8(s.queue);
    o["priority"] = s.priority;
    o["max_attempts"] = s.max_attempts;
    json::array delays;
    for (cofire::duration const d : s.delays) {
        delays.emplace_back(seconds_of(d));
    }
    if (!delays.empty()) {
        o["delays_seconds"] = std::move(delays);
    }
    if (s.timeout > cofire::duration{0}) {
        o["timeout_seconds"] = seconds_of(s.timeout);
    }
    if (s.expires > cofire::duration{0}) {
        o["expires_seconds"] = seconds_of(s.expires);
    }
    o["on_exhausted"] = s.on_exhausted == cofire::exhausted_policy::fail ? "fail" : "delete";
    if (s.durability) {
        constexpr std::array<std::string_view, 3> names{"always", "interval", "none"};
        o["durability"] = names[static_cast<std::size_t>(*s.durability)];
    }
    json::array tags;
    for (std::string const& tag : s.tags) {
        tags.emplace_back(clean_utf8(tag));
    }
    if (!tags.empty()) {
        o["tags"] = std::move(tags);
    }
}

void put_relations(json::object& o, cofire::job_record const& job) {
    put_text(o, "unique_key", job.unique_key);
    json::array limits;
    for (cofire::job_limit const& limit : job.limits) {
        limits.push_back({{"key", clean_utf8(limit.key)}, {"limit", limit.limit}});
    }
    if (!limits.empty()) {
        o["limits"] = std::move(limits);
    }
    json::array parents;
    for (cofire::parent_ref const& parent : job.parents) {
        parents.push_back({{"id", parent.id.to_string()}, {"on", cofire::to_string(parent.on)}});
    }
    if (!parents.empty()) {
        o["parents"] = std::move(parents);
    }
    json::array continuations;
    for (cofire::job_id const& id : job.continuations) {
        continuations.emplace_back(id.to_string());
    }
    if (!continuations.empty()) {
        o["continuations"] = std::move(continuations);
    }
    put_text(o, "recurring_id", job.recurring_id);
    put_time(o, "occurrence", job.occurrence);
}

void put_past(json::object& o, cofire::job_record const& job) {
    json::array history;
    for (cofire::history_entry const& e : job.history) {
        json::object h;
        h["at"] = time_text(e.at);
        h["state"] = cofire::to_string(e.state);
        h["attempt"] = e.attempt;
        h["epoch"] = e.epoch;
        if (e.server != 0) {
            h["server"] = e.server;
        }
        put_text(h, "reason", e.reason);
        if (e.error) {
            h["error"] = error_of(*e.error);
        }
        if (e.run_time) {
            h["run_seconds"] = seconds_of(*e.run_time);
        }
        history.emplace_back(std::move(h));
    }
    o["history"] = std::move(history);
    json::array log;
    for (cofire::log_line const& l : job.log) {
        log.push_back(
            {{"at", time_text(l.at)}, {"attempt", l.attempt}, {"text", clean_utf8(l.text)}}
        );
    }
    if (!log.empty()) {
        o["log"] = std::move(log);
    }
}

/// The JSON text in one line, or nothing if it is none. Not read and written again: a number may have more
/// digits than a program keeps.
std::optional<std::string> json_in_one_line(std::string_view text) {
    json::parse_options options;
    options.max_depth = 256;
    json::parser parser({}, options);
    boost::system::error_code failed;
    parser.write(text, failed);
    if (failed) {
        return std::nullopt;
    }
    std::string line(text);
    for (char& c : line) {
        if (c == '\n' || c == '\r') { // white space; within a JSON string there is none
            c = ' ';
        }
    }
    return line;
}

void append_json(std::string& line, std::string_view name, std::string_view text) {
    if (text.empty()) {
        return;
    }
    line.pop_back(); // the object's end
    auto const whole = json_in_one_line(text);
    line += ",\"";
    line += name;
    line += whole ? "\":" : "_base64\":\"";
    line += whole ? *whole : base64_of(text) + '"';
    line += '}';
}

} // namespace

std::string job_line(cofire::job_record const& job) {
    json::object o;
    o["id"] = job.id.to_string();
    o["type"] = clean_utf8(job.type);
    o["argument_version"] = job.argument_version;
    o["state"] = cofire::to_string(job.state);
    put_text(o, "sub_state", cofire::to_string(job.sub_state));
    put_settings(o, *job.settings);
    o["attempt"] = job.attempt;
    o["lost"] = job.lost;
    o["epoch"] = job.epoch;
    if (job.server != 0) {
        o["server"] = job.server;
    }
    put_time(o, "created", job.created);
    put_time(o, "due", job.due);
    put_time(o, "started", job.started);
    put_time(o, "finished", job.finished);
    put_time(o, "expires_at", job.expires_at);
    put_text(o, "reason", job.reason);
    if (job.error) {
        o["error"] = error_of(*job.error);
    }
    put_relations(o, job);
    put_past(o, job);
    std::string line = json::serialize(o);
    append_json(line, "result", job.result);
    append_json(line, "arguments", job.arguments);
    return line;
}

} // namespace cofire_journal
