// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_IMPL_WEB_SESSIONS_IPP
#define COFIRE_DASHBOARD_DETAIL_IMPL_WEB_SESSIONS_IPP

#include <cofire/dashboard/detail/access.hpp>
#include <cofire/dashboard/detail/web_sessions.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace cofire::detail {

COFIRE_DECL web_session web_sessions::open(access_grant who, steady_point now) {
    web_session s;
    s.id = random_token() + random_token();
    s.csrf = random_token();
    s.who = std::move(who);
    s.begun = now;
    s.used = now;
    std::lock_guard const lock(mutex_);
    all_.remove_if([&](web_session const& one) { return expired(one, now); });
    while (!all_.empty() && all_.size() >= options_.most) {
        all_.pop_front();
    }
    all_.push_back(s);
    return s;
}

COFIRE_DECL std::optional<web_session> web_sessions::find(std::string_view id, steady_point now) {
    std::lock_guard const lock(mutex_);
    auto found = all_.end();
    for (auto s = all_.begin(); s != all_.end(); ++s) { // all: how far it gets is nobody's business
        found = equal_in_constant_time(s->id, id) ? s : found;
    }
    if (found == all_.end()) {
        return std::nullopt;
    }
    if (expired(*found, now)) {
        all_.erase(found);
        return std::nullopt;
    }
    found->used = now;
    all_.splice(all_.end(), all_, found);
    return *found;
}

COFIRE_DECL void web_sessions::close(std::string_view id) {
    std::lock_guard const lock(mutex_);
    all_.remove_if([&](web_session const& s) { return equal_in_constant_time(s.id, id); });
}

COFIRE_DECL std::size_t web_sessions::size() const {
    std::lock_guard const lock(mutex_);
    return all_.size();
}

inline constexpr std::string_view secure_prefix = "__Host-";

// The cookie's name without TLS.
[[nodiscard]] inline std::string cookie_name(http::fields const& header) {
    std::string name = "cofire-session";
    std::string_view const host = header[http::field::host];
    auto const colon = host.rfind(':');
    std::string_view const port =
        colon == std::string_view::npos ? std::string_view() : host.substr(colon + 1);
    bool const digits =
        !port.empty() && port.size() <= 5 &&
        std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
    return digits ? name + '-' + std::string(port) : name;
}

COFIRE_DECL std::string_view session_cookie(http::fields const& header, bool over_tls) {
    std::string const name = cookie_name(header);
    std::string_view plain;
    std::string_view rest = header[http::field::cookie];
    while (!rest.empty()) {
        auto const end = std::min(rest.find(';'), rest.size());
        std::string_view one = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        while (one.starts_with(' ')) {
            one.remove_prefix(1);
        }
        auto const equals = std::min(one.find('='), one.size());
        std::string_view key = one.substr(0, equals);
        std::string_view const value = one.substr(std::min(equals + 1, one.size()));
        if (key == name && plain.empty() && !over_tls) { // there another host may have set it
            plain = value;
        } else if (key.starts_with(secure_prefix) && key.substr(secure_prefix.size()) == name) {
            return value; // only this host over TLS can have set it
        }
    }
    return plain;
}

COFIRE_DECL std::string set_session_cookie(
    http::fields const& header, std::string_view id, std::string_view prefix, bool secure
) {
    std::string text;
    if (secure) {
        text = std::string(secure_prefix) + cookie_name(header) + '=' + std::string(id) +
               "; Path=/; Secure";
    } else {
        text = cookie_name(header) + '=' + std::string(id) + "; Path=" + std::string(prefix) + '/';
    }
    return text + "; HttpOnly; SameSite=Strict" + (id.empty() ? "; Max-Age=0" : "");
}

} // namespace cofire::detail

#endif
