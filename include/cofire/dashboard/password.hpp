// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_PASSWORD_HPP
#define COFIRE_DASHBOARD_PASSWORD_HPP

#include <cofire/core/config.hpp>
#include <cofire/core/error.hpp>
#include <cofire/dashboard/dashboard_options.hpp>
#include <cofire/dashboard/detail/access.hpp>
#include <cofire/storage/detail/parking.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <charconv>
#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <openssl/evp.h>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Users with passwords. Not part of <cofire/dashboard.hpp>, because it needs OpenSSL's libcrypto (CMake:
// cofire::dashboard_password).
namespace cofire {

/// A user of a dashboard.
///
/// Distinct objects: safe. Shared objects: safe to read, unsafe to change.
struct dashboard_user {
    /// The name.
    std::string name;
    /// What hash_password gave; never the password itself.
    std::string password_hash;
    /// What they may do.
    cofire::role role = cofire::role::viewer;
};

namespace detail {

/// How often PBKDF2 hashes for a new password.
inline constexpr int password_rounds = 600'000;

[[nodiscard]] inline std::string
derive_key(std::string_view password, std::string_view salt, int rounds) {
    std::string key(32, '\0');
    int const done = PKCS5_PBKDF2_HMAC(
        password.data(),
        static_cast<int>(password.size()),
        reinterpret_cast<unsigned char const*>(salt.data()),
        static_cast<int>(salt.size()),
        rounds,
        EVP_sha256(),
        static_cast<int>(key.size()),
        reinterpret_cast<unsigned char*>(key.data())
    );
    if (done != 1) {
        throw error(errc::bad_dashboard_option, "OpenSSL does not hash passwords here");
    }
    std::string text;
    for (char const c : key) {
        auto const byte = static_cast<unsigned char>(c);
        text += "0123456789abcdef"[byte >> 4U];
        text += "0123456789abcdef"[byte & 15U];
    }
    return text;
}

/// The parts of "pbkdf2-sha256$rounds$salt$key".
struct password_parts {
    int rounds = 0;
    std::string salt{};
    std::string key{};
};

[[nodiscard]] inline std::optional<password_parts> split_password(std::string_view text) {
    constexpr std::string_view head = "pbkdf2-sha256$";
    if (!text.starts_with(head)) {
        return std::nullopt;
    }
    text.remove_prefix(head.size());
    password_parts parts;
    auto const first = text.find('$');
    auto const second = text.find('$', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) {
        return std::nullopt;
    }
    auto const end = std::from_chars(text.data(), text.data() + first, parts.rounds);
    parts.salt = text.substr(first + 1, second - first - 1);
    parts.key = text.substr(second + 1);
    bool const good = end.ec == std::errc() && end.ptr == text.data() + first &&
                      parts.rounds >= 1'000 && parts.rounds <= 100'000'000 &&
                      parts.salt.size() >= 16 && parts.key.size() == 64;
    return good ? std::optional(std::move(parts)) : std::nullopt;
}

// Who the users are, and who of them was checked before.
//
// Distinct objects: safe. Shared objects: safe.
class password_book {
public:
    explicit password_book(std::vector<dashboard_user> users) : users_(std::move(users)) {}

    [[nodiscard]] std::optional<access_grant>
    check(std::string_view name, std::string_view password) {
        dashboard_user const* user = nullptr;
        for (dashboard_user const& u : users_) {
            user = u.name == name ? &u : user;
        }
        // An unknown name takes as long as a wrong password.
        auto const parts = split_password((user != nullptr ? *user : users_.front()).password_hash);
        std::string const key = derive_key(password, parts->salt, parts->rounds);
        bool const good = equal_in_constant_time(key, parts->key) && user != nullptr;
        if (!good) {
            return std::nullopt;
        }
        std::lock_guard const lock(mutex_);
        known_.emplace_back(derive_key(password, secret_ + user->name, 1), user);
        if (known_.size() > users_.size() * 2) {
            known_.erase(known_.begin());
        }
        return access_grant{user->name, user->role};
    }

    // One that was checked before is known again at once: by a hash with a key of this process.
    [[nodiscard]] std::optional<access_grant>
    recall(std::string_view name, std::string_view password) const {
        std::string const key = derive_key(password, secret_ + std::string(name), 1);
        std::lock_guard const lock(mutex_);
        for (auto const& [known, user] : known_) {
            if (equal_in_constant_time(known, key) && user->name == name) {
                return access_grant{user->name, user->role};
            }
        }
        return std::nullopt;
    }

    // Counts one more check; false: there are enough.
    [[nodiscard]] bool begin_check(int most) {
        if (checks_.fetch_add(1) < most) {
            return true;
        }
        checks_.fetch_sub(1);
        return false;
    }
    void end_check() { checks_.fetch_sub(1); }

private:
    std::vector<dashboard_user> users_;
    std::atomic<int> checks_{0};
    std::string secret_ = random_token();
    mutable std::mutex mutex_;
    std::vector<std::pair<std::string, dashboard_user const*>> known_;
};

// One check, shared by the coroutine that waits for it and the thread that makes it: either may be
// gone before the other has done its part.
struct password_check {
    std::shared_ptr<password_book> book;
    std::string name;
    std::string password;
    std::optional<access_grant> grant{};
    std::exception_ptr failure{};
    parking done{};
};

/// How many checks there may be at a time, with the one under way: each takes some tenths of a second.
inline constexpr int most_password_checks = 8;

// What the thread runs. It owns nothing but the check: neither the thread, which would have to wait for
// itself, nor a coroutine, which goes with its own context.
struct password_job {
    std::shared_ptr<password_check> check;

    void operator()() const {
        try {
            check->grant = check->book->check(check->name, check->password);
        } catch (...) {
            check->failure = std::current_exception();
        }
        check->book->end_check();
        check->done.notify();
    }
};

// Checks passwords on a thread of its own, because that takes long on purpose.
class password_door {
public:
    explicit password_door(std::vector<dashboard_user> users)
        : book_(std::make_shared<password_book>(std::move(users))) {}

    [[nodiscard]] std::shared_ptr<password_book> const& book() const { return book_; }
    void start(std::shared_ptr<password_check> check) {
        asio::post(thread_, password_job{std::move(check)});
    }

private:
    std::shared_ptr<password_book> book_;
    asio::thread_pool thread_{1};
};

[[nodiscard]] inline asio::awaitable<std::optional<access_grant>>
ask_password_door(std::shared_ptr<password_door> door, access_request request) {
    auto const credentials = basic_credentials(request.authorization);
    if (!credentials || credentials->second.size() > 256) {
        co_return std::nullopt;
    }
    if (auto grant = door->book()->recall(credentials->first, credentials->second)) {
        co_return grant;
    }
    if (!door->book()->begin_check(most_password_checks)) {
        throw web_problem(503, "busy", "too many passwords are being checked; try again")
            .with("Retry-After", "2");
    }
    auto const check = std::make_shared<password_check>();
    check->book = door->book();
    check->name = credentials->first;
    check->password = credentials->second;
    door->start(check);
    auto op = check->done.wait();
    co_await std::move(op);
    if (check->failure) {
        std::rethrow_exception(check->failure);
    }
    co_return std::move(check->grant);
}

} // namespace detail

/// What is to be kept of `password`: PBKDF2 with SHA-256, 600,000 rounds and a random salt. Takes some
/// tenths of a second. Throws errc::bad_dashboard_option unless it has 8 to 256 bytes.
/// Distinct calls: safe from any thread.
[[nodiscard]] inline std::string hash_password(std::string_view password) {
    if (password.size() < 8 || password.size() > 256) {
        throw error(
            errc::bad_dashboard_option,
            "a password of " + std::to_string(password.size()) + " bytes: from 8 to 256"
        );
    }
    std::string const salt = random_token();
    return "pbkdf2-sha256$" + std::to_string(detail::password_rounds) + '$' + salt + '$' +
           detail::derive_key(password, salt, detail::password_rounds);
}

/// Lets in users by a basic log-in. Passwords are checked on a thread of the authorizer's own; one that
/// was right is known again without that work. Eight checks wait at the most: what comes on top is
/// answered 503 with Retry-After on the dashboard's own port, and throws a std::exception elsewhere.
///
/// Throws errc::bad_dashboard_option if there is no user,
/// a name is empty, has a colon or stands there twice, or a hash is none of hash_password's.
[[nodiscard]] inline authorizer password_authorizer(std::vector<dashboard_user> users) {
    if (users.empty()) {
        throw error(errc::bad_dashboard_option, "no users");
    }
    for (std::size_t i = 0; i != users.size(); ++i) {
        std::string const& name = users[i].name;
        bool good = !name.empty() && name.find(':') == std::string::npos &&
                    detail::split_password(users[i].password_hash).has_value();
        for (std::size_t j = 0; j != i; ++j) {
            good = good && users[j].name != name;
        }
        if (!good) {
            throw error(
                errc::bad_dashboard_option,
                "the user " + quoted(name) + ": the name or the password's hash is not valid"
            );
        }
    }
    auto door = std::make_shared<detail::password_door>(std::move(users));
    authorizer a;
    a.decide = [door](access_request request) { return detail::ask_password_door(door, request); };
    a.challenge = "Basic realm=\"cofire\", charset=\"UTF-8\"";
    return a;
}

} // namespace cofire

#endif
