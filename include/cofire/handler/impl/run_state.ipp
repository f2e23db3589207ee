// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_HANDLER_IMPL_RUN_STATE_IPP
#define COFIRE_HANDLER_IMPL_RUN_STATE_IPP

#include <cofire/core/error.hpp>
#include <cofire/core/text.hpp>
#include <cofire/handler/detail/failure.hpp>
#include <cofire/handler/run_state.hpp>

#include <cmath>
#include <memory>
#include <utility>

namespace cofire::detail {

COFIRE_DECL int weight(cancellation_reason r) {
    switch (r) {
    case cancellation_reason::none: return 0;
    case cancellation_reason::timeout:
    case cancellation_reason::shutdown: return 1;
    case cancellation_reason::cancelled: return 2;
    case cancellation_reason::deleted: return 3;
    case cancellation_reason::lease_lost: return 4;
    }
    return 0;
}

COFIRE_DECL void run_state::start(acquired_job&& next) {
    job = std::move(next);
    reason.store(cancellation_reason::none);
    result.clear();
    snooze.reset();
    if (!used_.load()) {
        return;
    }
    extras& e = *extras_.load();
    std::lock_guard const lock{e.mutex};
    e.stop = std::stop_source{std::nostopstate};
    e.buffer = {};
    e.buffered = false;
    e.lines = 0;
    e.dropped = 0;
    e.cut = 0;
    used_.store(false);
}

COFIRE_DECL bool run_state::request_stop(cancellation_reason why) {
    cancellation_reason seen = reason.load();
    do {
        if (weight(why) <= weight(seen)) {
            return false;
        }
    } while (!reason.compare_exchange_weak(seen, why));
    // Either stop_token() has made the source by now, or it will see the reason.
    extras* const e = extras_.load();
    if (e == nullptr) {
        return true;
    }
    std::stop_source stop{std::nostopstate};
    {
        std::lock_guard const lock{e->mutex};
        stop = e->stop;
    }
    stop.request_stop(); // outside the lock: it runs callbacks
    return true;
}

COFIRE_DECL std::stop_token run_state::stop_token() {
    extras& e = use_extras();
    std::lock_guard const lock{e.mutex};
    if (!e.stop.stop_possible()) {
        e.stop = std::stop_source{};
        if (reason.load() != cancellation_reason::none) {
            e.stop.request_stop();
        }
    }
    return e.stop.get_token();
}

COFIRE_DECL void run_state::set_progress(double done, double total) {
    if (!std::isfinite(done) || !std::isfinite(total) || done < 0 || total < 0) {
        throw error(
            errc::bad_option,
            job.id,
            "progress " + std::to_string(done) + " of " + std::to_string(total) +
                " is not two finite numbers from 0"
        );
    }
    {
        extras& e = use_extras();
        std::lock_guard const lock{e.mutex};
        begin_report(e);
        e.buffer.progress = job_progress{done, total};
    }
    announce();
}

COFIRE_DECL void run_state::log(std::string_view line) {
    {
        extras& e = use_extras();
        std::lock_guard const lock{e.mutex};
        if (e.lines == max_log_lines) {
            ++e.dropped;
            return;
        }
        std::string text = clean_utf8(line, max_log_line);
        e.cut += line.size() > max_log_line ? 1 : 0;
        ++e.lines;
        append(e, std::move(text));
    }
    announce();
}

COFIRE_DECL void run_state::finish() {
    if (!used_.load()) {
        return;
    }
    {
        extras& e = *extras_.load();
        std::lock_guard const lock{e.mutex};
        if (e.dropped == 0 && e.cut == 0) {
            return;
        }
        std::string text = "(";
        if (e.dropped != 0) {
            text += std::to_string(e.dropped) + " more lines were not kept, the limit is " +
                    std::to_string(max_log_lines);
        }
        if (e.cut != 0) {
            text += e.dropped != 0 ? "; " : "";
            text += std::to_string(e.cut) + " lines were cut at " + std::to_string(max_log_line) +
                    " bytes";
        }
        append(e, text + ")");
        e.dropped = 0;
        e.cut = 0;
    }
    announce();
}

COFIRE_DECL std::optional<run_report> run_state::take_report() {
    report_pending.store(false); // before looking: what comes later is announced anew
    extras* const e = extras_.load();
    if (e == nullptr) {
        return std::nullopt;
    }
    std::lock_guard const lock{e->mutex};
    if (!e->buffered) {
        return std::nullopt;
    }
    e->buffered = false;
    return std::exchange(e->buffer, {});
}

COFIRE_DECL run_state::extras& run_state::use_extras() {
    extras* e = extras_.load();
    if (e == nullptr) {
        auto made = std::make_unique<extras>();
        if (extras_.compare_exchange_strong(e, made.get())) { // else another thread has made them
            e = made.release();
        }
    }
    used_.store(true);
    return *e;
}

/// Under the lock.
COFIRE_DECL void run_state::begin_report(extras& e) const {
    if (!e.buffered) { // by value: take_report() never reads `job`, which the next run replaces
        e.buffer.id = job.id;
        e.buffer.epoch = job.epoch;
        e.buffer.started = true;
        e.buffered = true;
    }
}

/// Under the lock.
COFIRE_DECL void run_state::append(extras& e, std::string text) const {
    log_line line{environment->clock.wall_now(), job.attempt + 1, std::move(text)};
    begin_report(e);
    e.buffer.lines.push_back(std::move(line));
}

COFIRE_DECL void run_state::announce() {
    if (environment->report != nullptr && !report_pending.exchange(true)) {
        environment->report(environment->self, *this);
    }
}

} // namespace cofire::detail

#endif
