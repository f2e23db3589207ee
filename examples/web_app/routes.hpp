// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef WEB_APP_ROUTES_HPP
#define WEB_APP_ROUTES_HPP

#include "http_server.hpp"
#include "jobs.hpp"

#include <cofire.hpp>

#include <string>
#include <string_view>

/// What the application answers to which request.
class routes {
public:
    /// Both must outlive it.
    routes(cofire::host& jobs, crm& app) : jobs_(jobs), app_(app) {}

    /// Where the application is found, "http://127.0.0.1:8080": the page shows it.
    void set_origin(std::string origin);

    /// Answers whatever host a request names: for a server whose guard asks who it is.
    void answer_any_host() { any_host_ = true; }

    /// Answers a request, which must live until then.
    asio::awaitable<web::response> handle(web::request const& request);

private:
    using reply = asio::awaitable<web::response>;
    struct route;

    reply call(route const& found, web::request const& request, std::string_view rest);

    // Each takes the request, and what follows the route's path.
    reply login(web::request const& request, std::string_view rest);
    reply signup(web::request const& request, std::string_view rest);
    reply backup(web::request const& request, std::string_view rest);
    reply try_flaky(web::request const& request, std::string_view rest);
    reply job(web::request const& request, std::string_view id);
    reply newest_jobs(web::request const& request, std::string_view rest);
    reply recurring_jobs(web::request const& request, std::string_view rest);
    reply health(web::request const& request, std::string_view rest);
    reply page(web::request const& request, std::string_view rest);
    reply script(web::request const& request, std::string_view rest);
    reply style(web::request const& request, std::string_view rest);

    cofire::host& jobs_;
    crm& app_;
    bool any_host_ = false;
    std::string page_;
};

#endif
