// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_IMPL_EVENT_FEED_IPP
#define COFIRE_DASHBOARD_DETAIL_IMPL_EVENT_FEED_IPP

#include <cofire/dashboard/detail/event_feed.hpp>
#include <cofire/dashboard/detail/in_time.hpp>
#include <cofire/dashboard/detail/job_json.hpp>
#include <cofire/handler/detail/sleep.hpp>

#include <boost/json/serialize.hpp>

#include <chrono>
#include <exception>
#include <utility>

namespace cofire::detail {

COFIRE_DECL
event_feed::event_feed(
    std::shared_ptr<dashboard_core> core, std::optional<job_id> job, web_identity const& who
)
    : core_(std::move(core)),
      job_(job),
      role_(who.role),
      session_(who.session),
      began_(core_->jobs().clock().steady_now()),
      said_(began_) {}

COFIRE_DECL event_feed::~event_feed() {
    core_->leave_stream();
}

// The text of one event. JSON text has no line break in it.
[[nodiscard]] inline std::string event_text(std::string_view name, std::string const& data) {
    std::string text = "event: ";
    text += name;
    text += "\ndata: ";
    text += data;
    text += "\n\n";
    return text;
}

// What differs in `o` at each look without anything having happened.
[[nodiscard]] inline std::string lasting_text(json::object o) {
    o.erase("now");
    if (auto* const state = o.if_contains("state"); state != nullptr && *state == "processing") {
        o.erase("run_seconds");
    }
    if (auto* const queues = o.if_contains("queues"); queues != nullptr && queues->is_array()) {
        for (json::value& queue : queues->get_array()) {
            queue.get_object().erase("oldest_age_seconds");
        }
    }
    return json::serialize(o);
}

COFIRE_DECL asio::awaitable<std::string> event_feed::look() {
    bool const may_write = role_ == role::operator_ && !core_->options().read_only;
    std::string text;
    std::string overview = core_->cached_overview(role_);
    if (overview.empty()) {
        auto op = describe_all(core_, role_);
        json::object const o = co_await std::move(op);
        overview = lasting_text(o) + '\n' + json_text(o);
        core_->cache_overview(role_, overview);
    }
    auto const end_of_key = overview.find('\n');
    if (overview.compare(0, end_of_key, overview_) != 0) {
        overview_ = overview.substr(0, end_of_key);
        text += event_text("overview", overview.substr(end_of_key + 1));
    }
    if (job_) {
        auto op = describe_job(core_, *job_, may_write);
        json::object const o = co_await std::move(op);
        std::string shown = lasting_text(o);
        if (shown != shown_job_) {
            shown_job_ = std::move(shown);
            json::object gone;
            gone["id"] = job_->to_string();
            text +=
                o.empty() ? event_text("gone", json_text(gone)) : event_text("job", json_text(o));
        }
    }
    co_return text;
}

COFIRE_DECL asio::awaitable<std::string> event_feed::tell() {
    std::string text;
    std::exception_ptr failure;
    try {
        auto op = in_time(core_->options().deadline, look());
        text = co_await std::move(op);
        problem_.clear();
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        web_reply const reply = reply_for(failure); // rethrows a cancellation
        std::string problem = reply.body.substr(0, reply.body.find('\n'));
        if (problem != problem_) {
            problem_ = std::move(problem);
            text = event_text("problem", problem_);
        }
        overview_.clear(); // what was seen meanwhile was not told
        shown_job_.clear();
    }
    co_return text;
}

COFIRE_DECL asio::awaitable<std::string> event_feed::next() {
    for (;;) {
        if (!std::exchange(first_, false)) {
            auto pause = sleep_for(core_->jobs().clock(), core_->options().poll);
            co_await std::move(pause);
        }
        steady_point const now = core_->jobs().clock().steady_now();
        bool const logged_out = !session_.empty() && !core_->sessions().find(session_, now);
        if (logged_out || core_->closed() || now - began_ >= std::chrono::hours(1)) {
            co_return std::string();
        }
        auto op = tell();
        std::string text = co_await std::move(op);
        if (text.empty() && now - said_ >= std::chrono::seconds(15)) {
            text = event_text("beat", "{}"); // so that both sides notice a connection that is gone
        }
        if (!text.empty()) {
            said_ = now;
            co_return text;
        }
    }
}

} // namespace cofire::detail

#endif
