// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_SERVER_DETAIL_DISPATCHER_HPP
#define COFIRE_SERVER_DETAIL_DISPATCHER_HPP

#include <cofire/core/config.hpp>
#include <cofire/server/detail/recurring_schedule.hpp>
#include <cofire/server/detail/server_core.hpp>
#include <cofire/storage/detail/alarm.hpp>

#include <boost/asio/cancellation_signal.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <vector>

namespace cofire::detail {

/// Stands between a server's slots and its storage, in the frame of dispatch(), on a strand of its
/// own: collects outcomes and settles them in batches, acquires the next jobs along, passes reports
/// and signals, fires recurring jobs, and stops the server step by step.
class dispatcher {
public:
    dispatcher(std::shared_ptr<server_core> core, asio::any_io_executor strand);

    /// Runs until the server has stopped. Throws errc::closed if the storage was closed.
    asio::awaitable<void> run();

private:
    struct watch;

    asio::awaitable<void> announce();
    asio::awaitable<void> turn();
    asio::awaitable<void> tick(std::vector<run_report> reports);
    asio::awaitable<void> settle(std::vector<ended_run> ended, std::uint32_t limit);
    asio::awaitable<void> fire_recurring();
    asio::awaitable<void> load_recurring();
    asio::awaitable<void> pause();
    asio::awaitable<void> retire();
    static asio::awaitable<void> watch_storage(std::shared_ptr<watch> w);

    void take_answer(acquire_answer&& answer, std::uint32_t limit);
    void take_settled(std::vector<ended_run> const& ended, settle_answer const& answer);
    void take_failure(std::exception_ptr const& e, char const* operation);
    void advance_stop();
    [[nodiscard]] bool stopping() const { return plan_.begun(); }
    [[nodiscard]] bool failing() const;
    [[nodiscard]] acquire_request make_acquire(std::uint32_t limit);

    std::shared_ptr<server_core> core_;
    asio::any_io_executor strand_;
    std::shared_ptr<void const> alive_ = std::make_shared<char>(); // see server_announce::alive
    alarm alarm_;
    shutdown_plan plan_;
    recurring_schedule schedule_;
    random_source random_;
    std::shared_ptr<watch> watch_;
    server_instance instance_ = 0;
    std::optional<duration> tick_every_;
    std::vector<std::string_view> except_;
    std::optional<time_point> next_due_;
    std::optional<steady_point> next_timeout_;
    steady_point next_report_{};       // reports are not told more often
    steady_point next_tick_{};
    steady_point retry_at_{};          // after a failure of the storage
    duration backoff_{0};
    std::optional<seen_token> seen_;   // by the earliest call since the last wait
    bool more_ = true;                 // there may be jobs to take
    bool changed_ = false;             // the storage said that something changed
    bool drained_ = false;             // told to take no more jobs
    bool reload_ = true;               // the recurring jobs are to be read
    bool busy_ = false;                // this turn did something
    bool done_ = false;
    std::exception_ptr fatal_;
};

} // namespace cofire::detail

#endif
