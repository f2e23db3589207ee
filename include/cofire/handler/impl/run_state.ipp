// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_HANDLER_IMPL_RUN_STATE_IPP
#define COFIRE_HANDLER_IMPL_RUN_STATE_IPP

#include <cofire/core/error.hpp>
#include <cofire/handler/detail/failure.hpp>
#include <cofire/handler/run_state.hpp>

#include <cmath>
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
    std::lock_guard const lock{mutex_};
    stop_ = std::stop_source{std::nostopstate};
    buffer_ = {};
    buffered_ = false;
    lines_ = 0;
    dropped_ = 0;
    cut_ = 0;
    used_.store(false);
}

COFIRE_DECL bool run_state::request_stop(cancellation_reason why) {
    cancellation_reason seen = reason.load();
    do {
        if (weight(why) <= weight(seen)) {
            return false;
        }
    } while (!reason.compare_exchange_weak(seen, why));
    // Either stop_token() has made the source by now, or it will see the reason: both lock.
    std::stop_source stop{std::nostopstate};
    {
        std::lock_guard const lock{mutex_};
        stop = stop_;
    }
    stop.request_stop(); // outside the lock: it runs callbacks
    return true;
}

COFIRE_DECL std::stop_token run_state::stop_token() {
    auto const lock = use_extras();
    if (!stop_.stop_possible()) {
        stop_ = std::stop_source{};
        if (reason.load() != cancellation_reason::none) {
            stop_.request_stop();
        }
    }
    return stop_.get_token();
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
        auto const lock = use_extras();
        buffer_.progress = job_progress{done, total};
        buffered_ = true;
    }
    announce();
}

COFIRE_DECL void run_state::log(std::string_view line) {
    {
        auto const lock = use_extras();
        if (lines_ == max_log_lines) {
            ++dropped_;
            return;
        }
        std::string text = clean_utf8(line, max_log_line);
        cut_ += line.size() > max_log_line ? 1 : 0;
        ++lines_;
        append(std::move(text));
    }
    announce();
}

COFIRE_DECL void run_state::finish() {
    if (!used_.load()) {
        return;
    }
    {
        std::lock_guard const lock{mutex_};
        if (dropped_ == 0 && cut_ == 0) {
            return;
        }
        std::string text = "(";
        if (dropped_ != 0) {
            text += std::to_string(dropped_) + " more lines were not kept, the limit is " +
                    std::to_string(max_log_lines);
        }
        if (cut_ != 0) {
            text += dropped_ != 0 ? "; " : "";
            text += std::to_string(cut_) + " lines were cut at " + std::to_string(max_log_line) +
                    " bytes";
        }
        append(text + ")");
        dropped_ = 0;
        cut_ = 0;
    }
    announce();
}

COFIRE_DECL std::optional<run_report> run_state::take_report() {
    report_pending.store(false); // before looking: what comes later is announced anew
    std::lock_guard const lock{mutex_};
    if (!buffered_) {
        return std::nullopt;
    }
    buffered_ = false;
    return std::exchange(buffer_, {});
}

/// Locks what start() leaves alone in runs that do not use it.
COFIRE_DECL std::unique_lock<std::mutex> run_state::use_extras() {
    std::unique_lock lock{mutex_};
    used_.store(true);
    if (!buffered_) { // by value, so that take_report() never reads `job`, which the next run
                      // replaces
        buffer_.id = job.id;
        buffer_.epoch = job.epoch;
        buffer_.started = true;
    }
    return lock;
}

COFIRE_DECL void run_state::append(std::string text) {
    buffer_.lines.push_back(log_line{
        environment->clock.wall_now(), job.attempt + 1, std::move(text)});
    buffered_ = true;
}

COFIRE_DECL void run_state::announce() {
    if (environment->report != nullptr && !report_pending.exchange(true)) {
        environment->report(environment->self, *this);
    }
}

} // namespace cofire::detail

#endif
