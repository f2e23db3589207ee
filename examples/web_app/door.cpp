// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "door.hpp"

#include <algorithm>
#include <cstddef>
#include <ifaddrs.h>
#include <memory>
#include <netinet/in.h>
#include <string_view>
#include <utility>

namespace {

constexpr std::string_view enter = "/enter?once=";
constexpr std::string_view cookie = "web_app_pass=";

// Takes the same time wherever they differ.
bool same(std::string_view a, std::string_view b) {
    unsigned char difference = a.size() == b.size() ? 0 : 1;
    for (std::size_t i = 0; i != std::min(a.size(), b.size()); ++i) {
        difference |= static_cast<unsigned char>(a[i] ^ b[i]);
    }
    return difference == 0;
}

std::string shown(boost::asio::ip::address const& a) {
    return a.is_v6() ? '[' + a.to_string() + ']' : a.to_string();
}

} // namespace

door::door(std::function<void(std::string const& path)> used)
    : used_(std::move(used)),
      token_(cofire::random_token()),
      once_(cofire::random_token()),
      scripts_(cofire::token_authorizer(token_)) {}

std::string door::path() const {
    return std::string(enter) + once_;
}

bool door::has_pass(web::request const& request) const {
    std::string_view rest = request[web::http::field::cookie];
    while (!rest.empty()) {
        std::string_view one = rest.substr(0, rest.find(';'));
        rest.remove_prefix(std::min(rest.size(), one.size() + 1));
        one.remove_prefix(std::min(one.find_first_not_of(' '), one.size()));
        if (one.starts_with(cookie)) {
            one.remove_prefix(cookie.size());
            auto const known = [&](std::string const& pass) { return same(pass, one); };
            if (std::any_of(passes_.begin(), passes_.end(), known)) {
                return true;
            }
        }
    }
    return false;
}

web::response door::let_in() {
    constexpr std::size_t most = 16;
    if (passes_.size() == most) {
        passes_.erase(passes_.begin());
    }
    passes_.push_back(cofire::random_token());
    once_ = cofire::random_token();
    web::response r(web::http::status::see_other, 11);
    std::string const pass = std::string(cookie) + passes_.back();
    r.set(web::http::field::set_cookie, pass + "; Path=/; HttpOnly; SameSite=Strict");
    r.set(web::http::field::location, "/cofire/");
    r.set(web::http::field::cache_control, "no-store");
    r.set("Referrer-Policy", "no-referrer");
    return r;
}

web::asio::awaitable<std::optional<web::response>> door::ask(web::request const& request) {
    std::string_view const target = request.target();
    if (request.method() == web::http::verb::get && target.starts_with(enter)) {
        if (same(target.substr(enter.size()), once_)) {
            web::response r = let_in();
            used_(path());
            co_return r;
        }
        co_return web::problem(
            web::http::status::forbidden, "this link was used; the terminal shows the next one"
        );
    }
    if (has_pass(request)) {
        co_return std::nullopt;
    }
    cofire::access_request question;
    question.authorization = request[web::http::field::authorization];
    question.target = target;
    auto op = scripts_.decide(question);
    if (co_await std::move(op)) {
        co_return std::nullopt;
    }
    web::response refusal = web::problem(
        web::http::status::unauthorized,
        "open the link that the server has printed, or send its token"
    );
    refusal.set(web::http::field::www_authenticate, scripts_.challenge);
    co_return refusal;
}

std::vector<std::string> addresses_to_show(boost::asio::ip::address const& listen) {
    std::vector<std::string> result;
    ifaddrs* found = nullptr;
    if (!listen.is_unspecified() || getifaddrs(&found) != 0) {
        return {shown(listen)};
    }
    std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> const owner(found, freeifaddrs);
    for (ifaddrs const* i = found; i != nullptr; i = i->ifa_next) {
        if (i->ifa_addr == nullptr) {
            continue;
        }
        boost::asio::ip::address a;
        if (i->ifa_addr->sa_family == AF_INET) {
            auto const* const in = reinterpret_cast<sockaddr_in const*>(i->ifa_addr);
            a = boost::asio::ip::address_v4(ntohl(in->sin_addr.s_addr));
        } else if (i->ifa_addr->sa_family == AF_INET6 && listen.is_v6()) {
            auto const* const in = reinterpret_cast<sockaddr_in6 const*>(i->ifa_addr);
            boost::asio::ip::address_v6::bytes_type bytes{};
            std::copy_n(std::begin(in->sin6_addr.s6_addr), bytes.size(), bytes.begin());
            boost::asio::ip::address_v6 const v6(bytes);
            if (v6.is_link_local()) {
                continue; // it needs the interface's name, which browsers do not take
            }
            a = v6;
        } else {
            continue;
        }
        if (!a.is_loopback()) {
            result.push_back(shown(a));
        }
    }
    if (result.empty()) { // no network: this machine can reach it all the same
        result.push_back(listen.is_v6() ? "[::1]" : "127.0.0.1");
    }
    return result;
}
