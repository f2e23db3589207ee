// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_IMPL_ACCESS_IPP
#define COFIRE_DASHBOARD_DETAIL_IMPL_ACCESS_IPP

#include <cofire/core/error.hpp>
#include <cofire/dashboard/detail/access.hpp>

#include <boost/beast/core/string.hpp>

#include <algorithm>
#include <chrono>

namespace cofire::detail {

// The host without its port; empty if it is malformed.
[[nodiscard]] inline std::string_view host_name(std::string_view host) {
    std::size_t const end = host.starts_with('[') ? host.find(']') : host.find(':');
    if (host.starts_with('[') && end == std::string_view::npos) {
        return {};
    }
    std::size_t const size = std::min(host.size(), host.starts_with('[') ? end + 1 : end);
    std::string_view const port = host.substr(size);
    bool const good =
        port.empty() ||
        (port.size() > 1 && port.size() <= 6 && port[0] == ':' &&
         std::all_of(port.begin() + 1, port.end(), [](char c) { return c >= '0' && c <= '9'; }));
    return good ? host.substr(0, size) : std::string_view();
}

COFIRE_DECL void check_host(http::fields const& header, std::vector<std::string> const& allowed) {
    if (header.count(http::field::host) != 1) {
        throw web_problem(400, "bad_host", "a request needs exactly one Host");
    }
    std::string_view const host = header[http::field::host];
    std::string_view const name = host_name(host);
    if (name.empty()) {
        throw web_problem(400, "bad_host", "the Host is malformed");
    }
    auto const is = [name](std::string_view other) { return beast::iequals(name, other); };
    bool const good = is("localhost") || is("127.0.0.1") || is("[::1]") ||
                      std::any_of(allowed.begin(), allowed.end(), [&](std::string const& a) {
                          return a == "*" || is(a);
                      });
    if (!good) {
        throw web_problem(
            421,
            "bad_host",
            "the dashboard does not answer for the host " + quoted(name) +
                "; dashboard_options::allowed_hosts says for which it does"
        );
    }
}

COFIRE_DECL void check_origin(http::fields const& header, std::string_view csrf) {
    std::string_view type = header[http::field::content_type];
    type = type.substr(0, type.find(';'));
    while (type.ends_with(' ')) {
        type.remove_suffix(1);
    }
    if (!beast::iequals(type, "application/json")) {
        throw web_problem(415, "bad_content_type", "the body must be application/json");
    }
    if (auto const site = header.find("Sec-Fetch-Site"); site != header.end()) {
        if (header.count("Sec-Fetch-Site") != 1 ||
            std::string_view(site->value()) != "same-origin") {
            throw web_problem(403, "origin", "the request comes from another site");
        }
    } else {
        std::string_view origin = header[http::field::origin];
        bool const web = origin.starts_with("http://") || origin.starts_with("https://");
        origin.remove_prefix(web ? origin.find("//") + 2 : 0);
        if (!web || header.count(http::field::origin) != 1 ||
            !beast::iequals(origin, header[http::field::host])) {
            throw web_problem(
                403,
                "origin",
                "the request needs Sec-Fetch-Site: same-origin, or an Origin that is the Host"
            );
        }
    }
    std::string_view const token = header["X-Cofire-CSRF"];
    if (header.count("X-Cofire-CSRF") != 1 || !equal_in_constant_time(token, csrf)) {
        throw web_problem(
            403, "csrf", "the header X-Cofire-CSRF is missing or out of date: see api/session"
        );
    }
}

COFIRE_DECL bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) {
        return false;
    }
    unsigned char volatile difference = 0;
    for (std::size_t i = 0; i != a.size(); ++i) {
        auto const x = static_cast<unsigned char>(a[i]);
        auto const y = static_cast<unsigned char>(b[i]);
        difference = static_cast<unsigned char>(difference | (x ^ y));
    }
    return difference == 0;
}

COFIRE_DECL duration log_in_brake::wait_for(std::string const& from, steady_point now) const {
    std::lock_guard const lock(mutex_);
    auto const e = entries_.find(from);
    if (e == entries_.end() || e->second.until <= now) {
        return duration{0};
    }
    return std::chrono::ceil<duration>(e->second.until - now);
}

COFIRE_DECL void log_in_brake::refused(std::string const& from, steady_point now) {
    std::lock_guard const lock(mutex_);
    if (entries_.size() >= 10'000 && !entries_.contains(from)) {
        std::erase_if(entries_, [now](auto const& e) { return e.second.until <= now; });
        if (entries_.size() >= 10'000) {
            entries_.erase(entries_.begin());
        }
    }
    entry& e = entries_[from];
    ++e.refusals;
    if (e.refusals >= 5) {
        int const doublings = std::min(e.refusals - 5, 9);
        e.until = now + std::min<std::chrono::seconds>(
                            std::chrono::seconds(1 << doublings), std::chrono::minutes(5)
                        );
    }
}

COFIRE_DECL void log_in_brake::admitted(std::string const& from) {
    std::lock_guard const lock(mutex_);
    entries_.erase(from);
}

} // namespace cofire::detail

#endif
