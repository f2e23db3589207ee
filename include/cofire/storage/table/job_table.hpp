// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_TABLE_JOB_TABLE_HPP
#define COFIRE_STORAGE_TABLE_JOB_TABLE_HPP

#include <cofire/core/config.hpp>
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
#include <cofire/storage/contract/wait.hpp>
#include <cofire/storage/table/event_series.hpp>
#include <cofire/storage/table/insert_plan.hpp>
#include <cofire/storage/table/job_index.hpp>
#include <cofire/storage/table/lane.hpp>
#include <cofire/storage/table/node_pool.hpp>
#include <cofire/storage/table/table_limits.hpp>
#include <cofire/storage/table/table_log.hpp>

#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cofire::detail {

/// A watched job that ended.
struct ended_job {
    job_id id;
    /// What it was after the command, or when the command removed it.
    std::optional<job_record> record{};
};

/// What a command did that somebody outside the table may wait for. Whoever waits is to be woken, and
/// asks job_table::changed whether that concerns it.
struct table_effects {
    /// Those who wait for a server may find something: work, signals, commands, an earlier due time.
    bool servers = false;
    /// Watched jobs that ended. A job may be listed twice.
    std::vector<ended_job> ended;
};

/// Why a continuation of `parent` is deleted.
std::string unmet_condition(job_node const& parent);

/// What `edge` tells of its parent, which has ended.
inline void end_edge(parent_edge& edge, job_node const& parent) {
    edge.ended = true;
    edge.state = parent.state;
    edge.result = parent.result;
}

/// Where a job that waits since it became due stands among those that expire.
inline std::pair<time_point, std::uint64_t> expiry_of(job_node const& job) {
    return {later(job.due, job.settings->expires), job.number};
}

/// Until when a job inserted at `now` holds its key; empty: that is no matter of time.
inline std::optional<time_point> end_of(unique_key_spec const& key, time_point now) {
    return key.hold == unique_hold::for_a_time
               ? std::optional(later(now, std::max(key.hold_for, duration{0})))
               : std::nullopt;
}

/// The jobs of an in-process storage and all rules about them: a synchronous state machine. Commands
/// go in, answers and effects come out; it has no clock (each command brings its time), no lock, no
/// randomness, and no iteration order of a hash reaches an answer.
///
/// A storage of one's own may keep its jobs in one, as cofire::job_table. To it are left the lock, the
/// clock, the waiting (changed, watch, take_effects), the presence of servers (server_died), a name
/// of the store (servers_answer::store_id), and the closing.
///
/// A command that throws a cofire::error has changed nothing but what the passing of time does.
///
/// Distinct objects: safe. Shared objects: unsafe.
class job_table {
public:
    /// An empty table.
    explicit job_table(table_limits const& limits = {});
    /// Frees all jobs.
    ~job_table();
    job_table(job_table const&) = delete;
    job_table& operator=(job_table const&) = delete;

    // The ten operations, but wait, whose waiting is the storage's. Each takes place at `now`, and
    // throws the errors that its request names.

    /// Inserts jobs: all or none. See insert_request.
    insert_answer insert(insert_request const& r, time_point now);
    /// Takes jobs for a server. See acquire_request.
    acquire_answer acquire(acquire_request const& r, time_point now);
    /// Ends runs, and takes the next jobs along. See settle_request.
    settle_answer settle(settle_request const& r, time_point now);
    /// The periodic call of a server: reports, signals. See tick_request.
    tick_answer tick(tick_request const& r, time_point now);
    /// Requeues, deletes, cancels, reschedules, reprioritises or moves jobs. See change_request.
    change_answer change(change_request const& r, time_point now);
    /// Creates, removes, pauses, lists or fires recurring jobs. See recurring_request.
    recurring_answer recurring(recurring_request const& r, time_point now);
    /// Lists, pauses or resumes queues; sets limits. See queues_request.
    queues_answer queues(queues_request const& r, time_point now);
    /// Announces, retires, lists or commands servers. See servers_request. The answer's presence and
    /// store_id are left empty: they are the storage's.
    servers_answer servers(servers_request const& r, time_point now);
    /// Answers questions; changes nothing. See read_request.
    read_answer read(read_request const& r, time_point now) const;

    /// True if a wait for `interest` would return at once.
    [[nodiscard]] bool changed(wait_interest const& interest, seen_token seen) const;
    /// Has the end of a job reported in table_effects::ended. False if it has ended or is unknown.
    bool watch(job_id id);
    /// The effects of the commands since the last call, also of one that threw: time has passed.
    [[nodiscard]] table_effects take_effects();

    /// Takes one server for dead: what it held is counted lost and put back. Nothing if it is gone.
    void server_died(server_instance instance, time_point now);

    /// Takes all servers for dead: what they held is counted lost and put back. What opening a store
    /// does first.
    void recover(time_point now);

    /// How many jobs there are, all states.
    [[nodiscard]] std::size_t size() const { return index_.size(); }

private:
    friend struct job_table_inspector; // of the tests
    friend class logged_table;         // of the journal: it logs, replays and stores all there is
    friend class record_replay;
    friend class record_writer;
    friend class table_image_reader;
    friend class table_image_writer;

    struct name_hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view s) const {
            return std::hash<std::string_view>{}(s);
        }
    };
    template <class T>
    using by_name = std::map<std::string, T, std::less<>>; // few; they stay where they are
    struct key_entry {
        job_id holder;
        std::optional<time_point> until; // with unique_hold::for_a_time
    };
    using expiry_map = std::map<std::pair<time_point, std::uint64_t>, job_node*>;
    struct staged_lane { // one that an insert made, and what it found when it did
        std::string_view queue;
        std::string_view type;
        bool queue_known = false;
        bool type_known = false;
        lane* made = nullptr;
    };
    /// The jobs of an insert while they are made, when memory may run out: only the index knows them
    /// yet. Unless they are kept, the destructor takes back all that was done.
    struct insert_staging {
        job_table& table;
        insert_plan& plan;
        std::uint64_t first_number = table.next_number_;
        std::vector<staged_lane> lanes{};
        std::vector<std::pair<limit_entry*, std::uint32_t>> limits{}; // whose numbers were others
        std::multimap<time_point, std::string> key_ends{};
        expiry_map expiries{};
        std::vector<std::string> reasons{}; // of the unfinished jobs that are replaced, in order
        std::size_t links = 0;              // of the jobs to their parents, so far
        bool kept = false;
        ~insert_staging() {
            if (!kept) {
                table.unstage(*this);
            }
        }
    };
    /// How far an acquire has come.
    struct acquire_work {
        std::vector<std::uint32_t> caps_left; // of each acquire_request::caps
        std::size_t aside = 0;                // jobs that were met but cannot be taken
        [[nodiscard]] bool is_enough() const { return aside >= slice; }
    };
    static constexpr std::size_t slice = 10'000; // of what passing time does in one command

    // Lookups. Those with "get" make what is missing.
    [[nodiscard]] job_node* find(job_id id) const { return index_.find(id); }
    type_entry& get_type(std::string_view name);
    queue_entry& get_queue(std::string_view name);
    [[nodiscard]] lane*
    find_lane(std::string_view queue, std::string_view type, std::uint32_t version) const;
    lane& get_lane(std::string_view queue, std::string_view type, std::uint32_t version);
    void drop_last_lane(queue_entry& queue) noexcept;
    limit_entry& get_limit(std::string_view key);
    server_entry& server_or_throw(server_instance instance) const;
    std::shared_ptr<job_settings const> intern(std::shared_ptr<job_settings const> const& s);

    /// To be called before anything of a job changes that lasts.
    void touch(job_node& job) {
        if (walked_) {
            log_->touch(job);
        }
    }

    // Transitions (job_table.ipp). Each leaves the job consistent but for its continuations, which
    // release_children() decides at the end of each command.
    void enter_line(job_node& job, time_point now, bool keep_position = false);
    void enter_wheel(job_node& job, time_point due);
    void enter_line_or_wheel(job_node& job, time_point due, time_point now);
    void finish(job_node& job, job_state end, std::string_view reason, time_point now);
    void release_children(time_point now) {
        if (!ended_.empty()) {
            decide_children(now);
        }
    }
    void decide_children(time_point now);
    void set_state(job_node& job, job_state state);
    void leave_place(job_node& job);
    void withdraw(job_node& job, time_point now);
    void leave_holder(job_node& job, time_point now);
    void erase(job_node& job);
    void destroy(job_node& job) noexcept;
    // unique keys, limit keys, expiry
    [[nodiscard]] key_entry const* live_key(std::string_view key, time_point now) const;
    [[nodiscard]] job_node* holder_of(key_entry const& entry, std::string_view key) const;
    void take_key(job_node& job, std::optional<time_point> until = std::nullopt);
    void drop_key(job_node& job);
    void undo_start(job_node& job, time_point now);
    void park(job_node& job, limit_entry& limit);
    void refill(limit_entry& limit, time_point now);
    void index_expiry(job_node& job, expiry_map::node_type at = {});
    void drop_expiry(job_node& job);
    void expire_one(job_node& job, time_point now);
    void expire(time_point now);
    // history
    void append_course(job_node const& job, std::vector<history_entry>& to) const;
    void keep_course(job_node& job);
    void add_event(job_node& job, time_point now, std::string_view reason);
    void add_event(job_node& job, history_entry entry);
    void notify(job_node const& job, job_state from, std::string_view reason);
    void wake_one_server();
    void count_handlers(lane& l) const;
    void count_all_handlers();
    void tell_unhandled(lane& l);
    void add_unhandled(std::vector<storage_notice>& to);
    void recount(job_node& job);
    // tick
    void promote(time_point now);
    template <class Collect>
    void collect_due(time_point now, Collect const& collect);
    void pass_time(time_point now);
    void lose(job_node& job, time_point now);
    void lose_unknown(job_node& job, epoch_type epoch, time_point now);
    void reap(server_entry& server, time_point now);
    static void list_held(server_entry const& server, job_id after, std::vector<held_job>& held);
    void add_lines(job_node& job, std::vector<log_line> const& lines);
    void repeat_signals(tick_answer& answer) const;
    server_instance announce(server_announce const& a, time_point now);
    void retire(server_entry& server, time_point now);
    void forget(server_entry& server);
    void retain(time_point now, std::size_t most);
    void make_room();
    /// Calls add(point) for the series of all queues and for that of the job's.
    template <class Add>
    void count(job_node const& job, time_point now, Add add) {
        add(series_.at(now));
        add(job.line->queue->series.at(now));
    }
    [[nodiscard]] duration kept_for(job_state end) const {
        return end == job_state::failed ? limits_.keep_failed : limits_.keep_succeeded;
    }
    [[nodiscard]] std::optional<time_point> next_removal() const;
    [[nodiscard]] std::optional<time_point> next_due() const;
    [[nodiscard]] bool is_behind(time_point now) const;
    [[nodiscard]] seen_token seen() const { return {change_}; }

    // insert
    void check_insert(insert_request const& r) const;
    void plan_insert(insert_plan& plan, time_point now) const;
    void plan_one(insert_plan& plan, new_job const& job, time_point now) const;
    void plan_key(insert_plan& plan, new_job const& job, std::size_t index, time_point now) const;
    void plan_parents(insert_plan& plan) const;
    void plan_room(insert_plan const& plan) const;
    void plan_kinds(insert_plan const& plan) const;
    [[nodiscard]] error no_more_kinds(std::string const& one_more) const;
    void check_new_queue(std::string_view name) const;
    void check_move(change_request const& r) const;
    void stage_insert(insert_staging& s, time_point now);
    void stage_job(insert_staging& s, std::size_t index, time_point now);
    void stage_key(insert_staging& s, job_node& job, unique_key_spec const& key);
    void stage_limits(insert_staging& s, job_node& job, std::vector<job_limit> const& limits);
    void stage_parents(insert_staging& s, job_node& job);
    lane& stage_lane(insert_staging& s, new_job const& job);
    void unstage(insert_staging& s) noexcept;
    void leave_limits(job_node& job) noexcept;
    void insert_node(job_node& job, time_point now);
    void place_inserted(job_node& job, expiry_map& expiries, time_point now);
    insert_answer insert_now(insert_request const& r, time_point now);
    insert_answer insert_checked(insert_request const& r, time_point now);
    void apply_insert(insert_plan& plan, time_point now);
    // acquire and settle
    void acquire_from(
        queue_entry& queue,
        std::uint32_t cap,
        acquire_request const& r,
        server_entry& server,
        acquire_work& work,
        acquire_answer& answer
    );
    void log_step(acquire_step step, job_node const& job, server_entry const& server) {
        if (log_ != nullptr) {
            log_->acquiring(step, job, server.instance);
        }
    }
    void hold_back(job_node& job, limit_entry& limit, time_point now);
    void start(job_node& job, server_entry& server, time_point now);
    static void describe_run(job_node const& job, acquired_job& out);
    [[nodiscard]] std::optional<std::string> refusal_of(run_outcome const& o) const;
    settle_status settle_one(run_outcome const& o, server_instance server, time_point now);
    void end_run(job_node& job, run_outcome const& o, time_point now);
    void wait_again(job_node& job, run_outcome const& o, time_point now);
    // change
    std::optional<skip_reason> change_one(job_node& job, change_request const& r, time_point now);
    std::optional<skip_reason> stop_job(job_node& job, change_request const& r, time_point now);
    std::optional<skip_reason> begin_again(job_node& job, change_request const& r, time_point now);
    bool restart(job_node& job, time_point now);
    void resettle(job_node& job, job_settings settings, time_point now);
    template <class Apply>
    std::string change_matching(change_request const& r, Apply const& apply);
    [[nodiscard]] queues_answer list_queues(time_point now) const;
    // recurring
    bool put(recurring_put const& p);
    [[nodiscard]] std::vector<new_job> admit(
        recurring_firing const& f,
        recurring_record const& record,
        std::vector<insert_result>& results
    ) const;
    fire_result fire(recurring_firing const& f, time_point now);
    std::vector<fire_result> fire_all(std::span<recurring_firing const> firings, time_point now);
    void announce_recurring();
    [[nodiscard]] bool is_outdated(std::string_view id, std::uint64_t revision) const;
    recurring_record& recurring_or_throw(std::string_view id);
    // read
    [[nodiscard]] job_record record_of(job_node const& job) const;
    [[nodiscard]] job_sub_state sub_state_of(job_node const& job) const;
    [[nodiscard]] bool matches(job_node const& job, job_filter const& f) const;
    [[nodiscard]] job_node const*
    resume(state_list const& list, bool newest, std::uint64_t last_move, job_id last) const;
    void find_jobs(read_find const& q, read_answer& answer) const;
    void find_groups(read_groups const& q, read_answer& answer) const;

    table_limits limits_;
    node_pool pool_;
    job_index index_; // of all jobs, which belong to the table
    std::array<state_list, job_state_count> states_;
    timer_wheel wheel_;
    by_name<type_entry> types_;
    by_name<queue_entry> queues_;
    by_name<limit_entry> limits_by_key_;
    boost::unordered_flat_map<std::string, key_entry, name_hash, std::equal_to<>> keys_;
    std::multimap<time_point, std::string> key_ends_; // of keys held for a time
    expiry_map expiries_;
    std::map<server_instance, std::unique_ptr<server_entry>> servers_;
    std::map<std::string, recurring_record, std::less<>> recurring_;
    std::multimap<std::size_t, std::shared_ptr<job_settings const>> settings_; // by hash
    std::deque<storage_notice> notices_;
    std::vector<lane*> unhandled_; // whose jobs wait, of which some server is to be told
    event_series series_;
    std::shared_ptr<job_settings const> last_settings_; // that were interned
    lane* last_lane_ = nullptr;                         // that was asked for
    std::vector<planned_job> planned_;                  // of the insert under way
    std::vector<job_node*> ended_;                      // whose continuations are to be decided
    std::vector<job_node*> due_;                        // promoted, to be sorted
    bool promotes_late_ = false; // there was no memory to promote all that was due
    storage_counts counts_;      // but for by_state
    table_effects effects_;
    std::size_t settings_purge_at_ = 64;
    std::size_t kinds_ = 0; // lanes of all queues
    std::uint64_t change_ = 1;
    std::uint64_t due_changed_ = 0;
    std::uint64_t recurring_changed_ = 1;
    std::uint64_t next_number_ = 1;
    std::uint64_t next_changed_ = 1;
    std::uint64_t next_position_ = 1;
    std::uint64_t bytes_ = 0;
    std::uint64_t final_bytes_ = 0; // of them: what final jobs take
    epoch_type last_epoch_ = 0;
    server_instance last_instance_ = 0;
    table_log* log_ = nullptr; // of a table that is logged
    bool walked_ = false;      // a snapshot is being taken
    std::uint8_t image_ = 0;   // the snapshot that needs no image of new jobs
};

} // namespace cofire::detail

namespace cofire {

/// All rules about jobs, for storages of one's own inside the process.
using job_table = detail::job_table;
/// What a command to a job_table did that somebody may wait for.
using table_effects = detail::table_effects;
/// A job among them, for those who wait for it.
using ended_job = detail::ended_job;

} // namespace cofire

#ifdef COFIRE_HEADER_ONLY
#include <cofire/storage/table/impl/job_table.ipp>
#include <cofire/storage/table/impl/job_table_acquire.ipp>
#include <cofire/storage/table/impl/job_table_change.ipp>
#include <cofire/storage/table/impl/job_table_history.ipp>
#include <cofire/storage/table/impl/job_table_insert.ipp>
#include <cofire/storage/table/impl/job_table_keys.ipp>
#include <cofire/storage/table/impl/job_table_read.ipp>
#include <cofire/storage/table/impl/job_table_recurring.ipp>
#include <cofire/storage/table/impl/job_table_staging.ipp>
#include <cofire/storage/table/impl/job_table_tick.ipp>
#endif

#endif
