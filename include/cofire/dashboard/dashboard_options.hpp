// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DASHBOARD_OPTIONS_HPP
#define COFIRE_DASHBOARD_DASHBOARD_OPTIONS_HPP

#include <cofire/core/time_point.hpp>
#include <cofire/storage/asio.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace cofire {

/// What somebody may do on a dashboard.
enum class role : std::uint8_t {
    viewer, ///< look
    // NOLINTNEXTLINE(readability-identifier-naming): the word is a keyword
    operator_ ///< look and act
};

/// Who asks, as the program that calls dashboard::handle knows it. Trivially destructible, so that it
/// may be written in braces beside co_await; handle copies it at once.
///
/// Distinct objects: safe. Shared objects: safe to read, unsafe to change.
struct dashboard_identity {
    /// The name, for the page and the audit line.
    std::string_view user{};
    /// What they may do.
    cofire::role role = cofire::role::viewer;
    /// From where, for the audit line: an address; empty: not known.
    std::string_view from{};
};

static_assert(std::is_trivially_destructible_v<dashboard_identity>);

/// What an authorizer is asked. Its texts are valid until the authorizer's coroutine ends.
///
/// Distinct objects: safe. Shared objects: safe to read, unsafe to change.
struct access_request {
    /// The Authorization header; empty: none.
    std::string_view authorization{};
    /// The Cookie header; empty: none.
    std::string_view cookie{};
    /// The request's target.
    std::string_view target{};
    /// The address of the other end of the connection; the client's as a trusted proxy names it if that
    /// is the other end. Never taken from a header otherwise.
    std::string_view from{};
};

/// What an authorizer answers.
///
/// Distinct objects: safe. Shared objects: safe to read, unsafe to change.
struct access_grant {
    /// The name, for the page and the audit line.
    std::string user;
    /// What they may do.
    cofire::role role = cofire::role::viewer;
};

/// Decides who may use a dashboard on its own port: a coroutine that gives no grant to refuse. What it
/// throws refuses as well. It must be safe to call from any thread if the executor has several.
///
/// Distinct objects: safe. Shared objects: safe to read, unsafe to change.
struct authorizer {
    /// Asked for every request, before anything else is done with it. Empty: no authorizer.
    std::function<asio::awaitable<std::optional<access_grant>>(access_request)> decide{};
    /// The WWW-Authenticate header of a refusal; empty: none.
    std::string challenge{};
};

/// Lets in whoever brings `token`, as "Authorization: Bearer <token>" or as the password of a basic
/// log-in with any user name. Compared in constant time. Throws errc::bad_dashboard_option unless the
/// token has 16 to 1024 bytes.
/// Distinct calls: safe from any thread.
[[nodiscard]] authorizer
token_authorizer(std::string token, role granted = role::operator_, std::string user = "token");

/// A random token of 32 hexadecimal digits, from the system's source of secrets.
/// Distinct calls: safe from any thread.
[[nodiscard]] std::string random_token();

/// A link from each job to somewhere else, such as a page of logs.
///
/// Distinct objects: safe. Shared objects: safe to read, unsafe to change.
struct link_template {
    /// What the page shows.
    std::string label;
    /// An http or https URL with {id}, {type}, {queue}, {tag}, {started} or {finished} in it, which the
    /// page fills, percent-encoded.
    std::string url;
};

/// What a dashboard puts up with on its own port.
///
/// Distinct objects: safe. Shared objects: safe to read, unsafe to change.
struct dashboard_limits {
    /// Connections at a time.
    std::size_t connections = 64;
    /// Connections at a time from one address.
    std::size_t connections_per_address = 8;
    /// Requests on one connection.
    std::size_t requests_per_connection = 100;
    /// Bytes of a request's header.
    std::uint32_t header_bytes = 8 * 1024;
    /// How long a header may take, from its first byte or, on a new connection, from its beginning.
    std::chrono::milliseconds header_time{5'000};
    /// How long a body may take.
    std::chrono::milliseconds body_time{10'000};
    /// How long it may take to write an answer, or one event of a stream.
    std::chrono::milliseconds write_time{10'000};
    /// How long a connection may be idle between two requests.
    std::chrono::milliseconds idle_time{30'000};
};

/// Those who have logged in on the page of a dashboard on its own port: a cookie says who they are, and a
/// session ends by "Log out", by these, or with the program.
///
/// Distinct objects: safe. Shared objects: safe to read, unsafe to change.
struct dashboard_sessions {
    /// Without a request for this long it ends. A page that is open asks all the time.
    std::chrono::seconds idle{30 * 60};
    /// It ends after this in any case; what the authorizer would say meanwhile is not asked.
    std::chrono::seconds absolute{12 * 60 * 60};
    /// At a time; one more ends the one that was not used for longest. 0: there is no page to log in,
    /// and browsers ask by themselves.
    std::size_t most = 1'000;
};

/// How a dashboard works. Every member has a default. Give it a name of its own if a co_await stands in
/// the same expression: g++ 12 destroys such temporaries twice there.
///
/// Distinct objects: safe. Shared objects: safe to read, unsafe to change.
struct dashboard_options {
    /// Where it stands in the URLs: begins with '/', does not end with one; empty: at the root.
    std::string prefix = "/cofire";
    /// What the page calls itself.
    std::string title = "cofire";
    /// True: nobody may act.
    bool read_only = false;
    /// Names of members of arguments and results, at any depth, whose values are never shown, whatever
    /// their case; "type[2]" stands for the third argument of that job type. Refused: an empty name, one
    /// with a control character or a space at an end, and brackets in any other form.
    std::vector<std::string> redact{};
    /// Names in the Host header that are answered, beside localhost, 127.0.0.1 and [::1], without
    /// port. "*": any, for a program that checks them itself.
    std::vector<std::string> allowed_hosts{};
    /// Links shown with each job.
    std::vector<link_template> links{};
    /// How often the page looks for changes at the most; at least 1 s.
    std::chrono::milliseconds poll{2'000};
    /// Event streams at a time.
    std::size_t streams = 16;
    /// How long one request may take the storage; then 503.
    std::chrono::milliseconds deadline{10'000};
    /// Who may use serve(). Without one it listens on the loopback interface only.
    cofire::authorizer authorizer{};
    /// Who has logged in there, if the authorizer takes a basic log-in: its challenge begins with "Basic ".
    dashboard_sessions sessions{};
    /// True: serve() listens on other interfaces than the loopback one, too, although whoever stands
    /// between can read the credentials: in a network that is trusted, or behind a proxy with TLS.
    bool allow_plain_http = false;
    /// Addresses of proxies whose X-Forwarded-For is believed, for the audit line and for those who guess
    /// credentials; their connections are bounded together only. All others' headers are not.
    std::vector<std::string> trusted_proxies{};
    /// Hears one line, without a line break, of each action: who, from where, what, which, and how it
    /// ended. Called from any thread that runs the dashboard. Empty: they go to stderr.
    std::function<void(std::string_view)> audit{};
    /// What it puts up with on its own port.
    dashboard_limits limits{};
};

} // namespace cofire

#ifdef COFIRE_HEADER_ONLY
#include <cofire/dashboard/impl/dashboard_options.ipp>
#endif

#endif
