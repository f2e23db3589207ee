// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "describe.hpp"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <vector>

namespace cofire::differential {
namespace {

/// Text built piece by piece.
class text {
public:
    text& operator()(std::string_view s) {
        out_ += s;
        return *this;
    }
    text& operator()(std::string_view name, std::string_view value) {
        out_ += ' ';
        out_ += name;
        out_ += '=';
        out_ += value;
        return *this;
    }
    text& operator()(std::string_view name, char const* value) {
        return (*this)(name, std::string_view(value));
    }
    template <class Number>
    requires std::is_arithmetic_v<Number> || std::is_enum_v<Number> text&
    operator()(std::string_view name, Number value) {
        return (*this)(name, std::to_string(static_cast<long long>(value)));
    }
    text& operator()(std::string_view name, time_point t) {
        return (*this)(name, describer::at(t));
    }
    text& operator()(std::string_view name, duration d) { return (*this)(name, d.count()); }
    template <class T>
    text& operator()(std::string_view name, std::optional<T> const& value) {
        return value ? (*this)(name, *value) : (*this)(name, "-");
    }
    text& operator()(std::string_view name, error_info const& e) {
        if (e.type == "cofire::lost_server") { // said by the storage, in its own words
            return (*this)(name, e.type);
        }
        return (*this)(name, e.type + ":" + e.message + ":" + std::to_string(e.fingerprint));
    }
    text& operator()(std::string_view name, std::vector<std::string> const& list) {
        std::string all;
        for (std::string const& s : list) {
            all += s + ",";
        }
        return (*this)(name, all);
    }
    operator std::string() { return std::move(out_); }

private:
    std::string out_;
};

std::string limits_text(std::vector<job_limit> const& limits) {
    std::string out;
    for (job_limit const& l : limits) {
        out += l.key + ":" + std::to_string(l.limit) + ",";
    }
    return out;
}

std::string settings_text(job_settings const& s) {
    return text()("queue", s.queue)("priority", s.priority)("expires", s.expires)("tags", s.tags);
}

std::string parents_text(std::vector<parent_ref> const& parents) {
    static constexpr std::string_view names[] = {"success ", "failure ", "any_end "};
    std::string out = "[";
    for (parent_ref const& p : parents) {
        out += describer::name(p.id) + ":";
        out += names[static_cast<int>(p.on)];
    }
    return out + "]";
}

std::string result_text(insert_result const& r) {
    static constexpr std::string_view names[] = {" inserted", " existed", " held", " replaced"};
    return describer::name(r.id) + std::string(names[static_cast<int>(r.status)]) + ";";
}

std::string definition_text(recurring_definition const& d) {
    return text()("type", d.type)("arguments", d.arguments)("overlap", d.overlap)("cron", d.cron);
}

} // namespace

job_id id_of(std::uint32_t number) {
    return number == 0xFFFF ? job_id{}
                            : job_id::make(beginning, (number * 0x9E5U) & 0xFFFU, number);
}

std::string describer::name(job_id id) {
    if (id.is_nil()) {
        return "nil";
    }
    auto const& bytes = id.bytes();
    return "j" + std::to_string(bytes[14] * 256 + bytes[15]);
}

std::string describer::at(time_point t) {
    return std::to_string((t - beginning).count());
}

std::string describer::epoch(job_id id, epoch_type e) const {
    if (auto const known = epochs_.find({id, e}); known != epochs_.end()) {
        return std::to_string(known->second);
    }
    return ours_ || e == 0 ? std::to_string(e) : "?" + std::to_string(e);
}

std::string describer::server(server_instance s) const {
    if (auto const known = servers_.find(s); known != servers_.end()) {
        return std::to_string(known->second);
    }
    return ours_ || s == 0 ? std::to_string(s) : "?" + std::to_string(s);
}

std::string describer::operator()(new_job const& j) const {
    text t;
    t(name(j.id))("type", j.type)("arguments", j.arguments)("version", j.argument_version);
    t(j.settings ? settings_text(*j.settings) : " no settings")("due", j.due);
    if (j.unique_key) {
        t("key", j.unique_key->text)("hold", j.unique_key->hold);
        t("for", j.unique_key->hold_for)("on_duplicate", j.unique_key->on_duplicate);
    }
    t("limits", limits_text(j.limits))("parents", parents_text(j.parents));
    return t;
}

std::string describer::operator()(run_outcome const& o) const {
    static constexpr std::string_view kinds[] = {
        "succeeded", "failed", "retry", "snoozed", "released", "deleted", "parked", "suspended"};
    return text()(name(o.id)
    )("epoch", epoch(o.id, o.epoch))("kind", kinds[static_cast<int>(o.kind)])("at", o.at)(
        "started", o.started
    )("run_time",
      o.run_time)("result", o.result.substr(0, 9))("error", o.error)("reason", o.reason);
}

std::string describer::operator()(job_record const& r) const {
    text t;
    // It is open when a job is found to be blocked by a limit.
    bool const open = r.state == job_state::enqueued && !r.limits.empty();
    t(name(r.id))("state", to_string(r.state))("sub", open ? "open" : to_string(r.sub_state));
    t("type", r.type)("arguments", r.arguments)("version", r.argument_version);
    t(settings_text(*r.settings))("attempt", r.attempt)("lost", r.lost);
    t("epoch", epoch(r.id, r.epoch))("server", server(r.server))("created", r.created);
    t("due", r.due)("started", r.started)("finished", r.finished)("expires_at", r.expires_at);
    t("key", r.unique_key)("limits", limits_text(r.limits))("reason", r.reason);
    t("result", r.result)("error", r.error)("parents", parents_text(r.parents))("children=");
    for (job_id id : r.continuations) {
        t(name(id))(",");
    }
    t("recurring", r.recurring_id)("occurrence", r.occurrence);
    if (r.progress) {
        t("done", r.progress->done)("total", r.progress->total);
    }
    for (log_line const& l : r.log) {
        t("log", l.text)("at", l.at)("attempt", l.attempt);
    }
    for (history_entry const& h : r.history) {
        t("\n     ")("at", h.at)("", to_string(h.state))("attempt", h.attempt);
        t("epoch", epoch(r.id, h.epoch))("server", server(h.server))("reason", h.reason);
        t("error", h.error)("run_time", h.run_time);
    }
    return t;
}

std::string describer::operator()(recurring_record const& r) const {
    text t;
    t(r.id)("revision", r.revision)(definition_text(r.definition))("origin", r.origin);
    t("code", r.code_definition ? definition_text(*r.code_definition) : std::string("-"));
    t("next", r.next)("paused", r.paused)("error", r.error)("last_fired", r.last_fired);
    t("last_job", r.last_job ? name(*r.last_job) : "-");
    t("last_occurrence", r.last_occurrence ? name(*r.last_occurrence) : "-");
    t("fired", r.fired)("skipped", r.skipped);
    return t;
}

std::string describer::operator()(insert_answer const& a) const {
    text t;
    t("now", a.now)(" results:");
    for (insert_result const& r : a.results) {
        t(" ")(result_text(r));
    }
    return t;
}

std::string describer::operator()(acquire_answer const& a) const {
    text t;
    t("now", a.now)(a.next_due ? " more due" : " none due");
    for (acquired_job const& j : a.jobs) {
        t("\n    ")(name(j.id))("attempt", j.attempt)("lost", j.lost)("type", j.type);
        t("arguments", j.arguments)("version", j.argument_version)(settings_text(*j.settings));
        t("created", j.created)("due", j.due)("recurring", j.recurring_id);
        t("occurrence", j.occurrence)(" parents:");
        for (parent_outcome const& p : j.parents) {
            t(" ")(name(p.id))("", to_string(p.state))("result", p.result);
        }
    }
    return t;
}

std::string describer::operator()(settle_answer const& a) const {
    static constexpr std::string_view names[] = {" done", " again", " stale", " refused"};
    text t;
    t("now", a.now)(" results:");
    for (settle_status s : a.results) {
        t(names[static_cast<int>(s)]);
    }
    for (settle_refusal const& r : a.refusals) {
        t("refusal", r.index)(r.message.empty() ? " without a word" : "");
    }
    if (a.acquired) {
        t("\n  acquired:")((*this)(*a.acquired));
    }
    return t;
}

std::string describer::operator()(tick_answer const& a) const {
    static constexpr std::string_view kinds[] = {" deleted", " cancelled", " lost"};
    text t;
    t("now", a.now)("lease", a.lease_until)("command", a.command);
    t(a.next_due ? " more due" : " none due")("recurring_changed", a.recurring_changed);
    t("more", a.more);
    for (run_signal const& s : a.signals) {
        t("\n    signal ")(name(s.id))("epoch", epoch(s.id, s.epoch));
        t(kinds[static_cast<int>(s.kind)]);
    }
    for (held_job const& h : a.held) {
        t("\n    held ")(name(h.id))("epoch", epoch(h.id, h.epoch));
    }
    // Those about jobs that nobody handles have no order: they come last, sorted.
    std::vector<storage_notice> notices;
    std::vector<storage_notice> unhandled;
    for (storage_notice const& n : a.notices) {
        (n.id.is_nil() ? unhandled : notices).push_back(n);
    }
    std::sort(unhandled.begin(), unhandled.end(), [](auto const& x, auto const& y) {
        return std::tie(x.type, x.reason) < std::tie(y.type, y.reason);
    });
    notices.insert(notices.end(), unhandled.begin(), unhandled.end());
    for (storage_notice const& n : notices) {
        t("\n    notice ")(name(n.id))("type", n.type)("from", to_string(n.from));
        t("to", to_string(n.to))("reason", n.reason);
    }
    return t;
}

std::string describer::operator()(change_answer const& a) const {
    static constexpr std::string_view names[] = {" unknown", " wrong_state", " key_held"};
    text t;
    t("now", a.now)("changed", a.changed)("skipped", a.skipped_count);
    for (skipped_job const& s : a.skipped) {
        t("\n    skipped ")(name(s.id))(names[static_cast<int>(s.why)]);
        t("state", s.why == skip_reason::unknown ? std::string_view("-") : to_string(s.state));
    }
    return t;
}

std::string describer::operator()(recurring_answer const& a) const {
    static constexpr std::string_view names[] = {" fired", " skipped", " lost"};
    text t;
    t("now", a.now)("changed", a.changed)("outdated", a.outdated);
    for (recurring_record const& r : a.records) {
        t("\n    ")((*this)(r));
    }
    for (fire_result const& f : a.fired) {
        t("\n   ")(names[static_cast<int>(f.status)])(":");
        for (insert_result const& r : f.jobs) {
            t(" ")(result_text(r));
        }
    }
    return t;
}

std::string describer::operator()(queues_answer const& a) const {
    text t;
    t("now", a.now);
    for (queue_info const& q : a.queues) {
        t("\n    ")(q.name)("paused", q.paused);
        t("waiting", q.waiting + q.parked_by_limit)("processing", q.processing);
    }
    for (limit_info const& l : a.limits) {
        t("\n    limit ")(l.key)("limit", l.limit)("used", l.used);
    }
    return t;
}

std::string describer::operator()(servers_answer const& a) const {
    text t;
    t("now", a.now)("instance", server(a.instance))("lease", a.lease)("every", a.tick_every);
    for (server_info const& s : a.servers) {
        t("\n    ")(s.name)("instance", server(s.instance))("queues", s.queues);
        for (announced_type const& type : s.types) {
            t("type", type.name)("version", type.argument_version);
        }
        t("slots", s.slots)("held", s.held)("version", s.version)("announced", s.announced);
        t("heartbeat", s.heartbeat)("command", s.command);
        t("lag", s.executor_lag)("at", s.executor_lag_at);
    }
    return t;
}

std::string describer::operator()(read_answer const& a) const {
    text t;
    storage_counts const& c = a.counts;
    t("now", a.now)(" counts:");
    for (std::uint64_t n : c.by_state) {
        t(" ")(std::to_string(n));
    }
    t("inserted", c.inserted)("succeeded", c.succeeded)("attempts_failed", c.attempts_failed);
    t("failed", c.failed)("deleted", c.deleted)("lost", c.lost)("stale", c.stale);
    t("removed", c.removed)("refused", c.refused);
    for (job_record const& r : a.jobs) {
        t("\n    ")((*this)(r));
    }
    for (error_group const& g : a.groups) {
        t("\n    group ")("fingerprint", g.fingerprint)("count", g.count)("type", g.type);
        t("sample", g.sample)("latest", name(g.latest));
    }
    for (series_point const& p : a.series) {
        t("\n    from ")("", p.from)("inserted", p.inserted)("succeeded", p.succeeded);
        t("attempts_failed", p.attempts_failed)("failed", p.failed)("deleted", p.deleted);
        t("runs", p.runs)("run_time", p.run_time)("lateness", p.lateness);
    }
    t("types", a.types)("queues", a.queues)("ok", a.health.ok)("jobs", a.health.jobs);
    t("job_limit", a.health.job_limit)("byte_limit", a.health.byte_limit);
    return t;
}

} // namespace cofire::differential
