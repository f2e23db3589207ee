// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_TABLE_IMPL_JOB_TABLE_TICK_IPP
#define COFIRE_STORAGE_TABLE_IMPL_JOB_TABLE_TICK_IPP

#include <cofire/storage/table/job_table.hpp>

#include <algorithm>
#include <new>

namespace cofire::detail {

/// Moves the scheduled jobs whose time has come into their lines, in the order of their due times.
COFIRE_DECL void job_table::promote(time_point now) {
    auto const collect = [&](timer_wheel_node& node) {
        auto& job = static_cast<job_node&>(node);
        try {
            due_.push_back(&job);
        } catch (std::bad_alloc const&) {
            wheel_.insert(job, to_tick(job.due));
            throw;
        }
        touch(job);
        job.place = job_place::nowhere;
        job.promoted = true;
    };
    std::size_t done = 0;
    try {
        collect_due(now, collect);
        for (; done != due_.size(); ++done) {
            enter_line(*due_[done], now);
        }
    } catch (std::bad_alloc const&) { // the rest is late
        for (; done != due_.size(); ++done) {
            due_[done]->promoted = false;
            due_[done]->place = job_place::wheel;
            wheel_.insert(*due_[done], to_tick(due_[done]->due));
        }
        due_.clear();
        promotes_late_ = true;
        throw;
    }
    due_.clear();
    promotes_late_ = false;
}

/// Takes what is due up to `now` out of the wheel, in order.
template <class Collect>
void job_table::collect_due(time_point now, Collect const& collect) {
    std::int64_t const until = to_now_tick(now);
    if (until < wheel_.now()) { // the clock was set back
        wheel_.advance(until, collect);
    }
    // A slice is some whole ticks: within one the order of inserts is not that of due times.
    bool late = promotes_late_;
    while (due_.size() < slice && (wheel_.now() != until || late)) {
        auto const next = wheel_.next_tick();
        wheel_.advance(next && *next < until ? *next : until, collect);
        late = false;
    }
    std::sort(due_.begin(), due_.end(), [](job_node const* a, job_node const* b) {
        return std::pair(a->due, a->number) < std::pair(b->due, b->number);
    });
}

/// What happens by itself up to `now`; each command begins with it, so that none sees the past.
COFIRE_DECL void job_table::pass_time(time_point now) {
    auto const moves = next_changed_;
    auto const key_ends = key_ends_.size();
    promote(now);
    expire(now);
    if (log_ != nullptr && (next_changed_ != moves || key_ends_.size() != key_ends)) {
        log_->time_passed(now);
    }
}

/// The same for all jobs of a type that failed because their servers died.
inline std::uint64_t lost_fingerprint(std::string_view type) {
    std::uint64_t hash = 0xCBF29CE484222325U; // FNV-1a, the same everywhere and always
    for (std::string_view part : {std::string_view("cofire::lost_server "), type}) {
        for (char c : part) {
            hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
        }
    }
    return hash;
}

/// The run of a held job ended with its server.
COFIRE_DECL void job_table::lose(job_node& job, time_point now) {
    stop_request const stop = job.stop;
    leave_holder(job, now);
    ++job.lost;
    ++counts_.lost;
    count(job, now, [&](series_point& p) {
        ++p.runs;
        p.lateness += std::max(job.started - job.due, duration{0});
    });
    if (stop != stop_request::none) {
        finish(job, job_state::deleted, job.extras->stop_reason, now);
    } else if (job.lost >= limits_.lost_limit) {
        job.more().error = error_info{
            .type = "cofire::lost_server",
            .message = "the server died while the job ran, " + std::to_string(job.lost) + " times",
            .fingerprint = lost_fingerprint(job.line->type->name)};
        job.run_failed = true;
        bool const drop = job.settings->on_exhausted == exhausted_policy::delete_job;
        finish(job, drop ? job_state::deleted : job_state::failed, "lost", now);
    } else {
        // Growing, so that a job which kills its process does not do so in a tight loop.
        duration const wait = std::chrono::seconds{1} * (1 << std::min<int>(job.lost, 16));
        keep_course(job);
        enter_wheel(job, later(now, wait));
        add_event(job, now, "lost");
    }
    notify(job, job_state::processing, "lost");
}

/// The run of a job that waits ended with its process; that it had been acquired, under `epoch`, is not
/// known here otherwise.
COFIRE_DECL void job_table::lose_unknown(job_node& job, epoch_type epoch, time_point now) {
    touch(job);
    if (job.state == job_state::awaiting) { // that its parents ended is not known either
        job.epoch = epoch;
        ++job.lost;
        ++counts_.lost;
        return;
    }
    job.promoted = job.promoted || job.state == job_state::scheduled;
    withdraw(job, now);
    server_entry gone;
    gone.instance = ++last_instance_;
    start(job, gone, now);
    job.epoch = epoch;
    lose(job, now);
}

/// Takes a server for dead.
COFIRE_DECL void job_table::reap(server_entry& server, time_point now) {
    while (!server.held.empty()) {
        lose(*server.held.front(), now);
    }
    release_children(now);
    forget(server);
}

/// Takes a server that holds nothing from the list.
COFIRE_DECL void job_table::forget(server_entry& server) {
    servers_.erase(servers_.find(server.instance));
    ++change_;
    effects_.servers = true; // who waits as this server learns of it
    count_all_handlers();
    if (!notices_.empty() || !unhandled_.empty()) { // the one that left may have been asked to tell
        wake_one_server();
    }
}

COFIRE_DECL void job_table::server_died(server_instance instance, time_point now) {
    pass_time(now);
    if (auto const found = servers_.find(instance); found != servers_.end()) {
        reap(*found->second, now);
    }
}

COFIRE_DECL void job_table::recover(time_point now) {
    pass_time(now);
    while (!servers_.empty()) {
        reap(*servers_.begin()->second, now);
    }
}

/// Removes final jobs that have been kept long enough; of each state at most so many.
COFIRE_DECL void job_table::retain(time_point now, std::size_t most) {
    for (job_state s : {job_state::succeeded, job_state::failed, job_state::deleted}) {
        auto& list = states_[static_cast<std::size_t>(s)];
        for (std::size_t i = 0; i != most && !list.empty(); ++i) {
            if (list.size() <= limits_.keep_count &&
                later(list.front()->finished, kept_for(s)) > now) {
                break;
            }
            erase(*list.front());
        }
    }
}

/// Removes final jobs, the oldest first, while the storage is over its limit.
COFIRE_DECL void job_table::make_room() {
    while (index_.size() > limits_.jobs || bytes_ > limits_.bytes) {
        job_node* oldest = nullptr;
        for (job_state s : {job_state::succeeded, job_state::failed, job_state::deleted}) {
            job_node* const job = states_[static_cast<std::size_t>(s)].front();
            if (job != nullptr && (oldest == nullptr || job->changed < oldest->changed)) {
                oldest = job;
            }
        }
        if (oldest == nullptr) {
            return;
        }
        erase(*oldest);
    }
}

/// Lists what the server holds, the ids above `after`, by id.
COFIRE_DECL void
job_table::list_held(server_entry const& server, job_id after, std::vector<held_job>& held) {
    constexpr std::size_t most = 10'000;
    for (job_node const* j = server.held.front(); j != nullptr; j = place_list::next(*j)) {
        if (j->id > after) {
            held.push_back({.id = j->id, .epoch = j->epoch});
        }
    }
    auto const end = held.begin() + static_cast<std::ptrdiff_t>(std::min(held.size(), most));
    std::partial_sort(held.begin(), end, held.end(), [](held_job const& a, held_job const& b) {
        return a.id < b.id;
    });
    held.erase(end, held.end());
}

/// Gives the signals for the jobs listed again: the answer that gave them first may be lost, too.
COFIRE_DECL void job_table::repeat_signals(tick_answer& answer) const {
    for (held_job const& held : answer.held) {
        job_node const& job = *find(held.id);
        if (job.stop == stop_request::none) {
            continue;
        }
        run_signal const signal{
            .id = job.id,
            .epoch = job.epoch,
            .kind =
                job.stop == stop_request::cancel ? signal_kind::cancelled : signal_kind::deleted};
        auto const is_it = [&](run_signal const& s) {
            return s.id == signal.id && s.epoch == signal.epoch && s.kind == signal.kind;
        };
        if (std::none_of(answer.signals.begin(), answer.signals.end(), is_it)) {
            answer.signals.push_back(signal);
        }
    }
}

/// Adds what the handler of a job logged; the oldest lines make room, and the first one says so.
COFIRE_DECL void job_table::add_lines(job_node& job, std::vector<log_line> const& lines) {
    constexpr std::size_t most = 201; // all of one run, and how many of it were not kept
    constexpr std::string_view earlier = "(earlier lines were not kept)";
    touch(job);
    auto& log = job.more().log;
    log.insert(log.end(), lines.begin(), lines.end());
    std::size_t const marks = !log.empty() && log.front().text == earlier ? 1 : 0;
    if (log.size() > most + marks) {
        auto const last = log.begin() + static_cast<std::ptrdiff_t>(log.size() - most - 1);
        last->text = earlier;
        log.erase(log.begin(), last);
    }
    recount(job);
}

COFIRE_DECL tick_answer job_table::tick(tick_request const& r, time_point now) {
    constexpr std::size_t most_reports = 10'000;
    if (r.reports.size() > most_reports) {
        throw error(
            errc::too_many_items, std::to_string(r.reports.size()) + " reports in one tick"
        );
    }
    server_entry& server = server_or_throw(r.server);
    server.heartbeat = now;
    if (r.executor_lag) {
        server.note_lag(*r.executor_lag, now);
    }
    for (run_report const& report : r.reports) {
        job_node* const job = find(report.id);
        if (job == nullptr || job->epoch != report.epoch || job->holder != &server) {
            continue;
        }
        if (report.progress) {
            job->more().progress = report.progress;
        }
        if (log_ != nullptr && !report.lines.empty()) {
            log_->reporting(*job, report);
        }
        add_lines(*job, report.lines);
    }
    pass_time(now);
    retain(now, 256);
    tick_answer answer{.now = now, .command = server.command};
    answer.signals = std::exchange(server.signals, {});
    answer.notices.assign(notices_.begin(), notices_.end());
    notices_.clear();
    add_unhandled(answer.notices);
    if (r.list_held) {
        list_held(server, *r.list_held, answer.held);
        repeat_signals(answer);
    }
    answer.next_due = next_due();
    answer.more = is_behind(now);
    answer.recurring_changed = server.recurring_seen != recurring_changed_;
    answer.seen = seen();
    return answer;
}

COFIRE_DECL server_instance job_table::announce(server_announce const& a, time_point now) {
    if (a.contract != storage_contract_version) {
        throw error(
            errc::version_mismatch,
            "server " + quoted(a.name) + " speaks version " + std::to_string(a.contract) +
                " of the storage contract, this storage version " +
                std::to_string(storage_contract_version)
        );
    }
    for (announced_type const& t : a.types) {
        get_type(t.name);
    }
    auto made = std::make_unique<server_entry>();
    server_entry& server = *made;
    server.instance = ++last_instance_;
    server.announced = a;
    server.since = server.heartbeat = now;
    server.versions.resize(types_.size());
    for (announced_type const& t : a.types) {
        server.versions[get_type(t.name).index] = t.argument_version;
    }
    servers_.emplace(server.instance, std::move(made));
    unhandled_.clear(); // this one is told of all
    for (auto const& [name, queue] : queues_) {
        for (auto const& l : queue.lanes) {
            l->told = false;
            while (server.handles(*l) && !l->parked.empty()) { // perhaps this one can decode them
                job_node& job = *l->parked.front();
                leave_place(job);
                job.extras->reason.clear();
                enter_line(job, now, true);
            }
        }
    }
    count_all_handlers();
    return server.instance;
}

/// Takes back what the server holds, and forgets it.
COFIRE_DECL void job_table::retire(server_entry& server, time_point now) {
    while (!server.held.empty()) {
        job_node& job = *server.held.front();
        run_outcome const o{
            .id = job.id,
            .epoch = job.epoch,
            .kind = outcome_kind::released,
            .started = job.started};
        end_run(job, o, now);
        job.settled = false; // by the storage: what the server says later is stale
    }
    release_children(now);
    forget(server);
}

COFIRE_DECL servers_answer job_table::servers(servers_request const& r, time_point now) {
    servers_answer answer{.now = now};
    if (auto const* const a = std::get_if<server_announce>(&r)) {
        pass_time(now);
        answer.instance = announce(*a, now);
    } else if (auto const* const leaving = std::get_if<server_retire>(&r)) {
        auto const found = servers_.find(leaving->server);
        if (found != servers_.end()) {
            pass_time(now);
            retire(*found->second, now);
        }
    } else if (auto const* const order = std::get_if<server_order>(&r)) {
        server_entry& server = server_or_throw(order->server);
        server.command = order->command;
        server.changed = ++change_;
        effects_.servers = true;
    } else {
        for (auto const& [instance, server] : servers_) {
            server_announce const& a = server->announced;
            answer.servers.push_back(
                {.instance = instance,
                 .name = a.name,
                 .types = a.types,
                 .queues = a.queues,
                 .slots = a.slots,
                 .held = static_cast<std::uint32_t>(server->held.size()),
                 .version = a.version,
                 .announced = server->since,
                 .heartbeat = server->heartbeat,
                 .command = server->command,
                 .executor_lag = server->lag,
                 .executor_lag_at = server->lag_at}
            );
        }
    }
    answer.seen = seen();
    return answer;
}

} // namespace cofire::detail

#endif
