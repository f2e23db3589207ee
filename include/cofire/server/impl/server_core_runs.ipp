// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_SERVER_IMPL_SERVER_CORE_RUNS_IPP
#define COFIRE_SERVER_IMPL_SERVER_CORE_RUNS_IPP

#include <cofire/handler/outcome.hpp>
#include <cofire/server/detail/server_core.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <set>
#include <utility>

// What a server does with jobs: from the storage's hand to a slot, and back.

namespace cofire::detail {

// Jobs that were taken.

COFIRE_DECL bool server_core::deliver(std::vector<acquired_job> jobs) {
    std::lock_guard const lock(mutex_);
    handler_entry const* handler = nullptr;
    for (acquired_job& job : jobs) {
        if (handler == nullptr || job.type != handler->name) { // mostly it is that of the last one
            handler = handlers->find(job.type);
        }
        if (handler == nullptr || job.argument_version > handler->argument_version) {
            run_outcome parked{.id = job.id, .epoch = job.epoch, .kind = outcome_kind::parked};
            parked.reason = "this server has no handler for " + job.type + ", version " +
                            std::to_string(job.argument_version);
            ended_.add(std::move(parked), {.handler = nullptr, .type = std::move(job.type)});
            continue;
        }
        if (type_load* const load = load_of(handler)) {
            ++load->held;
        }
        ready_.push_back(std::move(job), handler);
    }
    return wake_one();
}

/// Has one more slot take a job. Each slot that takes one does the same, so that a slot whose
/// handler suspends, or a second thread, holds nothing up, and no-op jobs wake hardly anybody.
COFIRE_DECL bool server_core::wake_one() {
    if (waking_ || ready_.empty()) {
        return false;
    }
    if (!idle_.empty()) {
        slot& s = *idle_.back();
        idle_.pop_back();
        s.idle = false;
        s.woken = true;
        waking_ = true;
        s.wake.notify();
        return true;
    }
    if (slots_.size() + spawning_ < options.concurrency) {
        ++spawning_;
        waking_ = true;
        asio::post(executor, [self = shared_from_this()] { self->spawn_slot(); });
        return true;
    }
    return false;
}

/// The completion handler of a slot's coroutine: keeps its signal alive as long as it runs.
struct slot_ended {
    std::shared_ptr<slot> s;
    void operator()(std::exception_ptr const&) const {}
};

COFIRE_DECL void server_core::spawn_slot() {
    std::shared_ptr<slot> s;
    try {
        s = std::make_shared<slot>(shared_from_this(), make_strand());
        {
            std::lock_guard const lock(mutex_);
            slots_.push_back(s.get());
            s->index = slots_.size() - 1;
            s->woken = true;
            --spawning_;
        }
        slot_ended end{s};
        asio::co_spawn(
            s->executor, run_slot(s), asio::bind_cancellation_slot(s->signal.slot(), std::move(end))
        );
    } catch (std::exception const& e) { // other slots take its work, or one that is made later
        write_log(environment.log(), log_level::error, std::string("no slot: ") + e.what());
        std::lock_guard const lock(mutex_);
        if (s == nullptr || s->index == slot::unregistered) {
            --spawning_;
            waking_ = false;
        }
        no_slot_ = true;
        dispatcher_wake->notify();
    }
}

/// Has a slot take a job, if there is one, after a slot could not be made.
COFIRE_DECL void server_core::wake_slot() {
    std::lock_guard const lock(mutex_);
    wake_one();
}

/// What a job becomes that was taken and is not started.
COFIRE_DECL void
server_core::end_ready(ready_job const& r, outcome_kind kind, std::string_view reason) {
    free_load(r.handler);
    run_outcome o{.id = r.job.id, .epoch = r.job.epoch, .kind = kind};
    o.reason = reason;
    ended_.add(std::move(o), {.handler = r.handler});
}

/// Hands back what was acquired and not started.
COFIRE_DECL void server_core::release_ready() {
    std::lock_guard const lock(mutex_);
    for (ready_job const& r : ready_.all()) {
        end_ready(r, outcome_kind::released, "shutdown");
    }
    ready_.clear();
}

COFIRE_DECL server_core::type_load* server_core::load_of(handler_entry const* handler) {
    if (handler->options.concurrency == 0) {
        return nullptr;
    }
    auto const at = std::find_if(loads_.begin(), loads_.end(), [&](type_load const& l) {
        return l.handler == handler;
    });
    return at == loads_.end() ? nullptr : &*at;
}

COFIRE_DECL void server_core::free_load(handler_entry const* handler) {
    if (type_load* const load = load_of(handler)) {
        --load->held;
    }
}

// Slots.

COFIRE_DECL slot_step
server_core::next(slot& s, job_context const& context, std::exception_ptr error) {
    constexpr std::uint32_t most_in_a_row = 64;
    constexpr std::chrono::microseconds longest_turn{200};
    // Clocks cost as much as a small job: right after one, its end is the time.
    bool const after_run = s.busy;
    steady_point now = environment.clock().steady_now();
    ended_run ended;
    if (after_run) {
        complete(s, context, std::move(error), now, ended);
    }
    bool const at_once = after_run && now - s.started < std::chrono::milliseconds{1};
    time_point const wall =
        at_once ? s.started_wall + std::chrono::floor<duration>(now - s.started) : storage_now();
    std::shared_ptr<void const> old_presence; // let go without the lock
    std::lock_guard const lock(mutex_);
    take_ended(s, ended);
    if (std::exchange(s.woken, false)) {
        waking_ = false;
        s.in_a_row = 0;
        s.turn_began = now;
    }
    if (ready_.empty()) {
        if (closing_) {
            unregister(s);
            dispatcher_wake->notify();
            return slot_step::end;
        }
        idle_.push_back(&s);
        s.idle = true;
        return slot_step::wait;
    }
    if (s.in_a_row >= most_in_a_row || (s.in_a_row != 0 && now - s.turn_began > longest_turn)) {
        s.in_a_row = 0;
        s.turn_began = now;
        return slot_step::yield;
    }
    ++s.in_a_row;
    if (s.presence_number != presence_number_) {
        s.presence_number = presence_number_;
        old_presence = std::exchange(s.presence, presence_.lock());
    }
    ready_job& job = ready_.front();
    s.handler = job.handler;
    s.run.start(std::move(job.job));
    ready_.pop_front();
    s.started = now;
    s.started_wall = wall;
    s.busy = true;
    s.holds = true;
    ++counters_.running;
    ++counters_.started;
    if (duration const timeout = s.run.job.settings->timeout; timeout > duration{0}) {
        constexpr duration far = std::chrono::hours(24 * 36'500); // what the steady clock can add
        steady_point const at = now + std::min(timeout, far);
        timeouts_.insert(s, to_tick(at));
        if (!alarm_at_ || at < *alarm_at_) {
            alarm_at_ = at;
            dispatcher_wake->notify();
        }
    }
    wake_one();
    return slot_step::run;
}

/// Takes over what a slot's last run has left.
COFIRE_DECL void server_core::take_ended(slot& s, ended_run& run) {
    if (!s.holds) {
        return;
    }
    s.holds = false;
    timeouts_.erase(s);
    --counters_.running;
    free_load(s.handler);
    if (run.report) {
        reports_.push_back(std::move(*run.report));
    }
    if (run.outcome && !s.handed_back) {
        ended_.add(std::move(*run.outcome), {.handler = s.handler});
    } else {
        freed_ = true;
    }
    s.handed_back = false;
    if (!std::exchange(told_, true)) {
        dispatcher_wake->notify();
    }
}

/// Decides what the slot's run, which has ended at `now`, comes to.
COFIRE_DECL void server_core::complete(
    slot& s,
    job_context const& context,
    std::exception_ptr error,
    steady_point now,
    ended_run& ended
) noexcept {
    s.busy = false;
    outcome_input input{.job = s.run.job};
    input.exception = std::move(error);
    input.result = std::move(s.run.result);
    input.snooze = s.run.snooze;
    input.reason = s.run.reason.load();
    input.started = s.started_wall;
    input.run_time = std::chrono::floor<duration>(now - s.started);
    input.handler = s.handler;
    bool const plain = !input.exception && !input.snooze;
    input.now = plain ? s.started_wall + input.run_time : storage_now();
    if (input.exception) {
        std::lock_guard const lock(mutex_);
        input.random = random_.next();
    }
    time_point const settled_at = input.now;
    try {
        if (decide_outcome(input, ended.outcome.emplace())) {
            s.handler->filter_outcome(context, *ended.outcome, settled_at, environment.log());
        } else {
            ended.outcome.reset();
        }
        if (s.run.report_pending.load()) {
            ended.report = s.run.take_report();
        }
    } catch (...) { // for want of memory: whatever it was, it is run again
        run_outcome& o = ended.outcome.emplace();
        o.id = s.run.job.id;
        o.epoch = s.run.job.epoch;
        o.kind = outcome_kind::released;
        o.started = s.started_wall;
        write_log(
            environment.log(), log_level::error, "no memory for the outcome of a job: it runs again"
        );
    }
}

COFIRE_DECL void server_core::unregister(slot& s) noexcept {
    slots_[s.index] = slots_.back();
    slots_[s.index]->index = s.index;
    slots_.pop_back();
    s.index = slot::unregistered;
    if (s.idle) { // the last ones are destroyed first
        s.idle = false;
        auto const at = std::find(idle_.rbegin(), idle_.rend(), &s);
        idle_.erase(std::next(at).base());
    }
}

COFIRE_DECL void server_core::remove(slot& s) noexcept {
    std::lock_guard const lock(mutex_);
    if (s.index == slot::unregistered) {
        return;
    }
    unregister(s);
    timeouts_.erase(s);
    waking_ = waking_ && !s.woken;
    if (s.holds) { // destroyed with its context, in the middle of a run
        --counters_.running;
    }
}

COFIRE_DECL std::size_t server_core::slot_count() const {
    std::lock_guard const lock(mutex_);
    return slots_.size() + spawning_;
}

COFIRE_DECL void server_core::end_slots() {
    std::lock_guard const lock(mutex_);
    closing_ = true;
    for (slot* s : std::exchange(idle_, {})) {
        s->idle = false;
        s->wake.notify();
    }
}

// What runs say meanwhile.

COFIRE_DECL void server_core::report(slot& s) noexcept {
    {
        std::lock_guard const lock(reporting_mutex_);
        reporting_.push_back(s.weak_from_this());
    }
    dispatcher_wake->notify();
}

COFIRE_DECL bool server_core::has_reports() const {
    std::lock_guard const lock(reporting_mutex_);
    return !reporting_.empty();
}

COFIRE_DECL void server_core::collect_reports() {
    std::vector<std::weak_ptr<slot>> reporting;
    {
        std::lock_guard const lock(reporting_mutex_);
        reporting.swap(reporting_);
    }
    std::vector<run_report> reports;
    for (auto const& w : reporting) {
        if (auto const s = w.lock()) {
            if (auto report = s->run.take_report()) {
                reports.push_back(std::move(*report));
            }
        }
    }
    if (!reports.empty()) {
        std::lock_guard const lock(mutex_);
        reports_.insert(
            reports_.end(),
            std::make_move_iterator(reports.begin()),
            std::make_move_iterator(reports.end())
        );
    }
}

// What the dispatcher takes and gives.

/// How many of the first items of `from`, at most `most`, one call to a storage may have.
template <class T, class Weigh>
std::size_t slice_of(std::vector<T> const& from, std::size_t most, Weigh const& weigh) {
    constexpr std::size_t most_bytes = std::size_t{2} << 20; // half of what a call may have
    std::size_t count = 0;
    for (std::size_t bytes = 0; count != from.size() && count != most; ++count) {
        bytes += weigh(from[count]);
        if (bytes > most_bytes && count != 0) {
            break;
        }
    }
    return count;
}

/// Moves the first `count` items of `from` into `to`, which is empty.
template <class T>
void take_first(std::vector<T>& from, std::size_t count, std::vector<T>& to) {
    if (count == from.size()) { // the usual case: both keep their memory
        from.swap(to);
        return;
    }
    auto const end = from.begin() + static_cast<std::ptrdiff_t>(count);
    to.assign(std::make_move_iterator(from.begin()), std::make_move_iterator(end));
    from.erase(from.begin(), end);
}

template <class T>
void put_first(std::vector<T>& to, std::vector<T>& what) {
    to.insert(
        to.begin(), std::make_move_iterator(what.begin()), std::make_move_iterator(what.end())
    );
}

/// `in_flight`: so many are being settled. If there are any, `most_ended` is 0, and no more jobs are taken
/// than one call can settle: whatever is not settled runs again after a crash.
COFIRE_DECL dispatcher_input server_core::take_input(
    bool with_reports, std::size_t most_ended, std::size_t in_flight, ended_runs spare
) {
    if (with_reports) {
        collect_reports();
    }
    dispatcher_input input;
    input.ended = std::move(spare); // its memory is what comes next is gathered in
    input.ended.clear();
    std::lock_guard const lock(mutex_);
    told_ = false;
    std::size_t const reports = slice_of(reports_, 1000, [](run_report const& r) {
        std::size_t bytes = 0;
        for (log_line const& line : r.lines) {
            bytes += line.text.size();
        }
        return bytes;
    });
    take_first(reports_, reports, input.reports);
    if (reports_.empty()) { // what a run has said is told before its outcome
        std::size_t const ended = slice_of(ended_.outcomes, most_ended, [](run_outcome const& o) {
            return o.result.size() + o.reason.size() + (o.error ? o.error->message.size() : 0);
        });
        take_first(ended_.outcomes, ended, input.ended.outcomes);
        take_first(ended_.about, ended, input.ended.about);
    }
    input.pending = (!ended_.empty() && most_ended != 0) || !reports_.empty();
    input.freed = std::exchange(freed_, false);
    input.no_slot = std::exchange(no_slot_, false);
    input.slots = slots_.size() + spawning_;
    auto const held = counters_.running + ready_.size();
    input.anything_runs = held != 0;
    input.room =
        held < options.concurrency ? static_cast<std::uint32_t>(options.concurrency - held) : 0;
    if (in_flight != 0) {
        std::size_t const unsettled = in_flight + ended_.size();
        std::size_t const left = unsettled < most_unsettled ? most_unsettled - unsettled : 0;
        input.room = static_cast<std::uint32_t>(std::min<std::size_t>(input.room, left));
    }
    for (type_load const& load : loads_) {
        std::size_t const most = load.handler->options.concurrency;
        auto const left = static_cast<std::uint32_t>(load.held < most ? most - load.held : 0);
        if (left < input.room) { // what is taken beyond would only lie here
            input.caps.push_back({.types = load.names, .cap = left});
        }
    }
    return input;
}

/// Releases those of `held`, of what the storage counts as held by this server, that it knows nothing
/// of: the answer that gave them was lost. `in_hand`: what the dispatcher has taken to settle.
COFIRE_DECL std::size_t
server_core::release_unknown(std::span<held_job const> held, std::span<run_outcome const> in_hand) {
    std::set<std::pair<job_id, epoch_type>> known;
    for (run_outcome const& o : in_hand) {
        known.emplace(o.id, o.epoch);
    }
    std::lock_guard const lock(mutex_);
    for (run_outcome const& o : ended_.outcomes) {
        known.emplace(o.id, o.epoch);
    }
    for (ready_job const& r : ready_.all()) {
        known.emplace(r.job.id, r.job.epoch);
    }
    for (held_job const& h : given_up_) {
        known.emplace(h.id, h.epoch);
    }
    for (slot const* s : slots_) {
        if (s->holds) {
            known.emplace(s->run.job.id, s->run.job.epoch);
        }
    }
    std::size_t released = 0;
    for (held_job const& h : held) {
        if (!known.contains({h.id, h.epoch})) {
            run_outcome o{.id = h.id, .epoch = h.epoch, .kind = outcome_kind::released};
            o.reason = "its acquisition was not answered";
            ended_.add(std::move(o), {});
            ++released;
        }
    }
    return released;
}

COFIRE_DECL void server_core::put_back(ended_runs ended) {
    std::lock_guard const lock(mutex_);
    put_first(ended_.outcomes, ended.outcomes);
    put_first(ended_.about, ended.about);
}

COFIRE_DECL void server_core::put_back(std::vector<run_report> reports) {
    std::lock_guard const lock(mutex_);
    put_first(reports_, reports);
}

} // namespace cofire::detail

#endif
