// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_EVENT_FEED_HPP
#define COFIRE_DASHBOARD_DETAIL_EVENT_FEED_HPP

#include <cofire/core/config.hpp>
#include <cofire/dashboard/detail/dashboard_core.hpp>

#include <memory>
#include <optional>
#include <string>

namespace cofire::detail {

/// The server-sent events of one connection. It counts as a stream as long as it lives.
///
/// Distinct objects: safe. Shared objects: unsafe.
class event_feed {
public:
    /// Takes the place that dashboard_core::enter_stream has counted.
    event_feed(
        std::shared_ptr<dashboard_core> core, std::optional<job_id> job, web_identity const& who
    );
    event_feed(event_feed const&) = delete;
    event_feed& operator=(event_feed const&) = delete;
    ~event_feed();

    /// What to send next, sooner or later; empty: the stream is over. The first one at once.
    [[nodiscard]] asio::awaitable<std::string> next();

private:
    // The events of what has changed, or of what is wrong with the storage.
    [[nodiscard]] asio::awaitable<std::string> tell();
    [[nodiscard]] asio::awaitable<std::string> look();

    std::shared_ptr<dashboard_core> core_;
    std::optional<job_id> job_;
    role role_;
    std::string session_; // as long as it is open; empty: there is none
    steady_point began_;
    steady_point said_; // when something was last sent
    bool first_ = true;
    std::string overview_;
    std::string shown_job_;
    std::string problem_; // the one told last, as long as it lasts
};

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/dashboard/detail/impl/event_feed.ipp>
#endif

#endif
