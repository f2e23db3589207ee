// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef WEB_APP_DOOR_HPP
#define WEB_APP_DOOR_HPP

#include "http_server.hpp"

#include <cofire/dashboard.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// Who may come in when others than this machine can reach the server: a browser that has opened the
/// link printed at the start, which is good for one use, and a script that brings the token. A name of
/// somebody else's that leads here brings neither.
class door {
public:
    /// `used` is called with the path of the next link when one was used.
    explicit door(std::function<void(std::string const& path)> used);

    /// The link's path.
    [[nodiscard]] std::string path() const;
    /// What a script sends: "Authorization: Bearer <token>". A browser's prompt takes it as a password.
    [[nodiscard]] std::string const& token() const { return token_; }

    /// An answer for who may not come in yet, or has just come in by the link.
    web::asio::awaitable<std::optional<web::response>> ask(web::request const& request);

private:
    [[nodiscard]] bool has_pass(web::request const& request) const;
    [[nodiscard]] web::response let_in();

    std::function<void(std::string const&)> used_;
    std::string token_;
    std::string once_;
    std::vector<std::string> passes_; // of the browsers that came by a link, the newest last
    cofire::authorizer scripts_;
};

/// What a browser elsewhere could reach this machine by: `listen`, or the addresses of all interfaces if
/// that means all of them. Those that only this machine can use are left out.
std::vector<std::string> addresses_to_show(boost::asio::ip::address const& listen);

#endif
