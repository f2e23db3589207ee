// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_ACCESS_HPP
#define COFIRE_DASHBOARD_DETAIL_ACCESS_HPP

#include <cofire/core/config.hpp>
#include <cofire/core/time_point.hpp>
#include <cofire/dashboard/detail/exchange.hpp>

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace cofire::detail {

/// Throws web_problem unless the request has exactly one Host (400), and that is of this machine or one
/// of `allowed` (421): so no foreign name can be made to point here.
void check_host(http::fields const& header, std::vector<std::string> const& allowed);

/// Throws web_problem, 415 or 403, unless the request comes from the dashboard's own page: a JSON body,
/// from the same origin.
void check_same_origin(http::fields const& header);

/// The same for a request that acts, which has the token `csrf` besides.
void check_origin(http::fields const& header, std::string_view csrf);

/// Compares in a time that depends on the lengths only.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

/// The user name and password of a basic log-in; nothing if `authorization` is none.
[[nodiscard]] std::optional<std::pair<std::string, std::string>>
basic_credentials(std::string_view authorization);

/// Counts refusals by address: after five, each address has to wait, a second at first, then twice as
/// long each time, up to five minutes. A success ends that only if all refusals were of the same user:
/// who may enter as one cannot guess the passwords of others between times. Bounded.
///
/// Distinct objects: safe. Shared objects: safe.
class log_in_brake {
public:
    /// How long `from` has to wait still; zero: not at all.
    [[nodiscard]] duration wait_for(std::string const& from, steady_point now) const;
    /// One more refusal, of who said to be `user`; empty: nobody in particular.
    void refused(std::string const& from, steady_point now, std::string_view user = {});
    /// `from` has shown that it may enter, as `user`.
    void admitted(std::string const& from, std::string_view user);
    /// How many addresses it remembers. One that was not refused for an hour is forgotten.
    [[nodiscard]] std::size_t size() const;

private:
    struct entry {
        int refusals = 0;
        steady_point until{};
        steady_point last{};
        std::string user{}; // of all refusals; empty: of several, or of nobody in particular
    };
    mutable std::mutex mutex_;
    std::unordered_map<std::string, entry> entries_;
    steady_point swept_{};
};

/// What stands for whoever has the address `text` where addresses are counted: the address itself; of
/// IPv6 its first 64 bits, because one customer has as many addresses as they like below them; one
/// that is IPv4 in truth as such. What is no address stands for itself.
[[nodiscard]] std::string address_group(std::string_view text);

/// True if `text` is the address of one of `addresses`.
[[nodiscard]] bool is_one_of(std::string_view text, std::vector<std::string> const& addresses);

/// Where a request comes from: `peer`, or if that is one of `trusted`, the last address in
/// X-Forwarded-For that is not.
[[nodiscard]] std::string client_address(
    http::fields const& header, std::string peer, std::vector<std::string> const& trusted
);

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/dashboard/detail/impl/access.ipp>
#endif

#endif
