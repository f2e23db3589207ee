// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_HANDLER_FILTER_HPP
#define COFIRE_HANDLER_FILTER_HPP

#include <cofire/core/config.hpp>
#include <cofire/handler/job_context.hpp>
#include <cofire/storage/asio.hpp>
#include <cofire/storage/contract/settle.hpp>

#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

namespace cofire {

namespace detail {
class filter_chain;
}

/// What is behind an execution filter: the next filter, or the handler.
///
/// Distinct objects: safe. Shared objects: unsafe.
class next_handler {
public:
    /// Takes over; `other` cannot be called any more.
    next_handler(next_handler&& other) noexcept
        : chain_(std::exchange(other.chain_, nullptr)), index_(other.index_) {}
    next_handler& operator=(next_handler&&) = delete;

    /// Runs the rest. Throws what the handler throws. To be called once at the most: a second call
    /// throws std::logic_error, since the handler has taken its arguments. A filter that does not
    /// call it skips the handler; the run then counts as one whose handler returned.
    [[nodiscard("co_await it")]] asio::awaitable<void> operator()();

private:
    friend class detail::filter_chain;
    next_handler(detail::filter_chain const* chain, std::size_t index)
        : chain_(chain), index_(index) {}

    detail::filter_chain const* chain_;
    std::size_t index_;
};

/// Stands around the run of a handler: opens a transaction, measures, adds to exceptions. It does
/// `co_await next()` where the handler belongs. What it throws counts as thrown by the handler. It
/// runs on the slot's executor, for several jobs at a time. The arguments are decoded before the
/// first filter runs.
using execution_filter = std::function<asio::awaitable<void>(job_context&, next_handler)>;

/// Sees how a run ended before it is settled, and may replace kind, time, error and reason: a retry
/// later than the policy says, a failure that should be deleted. It must not block. It is called
/// for jobs whose handler is known, and not if the lease was lost. If it throws, what it changed is
/// undone; see handler_entry::filter_outcome for what is made of an outcome that makes no sense.
using outcome_filter = std::function<void(job_context const&, run_outcome&)>;

namespace detail {

/// Filters in the order in which they were added.
struct filter_list {
    std::vector<execution_filter> execution;
    std::vector<outcome_filter> outcome;
};

/// One run's way through the filters: the first list's, then the second's, then the handler.
///
/// Distinct objects: safe. Shared objects: unsafe.
class filter_chain {
public:
    /// Runs the handler.
    using handler_function = asio::awaitable<void> (*)(void* handler);

    /// Everything given must outlive the run.
    filter_chain(
        filter_list const& outer,
        filter_list const& inner,
        job_context& context,
        handler_function run,
        void* handler
    )
        : outer_(&outer), inner_(&inner), context_(&context), run_(run), handler_(handler) {}
    filter_chain(filter_chain const&) = delete;
    filter_chain& operator=(filter_chain const&) = delete;

    /// Runs the whole chain.
    [[nodiscard]] asio::awaitable<void> start() const { return run_from(0); }

    /// Runs what begins at the filter `index`.
    [[nodiscard]] asio::awaitable<void> run_from(std::size_t index) const;

private:
    filter_list const* outer_;
    filter_list const* inner_;
    job_context* context_;
    handler_function run_;
    void* handler_;
};

/// Runs a handler with the filters of both lists around it. Everything given must outlive the run.
[[nodiscard]] asio::awaitable<void> run_filtered(
    filter_list const& outer,
    filter_list const& inner,
    job_context& context,
    filter_chain::handler_function run,
    void* handler
);

} // namespace detail
} // namespace cofire

#ifdef COFIRE_HEADER_ONLY
#include <cofire/handler/impl/filter.ipp>
#endif

#endif
