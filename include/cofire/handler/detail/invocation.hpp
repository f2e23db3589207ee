// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_HANDLER_DETAIL_INVOCATION_HPP
#define COFIRE_HANDLER_DETAIL_INVOCATION_HPP

#include <cofire/handler/detail/failure.hpp>
#include <cofire/handler/detail/run_on.hpp>
#include <cofire/handler/filter.hpp>
#include <cofire/handler/handler_entry.hpp>
#include <cofire/job/codec.hpp>
#include <cofire/job/signature.hpp>

#include <exception>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

namespace cofire::detail {

/// The arguments of `job`. Whatever goes wrong, but for want of memory, makes it undecodable.
template <class Definition>
typename Definition::arguments decode_arguments(acquired_job const& job) {
    try {
        return Definition::decode(job.arguments, job.argument_version);
    } catch (std::bad_alloc const&) {
        throw;
    } catch (std::exception const& e) {
        throw undecodable(e.what());
    } catch (...) {
        throw undecodable("decoding threw something that is no std::exception");
    }
}

/// handler_entry::check: throws what is wrong with arguments that no job has yet.
template <class Definition>
void check_arguments(std::string_view arguments, std::uint32_t version) {
    (void)Definition::decode(arguments, version);
}

/// What one run of a handler keeps until it ends. No member is of the handler's own type: g++ warns of
/// coroutines that keep one from an unnamed namespace.
template <class Arguments>
struct invocation {
    handler_entry const* entry;
    job_context* context;
    Arguments arguments;

    /// The run behind the context.
    [[nodiscard]] run_state& run() const { return handler_entry::run_of(*context); }
};

/// The ways to call a handler. `Target` is called with the context and the arguments.
template <class Target, class Arguments>
struct caller {
    using returned = std::invoke_result_t<Target const&, job_context&, Arguments&>;
    using result =
        std::remove_cvref_t<typename returned_traits<std::remove_cvref_t<returned>>::result>;
    /// True if the handler is a coroutine.
    static constexpr bool is_coroutine =
        returned_traits<std::remove_cvref_t<returned>>::is_coroutine;

    /// True if start() needs no coroutine of its own to keep the result.
    static constexpr bool is_simple = !is_coroutine || std::is_void_v<result>;

    /// Calls the handler. A coroutine has not begun to run when this returns.
    static returned begin(invocation<Arguments>& of) {
        return (*static_cast<Target const*>(of.entry->target.get()))(*of.context, of.arguments);
    }

    /// Calls the handler, a blocking one, and keeps what it returned.
    static void call(void* of) {
        auto& here = *static_cast<invocation<Arguments>*>(of);
        if constexpr (is_coroutine || std::is_void_v<result>) {
            begin(here);
        } else {
            here.run().result = encode_value(begin(here));
        }
    }

    /// Awaits the handler, a coroutine, and keeps what it returned.
    static asio::awaitable<void> await(invocation<Arguments>& of) requires is_coroutine {
        auto op = begin(of);
        if constexpr (std::is_void_v<result>) {
            co_await std::move(op);
        } else {
            auto value = co_await std::move(op);
            of.run().result = encode_value(value);
        }
    }

    /// Calls the handler where it belongs. The invocation `of` must live until that completes.
    static asio::awaitable<void> start(void* of) {
        auto& here = *static_cast<invocation<Arguments>*>(of);
        auto const& executor = here.entry->options.executor;
        if constexpr (!is_coroutine) {
            return call_on(*executor, here.run(), &caller::call, of);
        } else if (executor) {
            return run_on(*executor, await(here));
        } else if constexpr (std::is_void_v<result>) {
            return begin(here);
        } else {
            return await(here);
        }
    }
};

inline filter_list const no_filters{};

/// handler_entry::invoke: the only coroutine between a slot and a handler without filters.
template <class Definition, class Target>
asio::awaitable<void> invoke(handler_entry const& entry, job_context& context) {
    using arguments = typename Definition::arguments;
    using call = caller<Target, arguments>;
    run_state& run = handler_entry::run_of(context);
    filter_list const& outer =
        entry.registry_filters != nullptr ? *entry.registry_filters : no_filters;
    filter_list const& inner = entry.options.filters;
    try {
        invocation<arguments> here{&entry, &context, decode_arguments<Definition>(run.job)};
        bool const filtered = !outer.execution.empty() || !inner.execution.empty();
        if (filtered || call::is_simple || entry.options.executor) {
            auto op = filtered ? run_filtered(outer, inner, context, &call::start, &here)
                               : call::start(&here);
            co_await std::move(op);
        } else if constexpr (!call::is_simple) { // without the coroutine that start() would need
            auto op = call::begin(here);
            auto value = co_await std::move(op);
            run.result = encode_value(value);
        }
    } catch (...) {
        run.finish();
        throw;
    }
    run.finish();
}

} // namespace cofire::detail

#endif
