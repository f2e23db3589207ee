// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_HANDLER_JOB_CONTEXT_HPP
#define COFIRE_HANDLER_JOB_CONTEXT_HPP

#include <cofire/client/client.hpp>
#include <cofire/core/config.hpp>
#include <cofire/core/job_record.hpp>
#include <cofire/handler/cancellation_reason.hpp>
#include <cofire/handler/run_state.hpp>
#include <cofire/job/codec.hpp>
#include <cofire/storage/asio.hpp>
#include <cofire/storage/contract/acquire.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

namespace cofire {

/// What a handler can know of its run, and say about it: the first parameter of handlers that ask
/// for it. It belongs to the server and lives until the handler has returned: do not keep it
/// longer.
///
/// Distinct objects: safe. Shared objects: safe, except snooze(), which one thread at a time may
/// call.
class job_context {
public:
    /// For the server; for tests of handlers see cofire/testing.hpp. `run` must outlive this.
    explicit job_context(detail::run_state& run) : run_(&run) {}
    job_context(job_context const&) = delete;
    job_context& operator=(job_context const&) = delete;

    /// The job's id.
    [[nodiscard]] job_id id() const { return run_->job.id; }
    /// The job type's name, as it is stored.
    [[nodiscard]] std::string_view type() const { return run_->job.type; }
    /// The queue it was taken from.
    [[nodiscard]] std::string_view queue() const { return run_->job.settings->queue; }
    /// Which run by the handler this is: 1 in the first. Runs that ended with their server's death
    /// or were handed back are not counted.
    [[nodiscard]] std::uint32_t attempt() const { return run_->job.attempt + 1; }
    /// How often the job may be run, the first run included.
    [[nodiscard]] std::uint32_t max_attempts() const;
    /// How many runs of this job ended with their server's death.
    [[nodiscard]] std::uint32_t lost() const { return run_->job.lost; }
    /// The number of this acquisition. It grows with each, so it can fence writes elsewhere.
    [[nodiscard]] epoch_type epoch() const { return run_->job.epoch; }
    /// The arguments as JSON text. Valid as long as the context.
    [[nodiscard]] std::string_view arguments() const { return run_->job.arguments; }
    /// The recurring job it is an occurrence of; empty for others.
    [[nodiscard]] std::string_view recurring_id() const { return run_->job.recurring_id; }
    /// The occurrence's time by the schedule, which is the same in every run, however late it is;
    /// empty for other jobs, and for one triggered by hand.
    [[nodiscard]] std::optional<time_point> occurrence() const { return run_->job.occurrence; }
    /// When it was inserted, on the storage's clock.
    [[nodiscard]] time_point created() const { return run_->job.created; }
    /// When it became due, on the storage's clock: of an occurrence's first run that occurrence's
    /// time, of a retry the retry's.
    [[nodiscard]] time_point due() const { return run_->job.due; }

    /// Why the run was asked to stop; none: it was not.
    [[nodiscard]] cofire::cancellation_reason cancellation_reason() const {
        return run_->reason.load();
    }
    /// Triggered when the run is asked to stop: the way for blocking functions to learn of it.
    /// A coroutine is cancelled at its next suspension by itself.
    [[nodiscard]] std::stop_token stop_token() const { return run_->stop_token(); }

    /// Says how far the run has come, in any unit; people see it. Errors: bad_option unless both
    /// are finite and not negative.
    void progress(double done, double total) { run_->set_progress(done, total); }
    /// Writes a line to the job's log, which people see. At most 4 KiB of a line and 200 lines of a
    /// run are kept; a last line says how many were not. Of several runs a job keeps the newest 201
    /// lines; a first line says that there were earlier ones.
    void log(std::string_view line) { run_->log(line); }

    /// Waits for `d` on the server's clock, at most about 100 years. Not positive: returns at once.
    /// Cancellation, any type: throws boost::system::system_error(operation_aborted).
    [[nodiscard("co_await it")]] asio::awaitable<void> sleep_for(duration d) const;

    /// If the handler then returns, the job runs again `d` later, and no attempt is counted. What
    /// it returned is dropped. Called again, the last one counts. Errors: bad_option if `d` is
    /// negative.
    void snooze(duration d);

    /// The jobs this one waited for, with their ends and results, in the order given at the insert.
    /// Valid as long as the context.
    [[nodiscard]] std::span<parent_outcome const> parents() const { return run_->job.parents; }

    /// The result of the parent at `index` in parents().
    /// Errors: missing_parent if there is none there; bad_result if its result is no `T`, or it has
    /// none.
    template <class T>
    [[nodiscard]] T parent_result(std::size_t index = 0) const {
        return decode_parent<T>(parent_at(index));
    }
    /// The result of the parent `id`. Errors: as above.
    template <class T>
    [[nodiscard]] T parent_result(job_id id) const {
        return decode_parent<T>(parent_with(id));
    }

    /// A client on the storage that the job came from.
    [[nodiscard]] cofire::client const& client() const { return run_->environment->client; }
    /// The server's executor. The handler's own is co_await asio::this_coro::executor.
    [[nodiscard]] asio::any_io_executor executor() const { return run_->environment->executor; }

private:
    friend struct handler_entry;

    [[nodiscard]] parent_outcome const& parent_at(std::size_t index) const;
    [[nodiscard]] parent_outcome const& parent_with(job_id id) const;
    [[noreturn]] void
    fail_parent_result(parent_outcome const& parent, std::string const& why) const;

    template <class T>
    T decode_parent(parent_outcome const& parent) const {
        if (parent.result.empty()) {
            fail_parent_result(parent, "it has none");
        }
        try {
            return decode_value<T>(parent.result);
        } catch (error const& e) {
            fail_parent_result(parent, e.what());
        }
    }

    detail::run_state* run_;
};

} // namespace cofire

#ifdef COFIRE_HEADER_ONLY
#include <cofire/handler/impl/job_context.ipp>
#endif

#endif
