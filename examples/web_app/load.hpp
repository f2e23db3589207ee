// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef WEB_APP_LOAD_HPP
#define WEB_APP_LOAD_HPP

#include <cofire.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>

/// Makes jobs at a steady rate, a few of other kinds, and prints once a second what became of them.
class load {
public:
    /// `jobs` must outlive it.
    load(boost::asio::io_context& io, cofire::client const& jobs, std::uint32_t per_second);

    /// Runs until stop().
    boost::asio::awaitable<void> run();

    /// Ends run() soon.
    void stop();

private:
    boost::asio::awaitable<void> make(std::uint32_t count);
    boost::asio::awaitable<void> make_others(std::uint64_t seconds);
    boost::asio::awaitable<void> print_totals();

    boost::asio::steady_timer timer_;
    cofire::client const& jobs_;
    std::uint32_t per_second_;
    std::uint64_t next_number_ = 0;
    bool stopped_ = false;
};

#endif
