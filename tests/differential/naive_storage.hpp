// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_DIFFERENTIAL_NAIVE_STORAGE_HPP
#define COFIRE_TESTS_DIFFERENTIAL_NAIVE_STORAGE_HPP

#include <cofire/core/error.hpp>
#include <cofire/storage/contract/acquire.hpp>
#include <cofire/storage/contract/change.hpp>
#include <cofire/storage/contract/insert.hpp>
#include <cofire/storage/contract/queues.hpp>
#include <cofire/storage/contract/read.hpp>
#include <cofire/storage/contract/recurring.hpp>
#include <cofire/storage/contract/servers.hpp>
#include <cofire/storage/contract/settle.hpp>
#include <cofire/storage/contract/tick.hpp>
#include <cofire/storage/table/table_limits.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace cofire::differential {

/// What the naive model throws in place of cofire::error: the codes that fit. Where a request breaks
/// several rules, the contract does not say which of them is told.
struct refusal {
    std::set<errc> codes;
};

/// One job of the naive model: what a reader sees, and the little more that the rules need.
struct naive_job {
    job_record record;
    /// As it was inserted.
    new_job given;
    /// True while it holds its unique key.
    bool holds_key = false;
    /// With unique_hold::for_a_time: until when.
    std::optional<time_point> key_until{};
    /// The order of the inserts.
    std::uint64_t number = 0;
    /// The place in line.
    std::uint64_t position = 0;
    /// Which parents' ends have counted, in the order of the parents.
    std::vector<bool> met{};
    /// How they ended.
    std::vector<parent_outcome> ends{};
    /// A server could not decode it.
    bool undecodable = false;
    /// What its server is asked.
    std::optional<signal_kind> asked{};
    /// Why.
    std::string why{};
    /// The last run that counted.
    epoch_type counted = 0;
    server_instance counted_by = 0;
    /// The command in which it came into its state: jobs of one command have no order among them.
    std::uint64_t changed_in = 0;
    /// The same as a number of its own.
    std::uint64_t changed = 0;
};

struct naive_server {
    server_announce said;
    server_instance instance = 0;
    time_point announced{};
    time_point heartbeat{};
    server_command command = server_command::none;
    duration lag{};
    std::optional<time_point> lag_at{};
    std::uint64_t recurring_seen = 0;
    /// Not told yet.
    std::vector<run_signal> signals{};
};

/// When a job due at `t` is put into its line: storages may round up to whole milliseconds.
[[nodiscard]] inline time_point rounded(time_point t) {
    return to_time_point(std::chrono::ceil<std::chrono::milliseconds>(t));
}

/// A unique key that outlives its job.
struct kept_key {
    std::string text;
    job_id holder;
    time_point until;
};

/// Stands for the fingerprint of a job of this type whose servers died, which storages choose.
[[nodiscard]] inline std::uint64_t lost_fingerprint(std::string_view type) {
    return 1'000'000 + static_cast<unsigned char>(type.front());
}

/// A second model of the storage contract, to hold the real ones against: vectors, linear scans, no
/// index, no counter that could be computed instead. Written from the contract, not from job_table.
///
/// Distinct objects: safe. Shared objects: unsafe.
class naive_storage {
public:
    explicit naive_storage(table_limits const& limits) : limits_(limits) {}

    insert_answer insert(insert_request const& r, time_point now);
    acquire_answer acquire(acquire_request const& r, time_point now);
    settle_answer settle(settle_request const& r, time_point now);
    tick_answer tick(tick_request const& r, time_point now);
    change_answer change(change_request const& r, time_point now);
    recurring_answer recurring(recurring_request const& r, time_point now);
    queues_answer queues(queues_request const& r, time_point now);
    servers_answer servers(servers_request const& r, time_point now);
    read_answer read(read_request const& r, time_point now) const;
    void server_died(server_instance instance, time_point now);
    void recover(time_point now);

    /// All jobs, in the order of their inserts.
    [[nodiscard]] std::vector<std::unique_ptr<naive_job>> const& jobs() const { return jobs_; }
    [[nodiscard]] naive_job* find(job_id id) const;
    /// The jobs that match, in the order of read_find.
    [[nodiscard]] std::vector<naive_job const*>
    matching(job_filter const& f, find_order order) const;
    /// The job as a reader sees it.
    [[nodiscard]] job_record shown(naive_job const& job) const;

private:
    using job_list = std::vector<std::unique_ptr<naive_job>>;

    // naive_storage.cpp: transitions and time
    void set_state(naive_job& job, job_state state, std::string reason, time_point now);
    void enter_line(naive_job& job, std::string reason, time_point now);
    void wait_until(naive_job& job, time_point due, std::string reason, time_point now);
    void finish(naive_job& job, job_state end, std::string reason, time_point now);
    void decide_continuations(time_point now);
    static bool fits(job_state end, parent_condition on);
    void note_parent(naive_job& child, std::size_t index);
    void count_parent(naive_job& child, std::size_t index, job_state end, time_point now);
    void release(naive_job& job, std::string reason, time_point now);
    static void set_expiry(naive_job& job);
    void lose(naive_job& job, time_point now);
    [[nodiscard]] std::vector<naive_job*> held_by(server_instance server) const;
    void pass_time(time_point now);
    void retain(time_point now, int most);
    void make_room();
    [[nodiscard]] naive_job* oldest_of(std::set<job_state> const& states) const;
    void remove(naive_job& job);
    void notice(naive_job const& job, job_state from, std::string reason);
    void tell_unhandled();
    [[nodiscard]] std::optional<job_id> key_taken(std::string_view key, time_point now) const;
    [[nodiscard]] naive_job* key_holder(std::string_view key, time_point now) const;
    [[nodiscard]] std::uint32_t used(std::string_view limit_key) const;
    [[nodiscard]] std::uint32_t limit_of(std::string const& key) const;
    [[nodiscard]] bool blocked(naive_job const& job) const;
    [[nodiscard]] bool handled(naive_job const& job) const;
    [[nodiscard]] std::size_t count(job_state state) const;
    series_point& minute(time_point now);

    // naive_storage_insert.cpp
    void check_insert(std::span<new_job const> jobs) const;
    insert_answer insert_all(std::span<new_job const> jobs, time_point now);
    std::vector<insert_result> plan(std::span<new_job const> jobs, time_point now) const;
    naive_job& store(new_job const& job, std::vector<parent_ref> const& parents, time_point now);

    // naive_storage_acquire.cpp
    naive_server& server_or_throw(server_instance instance);
    acquire_answer take_jobs(acquire_request const& r, time_point now);
    acquired_job hand_out(naive_job& job, server_instance server, time_point now);
    settle_status settle_one(run_outcome const& o, server_instance server, time_point now);
    [[nodiscard]] std::optional<time_point> next_due() const;

    // naive_storage_change.cpp
    std::optional<skip_reason> change_one(naive_job& j, change_request const& r, time_point now);
    std::optional<skip_reason> stop_one(naive_job& j, change_request const& r, time_point now);
    std::optional<skip_reason> again_one(naive_job& j, change_request const& r, time_point now);

    // naive_storage_recurring.cpp
    recurring_record& recurring_or_throw(std::string_view id);
    bool put(recurring_put const& p, bool& outdated);
    fire_result fire(recurring_firing const& f, time_point now);

    table_limits limits_;
    job_list jobs_;
    std::vector<std::unique_ptr<naive_server>> servers_;
    std::vector<recurring_record> recurring_;
    std::set<std::string> paused_;
    std::set<std::string> types_seen_;
    std::set<std::string> queues_seen_;
    std::map<std::string, std::uint32_t> limits_put_;
    std::map<std::string, std::uint32_t> limits_said_;
    std::vector<std::pair<job_id, job_state>> ended_;
    std::vector<storage_notice> notices_;
    std::set<std::tuple<std::string, std::string, std::uint32_t>> told_; // that nobody handles them
    std::vector<series_point> series_;
    std::vector<kept_key> kept_keys_; // of jobs that were removed, held for a time
    storage_counts counts_;
    std::uint64_t recurring_changed_ = 1;
    std::uint64_t command_ = 0;
    std::uint64_t next_change_ = 1;
    std::uint64_t next_number_ = 1;
    std::uint64_t next_position_ = 1;
    epoch_type last_epoch_ = 0;
    server_instance last_server_ = 0;
};

} // namespace cofire::differential

#endif
