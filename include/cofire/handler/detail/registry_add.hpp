// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_HANDLER_DETAIL_REGISTRY_ADD_HPP
#define COFIRE_HANDLER_DETAIL_REGISTRY_ADD_HPP

#include <cofire/handler/registry.hpp>

// registry::add: which of its forms a call is, and what is wrong with one that is none.

namespace cofire {

namespace detail {

/// True if an executor is among the options.
template <class... Options>
inline constexpr bool names_executor = (std::is_same_v<std::remove_cvref_t<Options>, on> || ...);

template <class T>
inline constexpr bool is_other_awaitable = false;
template <class T, class Executor>
inline constexpr bool is_other_awaitable<boost::asio::awaitable<T, Executor>> =
    !std::is_same_v<Executor, boost::asio::any_io_executor>;

/// Says in words what is wrong with a handler that returns `Returned`.
template <class Returned, bool NamesExecutor>
constexpr bool check_returned() {
    using plain = std::remove_cvref_t<Returned>;
    constexpr bool runnable = returned_traits<plain>::is_coroutine || NamesExecutor;
    static_assert(
        runnable,
        "cofire: this handler is neither a coroutine nor told where to run: let it return "
        "asio::awaitable<T>, or register it with cofire::on(pool)"
    );
    static_assert(
        !is_other_awaitable<plain>,
        "cofire: a handler's coroutine returns asio::awaitable<T> with Asio's any_io_executor, its "
        "default"
    );
    return runnable && !is_other_awaitable<plain>;
}

template <class... Options>
constexpr bool check_options() {
    static_assert(
        (handler_option<Options> && ... && true),
        "cofire: what follows the handler in registry.add is cofire::on, concurrency, aliases, "
        "retry or filter"
    );
    return (handler_option<Options> && ... && true);
}

/// Says in words what is wrong with `H` as the handler of a job with the arguments `Tuple`.
template <class H, class Tuple>
constexpr bool check_tuple_functor() {
    using call = tuple_call<H, Tuple>;
    constexpr bool ok = call::with_context || call::without;
    static_assert(
        ok || !call::mutable_only,
        "cofire: several jobs call a handler at a time: its operator() must be const (a lambda not "
        "mutable)"
    );
    static_assert(
        ok || call::mutable_only,
        "cofire: this is no handler for the job: it is to be called with the job's own arguments, "
        "with or without cofire::job_context& before them"
    );
    return ok;
}

template <class H, class J>
constexpr bool check_struct_functor() {
    constexpr bool ok =
        std::is_invocable_v<H const&, job_context&, J> || std::is_invocable_v<H const&, J>;
    constexpr bool mutable_only =
        !ok && (std::is_invocable_v<H&, job_context&, J> || std::is_invocable_v<H&, J>);
    constexpr bool reversed = !ok && std::is_invocable_v<H const&, J, job_context&>;
    constexpr bool by_reference =
        !ok && !reversed &&
        (std::is_invocable_v<H const&, job_context&, J&> || std::is_invocable_v<H const&, J&>);
    static_assert(
        !mutable_only,
        "cofire: several jobs call a handler at a time: its operator() must be const (a lambda not "
        "mutable)"
    );
    static_assert(!reversed, "cofire: a handler takes cofire::job_context& first, then the job");
    static_assert(
        !by_reference, "cofire: a handler takes the job by value or by reference to const"
    );
    static_assert(
        ok || mutable_only || reversed || by_reference,
        "cofire: this is no handler for the struct job: it is to be called with "
        "(cofire::job_context&, "
        "J) or with (J)"
    );
    return ok;
}

template <class J>
constexpr bool check_self() {
    constexpr bool ok = std::is_invocable_v<J&, job_context&> || std::is_invocable_v<J&>;
    static_assert(
        ok,
        "cofire: this struct job needs a handler: give one to registry.add, or give the struct an "
        "operator() that takes cofire::job_context& or nothing"
    );
    return ok;
}

} // namespace detail

template <class Definition, class Target, class... Options>
registry& registry::add_target(Target target, Options const&... options) {
    using arguments = typename Definition::arguments;
    using returned = std::invoke_result_t<Target const&, job_context&, arguments&>;
    constexpr bool returned_ok =
        detail::check_returned<returned, detail::names_executor<Options...>>();
    constexpr bool options_ok = detail::check_options<Options...>();
    if constexpr (returned_ok && options_ok) {
        check_not_frozen(Definition::name);
        auto entry = std::make_unique<handler_entry>();
        entry->name = std::string(Definition::name);
        entry->argument_version = Definition::argument_version;
        entry->schema = Definition::schema();
        entry->display = std::string(Definition::display);
        (options.apply_to(*entry), ...);
        entry->target = std::make_shared<Target const>(std::move(target));
        entry->invoke = &detail::invoke<Definition, Target>;
        entry->check = &detail::check_arguments<Definition>;
        entry->registry_filters = filters_.get();
        insert(std::move(entry));
    }
    return *this;
}

template <auto F, class... Args>
registry& registry::add(Args&&... args) {
    static_assert(
        job_function<F>,
        "cofire: registry.add<F> takes a function or a pointer to a member function"
    );
    using definition = function_job<F>;
    using object = typename signature_of<decltype(F)>::object;
    if constexpr (sizeof...(Args) == 0 || (handler_option<Args> && ... && true)) {
        static_assert(
            std::is_void_v<object>,
            "cofire: a member function needs its object: registry.add<&mailer::send>(mail)"
        );
        if constexpr (std::is_void_v<object>) {
            return add_target<definition>(detail::function_target<F>{}, args...);
        }
    } else {
        return [&]<class First, class... Rest>(First&& first, Rest&&... rest) -> registry& {
            using holder = typename detail::holder_of<object, First>::type;
            if constexpr (!std::is_void_v<object> && holder::ok) {
                auto held = holder::hold(first);
                check_object(held != nullptr, definition::name);
                detail::member_target<F, decltype(held)> target{std::move(held)};
                return add_target<definition>(std::move(target), rest...);
            } else {
                using handler = std::decay_t<First>;
                using arguments = typename definition::arguments;
                using call = detail::tuple_call<handler, arguments>;
                static_assert(
                    std::is_void_v<object> || call::with_context || call::without,
                    "cofire: a member function needs an object of its class: a reference to one "
                    "that "
                    "outlives the registry, a pointer, or a std::shared_ptr; no temporary, and a "
                    "const "
                    "one only for a const function"
                );
                if constexpr (std::is_void_v<object> ? detail::check_tuple_functor<handler, arguments>() : call::with_context || call::without) {
                    detail::tuple_functor_target<handler> target{std::forward<First>(first)};
                    return add_target<definition>(std::move(target), rest...);
                } else {
                    return *this;
                }
            }
        }(std::forward<Args>(args)...);
    }
}

template <class J, class... Args>
registry& registry::add(Args&&... args) {
    static_assert(
        job_struct<J>, "cofire: registry.add<J> takes a class, without const or reference"
    );
    using definition = struct_job<J>;
    if constexpr (sizeof...(Args) == 0 || (handler_option<Args> && ... && true)) {
        if constexpr (detail::check_self<J>()) {
            return add_target<definition>(detail::self_target<J>{}, args...);
        }
    } else {
        return [&]<class First, class... Rest>(First&& first, Rest&&... rest) -> registry& {
            using handler = std::decay_t<First>;
            if constexpr (detail::check_struct_functor<handler, J>()) {
                detail::struct_functor_target<handler, J> target{std::forward<First>(first)};
                return add_target<definition>(std::move(target), rest...);
            } else {
                return *this;
            }
        }(std::forward<Args>(args)...);
    }
}

} // namespace cofire

#endif
