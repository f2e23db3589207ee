// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "job_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <optional>
#include <string_view>

namespace json = boost::json;

namespace {

json::value time_or_null(std::optional<cofire::time_point> t) {
    return t ? json::value(json::string(to_iso8601(*t))) : json::value(nullptr);
}

json::value text_or_null(std::string_view text) {
    return text.empty() ? json::value(nullptr) : json::value(json::string(text));
}

// Arguments and results are stored as JSON text.
json::value stored_json(std::string const& text) {
    if (text.empty()) {
        return nullptr;
    }
    json::error_code ec;
    json::value value = json::parse(text, ec);
    return ec ? json::value(json::string(text)) : value;
}

json::value error_or_null(std::optional<cofire::error_info> const& error) {
    if (!error) {
        return nullptr;
    }
    json::object o;
    o["type"] = error->type;
    o["message"] = error->message;
    return o;
}

std::int64_t milliseconds(cofire::duration d) {
    return std::chrono::round<std::chrono::milliseconds>(d).count();
}

json::array history_of(cofire::job_record const& job) {
    json::array lines;
    for (cofire::history_entry const& entry : job.history) {
        json::object o;
        o["at"] = to_iso8601(entry.at);
        o["state"] = to_string(entry.state);
        o["attempt"] = entry.attempt;
        o["reason"] = text_or_null(entry.reason);
        o["error"] = error_or_null(entry.error);
        o["run_ms"] = nullptr;
        if (entry.run_time) {
            o["run_ms"] = milliseconds(*entry.run_time);
        }
        lines.push_back(std::move(o));
    }
    return lines;
}

json::array log_of(cofire::job_record const& job) {
    json::array lines;
    for (cofire::log_line const& line : job.log) {
        json::object o;
        o["at"] = to_iso8601(line.at);
        o["attempt"] = line.attempt;
        o["text"] = line.text;
        lines.push_back(std::move(o));
    }
    return lines;
}

} // namespace

std::string to_iso8601(cofire::time_point t) {
    auto const seconds = std::chrono::floor<std::chrono::seconds>(t);
    auto const rest = std::chrono::floor<std::chrono::milliseconds>(t - seconds);
    std::time_t const whole = std::chrono::system_clock::to_time_t(seconds);
    std::tm parts{};
    gmtime_r(&whole, &parts);
    std::array<char, 32> date{};
    std::size_t const size = std::strftime(date.data(), date.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    std::array<char, 8> fraction{};
    std::snprintf(fraction.data(), fraction.size(), ".%03dZ", static_cast<int>(rest.count()));
    return std::string(date.data(), size) + fraction.data();
}

json::object to_json(cofire::job_record const& job) {
    json::object o = to_short_json(job);
    o["sub_state"] = text_or_null(to_string(job.sub_state));
    o["max_attempts"] = job.settings->max_attempts;
    o["lost"] = job.lost;
    o["queue"] = job.settings->queue;
    o["arguments"] = stored_json(job.arguments);
    o["result"] = stored_json(job.result);
    o["reason"] = text_or_null(job.reason);
    o["error"] = error_or_null(job.error);
    o["recurring"] = text_or_null(job.recurring_id);

    json::array parents;
    for (cofire::parent_ref const& parent : job.parents) {
        parents.push_back(json::string(parent.id.to_string()));
    }
    o["parents"] = std::move(parents);
    json::array continuations;
    for (cofire::job_id const& id : job.continuations) {
        continuations.push_back(json::string(id.to_string()));
    }
    o["continuations"] = std::move(continuations);

    o["progress"] = nullptr;
    if (job.progress) {
        json::object progress;
        progress["done"] = job.progress->done;
        progress["total"] = job.progress->total;
        o["progress"] = std::move(progress);
    }
    o["log"] = log_of(job);
    o["history"] = history_of(job);
    return o;
}

json::object to_short_json(cofire::job_record const& job) {
    json::object o;
    o["id"] = job.id.to_string();
    o["type"] = job.type;
    o["state"] = to_string(job.state);
    o["attempt"] = job.attempt;
    o["created"] = to_iso8601(job.created);
    o["due"] = to_iso8601(job.due);
    o["started"] = time_or_null(job.started);
    o["finished"] = time_or_null(job.finished);
    return o;
}

json::object to_json(cofire::recurring_record const& recurring) {
    json::object o;
    o["id"] = recurring.id;
    o["type"] = recurring.definition.type;
    o["cron"] = recurring.definition.cron;
    o["zone"] = recurring.definition.zone;
    o["next"] = time_or_null(recurring.next);
    o["last_fired"] = time_or_null(recurring.last_fired);
    o["last_job"] = nullptr;
    if (recurring.last_job) {
        o["last_job"] = recurring.last_job->to_string();
    }
    o["fired"] = recurring.fired;
    o["skipped"] = recurring.skipped;
    o["paused"] = recurring.paused;
    o["error"] = text_or_null(recurring.error);
    return o;
}

json::object to_json(cofire::storage_counts const& counts) {
    json::object states;
    for (std::size_t i = 0; i != cofire::job_state_count; ++i) {
        auto const state = static_cast<cofire::job_state>(i);
        states[to_string(state)] = counts[state];
    }
    json::object totals;
    totals["inserted"] = counts.inserted;
    totals["succeeded"] = counts.succeeded;
    totals["attempts_failed"] = counts.attempts_failed;
    totals["failed"] = counts.failed;
    totals["deleted"] = counts.deleted;
    totals["lost"] = counts.lost;
    totals["refused"] = counts.refused;
    json::object o;
    o["states"] = std::move(states);
    o["totals"] = std::move(totals);
    return o;
}

json::object to_json(cofire::storage_health const& health) {
    json::object o;
    o["ok"] = health.ok;
    o["message"] = text_or_null(health.message);
    o["jobs"] = health.jobs;
    o["job_limit"] = health.job_limit;
    o["bytes"] = health.bytes;
    o["byte_limit"] = health.byte_limit;
    return o;
}
