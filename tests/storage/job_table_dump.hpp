// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_STORAGE_JOB_TABLE_DUMP_HPP
#define COFIRE_TESTS_STORAGE_JOB_TABLE_DUMP_HPP

#include "job_table_inspector.hpp"

#include <algorithm>
#include <string_view>
#include <type_traits>

namespace cofire::detail {

/// Writes values as text, apart from each other.
class dump_text {
public:
    template <class... T>
    void line(T const&... parts) {
        (put(parts), ...);
        text_ += '\n';
    }
    template <class... T>
    void add(T const&... parts) {
        (put(parts), ...);
    }
    [[nodiscard]] std::string take() { return std::move(text_); }

private:
    void put(std::string_view t) {
        text_ += t;
        text_ += ' ';
    }
    void put(char const* t) { put(std::string_view(t)); }
    void put(std::string const& t) { put(std::string_view("\"" + t + "\"")); }
    void put(job_id id) { put(std::string_view(id.to_string())); }
    void put(time_point t) { put(t.time_since_epoch().count()); }
    void put(duration d) { put(d.count()); }
    template <class T>
    void put(std::optional<T> const& t) {
        t ? put(*t) : put("-");
    }
    void put(std::shared_ptr<std::string const> const& t) { t ? put(*t) : put("-"); }
    void put(error_info const& e) {
        put(e.type);
        put(e.message);
        put(e.fingerprint);
    }
    template <class T>
    requires(std::is_arithmetic_v<T> || std::is_enum_v<T>) void put(T n) {
        text_ += std::to_string(static_cast<std::int64_t>(n));
        text_ += ' ';
    }

    std::string text_;
};

inline void dump_settings(dump_text& out, job_settings const& s) {
    out.add("settings", s.queue, s.priority, s.max_attempts, s.timeout, s.expires, s.on_exhausted);
    out.add(s.durability);
    for (duration d : s.delays) {
        out.add(d);
    }
    for (std::string const& tag : s.tags) {
        out.add(tag);
    }
}

inline void dump_extras(dump_text& out, job_extras const& x) {
    if (!x.key.empty()) {
        out.line("  key", x.key, x.key_hold, x.holds_key);
    }
    for (limit_entry const* limit : x.limits) {
        out.line("  limit", limit->key);
    }
    out.line("  unparked", x.unparked);
    if (x.unparked) {
        out.line("  blocker", x.blocker->key);
    }
    for (parent_edge const& e : x.parents) {
        out.line("  parent", e.id, e.given, e.on, e.ended, e.ended ? int(e.state) : 0, e.result);
    }
    out.line("  waits", x.waits);
    for (child_edge const& c : x.children) {
        out.line("  child", c.id, c.edge);
    }
    out.line("  expires", x.expires_at, "recurring", x.recurring_id, x.occurrence);
    out.line("  reason", x.reason, "stop", x.stop_reason, "error", x.error);
    for (history_entry const& e : x.events) {
        out.add("  event", e.at, e.state, e.attempt, e.epoch, e.server, e.reason, e.error);
        out.line(e.run_time);
    }
    for (log_line const& l : x.log) {
        out.line("  log", l.at, l.attempt, l.text);
    }
}

inline void dump_definition(dump_text& out, recurring_definition const& d) {
    out.add(d.cron, d.zone, d.misfire, d.overlap, d.type, d.arguments, d.argument_version);
    dump_settings(out, d.settings);
    for (job_limit const& l : d.limits) {
        out.add("limit", l.key, l.limit);
    }
    out.line();
}

inline void dump_job(dump_text& out, job_node const& j) {
    // Whether it is in the line or was returned to it depends on what stood there before.
    job_place const place = j.place == job_place::returned ? job_place::line : j.place;
    out.line("job", j.number, j.id, "state", j.state, "first", j.first_state, "place", place);
    out.line("  changed", j.changed, "position", j.position, "stop", j.stop, "lost", j.lost);
    out.add("  attempt", j.attempt, j.attempt_before, "epoch", j.epoch, "server", j.server);
    out.line(j.settled, j.promoted, j.ran, j.run_failed);
    out.line("  times", j.created, j.due, j.started, j.finished, "result", j.result);
    out.line("  type", j.line->type->name, j.line->version, "arguments", j.arguments_text());
    out.add(" ");
    dump_settings(out, *j.settings);
    out.line();
    dump_extras(out, j.extras ? *j.extras : job_extras{});
}

/// What is not there: what ends with the process (heartbeats, signals, progress, wakes), what a job
/// takes in memory, and orders that can make no difference (see each).
inline std::string job_table_inspector::dump() const {
    dump_text out;
    std::vector<job_node const*> jobs;
    t.index_.for_each([&](job_node const& j) { jobs.push_back(&j); });
    auto const by_number = [](job_node const* a, job_node const* b) {
        return a->number < b->number;
    };
    std::sort(jobs.begin(), jobs.end(), by_number);
    for (job_node const* j : jobs) {
        dump_job(out, *j);
    }
    for (state_list const& list : t.states_) {
        out.add("list");
        for (job_node const* j = list.front(); j != nullptr; j = state_list::next(*j)) {
            out.add(j->number);
        }
        out.line();
    }
    std::map<std::uint32_t, std::string> types;
    for (auto const& [name, type] : t.types_) {
        types[type.index] = name;
    }
    for (auto const& [index, name] : types) {
        out.line("type", index, name);
    }
    auto const dump_order = [&](char const* what, job_order const& order) {
        out.add(what);
        for (auto const& [place, j] : order) {
            out.add(j->number);
        }
        out.line();
    };
    auto const dump_series = [&](event_series const& s) {
        auto const point = [&](series_point const& p) {
            out.add(p.from, p.inserted, p.succeeded, p.attempts_failed, p.failed, p.deleted);
            out.line(p.runs, p.run_time, p.lateness);
        };
        out.line("series");
        point(s.current_);
        out.line("minutes");
        std::for_each(s.minutes_.begin(), s.minutes_.end(), point);
        out.line("hours");
        std::for_each(s.hours_.begin(), s.hours_.end(), point);
    };
    for (auto const& [name, q] : t.queues_) {
        out.line("queue", name, q.paused, q.waiting, q.parked_by_limit, q.processing);
        dump_series(q.series);
        for (auto const& l : q.lanes) {
            out.line(" lane", l->type->name, l->version);
            // The two have one order.
            job_order line = l->returned;
            for (place_list const& list : l->line) {
                for (job_node const* j = list.front(); j != nullptr; j = place_list::next(*j)) {
                    line.emplace(order_of(*j), const_cast<job_node*>(j));
                }
            }
            dump_order(" line", line);
            dump_order(" suspects", l->suspects);
            job_order parked; // they come back to their positions, in whatever order
            for (job_node const* j = l->parked.front(); j != nullptr; j = place_list::next(*j)) {
                parked.emplace(order_of(*j), const_cast<job_node*>(j));
            }
            dump_order(" parked", parked);
        }
    }
    for (auto const& [key, limit] : t.limits_by_key_) {
        out.line("limit", key, limit.limit, limit.fixed, limit.used, limit.jobs);
        std::map<std::string, std::pair<job_order, job_order>>
            parts; // any order, empty ones or not
        for (limit_lane const& part : limit.lanes) {
            auto& [parked, ready] = parts
                [part.of->queue->name + " " + part.of->type->name + " " +
                 std::to_string(part.of->version)];
            parked.insert(part.parked.begin(), part.parked.end());
            ready.insert(part.ready.begin(), part.ready.end());
        }
        for (auto const& [name, part] : parts) {
            if (!part.first.empty() || !part.second.empty()) {
                out.line(" part", name);
                dump_order(" parked", part.first);
                dump_order(" ready", part.second);
            }
        }
    }
    std::map<std::string, std::pair<job_id, std::optional<time_point>>> keys;
    for (auto const& [key, entry] : t.keys_) {
        keys[key] = {entry.holder, entry.until};
    }
    for (auto const& [key, entry] : keys) {
        out.line("key", key, entry.first, entry.second);
        if (entry.second) {
            auto const [first, last] = t.key_ends_.equal_range(*entry.second);
            out.line(std::any_of(first, last, [&k = key](auto const& e) { return e.second == k; }));
        }
    }
    for (auto const& [at, j] : t.expiries_) {
        out.line("expiry", at.first, at.second, j->number);
    }
    for (auto const& [instance, s] : t.servers_) {
        out.add("server", instance, s->instance, s->since, s->suspects, s->command);
        out.line(s->announced.name, s->announced.slots, s->announced.version);
        for (announced_type const& type : s->announced.types) {
            out.line(" type", type.name, type.argument_version);
        }
        for (std::string const& queue : s->announced.queues) {
            out.line(" queue", queue);
        }
        for (auto const& [name, type] : t.types_) { // types announced later are as good as 0
            out.add(type.index < s->versions.size() ? s->versions[type.index] : 0);
        }
        out.add("held");
        for (job_node const* j = s->held.front(); j != nullptr; j = place_list::next(*j)) {
            out.add(j->number);
        }
        out.line();
    }
    for (auto const& [id, r] : t.recurring_) {
        out.add("recurring", id, r.id, r.revision, r.origin, r.next, r.paused, r.error);
        out.add(r.last_fired, r.last_job, r.last_occurrence, r.fired, r.skipped);
        dump_definition(out, r.definition);
        if (r.code_definition) {
            dump_definition(out, *r.code_definition);
        }
    }
    for (storage_notice const& n : t.notices_) {
        out.line("notice", n.id, n.type, n.from, n.to, n.reason);
    }
    dump_series(t.series_);
    storage_counts const& c = t.counts_;
    out.add("counts", c.inserted, c.succeeded, c.attempts_failed, c.failed, c.deleted, c.lost);
    out.line(c.removed); // refused and stale are told late, and shown by job_table_inspector::late
    out.line("next", t.next_number_, t.next_changed_, t.next_position_, t.last_epoch_);
    out.line("instance", t.last_instance_);
    return out.take();
}

} // namespace cofire::detail

#endif
