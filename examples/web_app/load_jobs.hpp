// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef WEB_APP_LOAD_JOBS_HPP
#define WEB_APP_LOAD_JOBS_HPP

#include <cofire.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <string>

// The jobs of --load: they only take time, and some fail, so that there is something to see on every page
// of the dashboard.

namespace asio = boost::asio;

/// A few milliseconds. Every tenth fails once, every hundredth for good.
asio::awaitable<void> simulated_work(cofire::job_context& ctx, std::uint64_t number);

/// Takes about a quarter of a minute, says how far it is, and logs.
asio::awaitable<std::string>
import_contacts(cofire::job_context& ctx, std::string tenant, std::uint32_t contacts);

/// Mostly fails: for good, for a while, or because the bank does not answer.
asio::awaitable<std::string>
charge_card(cofire::job_context& ctx, std::string customer, std::uint32_t cents);

/// Goes into a queue of its own, which --load pauses.
asio::awaitable<void> send_newsletter(cofire::job_context& ctx, std::string recipient);

/// Runs after an import.
asio::awaitable<void> tell_tenant(cofire::job_context& ctx, std::string tenant);

template <>
struct cofire::job_traits<simulated_work> {
    static constexpr cofire::job_options options{
        .max_attempts = 2,
        .delays = {std::chrono::seconds{1}},
    };
};

template <>
struct cofire::job_traits<import_contacts> {
    static constexpr cofire::job_options options{.tags = {"import"}};
    static constexpr std::string_view display = "Import of {1} contacts for {0}";
};

template <>
struct cofire::job_traits<charge_card> {
    static constexpr cofire::job_options options{
        .priority = 9,
        .max_attempts = 4,
        .delays = {std::chrono::seconds{2}, std::chrono::seconds{30}, std::chrono::minutes{10}},
        .tags = {"billing"},
    };
    static constexpr std::string_view display = "Charge {0}";
};

template <>
struct cofire::job_traits<send_newsletter> {
    static constexpr cofire::job_options options{
        .queue = "newsletter",
        .priority = 1,
        .tags = {"mail"},
    };
};

/// Tells `jobs` of them.
void register_load_jobs(cofire::host& jobs);

/// Once at the start: recurring jobs, a paused queue, jobs that wait for hours, one that was deleted, and
/// one of a type that no server handles.
asio::awaitable<void> set_up_load(cofire::client const& jobs);

/// Now and then: an import with what follows it, payments, a newsletter.
asio::awaitable<void> make_some_of_each(cofire::client const& jobs, std::uint64_t round);

#endif
