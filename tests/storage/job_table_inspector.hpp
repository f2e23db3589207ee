// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_STORAGE_JOB_TABLE_INSPECTOR_HPP
#define COFIRE_TESTS_STORAGE_JOB_TABLE_INSPECTOR_HPP

#include <cofire/storage/table/job_table.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace cofire::detail {

/// Looks into a job_table: computes from the jobs alone all that the table keeps beside them, and
/// throws std::logic_error with what differs.
struct job_table_inspector {
    job_table const& t;
    std::map<lane const*, std::set<job_node const*>> in_line;
    std::map<lane const*, std::uint64_t> waiting; // in line or parked by a limit
    std::map<std::tuple<limit_entry const*, lane const*, bool>, std::pair<std::size_t, std::size_t>>
        limited; // parked, ready; the flag: suspects
    std::map<limit_entry const*, std::pair<std::uint64_t, std::uint64_t>> limits; // jobs, used
    std::map<queue_entry const*, std::array<std::uint64_t, 3>>
        queues; // waiting, parked, processing
    std::size_t expiring = 0;
    std::size_t scheduled = 0;
    std::uint64_t bytes = 0;
    std::uint64_t final_bytes = 0;

    explicit job_table_inspector(job_table const& table) : t(table) {}

    static void require(bool ok, std::string const& what, job_node const* job = nullptr) {
        if (!ok) {
            throw std::logic_error(
                what + (job == nullptr ? ""
                                       : " (job " + job->id.to_string() + ", " +
                                             std::string(to_string(job->state)) + ")")
            );
        }
    }

    void check() {
        require(t.ended_.empty() && t.due_.empty(), "work left over");
        check_states();
        t.index_.for_each([&](job_node const& job) {
            require(t.find(job.id) == &job, "index", &job);
            check_job(job);
        });
        check_lanes();
        check_limits();
        check_keys();
        check_servers();
        require(t.wheel_.size() == scheduled, "size of the wheel");
        require(t.expiries_.size() == expiring, "number of expiries");
        require(t.bytes_ == bytes, "bytes");
        require(t.final_bytes_ == final_bytes, "bytes of final jobs");
        require(t.index_.size() <= t.limits_.jobs, "more jobs than the limit");
    }

    /// Each step of each history is one of the lifecycle table, and the last is where the job is.
    void check_histories() const {
        t.index_.for_each([&](job_node const& job) {
            auto const history = t.record_of(job).history;
            require(history.back().state == job.state, "history's end", &job);
            if (history.size() > 100) {
                return; // its middle is gone
            }
            for (std::size_t i = 1; i != history.size(); ++i) {
                auto const& from = history[i - 1];
                auto const& to = history[i];
                bool const stays = from.state == to.state && to.reason == "rescheduled";
                require(
                    stays || may_become(from.state, to.state),
                    "history from " + std::string(to_string(from.state)) + " to " +
                        std::string(to_string(to.state)) + " " + to.reason,
                    &job
                );
                require(from.epoch <= to.epoch, "epoch falls in the history", &job);
            }
        });
    }

    /// All that is in the table and lasts, every field and every order, as text: see job_table_dump.hpp.
    [[nodiscard]] std::string dump() const;

    void check_states() const {
        std::size_t all = 0;
        for (std::size_t s = 0; s != job_state_count; ++s) {
            std::size_t n = 0;
            std::uint64_t last = 0;
            for (job_node const* j = t.states_[s].front(); j != nullptr; j = state_list::next(*j)) {
                ++n;
                require(static_cast<std::size_t>(j->state) == s, "list of another state", j);
                require(j->changed > last && j->changed < t.next_changed_, "order of moves", j);
                last = j->changed;
            }
            require(n == t.states_[s].size(), "count of a state");
            all += n;
        }
        require(all == t.index_.size(), "jobs without a state");
    }

    void check_job(job_node const& j) {
        using p = job_place;
        using s = job_state;
        bytes += j.bytes;
        final_bytes += is_final(j.state) ? j.bytes : 0;
        job_extras const none;
        job_extras const& x = j.extras ? *j.extras : none;
        bool const in_a_line =
            j.place == p::line || j.place == p::returned || j.place == p::suspects;
        auto& queue = queues[j.line->queue];
        queue[0] += in_a_line || j.place == p::parked_by_type ? 1 : 0;
        queue[1] += j.place == p::parked_by_limit ? 1 : 0;
        queue[2] += j.place == p::held ? 1 : 0;
        if (in_a_line) {
            in_line[j.line].insert(&j);
        }
        waiting[j.line] += in_a_line || j.place == p::parked_by_limit ? 1 : 0;
        require((j.place == p::held) == (j.holder != nullptr), "holder", &j);
        require(j.is_linked() == (j.place == p::wheel), "wheel", &j);
        scheduled += j.place == p::wheel ? 1 : 0;
        bool const waits_for_server =
            in_a_line || j.place == p::parked_by_type || j.place == p::parked_by_limit;
        switch (j.state) {
        case s::enqueued: require(waits_for_server, "place", &j); break;
        case s::scheduled: require(j.place == p::wheel, "place", &j); break;
        case s::processing: require(j.place == p::held, "place", &j); break;
        default: require(j.place == p::nowhere, "place", &j); break;
        }
        require(j.stop == stop_request::none || j.state == s::processing, "stop", &j);
        require(!x.expires_at || j.state == s::enqueued || j.state == s::scheduled, "expiry", &j);
        if (x.expires_at) {
            ++expiring;
            auto const at = t.expiries_.find(std::pair(*x.expires_at, j.number));
            require(at != t.expiries_.end() && at->second == &j, "expiry is not indexed", &j);
        }
        check_parents(j, x);
        for (limit_entry* limit : x.limits) {
            auto& [jobs, used] = limits[limit];
            ++jobs;
            used += j.state == s::processing ? 1 : 0;
            auto& [parked, ready] = limited[std::tuple(limit, j.line, j.lost != 0)];
            bool const blocks = limit == x.blocker;
            parked += blocks && j.place == p::parked_by_limit ? 1 : 0;
            ready += blocks && x.unparked ? 1 : 0;
        }
        require(!x.unparked || in_a_line, "unparked", &j);
        bool const must_hold =
            !x.key.empty() && x.key_hold == unique_hold::unfinished && !is_final(j.state);
        require(!must_hold || x.holds_key, "key given up early", &j);
        require(
            !x.holds_key || x.key_hold == unique_hold::for_a_time || !is_final(j.state),
            "key held by a final job",
            &j
        );
        if (x.holds_key) {
            auto const held = t.keys_.find(x.key);
            require(held != t.keys_.end() && held->second.holder == j.id, "key", &j);
        }
    }

    void check_parents(job_node const& j, job_extras const& x) const {
        std::uint32_t waits = 0;
        for (std::size_t i = 0; i != x.parents.size(); ++i) {
            parent_edge const& e = x.parents[i];
            if (e.ended) {
                continue;
            }
            ++waits;
            job_node const* const parent = t.find(e.id);
            require(parent != nullptr && !is_final(parent->state), "waits for no one", &j);
            bool found = false;
            for (child_edge const& c : parent->extras->children) {
                found = found || (c.id == j.id && c.edge == i);
            }
            require(found, "parent does not know its continuation", &j);
        }
        require(waits == x.waits, "number of parents waited for", &j);
        require(j.state != job_state::awaiting || waits != 0, "awaits nothing", &j);
    }

    void check_lanes() const {
        std::size_t kinds = 0;
        for (auto const& [name, queue] : t.queues_) {
            auto const found = queues.find(&queue);
            auto const counted =
                found == queues.end() ? std::array<std::uint64_t, 3>{} : found->second;
            require(queue.waiting == counted[0], "waiting in " + name);
            require(queue.parked_by_limit == counted[1], "parked in " + name);
            require(queue.processing == counted[2], "processing in " + name);
            require(queue.lanes.size() == queue.lane_of.size(), "lanes of " + name);
            kinds += queue.lanes.size();
            for (auto const& l : queue.lanes) {
                check_lane(*l);
            }
        }
        require(t.kinds_ == kinds, "number of kinds");
    }

    void check_lane(lane const& l) const {
        require(t.find_lane(l.queue->name, l.type->name, l.version) == &l, "lane not found");
        auto const count = waiting.find(&l);
        require(l.waiting == (count == waiting.end() ? 0 : count->second), "waiting in a lane");
        std::uint32_t handlers = 0;
        for (auto const& [instance, server] : t.servers_) {
            handlers += server->handles(l) ? 1 : 0;
        }
        require(l.handlers == handlers, "handlers of a lane");
        bool const untold = handlers == 0 && l.waiting != 0 && !l.told && !t.servers_.empty();
        require(!untold, "nobody is told of a lane that nobody handles");
        std::set<job_node const*> there;
        for (std::size_t p = 0; p != l.line.size(); ++p) {
            std::uint64_t last = 0;
            require(((l.priorities >> p & 1U) != 0) == !l.line[p].empty(), "bit of a priority");
            for (job_node const* j = l.line[p].front(); j != nullptr; j = place_list::next(*j)) {
                require(j->place == job_place::line && j->lost == 0, "line", j);
                require(static_cast<std::size_t>(j->settings->priority) == p, "priority", j);
                require(j->position > last, "order of the line", j);
                last = j->position;
                there.insert(j);
            }
        }
        for (auto const& [order, j] : l.returned) {
            require(j->place == job_place::returned && order_of(*j) == order, "returned", j);
            there.insert(j);
        }
        for (auto const& [order, j] : l.suspects) {
            require(j->place == job_place::suspects && order_of(*j) == order, "suspects", j);
            require(j->lost != 0, "no suspect", j);
            there.insert(j);
        }
        auto const expected = in_line.find(&l);
        require(
            there == (expected == in_line.end() ? std::set<job_node const*>{} : expected->second),
            "jobs of a lane"
        );
    }

    void check_limits() {
        for (auto const& [key, entry] : t.limits_by_key_) {
            auto const [jobs, used] = limits[&entry];
            require(entry.jobs == jobs, "jobs of limit " + key);
            require(entry.used == used, "used of limit " + key);
            require(jobs != 0 || entry.fixed, "limit " + key + " is of no use");
            for (limit_lane const& part : entry.lanes) {
                auto const [parked, ready] = limited[std::tuple(&entry, part.of, part.suspects)];
                require(part.parked.size() == parked, "parked of limit " + key);
                require(part.ready.size() == ready, "ready of limit " + key);
                require(parked == 0 || ready >= entry.room(), "jobs of limit " + key + " starve");
            }
            limits.erase(&entry);
        }
        require(limits.empty(), "a limit is gone");
    }

    void check_keys() const {
        for (auto const& [key, entry] : t.keys_) {
            job_node const* const holder = t.holder_of(entry, key);
            require(entry.until || holder != nullptr, "key " + key + " is held by nobody");
        }
    }

    void check_servers() const {
        for (auto const& [instance, server] : t.servers_) {
            std::size_t suspects = 0;
            for (job_node const* j = server->held.front(); j != nullptr; j = place_list::next(*j)) {
                require(j->holder == server.get() && j->server == instance, "held", j);
                suspects += j->lost != 0 ? 1 : 0;
            }
            require(suspects == server->suspects && suspects <= 1, "suspects of a server");
        }
    }
};

} // namespace cofire::detail

#endif
