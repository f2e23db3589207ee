// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_IMPL_LOG_IN_IPP
#define COFIRE_DASHBOARD_DETAIL_IMPL_LOG_IN_IPP

#include <cofire/dashboard/detail/fields.hpp>
#include <cofire/dashboard/detail/log_in.hpp>
#include <cofire/dashboard/detail/routes.hpp>
#include <cofire/storage/asio.hpp>

#include <boost/beast/core/detail/base64.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <optional>
#include <utility>

namespace cofire::detail {

// A request before it is known who asks.
struct door_call {
    std::shared_ptr<dashboard_core> core;
    web_request request;
    std::string from;
    std::string group;         // of addresses, for the brake
    std::string session{};     // what the cookie says
    bool secure = false;       // the cookies are to be
    bool takes_log_in = false; // the authorizer takes a name and a password
};

// The path of `target` below the prefix, without its query; nothing: it is not below it.
[[nodiscard]] inline std::optional<std::string_view>
path_below(dashboard_core const& core, std::string_view target) {
    target = target.substr(0, target.find('?'));
    if (!core.owns(target) || target.size() == core.options().prefix.size()) {
        return std::nullopt;
    }
    return target.substr(core.options().prefix.size() + 1);
}

// What there is for a browser that brings nothing: the page to log in, and its files. It is 401 like
// everything else, and without the challenge, which has the browser ask in a window of its own.
COFIRE_DECL std::optional<web_reply> page_to_log_in(door_call const& d) {
    auto const path = path_below(*d.core, d.request.target);
    bool const reads = d.request.method == http::verb::get || d.request.method == http::verb::head;
    if (!reads || !d.takes_log_in) {
        return std::nullopt;
    }
    std::string_view const accepts = d.request.header[http::field::accept];
    bool const shows = accepts.find("text/html") != std::string_view::npos;
    std::string const& prefix = d.core->options().prefix;
    if (shows && d.request.target == prefix) { // the page's relative URLs need the slash
        web_reply moved;
        moved.status = 308;
        moved.type = "text/plain";
        moved.header.emplace_back("Location", prefix.substr(prefix.rfind('/') + 1) + '/');
        return moved;
    }
    if (!path) {
        return std::nullopt;
    }
    constexpr std::array<std::string_view, 3> files{
        "assets/log_in.js", "assets/log_in.css", "assets/favicon.svg"};
    if (shows && path->empty()) {
        web_reply page = asset_named("log_in.html", d.request.header);
        page.status = 401;
        return page;
    }
    if (std::find(files.begin(), files.end(), *path) != files.end()) {
        return asset_named(path->substr(std::string_view("assets/").size()), d.request.header);
    }
    return std::nullopt;
}

[[nodiscard]] inline std::string
basic_authorization(std::string_view user, std::string_view secret) {
    namespace base64 = boost::beast::detail::base64;
    std::string const plain = std::string(user) + ':' + std::string(secret);
    std::string text(base64::encoded_size(plain.size()), '\0');
    text.resize(base64::encode(text.data(), plain.data(), plain.size()));
    return "Basic " + text;
}

// Too many refusals of this address: the answer; nothing: it may try.
COFIRE_DECL std::optional<web_reply> ask_brake(door_call const& d) {
    steady_point const now = d.core->jobs().clock().steady_now();
    duration const wait = d.core->brake().wait_for(d.group, now);
    if (wait <= duration{0}) {
        return std::nullopt;
    }
    auto const seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
    return web_problem(429, "too_many_attempts", "too many refused attempts")
        .with("Retry-After", std::to_string(seconds))
        .reply();
}

// What the authorizer says; a throw of its own refuses. A web_problem is its answer, and no refusal.
COFIRE_DECL asio::awaitable<std::optional<access_grant>>
ask_authorizer(std::shared_ptr<dashboard_core> core, access_request question) {
    std::optional<access_grant> grant;
    std::exception_ptr failure;
    try {
        auto op = core->options().authorizer.decide(question);
        grant = co_await std::move(op);
    } catch (web_problem const&) {
        throw;
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        static_cast<void>(reply_for(failure)); // rethrows a cancellation
    }
    co_return grant;
}

// POST api/log-in: begins a session.
COFIRE_DECL asio::awaitable<web_reply> log_in(door_call& d) {
    if (auto braked = ask_brake(d)) {
        co_return std::move(*braked);
    }
    check_host(d.request.header, d.core->options().allowed_hosts);
    check_same_origin(d.request.header);
    web_fields fields = web_fields::from_json(d.request.body);
    std::string const user = fields.text("user", 256).value_or("");
    std::string const secret = fields.required_text("password", 1024);
    fields.finish();
    if (user.find(':') != std::string::npos) {
        throw web_problem(400, "bad_user", "a user's name has no colon", "user");
    }
    std::string const authorization = basic_authorization(user, secret);
    access_request question;
    question.authorization = authorization;
    question.target = d.request.target;
    question.from = d.from;
    auto op = ask_authorizer(d.core, question);
    std::optional<access_grant> grant = co_await std::move(op);
    web_call call;
    call.core = d.core;
    call.who.user = grant ? grant->user : user;
    call.who.from = d.from;
    d.core->audit(audit_line(call, "log in", grant ? "200" : "401", d.core->now()));
    steady_point const now = d.core->jobs().clock().steady_now();
    if (!grant) {
        d.core->brake().refused(d.group, now, user);
        throw web_problem(401, "unauthorized", "that is not right");
    }
    d.core->brake().admitted(d.group, user);
    d.core->sessions().close(d.session); // whoever may know that id gains nothing
    web_session const session = d.core->sessions().open(std::move(*grant), now);
    web_reply reply = json_reply({});
    reply.header.emplace_back(
        "Set-Cookie",
        set_session_cookie(d.request.header, session.id, d.core->options().prefix, d.secure)
    );
    co_return reply;
}

// POST api/log-out: ends the session.
COFIRE_DECL web_reply log_out(door_call const& d, web_session const& session) {
    check_host(d.request.header, d.core->options().allowed_hosts);
    check_origin(d.request.header, session.csrf);
    d.core->sessions().close(session.id);
    web_call call;
    call.core = d.core;
    call.who.user = session.who.user;
    call.who.from = d.from;
    d.core->audit(audit_line(call, "log out", "200", d.core->now()));
    web_reply reply = json_reply({});
    reply.header.emplace_back(
        "Set-Cookie", set_session_cookie(d.request.header, "", d.core->options().prefix, d.secure)
    );
    return reply;
}

// Who asks, by what the request brings; otherwise the answer is given by throwing.
COFIRE_DECL asio::awaitable<access_grant> admit(door_call& d) {
    authorizer const& door = d.core->options().authorizer;
    access_request question;
    question.authorization = d.request.header[http::field::authorization];
    question.cookie = d.request.header[http::field::cookie];
    question.target = d.request.target;
    question.from = d.from;
    auto op = ask_authorizer(d.core, question);
    std::optional<access_grant> grant = co_await std::move(op);
    auto const credentials = basic_credentials(question.authorization);
    std::string const user = credentials ? credentials->first : std::string();
    if (grant) {
        d.core->brake().admitted(d.group, user);
        co_return std::move(*grant);
    }
    // Without credentials it is a browser that asks for the first time. Cookies are none to an authorizer
    // that takes a log-in.
    if (!question.authorization.empty() || (!question.cookie.empty() && !d.takes_log_in)) {
        d.core->brake().refused(d.group, d.core->jobs().clock().steady_now(), user);
    }
    web_problem refusal(401, "unauthorized", "the dashboard needs credentials");
    // Whose session is over, the page tells; the challenge would have the browser ask in a window.
    std::string_view const mode = d.request.header["Sec-Fetch-Mode"];
    bool const by_page = !d.session.empty() || (!mode.empty() && mode != "navigate");
    if (!door.challenge.empty() && !(d.takes_log_in && by_page)) {
        refusal.with("WWW-Authenticate", door.challenge);
    }
    throw refusal;
}

// The answer to a request without a session.
COFIRE_DECL asio::awaitable<web_reply> respond_at_door(door_call& d, web_identity who) {
    bool const posts = d.request.method == http::verb::post;
    if (posts && d.takes_log_in && path_below(*d.core, d.request.target) == "api/log-in") {
        auto op = log_in(d);
        co_return co_await std::move(op);
    }
    if (d.request.header[http::field::authorization].empty()) {
        if (auto page = page_to_log_in(d)) {
            check_host(d.request.header, d.core->options().allowed_hosts);
            co_return std::move(*page);
        }
    }
    if (auto braked = ask_brake(d)) {
        co_return std::move(*braked);
    }
    auto ask = admit(d);
    access_grant grant = co_await std::move(ask);
    who.user = std::move(grant.user);
    who.role = grant.role;
    auto op = respond(d.core, std::move(d.request), std::move(who));
    co_return co_await std::move(op);
}

// What proxies add to a request that they pass on.
[[nodiscard]] inline bool came_by_proxy(http::fields const& header) {
    constexpr std::array<std::string_view, 6> added{
        "Forwarded",
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "X-Real-IP",
        "Via"};
    return std::any_of(added.begin(), added.end(), [&](std::string_view name) {
        return header.find(name) != header.end();
    });
}

COFIRE_DECL asio::awaitable<web_reply> respond_authorized(
    std::shared_ptr<dashboard_core> core, web_request request, std::string peer, bool secure
) {
    authorizer const& door = core->options().authorizer;
    web_identity who;
    who.from = client_address(request.header, std::move(peer), core->options().trusted_proxies);
    if (!door.decide) {                      // on the loopback interface only: serve() sees to that
        if (came_by_proxy(request.header)) { // from anywhere
            co_return web_problem(403, "proxied", "a dashboard behind a proxy needs an authorizer")
                .reply();
        }
        who.user = "local";
        who.role = role::operator_;
        auto op = respond(std::move(core), std::move(request), std::move(who));
        co_return co_await std::move(op);
    }
    door_call d;
    d.core = core;
    d.request = std::move(request);
    d.from = who.from;
    d.group = address_group(who.from);
    d.session = session_cookie(d.request.header, secure);
    // A browser says itself that it speaks TLS, to a proxy.
    d.secure = secure || d.request.header[http::field::origin].starts_with("https://");
    d.takes_log_in = core->options().sessions.most != 0 && door.challenge.starts_with("Basic ");
    web_reply reply;
    std::exception_ptr failure;
    try {
        steady_point const now = core->jobs().clock().steady_now();
        auto session = core->sessions().find(d.session, now);
        if (!session) {
            auto op = respond_at_door(d, std::move(who));
            reply = co_await std::move(op);
        } else if (d.request.method == http::verb::post && path_below(*core, d.request.target) == "api/log-out") {
            reply = log_out(d, *session);
        } else if (d.request.method == http::verb::post && path_below(*core, d.request.target) == "api/log-in") {
            auto op = log_in(d);
            reply = co_await std::move(op);
        } else {
            who.user = std::move(session->who.user);
            who.role = session->who.role;
            who.session = std::move(session->id);
            who.csrf = std::move(session->csrf);
            auto op = respond(core, std::move(d.request), std::move(who));
            reply = co_await std::move(op);
        }
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) {
        reply = reply_for(failure);
    }
    co_return reply;
}

} // namespace cofire::detail

#endif
