// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_IMPL_ACCESS_IPP
#define COFIRE_DASHBOARD_DETAIL_IMPL_ACCESS_IPP

#include <cofire/core/error.hpp>
#include <cofire/dashboard/detail/access.hpp>
#include <cofire/storage/asio.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/beast/core/string.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>

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

COFIRE_DECL void check_same_origin(http::fields const& header) {
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
}

COFIRE_DECL void check_origin(http::fields const& header, std::string_view csrf) {
    check_same_origin(header);
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

COFIRE_DECL void
log_in_brake::refused(std::string const& from, steady_point now, std::string_view user) {
    constexpr std::size_t longest_name = 256;
    std::lock_guard const lock(mutex_);
    if (now - swept_ >= std::chrono::minutes(1)) {
        swept_ = now;
        std::erase_if(entries_, [now](auto const& e) {
            return now - e.second.last >= std::chrono::hours(1);
        });
    }
    if (entries_.size() >= 10'000 && !entries_.contains(from)) {
        std::erase_if(entries_, [now](auto const& e) { return e.second.until <= now; });
        if (entries_.size() >= 10'000) {
            entries_.erase(entries_.begin());
        }
    }
    entry& e = entries_[from];
    if (++e.refusals == 1) {
        e.user = user.substr(0, longest_name);
    } else if (e.user != user) {
        e.user.clear();
    }
    e.last = now;
    if (e.refusals >= 5) {
        int const doublings = std::min(e.refusals - 5, 9);
        e.until = now + std::min<std::chrono::seconds>(
                            std::chrono::seconds(1 << doublings), std::chrono::minutes(5)
                        );
    }
}

COFIRE_DECL void log_in_brake::admitted(std::string const& from, std::string_view user) {
    std::lock_guard const lock(mutex_);
    auto const e = entries_.find(from);
    if (e != entries_.end() && !user.empty() && e->second.user == user) {
        entries_.erase(e);
    }
}

COFIRE_DECL std::size_t log_in_brake::size() const {
    std::lock_guard const lock(mutex_);
    return entries_.size();
}

// The address in `text`; IPv4 in IPv6 as IPv4. Nothing if it is none.
[[nodiscard]] inline std::optional<asio::ip::address> plain_address(std::string_view text) {
    boost::system::error_code ec;
    asio::ip::address address = asio::ip::make_address(std::string(text), ec);
    if (ec) {
        return std::nullopt;
    }
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    }
    return address;
}

COFIRE_DECL std::string address_group(std::string_view text) {
    auto const address = plain_address(text);
    if (!address) {
        return std::string(text);
    }
    if (address->is_v4()) {
        return address->to_string();
    }
    asio::ip::address_v6::bytes_type bytes = address->to_v6().to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
    return asio::ip::address_v6(bytes).to_string() + "/64";
}

COFIRE_DECL bool is_one_of(std::string_view text, std::vector<std::string> const& addresses) {
    auto const address = plain_address(text);
    return address && std::any_of(addresses.begin(), addresses.end(), [&](std::string const& a) {
               return plain_address(a) == address;
           });
}

COFIRE_DECL std::string client_address(
    http::fields const& header, std::string peer, std::vector<std::string> const& trusted
) {
    std::string all; // of several fields one list
    for (auto const& field : header) {
        if (beast::iequals(field.name_string(), "X-Forwarded-For")) {
            all += (all.empty() ? "" : ",") + std::string(field.value());
        }
    }
    while (!all.empty() && is_one_of(peer, trusted)
    ) { // from the right: what stands left anybody may write
        auto const comma = all.rfind(',');
        std::string_view last = all;
        last.remove_prefix(comma == std::string::npos ? 0 : comma + 1);
        while (last.starts_with(' ')) {
            last.remove_prefix(1);
        }
        while (last.ends_with(' ')) {
            last.remove_suffix(1);
        }
        auto const address = plain_address(last);
        if (!address) {
            break;
        }
        peer = address->to_string();
        all.resize(comma == std::string::npos ? 0 : comma);
    }
    return peer;
}

} // namespace cofire::detail

#endif
