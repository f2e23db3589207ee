// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_EXAMPLES_STORAGE_FROM_SCRATCH_TINY_JOBS_HPP
#define COFIRE_EXAMPLES_STORAGE_FROM_SCRATCH_TINY_JOBS_HPP

#include <cofire/core/error.hpp>
#include <cofire/storage/storage.hpp>
#include <cofire/storage/table/table_limits.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace own {

using namespace cofire;
using namespace std::chrono_literals;

/// The number that a cursor of ours is, or one of its two; other cursors are refused.
inline std::uint64_t number_in(std::string_view text, std::string_view cursor) {
    std::uint64_t number = 0;
    auto const [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (ec != std::errc{} || end != text.data() + text.size()) {
        throw error(errc::bad_option, "the cursor " + std::string(cursor));
    }
    return number;
}

/// The jobs, and the rules for each of them. Every function is one part of a step: no lock, no clock.
struct tiny_jobs {
    struct node {
        job_record r;
        std::optional<unique_key_spec> key;
        std::vector<bool> met;           // which parents have met their condition
        std::uint64_t position = 0;      // in line
        std::uint64_t moved = 0;         // when its state changed, by the storage's number
        server_instance parked_for = 0;  // servers up to this one cannot decode it
        std::optional<signal_kind> stop; // its server is to stop it
        bool settled = false;            // the latest run was settled
    };
    struct server {
        server_info info;
        std::weak_ptr<void const> presence;
        bool recurring_changed = false;
        std::vector<run_signal> signals{}; // not told yet
    };
    std::uint64_t number = 1;           // of the latest change
    std::map<std::uint64_t, node> jobs; // by the number of their insert
    std::map<job_id, std::uint64_t> numbers;
    std::map<server_instance, server> all_servers;
    server_instance last_server = 0;
    epoch_type last_epoch = 0;
    std::map<std::string, recurring_record, std::less<>> all_recurring;
    std::set<std::string, std::less<>> paused;
    std::map<std::string, std::uint32_t, std::less<>> limits;
    std::map<std::string, std::uint32_t, std::less<>> held; // by jobs that run, of each limit
    std::map<std::pair<std::string, time_point>, series_point> minutes; // by queue; "": all
    storage_counts totals;
    std::vector<storage_notice> notices;
    std::set<std::tuple<std::string, std::string, std::uint32_t>> told; // that nobody handles them

    // Small questions ------------------------------------------------------------------------------

    node* find(job_id id) {
        auto const at = numbers.find(id);
        return at == numbers.end() ? nullptr : &jobs.at(at->second);
    }
    static bool waits(node const& n) { return n.r.state < job_state::processing; }
    static bool handles(server const& s, node const& n) {
        return s.info.instance > n.parked_for &&
               std::ranges::any_of(s.info.types, [&](auto const& t) {
                   return t.name == n.r.type && t.argument_version >= n.r.argument_version;
               });
    }
    std::uint32_t used(std::string_view key) const {
        auto const at = held.find(key);
        return at == held.end() ? 0 : at->second;
    }
    bool blocked(node const& n) const {
        return std::ranges::any_of(n.r.limits, [&](auto const& l) {
            return used(l.key) >= limits.find(l.key)->second;
        });
    }
    job_sub_state sub_state(node const& n) const {
        switch (n.r.state) {
        case job_state::enqueued:
            if (!all_servers.empty() && std::ranges::none_of(all_servers, [&](auto const& s) {
                    return handles(s.second, n);
                })) {
                return job_sub_state::parked_by_type;
            }
            return blocked(n) ? job_sub_state::parked_by_limit : job_sub_state::in_line;
        case job_state::processing:
            return n.stop ? job_sub_state::cancelling : job_sub_state::running;
        case job_state::awaiting: return job_sub_state::parents;
        default: return job_sub_state::none;
        }
    }
    /// Notices for the jobs that wait and have no server: of each queue, type and version one.
    void tell_unhandled() {
        for (auto const& [inserted, n] : jobs) {
            if (n.r.state == job_state::enqueued && n.parked_for == 0 &&
                sub_state(n) == job_sub_state::parked_by_type &&
                told.emplace(n.r.settings->queue, n.r.type, n.r.argument_version).second) {
                auto reason = "unhandled: version " + std::to_string(n.r.argument_version);
                reason += " of its arguments, queue " + n.r.settings->queue;
                notices.push_back({{}, n.r.type, n.r.state, n.r.state, std::move(reason)});
            }
        }
    }
    static bool holds_key(node const& n, time_point now) {
        switch (n.key ? n.key->hold : unique_hold::unfinished) {
        case unique_hold::until_started: return waits(n) && n.r.epoch == 0;
        case unique_hold::for_a_time: return now < n.r.created + n.key->hold_for;
        default: return n.key && !is_final(n.r.state);
        }
    }
    node* holder(unique_key_spec const& key, time_point now) {
        for (auto& [inserted, n] : jobs) {
            if (n.key && n.key->text == key.text && holds_key(n, now)) {
                return &n;
            }
        }
        return nullptr;
    }
    /// When something happens by itself next: a job becomes due, or expires.
    std::optional<time_point> next_due() const {
        std::optional<time_point> next;
        auto const consider = [&next](time_point t) { next = std::min(next.value_or(t), t); };
        for (auto const& [inserted, n] : jobs) {
            if (n.r.state == job_state::scheduled) {
                consider(n.r.due);
            }
            if (waits(n) && n.r.expires_at) {
                consider(*n.r.expires_at);
            }
        }
        return next;
    }

    // What everything is made of -------------------------------------------------------------------

    template <class Change>
    void tell(node const& n, time_point now, Change change) {
        for (auto const& queue : {std::string(), n.r.settings->queue}) {
            auto const minute = std::chrono::floor<std::chrono::minutes>(now);
            auto& point = minutes[{queue, minute}];
            point.from = minute;
            change(point);
        }
    }
    void move(node& n, job_state to, std::string reason, time_point now) {
        bool const runs = to == job_state::processing;
        if (runs != (n.r.state == job_state::processing)) {
            for (auto const& l : n.r.limits) {
                held[l.key] += runs ? 1 : -1;
            }
        }
        n.r.state = to;
        n.r.reason = reason;
        n.r.history.push_back(
            {.at = now,
             .state = to,
             .attempt = n.r.attempt,
             .epoch = n.r.epoch,
             .server = n.r.epoch == 0 ? 0 : n.r.server,
             .reason = std::move(reason)}
        );
        n.moved = ++number;
        n.stop.reset();
        n.r.progress.reset();
        n.r.finished = is_final(to) ? std::optional(now) : std::nullopt;
    }
    void line_up(node& n, std::string reason, time_point now) {
        bool const later = n.r.due > now;
        move(n, later ? job_state::scheduled : job_state::enqueued, std::move(reason), now);
        n.position = number;
    }
    void end(node& first, job_state to, std::string const& reason, time_point now) {
        std::vector<std::pair<node*, job_state>> ends{{&first, to}};
        for (std::size_t i = 0; i != ends.size(); ++i) {
            auto const [n, state] = ends[i];
            if (is_final(n->r.state)) {
                continue; // by another parent in the same step
            }
            move(*n, state, i == 0 ? reason : "a parent's condition is not met", now);
            totals.failed += state == job_state::failed;
            totals.deleted += state == job_state::deleted;
            tell(*n, now, [&, s = state](series_point& p) {
                p.failed += s == job_state::failed;
                p.deleted += s == job_state::deleted;
            });
            for (auto const id : n->r.continuations) {
                if (node* const child = find(id); !parent_ended(*child, *n, now)) {
                    ends.emplace_back(child, job_state::deleted);
                }
            }
        }
    }
    /// False if the child can no longer run.
    bool parent_ended(node& child, node const& parent, time_point now) {
        if (child.r.state != job_state::awaiting) {
            return true;
        }
        for (std::size_t i = 0; i != child.met.size(); ++i) {
            auto const& p = child.r.parents[i];
            if (p.id == parent.r.id) {
                auto const wanted =
                    p.on == parent_condition::on_success ? job_state::succeeded : job_state::failed;
                if (p.on != parent_condition::on_any_end && parent.r.state != wanted) {
                    return false;
                }
                child.met[i] = true;
            }
        }
        if (std::ranges::count(child.met, false) == 0) {
            line_up(child, "", now);
            set_expiry(child, now);
        }
        return true;
    }
    static void set_expiry(node& n, time_point now) {
        n.r.due = std::max(n.r.due, n.r.state == job_state::scheduled ? n.r.due : now);
        if (n.r.settings->expires > 0us) {
            n.r.expires_at = n.r.due + n.r.settings->expires;
        }
    }
    void hand_back(node& n, bool lost, time_point now) {
        if (n.stop) {
            return end(n, job_state::deleted, "its server left", now);
        }
        n.settled = false;
        if (!lost) {
            return move(n, job_state::enqueued, "released", now);
        }
        ++totals.lost;
        tell(n, now, [&](series_point& p) {
            ++p.runs;
            p.lateness += std::max(n.r.started.value_or(n.r.due) - n.r.due, duration{0});
        });
        if (++n.r.lost >= table_limits{}.lost_limit) {
            n.r.error = error_info{.type = "cofire::lost_server", .message = "lost too often"};
            bool const fail = n.r.settings->on_exhausted == exhausted_policy::fail;
            end(n, fail ? job_state::failed : job_state::deleted, "lost", now);
        } else {
            n.r.due = now + 1s * (1 << n.r.lost);
            line_up(n, "lost", now);
        }
        notices.push_back({n.r.id, n.r.type, job_state::processing, n.r.state, "lost"});
    }
    void leave(server_instance s, bool lost, time_point now) {
        for (auto& [inserted, n] : jobs) {
            if (n.r.state == job_state::processing && n.r.server == s) {
                hand_back(n, lost, now);
            }
        }
        number += all_servers.erase(s);
    }
    /// What time alone brings about.
    void pass(time_point now) {
        for (auto it = all_servers.begin(); it != all_servers.end();) {
            auto const& s = (it++)->second; // it may be erased
            if (s.presence.expired()) {
                leave(s.info.instance, true, now);
            }
        }
        std::vector<node*> due;
        for (auto& [inserted, n] : jobs) {
            if (waits(n) && n.r.expires_at && *n.r.expires_at <= now) {
                auto const from = n.r.state;
                end(n, job_state::deleted, "expired", now);
                notices.push_back({n.r.id, n.r.type, from, n.r.state, "expired"});
            } else if (n.r.state == job_state::scheduled && n.r.due <= now) {
                due.push_back(&n);
            }
        }
        std::ranges::sort(due, {}, [](node const* n) { return std::pair(n->r.due, n->moved); });
        for (node* const n : due) {
            line_up(*n, "", now);
        }
    }
};

} // namespace own

#endif
