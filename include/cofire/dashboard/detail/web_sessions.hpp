// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_WEB_SESSIONS_HPP
#define COFIRE_DASHBOARD_DETAIL_WEB_SESSIONS_HPP

#include <cofire/core/config.hpp>
#include <cofire/core/time_point.hpp>
#include <cofire/dashboard/dashboard_options.hpp>
#include <cofire/dashboard/detail/exchange.hpp>

#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace cofire::detail {

/// Somebody who has logged in.
struct web_session {
    std::string id;   // what the cookie holds
    std::string csrf; // what their actions bring along
    access_grant who;
    steady_point begun{};
    steady_point used{};
};

/// Who has logged in, in memory only: a restart logs everybody out. Bounded: one more than there may be
/// ends the one that was not used for longest.
///
/// Distinct objects: safe. Shared objects: safe.
class web_sessions {
public:
    explicit web_sessions(dashboard_sessions const& options) : options_(options) {}

    /// Begins a session, with an id nobody has had.
    [[nodiscard]] web_session open(access_grant who, steady_point now);
    /// The session called `id`, which is used by this; nothing: there is none, or not any more.
    [[nodiscard]] std::optional<web_session> find(std::string_view id, steady_point now);
    /// Ends the session called `id`, if there is one.
    void close(std::string_view id);
    /// How many there are; those that have expired count until the next one is opened.
    [[nodiscard]] std::size_t size() const;

private:
    [[nodiscard]] bool expired(web_session const& s, steady_point now) const {
        return now - s.used >= options_.idle || now - s.begun >= options_.absolute;
    }

    dashboard_sessions options_;
    mutable std::mutex mutex_;
    std::list<web_session> all_; // the one used last stands last
};

/// The value of the session cookie of a request; empty: none. Its name has the port of the request's
/// Host, because browsers send the cookies of a host to all its ports.
[[nodiscard]] std::string_view session_cookie(http::fields const& header, bool over_tls);

/// The Set-Cookie header of a session; an empty id ends it. `secure`: over TLS, as far as the browser is
/// concerned.
[[nodiscard]] std::string set_session_cookie(
    http::fields const& header, std::string_view id, std::string_view prefix, bool secure
);

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/dashboard/detail/impl/web_sessions.ipp>
#endif

#endif
