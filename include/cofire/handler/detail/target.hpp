// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_HANDLER_DETAIL_TARGET_HPP
#define COFIRE_HANDLER_DETAIL_TARGET_HPP

#include <cofire/job/signature.hpp>
#include <cofire/storage/asio.hpp>

#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

// What a registered handler is called through. A target is called with the context and the decoded
// arguments, a tuple or the job struct, which live until the handler has returned.

namespace cofire::detail {

/// `f(context, arguments...)` or `f(arguments...)`, moving from the tuple.
template <bool TakesContext, class F, class... T>
decltype(auto) apply_arguments(F&& f, job_context& context, std::tuple<T...>& arguments) {
    return std::apply(
        [&](T&... each) -> decltype(auto) {
            if constexpr (TakesContext) {
                return std::invoke(f, context, std::move(each)...);
            } else {
                return std::invoke(f, std::move(each)...);
            }
        },
        arguments
    );
}

/// The job's own function.
template <auto F>
struct function_target {
    template <class Tuple>
    decltype(auto) operator()(job_context& context, Tuple& arguments) const {
        return apply_arguments<signature_of<decltype(F)>::takes_context>(F, context, arguments);
    }
};

/// The job's own member function, on an object held by `Pointer`.
template <auto F, class Pointer>
struct member_target {
    Pointer object;

    template <class Tuple>
    decltype(auto) operator()(job_context& context, Tuple& arguments) const {
        auto const bound = [this](auto&&... a) -> decltype(auto) {
            return std::invoke(F, *object, std::forward<decltype(a)>(a)...);
        };
        return apply_arguments<signature_of<decltype(F)>::takes_context>(bound, context, arguments);
    }
};

template <class H, class Tuple>
struct tuple_call;

template <class H, class... T>
struct tuple_call<H, std::tuple<T...>> {
    static constexpr bool with_context = std::is_invocable_v<H const&, job_context&, T...>;
    static constexpr bool without = std::is_invocable_v<H const&, T...>;
    static constexpr bool mutable_only =
        std::is_invocable_v<H&, job_context&, T...> || std::is_invocable_v<H&, T...>;
};

/// A callable in place of the job's own function, called with the same arguments.
template <class H>
struct tuple_functor_target {
    H handler;

    template <class Tuple>
    decltype(auto) operator()(job_context& context, Tuple& arguments) const {
        return apply_arguments<tuple_call<H, Tuple>::with_context>(handler, context, arguments);
    }
};

/// A callable for a job struct.
template <class H, class J>
struct struct_functor_target {
    H handler;

    decltype(auto) operator()(job_context& context, J& job) const {
        if constexpr (std::is_invocable_v<H const&, job_context&, J>) {
            return std::invoke(handler, context, std::move(job));
        } else {
            return std::invoke(handler, std::move(job));
        }
    }
};

/// A job struct that runs itself.
template <class J>
struct self_target {
    decltype(auto) operator()(job_context& context, J& job) const {
        if constexpr (std::is_invocable_v<J&, job_context&>) {
            return job(context);
        } else {
            return job();
        }
    }
};

// How registry::add holds the object of a member function. None: it cannot.
template <class Class, class Object>
struct object_holder {
    static constexpr bool ok = false;
};

// A reference: it must outlive the servers.
template <class Class, class Object>
requires std::is_convertible_v<Object*, Class*>
struct object_holder<Class, Object&> {
    static constexpr bool ok = true;
    static Class* hold(Object& object) { return std::addressof(object); }
};

template <class Class, class Object>
requires std::is_convertible_v<Object*, Class*>
struct object_holder<Class, Object*> {
    static constexpr bool ok = true;
    static Class* hold(Object* object) { return object; }
};

template <class Class, class Object>
requires std::is_convertible_v<Object*, Class*>
struct object_holder<Class, std::shared_ptr<Object>> {
    static constexpr bool ok = true;
    static std::shared_ptr<Class> hold(std::shared_ptr<Object> object) { return object; }
};

template <class Class, class Object>
requires std::is_convertible_v<Object*, Class*>
struct object_holder<Class, std::reference_wrapper<Object>> {
    static constexpr bool ok = true;
    static Class* hold(std::reference_wrapper<Object> object) {
        return std::addressof(object.get());
    }
};

// From a deduced A&&: pointers of all kinds by value, other lvalues as references, temporaries not.
template <class Class, class A>
struct holder_of {
    using plain = std::remove_cvref_t<A>;
    using by_value = object_holder<Class, plain>;
    using by_reference = object_holder<Class, A>;
    using type = std::conditional_t<by_value::ok, by_value, by_reference>;
};

} // namespace cofire::detail

#endif
