// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_HANDLER_JOBS_HPP
#define COFIRE_TESTS_HANDLER_JOBS_HPP

#include <cofire/handler/job_context.hpp>
#include <cofire/job/job_traits.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/describe/class.hpp>
#include <boost/json/conversion.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

// The jobs of this room's tests. They write down what they do.
namespace handler_tests::jobs {

inline std::mutex mutex;
inline std::vector<std::string> done;

inline void note(std::string what) {
    std::lock_guard const lock{mutex};
    done.push_back(std::move(what));
}

inline std::vector<std::string> take_notes() {
    std::lock_guard const lock{mutex};
    return std::exchange(done, {});
}

inline boost::asio::awaitable<void> greet(std::string user) {
    note("greet " + user);
    co_return;
}

inline boost::asio::awaitable<std::size_t>
backup(cofire::job_context& ctx, std::string const& database) {
    note("backup " + database + " " + std::to_string(ctx.attempt()));
    co_await ctx.sleep_for(std::chrono::seconds(5));
    note("backed up " + database); // the reference still holds
    co_return database.size();
}

inline boost::asio::awaitable<void> never_throws(int n) noexcept {
    note("noexcept " + std::to_string(n));
    co_return;
}

inline boost::asio::awaitable<double> divide(double a, double b) {
    co_return a / b;
}

inline boost::asio::awaitable<void> nothing() {
    note("nothing");
    co_return;
}

/// Not a coroutine itself, but it returns one.
inline boost::asio::awaitable<void> forwarded(std::string user) {
    if (user.empty()) {
        throw std::invalid_argument("no user");
    }
    return greet(std::move(user));
}

inline int blocking(cofire::job_context& ctx, int n) {
    note("blocking " + std::to_string(n) + " " + std::string(ctx.type()));
    if (n < 0) {
        throw std::out_of_range("negative");
    }
    return n * 2;
}

inline void blocking_void(std::string what) {
    note("blocking " + what);
}

struct mailer {
    std::string from;
    boost::asio::awaitable<void> send(std::string to) {
        note(from + " to " + to);
        co_return;
    }
    boost::asio::awaitable<int> count(cofire::job_context& ctx, int n) const {
        note(from + " counts in attempt " + std::to_string(ctx.attempt()));
        co_return n + 1;
    }
    int block(int n) { return n + 10; }
};

struct resize {
    std::string path;
    int width = 800;
    static constexpr std::uint32_t version = 2;
};
BOOST_DESCRIBE_STRUCT(resize, (), (path, width))

struct clean_up {
    int days = 30;
    boost::asio::awaitable<int> operator()(cofire::job_context& ctx) {
        note("clean up " + std::to_string(days) + " " + std::string(ctx.type()));
        co_await ctx.sleep_for(std::chrono::seconds(1));
        co_return days; // the job is still there
    }
};
BOOST_DESCRIBE_STRUCT(clean_up, (), (days))

struct tick {
    boost::asio::awaitable<void> operator()() const {
        note("tick");
        co_return;
    }
};
BOOST_DESCRIBE_STRUCT(tick, (), ())

/// With conversions of its own, one of which throws what is no cofire::error.
struct length {
    int metres = 0;
};
inline length tag_invoke(boost::json::value_to_tag<length>, boost::json::value const& v) {
    if (v.as_int64() < 0) {
        throw std::domain_error("no such length");
    }
    return {static_cast<int>(v.as_int64())};
}
inline void tag_invoke(boost::json::value_from_tag, boost::json::value& v, length const& l) {
    v = l.metres;
}

inline boost::asio::awaitable<void> measure(length l) {
    note("measure " + std::to_string(l.metres));
    co_return;
}

} // namespace handler_tests::jobs

template <>
struct cofire::job_traits<handler_tests::jobs::backup> {
    static constexpr std::string_view name = "nightly-backup";
    static constexpr std::string_view display = "Backup of {0}";
};

#endif
