// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_HANDLER_REGISTRATION_HPP
#define COFIRE_HANDLER_REGISTRATION_HPP

#include <cofire/core/config.hpp>
#include <cofire/core/error.hpp>
#include <cofire/handler/filter.hpp>
#include <cofire/handler/handler_entry.hpp>
#include <cofire/handler/retry_policy.hpp>
#include <cofire/storage/asio.hpp>

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

// What registry::add takes besides the handler, in any number and order:
//
//     registry.add<make_thumbnail>(
//         cofire::on(pool), cofire::concurrency(2), cofire::aliases{"thumb"}
//     );

namespace cofire {

/// Where the handler runs: on a thread pool, an io_context, or an executor. Needed for a blocking
/// function, which may take its time there. A coroutine gets a strand of it, which is then its
/// this_coro::executor. It must outlive every server that uses the registry.
class on {
public:
    /// On the executor of `context`: anything with get_executor().
    template <class Context>
    requires requires(Context& c) {
        { c.get_executor() } -> std::convertible_to<asio::any_io_executor>;
    }
    explicit on(Context& context) : executor_(context.get_executor()) {}

    /// On `executor`.
    template <class Executor>
    requires(std::convertible_to<Executor, asio::any_io_executor> && !std::same_as<Executor, on>) explicit on(
        Executor executor
    )
        : executor_(std::move(executor)) {}

    /// Used by the registry.
    void apply_to(handler_entry& e) const { e.options.executor = executor_; }

private:
    asio::any_io_executor executor_;
};

/// How many jobs of the type this server runs at a time. Over all servers: job_options::limit.
class concurrency {
public:
    /// Throws error(errc::bad_option) if `most` is 0.
    explicit concurrency(std::size_t most) : most_(most) {
        if (most == 0) {
            throw error(errc::bad_option, "concurrency of a handler: 0");
        }
    }

    /// Used by the registry.
    void apply_to(handler_entry& e) const { e.options.concurrency = most_; }

private:
    std::size_t most_;
};

/// Older names of the job type: stored jobs that bear them still find the handler.
class aliases {
public:
    /// The names; each is checked when it is registered.
    aliases(std::initializer_list<std::string> names) : names_(names) {}
    /// The same.
    explicit aliases(std::vector<std::string> names) : names_(std::move(names)) {}

    /// Used by the registry.
    void apply_to(handler_entry& e) const {
        e.aliases.insert(e.aliases.end(), names_.begin(), names_.end());
    }

private:
    std::vector<std::string> names_;
};

/// When its jobs run again after a failure.
class retry {
public:
    /// By this policy.
    explicit retry(retry_policy policy) : policy_(std::move(policy)) {}

    /// Used by the registry.
    void apply_to(handler_entry& e) const { e.options.retry = policy_; }

private:
    retry_policy policy_;
};

/// True for what can be an execution filter.
template <class F>
concept execution_filter_like = requires(F& f, job_context& context, next_handler next) {
    { f(context, std::move(next)) } -> std::same_as<asio::awaitable<void>>;
};

/// True for what can be an outcome filter.
template <class F>
concept outcome_filter_like = requires(F& f, job_context const& context, run_outcome& outcome) {
    { f(context, outcome) } -> std::same_as<void>;
};

namespace detail {

/// Adds `f` to the filters of its kind.
template <class F>
void add_filter(filter_list& to, F f) {
    static_assert(
        execution_filter_like<F> || outcome_filter_like<F>,
        "cofire: a filter is called as asio::awaitable<void>(cofire::job_context&, "
        "cofire::next_handler) around each run, or as void(cofire::job_context const&, "
        "cofire::run_outcome&) on each outcome"
    );
    if constexpr (execution_filter_like<F>) {
        to.execution.emplace_back(std::move(f));
    } else if constexpr (outcome_filter_like<F>) {
        to.outcome.emplace_back(std::move(f));
    }
}

} // namespace detail

/// A filter for this job type alone: an execution_filter or an outcome_filter. The registry keeps
/// a copy.
template <class F>
class filter {
public:
    /// Adds `f`.
    explicit filter(F f) : f_(std::move(f)) {}

    /// Used by the registry.
    void apply_to(handler_entry& e) const { detail::add_filter<F>(e.options.filters, f_); }

private:
    F f_;
};

/// What can be given to registry::add besides the handler: the classes above.
template <class T>
concept handler_option = requires(std::remove_cvref_t<T> const& option, handler_entry& e) {
    { option.apply_to(e) } -> std::same_as<void>;
};

} // namespace cofire

#endif
