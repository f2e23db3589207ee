// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "load.hpp"

#include "job_events.hpp"
#include "load_jobs.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <numeric>
#include <string>
#include <vector>

load::load(boost::asio::io_context& io, cofire::client const& jobs, std::uint32_t per_second)
    : timer_(io), jobs_(jobs), per_second_(per_second) {}

boost::asio::awaitable<void> load::run() {
    constexpr std::uint32_t slices = 20; // of a second
    constexpr auto wait = boost::asio::as_tuple(boost::asio::use_awaitable);
    auto next = std::chrono::steady_clock::now();
    for (std::uint64_t i = 0; !stopped_; ++i) {
        std::uint64_t const slice = i % slices;
        std::uint64_t const until = (slice + 1) * per_second_ / slices;
        co_await make(static_cast<std::uint32_t>(until - slice * per_second_ / slices));
        if (slice == 0) {
            co_await make_others(i / slices);
        }
        if (slice + 1 == slices) {
            co_await print_totals();
        }
        next += std::chrono::milliseconds(1000 / slices);
        timer_.expires_at(next);
        co_await timer_.async_wait(wait);
    }
}

void load::stop() {
    stopped_ = true;
    timer_.cancel();
}

boost::asio::awaitable<void> load::make(std::uint32_t count) {
    if (count == 0) {
        co_return;
    }
    std::vector<std::uint64_t> numbers(count);
    std::iota(numbers.begin(), numbers.end(), next_number_);
    next_number_ += count;
    try {
        co_await jobs_.enqueue_many<simulated_work>(numbers);
    } catch (cofire::error const& e) {
        print_line("refused", std::to_string(count) + " jobs of the load: " + e.what());
    }
}

boost::asio::awaitable<void> load::make_others(std::uint64_t seconds) {
    constexpr std::uint64_t every = 20;
    try {
        if (seconds == 0) {
            co_await set_up_load(jobs_);
        }
        if (seconds % every == 0) {
            co_await make_some_of_each(jobs_, seconds / every);
        }
    } catch (cofire::error const& e) {
        print_line("refused", std::string("jobs of the load: ") + e.what());
    }
}

boost::asio::awaitable<void> load::print_totals() {
    cofire::storage_counts const counts = co_await jobs_.counts();
    std::string text = std::to_string(counts.succeeded) + " succeeded, ";
    text += std::to_string(counts.attempts_failed) + " attempts failed, ";
    text += std::to_string(counts.failed) + " jobs failed for good, ";
    text += std::to_string(counts[cofire::job_state::enqueued]) + " in line, ";
    text += std::to_string(counts[cofire::job_state::scheduled]) + " scheduled";
    print_line("totals", text);
}
