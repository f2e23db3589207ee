// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_IMPL_DASHBOARD_OPTIONS_IPP
#define COFIRE_DASHBOARD_IMPL_DASHBOARD_OPTIONS_IPP

#include <cofire/core/error.hpp>
#include <cofire/dashboard/dashboard_options.hpp>
#include <cofire/dashboard/detail/access.hpp>

#include <boost/beast/core/detail/base64.hpp>
#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid.hpp>

#include <memory>
#include <utility>

namespace cofire {

namespace detail {

COFIRE_DECL std::optional<std::pair<std::string, std::string>>
basic_credentials(std::string_view authorization) {
    namespace base64 = boost::beast::detail::base64;
    if (authorization.size() < 6 || authorization.size() > 4096 ||
        !beast::iequals(authorization.substr(0, 6), "basic ")) {
        return std::nullopt;
    }
    authorization.remove_prefix(6);
    while (authorization.ends_with('=')) {
        authorization.remove_suffix(1);
    }
    std::string text(base64::decoded_size(authorization.size() + 4), '\0');
    auto const [written, read] =
        base64::decode(text.data(), authorization.data(), authorization.size());
    text.resize(written);
    auto const colon = text.find(':');
    if (read != authorization.size() || colon == std::string::npos) {
        return std::nullopt;
    }
    return std::pair(text.substr(0, colon), text.substr(colon + 1));
}

/// Keeps a token and says who brings it.
class token_door {
public:
    token_door(std::string token, role granted, std::string user)
        : token_(std::move(token)), user_(std::move(user)), role_(granted) {}

    [[nodiscard]] std::optional<access_grant> ask(std::string_view authorization) const {
        bool good = false;
        if (authorization.size() > 7 && beast::iequals(authorization.substr(0, 7), "bearer ")) {
            good = equal_in_constant_time(authorization.substr(7), token_);
        } else if (auto const basic = basic_credentials(authorization)) {
            good = equal_in_constant_time(basic->second, token_);
        }
        return good ? std::optional(access_grant{user_, role_}) : std::nullopt;
    }

private:
    std::string token_;
    std::string user_;
    role role_;
};

[[nodiscard]] COFIRE_DECL asio::awaitable<std::optional<access_grant>>
ask_token_door(std::shared_ptr<token_door const> door, access_request request) {
    co_return door->ask(request.authorization);
}

} // namespace detail

COFIRE_DECL authorizer token_authorizer(std::string token, role granted, std::string user) {
    if (token.size() < 16 || token.size() > 1024) {
        throw error(
            errc::bad_dashboard_option,
            "a token of " + std::to_string(token.size()) + " bytes: from 16 to 1024"
        );
    }
    auto door =
        std::make_shared<detail::token_door const>(std::move(token), granted, std::move(user));
    authorizer a;
    a.decide = [door](access_request request) { return detail::ask_token_door(door, request); };
    a.challenge = "Basic realm=\"cofire\", charset=\"UTF-8\"";
    return a;
}

COFIRE_DECL std::string random_token() {
    // Its 122 random bits come from the system's source of secrets.
    boost::uuids::uuid const random = boost::uuids::random_generator_pure()();
    std::string text;
    for (std::uint8_t const byte : random) {
        text += "0123456789abcdef"[byte >> 4U];
        text += "0123456789abcdef"[byte & 15U];
    }
    return text;
}

} // namespace cofire

#endif
