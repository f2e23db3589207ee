// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_HANDLER_HANDLER_ENTRY_HPP
#define COFIRE_HANDLER_HANDLER_ENTRY_HPP

#include <cofire/core/config.hpp>
#include <cofire/core/time_point.hpp>
#include <cofire/handler/filter.hpp>
#include <cofire/handler/handler_options.hpp>
#include <cofire/handler/job_context.hpp>
#include <cofire/handler/log.hpp>
#include <cofire/storage/asio.hpp>
#include <cofire/storage/contract/settle.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cofire {

/// One registered handler: what it is called, and the way to run it. Made by a registry, which owns
/// it and what it calls.
///
/// Distinct objects: safe. Shared objects: safe to read, unsafe to change; run() may be called by
/// any number of slots at a time.
struct handler_entry {
    /// The job type's stored name.
    std::string name;
    /// Older names that it answers to as well.
    std::vector<std::string> aliases{};
    /// The newest form of the arguments that it decodes.
    std::uint32_t argument_version = 1;
    /// A JSON Schema of the arguments.
    std::string schema{};
    /// The template of the name shown to people; empty: none.
    std::string display{};
    /// How this server treats the type.
    handler_options options{};

    /// Runs the handler on the job of `context`, inside the registry's filters and its own, and
    /// keeps what it returned in the run_state. `context` and this must live until it completes.
    /// Errors: detail::undecodable if the arguments cannot be decoded, before any user code runs;
    /// otherwise whatever a filter or the handler throws; error(errc::bad_result) if the result
    /// cannot be JSON.
    /// Cancellation reaches the handler at its next suspension, also on an executor of its own; a
    /// blocking one that has not begun does not begin. It completes when the handler has ended.
    [[nodiscard("co_await it")]] asio::awaitable<void> run(job_context& context) const {
        return invoke(*this, context);
    }

    /// Lets the outcome filters see `outcome`, the type's own first, then the registry's, each in
    /// the order in which it was added, and mends what they leave: id, epoch and times of the run
    /// are kept; a retry beyond the last attempt fails, or is deleted as the job's on_exhausted says; a
    /// retry before `now` is due `now`; where a filter makes it a snooze that is not after `now`, or hands
    /// the job back, it stays as it was, since neither uses an attempt; only a success keeps a result, only
    /// failed, retry and deleted keep an error, and the first two always have one; texts are valid UTF-8. A filter that throws has changed nothing. What had to be mended, and
    /// what was thrown, is said to `log`.
    void filter_outcome(
        job_context const& context, run_outcome& outcome, time_point now, log_sink const& log
    ) const;

    // Set by the registry.
    std::shared_ptr<void const> target{};
    asio::awaitable<void> (*invoke)(handler_entry const&, job_context&) = nullptr;
    void (*check)(std::string_view arguments, std::uint32_t argument_version) = nullptr;
    detail::filter_list const* registry_filters = nullptr;

    /// The run behind a context: for the parts of the handler room that a handler must not see.
    [[nodiscard]] static detail::run_state& run_of(job_context& context) { return *context.run_; }
};

} // namespace cofire

#ifdef COFIRE_HEADER_ONLY
#include <cofire/handler/impl/handler_entry.ipp>
#endif

#endif
