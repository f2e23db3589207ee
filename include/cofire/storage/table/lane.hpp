// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_TABLE_LANE_HPP
#define COFIRE_STORAGE_TABLE_LANE_HPP

#include <cofire/core/job_record.hpp>
#include <cofire/storage/contract/servers.hpp>
#include <cofire/storage/contract/tick.hpp>
#include <cofire/storage/table/event_series.hpp>
#include <cofire/storage/table/job_node.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cofire::detail {

/// A job type known to the table.
struct type_entry {
    std::string name;
    std::uint32_t index = 0; // into server_entry::versions
};

struct queue_entry;

/// Jobs in the order in which they are taken: by priority, then by position.
using job_order = std::map<std::pair<int, std::uint64_t>, job_node*>;

/// A job's place in a job_order.
[[nodiscard]] inline std::pair<int, std::uint64_t> order_of(job_node const& job) {
    return {-job.settings->priority, job.position};
}

/// The first job of `jobs`, or nullptr.
[[nodiscard]] inline job_node* first_of(job_order const& jobs) {
    return jobs.empty() ? nullptr : jobs.begin()->second;
}

/// The jobs of one queue, type and argument version: what a server takes or leaves as a whole, so that
/// jobs nobody handles stand in nobody's way.
struct lane {
    queue_entry* queue = nullptr;
    type_entry* type = nullptr;
    std::uint32_t version = 1;
    std::array<place_list, 16> line;
    std::uint32_t priorities = 0; // a bit for each list of `line` in use
    job_order returned;           // in line at a position before the end of their list
    job_order suspects;           // lost a server before; one at a time is handed to a server
    place_list parked;            // no server so far could decode them
    std::uint64_t waiting = 0;  // all jobs here but those in `parked`; and those parked by a limit
    std::uint32_t handlers = 0; // servers that handle its jobs
    bool told = false;          // the servers were told that none does

    /// The job to be taken first, or nullptr.
    [[nodiscard]] job_node* first(bool with_suspects) const {
        job_node* best = priorities == 0 ? nullptr : line[std::bit_width(priorities) - 1].front();
        best = earlier(best, first_of(returned));
        return with_suspects ? earlier(best, first_of(suspects)) : best;
    }

    /// True if `a` is taken before `b`.
    [[nodiscard]] static bool before(job_node const& a, job_node const& b) {
        return order_of(a) < order_of(b);
    }

    /// Puts a job in at its position.
    void insert(job_node& job) {
        if (job.lost != 0) {
            suspects.emplace(order_of(job), &job);
            job.place = job_place::suspects;
            return;
        }
        auto const p = static_cast<std::size_t>(job.settings->priority);
        if (!line[p].empty() && job.position < line[p].back()->position) {
            returned.emplace(order_of(job), &job);
            job.place = job_place::returned;
            return;
        }
        line[p].push_back(job);
        priorities |= 1U << p;
        job.place = job_place::line;
    }

    /// Takes a job out that insert put in.
    void erase(job_node& job) {
        if (job.place == job_place::suspects) {
            suspects.erase(order_of(job));
        } else if (job.place == job_place::returned) {
            returned.erase(order_of(job));
        } else {
            auto const p = static_cast<std::size_t>(job.settings->priority);
            line[p].erase(job);
            if (line[p].empty()) {
                priorities &= ~(1U << p);
            }
        }
        job.place = job_place::nowhere;
    }

private:
    [[nodiscard]] static job_node* earlier(job_node* a, job_node* b) {
        return a == nullptr || (b != nullptr && before(*b, *a)) ? b : a;
    }
};

/// A queue known to the table.
struct queue_entry {
    std::string name;
    bool paused = false;
    std::uint64_t changed = 0; // the table's change number when a job last entered the line
    std::uint64_t waiting = 0; // in line or parked by type
    std::uint64_t parked_by_limit = 0;
    std::uint64_t processing = 0;
    std::vector<std::unique_ptr<lane>> lanes{};
    std::map<std::pair<std::uint32_t, std::uint32_t>, lane*> lane_of{}; // type's index and version
    event_series series{};
};

/// The jobs of one limit key in one lane that met the limit. For each lane, because some lanes may
/// be of no use for a while, paused or handled by nobody, and must not hold up the others; likewise for
/// suspects, which a server takes one at a time.
struct limit_lane {
    lane* of = nullptr;
    bool suspects = false;
    job_order parked;
    job_order ready{}; // put back into the line: before all that are parked
};

/// A limit key known to the table.
struct limit_entry {
    std::string key;
    std::uint32_t limit = 1;
    bool fixed = false; // set by limit_put; jobs do not change it
    std::uint32_t used = 0;
    std::uint64_t jobs = 0; // with this key, all states
    std::vector<limit_lane> lanes{};

    [[nodiscard]] std::uint32_t room() const { return limit > used ? limit - used : 0; }

    /// The part where `job` belongs; made if it is missing.
    [[nodiscard]] limit_lane& at(job_node const& job) {
        bool const suspect = job.lost != 0;
        for (limit_lane& known : lanes) {
            if (known.of == job.line && known.suspects == suspect) {
                return known;
            }
        }
        return lanes.emplace_back(limit_lane{
            .of = job.line, .suspects = suspect, .parked = {}, .ready = {}});
    }
};

/// A server known to the table.
struct server_entry {
    server_instance instance = 0;
    server_announce announced;
    std::vector<std::uint32_t> versions; // by type_entry::index; 0: not handled
    time_point since;
    time_point heartbeat;
    place_list held;
    std::uint32_t suspects = 0; // held jobs that lost a server before
    std::uint64_t changed = 0;  // the table's change number when there was last something for it
    std::uint64_t recurring_seen = 0;
    std::vector<run_signal> signals;
    server_command command = server_command::none;
    duration lag{0}; // see server_info::executor_lag
    std::optional<time_point> lag_at;

    /// Its tick told of this delay.
    void note_lag(duration told, time_point now) {
        constexpr duration kept = std::chrono::minutes{5};
        if (!lag_at || told >= lag || now - *lag_at >= kept) {
            lag = told;
            lag_at = now;
        }
    }
    [[nodiscard]] bool handles(lane const& l) const {
        return l.type->index < versions.size() && versions[l.type->index] >= l.version;
    }
};

} // namespace cofire::detail

#endif
