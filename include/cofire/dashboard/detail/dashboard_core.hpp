// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_DASHBOARD_CORE_HPP
#define COFIRE_DASHBOARD_DETAIL_DASHBOARD_CORE_HPP

#include <cofire/client/client.hpp>
#include <cofire/core/config.hpp>
#include <cofire/dashboard/dashboard_options.hpp>
#include <cofire/dashboard/detail/access.hpp>
#include <cofire/dashboard/detail/exchange.hpp>
#include <cofire/dashboard/detail/fields.hpp>
#include <cofire/dashboard/detail/redactor.hpp>
#include <cofire/dashboard/detail/web_sessions.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace cofire::detail {

/// Who asks: what dashboard_identity views, this owns.
struct web_identity {
    std::string user;
    cofire::role role = cofire::role::viewer;
    std::string from;
    std::string session{}; // empty: they have none
    std::string csrf{};    // of their session
};

/// What the copies of a dashboard share.
///
/// Distinct objects: safe. Shared objects: safe.
class dashboard_core {
public:
    /// Throws errc::bad_dashboard_option.
    dashboard_core(client jobs, dashboard_options options);

    [[nodiscard]] dashboard_options const& options() const { return options_; }
    [[nodiscard]] client const& jobs() const { return jobs_; }
    [[nodiscard]] storage_ref const& storage() const { return jobs_.storage(); }
    [[nodiscard]] redactor const& hidden() const { return hidden_; }
    [[nodiscard]] std::string const& csrf() const { return csrf_; }
    [[nodiscard]] log_in_brake& brake() { return brake_; }
    [[nodiscard]] web_sessions& sessions() { return sessions_; }
    [[nodiscard]] time_point now() const { return jobs_.clock().wall_now(); }
    [[nodiscard]] bool owns(std::string_view target) const;
    [[nodiscard]] bool may_write(web_identity const& who) const {
        return who.role == role::operator_ && !options_.read_only;
    }

    /// Writes one line of the audit; to stderr if options().audit throws.
    void audit(std::string const& line) const;

    /// The latest overview as this role sees it, if it is no older than half of options().poll; empty:
    /// none.
    [[nodiscard]] std::string cached_overview(role whose) const;
    void cache_overview(role whose, std::string text);
    void forget_overviews();

    /// Counts one more event stream; false: there are enough.
    [[nodiscard]] bool enter_stream();
    void leave_stream() { streams_.fetch_sub(1); }
    /// Has event streams end.
    void close() { closed_.store(true); }
    [[nodiscard]] bool closed() const { return closed_.load(); }
    [[nodiscard]] std::size_t streams() const { return streams_.load(); }

private:
    struct overview {
        std::string text{};
        steady_point at{};
    };

    client jobs_;
    dashboard_options options_;
    redactor hidden_;
    std::string csrf_;
    log_in_brake brake_;
    web_sessions sessions_;
    std::atomic<std::size_t> streams_{0};
    std::atomic<bool> closed_{false};
    mutable std::mutex cache_mutex_;
    std::array<overview, 2> overviews_{}; // by role
};

/// A request that has found its route.
struct web_call {
    std::shared_ptr<dashboard_core> core;
    web_identity who;
    web_fields fields{};
    std::string argument{}; // what stands for {} in the route's pattern
    std::string target{};   // of the audit line: what the action is about
    http::fields header{};

    /// The token that an action brings along.
    [[nodiscard]] std::string const& csrf() const {
        return who.csrf.empty() ? core->csrf() : who.csrf;
    }
};

/// The answer to `request` of `who`; `relative` is the path below the prefix, with the query. Everything
/// that goes wrong is an answer, but cancellation.
[[nodiscard]] asio::awaitable<web_reply>
respond(std::shared_ptr<dashboard_core> core, web_request request, web_identity who);

/// One line of the audit: what `call` did, and how it ended.
[[nodiscard]] std::string
audit_line(web_call const& call, std::string_view action, std::string_view status, time_point now);

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/dashboard/detail/impl/dashboard_core.ipp>
#endif

#endif
