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

/// One run of one handler: its arguments, and the ways to call it. `Definition` is a function_job
/// or struct_job; `Target` is called with the context and the arguments.
template <class Definition, class Target>
class invocation {
    using arguments_type = typename Definition::arguments;
    using returned = std::invoke_result_t<Target const&, job_context&, arguments_type&>;
    using result =
        std::remove_cvref_t<typename returned_traits<std::remove_cvref_t<returned>>::result>;

public:
    /// True if the handler is a coroutine.
    static constexpr bool is_coroutine =
        returned_traits<std::remove_cvref_t<returned>>::is_coroutine;

    invocation(handler_entry const& entry, job_context& context)
        : entry_(&entry),
          context_(&context),
          target_(static_cast<Target const*>(entry.target.get())),
          arguments_(decode_arguments<Definition>(handler_entry::run_of(context).job)) {}
    invocation(invocation const&) = delete;
    invocation& operator=(invocation const&) = delete;

    /// Calls the handler where it belongs. The invocation must live until that completes.
    asio::awaitable<void> start() {
        auto const& executor = entry_->options.executor;
        if constexpr (!is_coroutine) {
            return call_on(*executor, run(), &invocation::call, this);
        } else if (executor) {
            return run_on(*executor, await());
        } else {
            return await();
        }
    }

    /// Awaits the handler, a coroutine, and keeps its result.
    asio::awaitable<void> await() requires is_coroutine {
        auto op = begin();
        if constexpr (std::is_void_v<result>) {
            co_await std::move(op);
        } else {
            auto value = co_await std::move(op);
            keep(value);
        }
    }

    /// Calls the handler, which is no coroutine or has not begun to run when this returns.
    returned begin() const { return (*target_)(*context_, arguments_); }

    /// Keeps what the handler returned.
    template <class Value>
    void keep(Value const& value) const {
        run().result = encode_value(value);
    }

private:
    static void call(void* self) {
        auto const& me = *static_cast<invocation*>(self);
        if constexpr (is_coroutine || std::is_void_v<result>) {
            me.begin();
        } else {
            me.keep(me.begin());
        }
    }

    [[nodiscard]] run_state& run() const { return handler_entry::run_of(*context_); }

    handler_entry const* entry_;
    job_context* context_;
    Target const* target_;
    mutable arguments_type arguments_; // handlers may move from them
};

inline filter_list const no_filters{};

/// handler_entry::invoke: the only coroutine between a slot and a handler without filters.
template <class Definition, class Target>
asio::awaitable<void> invoke(handler_entry const& entry, job_context& context) {
    using invocation_type = invocation<Definition, Target>;
    try {
        invocation_type here(entry, context);
        filter_list const& outer =
            entry.registry_filters != nullptr ? *entry.registry_filters : no_filters;
        filter_list const& inner = entry.options.filters;
        if (!outer.execution.empty() || !inner.execution.empty()) {
            filter_chain const chain(
                outer,
                inner,
                context,
                [](void* self) { return static_cast<invocation_type*>(self)->start(); },
                &here
            );
            auto op = chain.start();
            co_await std::move(op);
        } else if (!invocation_type::is_coroutine || entry.options.executor) {
            auto op = here.start();
            co_await std::move(op);
        } else if constexpr (invocation_type::is_coroutine) {
            auto op = here.begin();
            using awaited = decltype(op);
            if constexpr (std::is_void_v<typename returned_traits<awaited>::result>) {
                co_await std::move(op);
            } else {
                auto value = co_await std::move(op);
                here.keep(value);
            }
        }
    } catch (...) {
        handler_entry::run_of(context).finish();
        throw;
    }
    handler_entry::run_of(context).finish();
}

} // namespace cofire::detail

#endif
