// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_TABLE_LANE_HPP
#define COFIRE_STORAGE_TABLE_LANE_HPP

#include <cofire/core/job_record.hpp>
#include <cofire/storage/contract/tick.hpp>
#include <cofire/storage/contract/servers.hpp>
#include <cofire/storage/table/job_node.hpp>

#include <array>
#include <bit>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace cofire::detail {

/// A job type known to the table.
struct type_entry {
    std::string name;
    std::uint32_t index = 0; // into server_entry::versions
};

struct queue_entry;

/// The jobs of one queue, type and argument version: what a server takes or leaves as a whole, so that
/// jobs nobody handles stand in nobody's way.
struct lane {
    queue_entry* queue = nullptr;
    type_entry* type = nullptr;
    std::uint32_t version = 1;
    std::array<place_list, 16> line;
    std::uint32_t priorities = 0; // a bit for each list of `line` in use
    place_list suspects;          // by position; one at a time is handed to a server
    place_list parked;            // no server so far could decode them

    /// The job to be taken first, or nullptr.
    [[nodiscard]] job_node* first(bool with_suspects) const {
        job_node* best =
            priorities == 0 ? nullptr : line[std::bit_width(priorities) - 1].front();
        if (with_suspects) {
            job_node* const s = suspects.front();
            if (s != nullptr && (best == nullptr || before(*s, *best))) {
                best = s;
            }
        }
        return best;
    }

    /// True if `a` is taken before `b`.
    [[nodiscard]] static bool before(job_node const& a, job_node const& b) {
        int const pa = a.settings->priority;
        int const pb = b.settings->priority;
        return pa != pb ? pa > pb : a.position < b.position;
    }

    /// Puts a job in at its position.
    void insert(job_node& job) {
        bool const suspect = job.lost != 0;
        auto const p = static_cast<std::size_t>(job.settings->priority);
        place_list& list = suspect ? suspects : line[p];
        job_node* place = nullptr;
        if (job_node* const last = list.back(); last != nullptr && job.position < last->position) {
            place = list.front(); // handed back: it belongs near the front
            while (place->position < job.position) {
                place = place_list::next(*place);
            }
        }
        list.insert_before(place, job);
        if (!suspect) {
            priorities |= 1U << p;
        }
        job.place = suspect ? job_place::suspects : job_place::line;
    }

    /// Takes a job out that insert put in.
    void erase(job_node& job) {
        if (job.place == job_place::suspects) {
            suspects.erase(job);
        } else {
            auto const p = static_cast<std::size_t>(job.settings->priority);
            line[p].erase(job);
            if (line[p].empty()) {
                priorities &= ~(1U << p);
            }
        }
        job.place = job_place::nowhere;
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
    std::vector<std::unique_ptr<lane>> lanes;
};

/// A limit key known to the table.
struct limit_entry {
    std::string key;
    std::uint32_t limit = 1;
    bool fixed = false; // set by limit_put; jobs do not change it
    std::uint32_t used = 0;
    place_list parked; // in the order they met the limit
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

    [[nodiscard]] bool handles(lane const& l) const {
        return l.type->index < versions.size() && versions[l.type->index] >= l.version;
    }
};

} // namespace cofire::detail

#endif
