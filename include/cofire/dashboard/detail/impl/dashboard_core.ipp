// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_IMPL_DASHBOARD_CORE_IPP
#define COFIRE_DASHBOARD_DETAIL_IMPL_DASHBOARD_CORE_IPP

#include <cofire/core/error.hpp>
#include <cofire/core/text.hpp>
#include <cofire/dashboard/detail/dashboard_core.hpp>
#include <cofire/dashboard/detail/in_time.hpp>
#include <cofire/dashboard/detail/routes.hpp>

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <utility>

namespace cofire::detail {

COFIRE_DECL dashboard_core::dashboard_core(client jobs, dashboard_options options)
    : jobs_(std::move(jobs)),
      options_(std::move(options)),
      hidden_(options_.redact),
      csrf_(random_token()),
      sessions_(options_.sessions) {
    auto const refuse = [](std::string const& why) {
        throw error(errc::bad_dashboard_option, why);
    };
    std::string const& prefix = options_.prefix;
    bool const plain = std::all_of(prefix.begin(), prefix.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '/' || c == '-' || c == '_' || c == '.' || c == '~';
    });
    if (!prefix.empty() && (!plain || prefix.front() != '/' || prefix.back() == '/')) {
        refuse(
            "prefix " + quoted(prefix) + ": begins with '/', does not end with it, and is plain"
        );
    }
    if (options_.poll < std::chrono::seconds(1) || options_.poll > std::chrono::hours(1)) {
        refuse("poll of " + std::to_string(options_.poll.count()) + " ms: from 1 s to an hour");
    }
    for (std::string const& proxy : options_.trusted_proxies) {
        boost::system::error_code ec;
        asio::ip::make_address(proxy, ec);
        if (ec) {
            refuse("trusted_proxies: " + quoted(proxy) + " is no address");
        }
    }
    if (options_.sessions.idle < std::chrono::seconds(1) ||
        options_.sessions.absolute < options_.sessions.idle) {
        refuse("sessions: idle is from 1 s to absolute");
    }
    if (options_.deadline < std::chrono::milliseconds(1)) {
        refuse("deadline of " + std::to_string(options_.deadline.count()) + " ms: at least 1 ms");
    }
    for (link_template const& link : options_.links) {
        if (!link.url.starts_with("http://") && !link.url.starts_with("https://")) {
            refuse("link " + quoted(link.url) + ": neither http nor https");
        }
    }
}

COFIRE_DECL bool dashboard_core::owns(std::string_view target) const {
    if (!target.starts_with(options_.prefix)) {
        return false;
    }
    target.remove_prefix(options_.prefix.size());
    return target.empty() || target.front() == '/' || target.front() == '?';
}

COFIRE_DECL void dashboard_core::audit(std::string const& line) const {
    if (options_.audit) {
        try {
            options_.audit(line);
            return;
        } catch (...) { // NOLINT(bugprone-empty-catch): the action is done; its line goes to stderr
        }
    }
    std::fprintf(stderr, "cofire dashboard: %s\n", line.c_str());
}

COFIRE_DECL std::string dashboard_core::cached_overview(role whose) const {
    std::lock_guard const lock(cache_mutex_);
    overview const& o = overviews_[static_cast<std::size_t>(whose)];
    bool const fresh = jobs_.clock().steady_now() - o.at <= options_.poll / 2;
    return fresh ? o.text : std::string();
}

COFIRE_DECL void dashboard_core::cache_overview(role whose, std::string text) {
    std::lock_guard const lock(cache_mutex_);
    overview& o = overviews_[static_cast<std::size_t>(whose)];
    o.text = std::move(text);
    o.at = jobs_.clock().steady_now();
}

COFIRE_DECL void dashboard_core::forget_overviews() {
    std::lock_guard const lock(cache_mutex_);
    overviews_ = {};
}

COFIRE_DECL bool dashboard_core::enter_stream() {
    if (streams_.fetch_add(1) < options_.streams) {
        return true;
    }
    streams_.fetch_sub(1);
    return false;
}

// The part of `path` that stands for {} in `pattern`; nothing if it does not match.
[[nodiscard]] inline std::optional<std::string_view>
match_route(std::string_view pattern, std::string_view path) {
    auto const hole = pattern.find("{}");
    if (hole == std::string_view::npos) {
        return pattern == path ? std::optional(std::string_view()) : std::nullopt;
    }
    std::string_view const before = pattern.substr(0, hole);
    std::string_view const after = pattern.substr(hole + 2);
    if (path.size() <= before.size() + after.size() || !path.starts_with(before) ||
        !path.ends_with(after)) {
        return std::nullopt;
    }
    auto const part = path.substr(before.size(), path.size() - before.size() - after.size());
    return part.find('/') == std::string_view::npos ? std::optional(part) : std::nullopt;
}

// The route for a request. No path ever reaches the file system: it is looked up in a table, as it is.
[[nodiscard]] inline web_route const&
find_route(http::verb method, std::string_view path, web_call& call) {
    std::string allow;
    for (web_route const& route : web_routes()) {
        auto const part = match_route(route.pattern, path);
        if (!part) {
            continue;
        }
        bool const look = route.kind == route_kind::look;
        if (look ? method == http::verb::get || method == http::verb::head
                 : method == http::verb::post) {
            call.argument = *part;
            return route;
        }
        allow += (allow.empty() ? "" : ", ") + std::string(look ? "GET, HEAD" : "POST");
    }
    if (allow.empty()) {
        throw web_problem(404, "not_found", "there is nothing at " + quoted(path));
    }
    throw web_problem(405, "bad_method", "the method is not allowed here").with("Allow", allow);
}

COFIRE_DECL std::string
audit_line(web_call const& call, std::string_view action, std::string_view status, time_point now) {
    std::string line = time_text(now);
    line += " user=" + quoted(clean_utf8(call.who.user), 200);
    line += " from=" + quoted(clean_utf8(call.who.from), 100);
    line += " action=" + quoted(action);
    line += " target=" + quoted(clean_utf8(call.target.empty() ? call.argument : call.target), 300);
    line += " status=" + std::string(status);
    return line;
}

// Tells the audit how a call ended, if it was an action.
inline void tell_action(web_call const& call, web_route const* route, std::string_view status) {
    if (route != nullptr && route->kind == route_kind::act) {
        call.core->audit(audit_line(call, route->action, status, call.core->now()));
        call.core->forget_overviews();
    }
}

COFIRE_DECL asio::awaitable<web_reply>
respond(std::shared_ptr<dashboard_core> core, web_request request, web_identity who) {
    web_call call;
    call.core = core;
    call.who = std::move(who);
    web_route const* route = nullptr;
    web_reply reply;
    std::exception_ptr failure;
    try {
        if (request.target.size() > 4096) {
            throw web_problem(414, "bad_target", "the target is longer than 4096 bytes");
        }
        if (request.body.size() > 64 * 1024) {
            throw web_problem(413, "body_too_large", "the body is longer than 64 KiB");
        }
        check_host(request.header, core->options().allowed_hosts);
        std::string_view const target = request.target;
        auto const mark = std::min(target.find('?'), target.size());
        if (!core->owns(target)) {
            throw web_problem(
                404, "not_found", "the dashboard is at " + core->options().prefix + "/"
            );
        }
        std::string_view path = target.substr(0, mark).substr(core->options().prefix.size());
        if (path.empty()) { // the page's relative URLs need the slash
            std::string const& prefix = core->options().prefix;
            web_reply moved;
            moved.status = 308;
            moved.type = "text/plain";
            moved.header.emplace_back("Location", prefix.substr(prefix.rfind('/') + 1) + '/');
            co_return moved;
        }
        path.remove_prefix(1);
        route = &find_route(request.method, path, call);
        if (route->kind == route_kind::look) {
            call.fields =
                web_fields::from_query(mark == target.size() ? "" : target.substr(mark + 1));
        } else {
            check_origin(request.header, call.csrf());
            if (route->kind == route_kind::act && call.who.role != role::operator_) {
                throw web_problem(403, "role", "only an operator may do this");
            }
            if (route->kind == route_kind::act && core->options().read_only) {
                throw web_problem(403, "read_only", "this dashboard is read-only");
            }
            if (mark != target.size()) {
                throw web_problem(400, "bad_parameter", "an action takes no query");
            }
            call.fields = web_fields::from_json(request.body);
        }
        call.header = std::move(request.header);
        auto op = in_time(core->options().deadline, route->run(call));
        reply = co_await std::move(op);
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        try {
            reply = reply_for(failure);
        } catch (...) {
            tell_action(call, route, "cancelled"); // whether it was done is not known
            throw;
        }
    }
    tell_action(call, route, std::to_string(reply.status));
    co_return reply;
}

} // namespace cofire::detail

#endif
