// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_JOB_SIGNATURE_HPP
#define COFIRE_JOB_SIGNATURE_HPP

#include <concepts>
#include <cstddef>
#include <tuple>
#include <type_traits>

// Only to recognise coroutines: this room includes nothing of Asio.
namespace boost::asio {
template <typename T, typename Executor>
class awaitable;
} // namespace boost::asio

namespace cofire {

class job_context;

namespace detail {

template <class... T>
struct type_list {
    static constexpr std::size_t size = sizeof...(T);
};

template <class R>
struct returned_traits {
    static constexpr bool is_coroutine = false;
    using result = R;
};

template <class R, class Executor>
struct returned_traits<boost::asio::awaitable<R, Executor>> {
    static constexpr bool is_coroutine = true;
    using result = R;
};

template <class... P>
struct split_context {
    static constexpr bool takes_context = false;
    using parameters = type_list<P...>;
};

template <class... P>
struct split_context<job_context&, P...> {
    static constexpr bool takes_context = true;
    using parameters = type_list<P...>;
};

template <class List>
struct owned_arguments;

template <class... P>
struct owned_arguments<type_list<P...>> {
    using type = std::tuple<std::decay_t<P>...>;
};

template <class R, class Object, class... P>
struct basic_signature {
    /// What the function returns, as declared.
    using returned = R;
    /// What it gives: T for a coroutine of asio::awaitable<T>, what it returns otherwise.
    using result = typename returned_traits<R>::result;
    /// The class whose object it is called on, const if it takes a const one; void for a free one.
    using object = Object;
    /// The parameters behind the context, as declared.
    using parameters = typename split_context<P...>::parameters;
    /// The parameters behind the context, owned.
    using arguments = typename owned_arguments<parameters>::type;
    /// True if it returns an asio::awaitable.
    static constexpr bool is_coroutine = returned_traits<R>::is_coroutine;
    /// True if its first parameter is a job_context&.
    static constexpr bool takes_context = split_context<P...>::takes_context;
};

template <class T>
struct callable_signature {};

template <class R, class... P>
struct callable_signature<R (*)(P...)> : basic_signature<R, void, P...> {};
template <class R, class... P>
struct callable_signature<R (*)(P...) noexcept> : basic_signature<R, void, P...> {};
template <class R, class C, class... P>
struct callable_signature<R (C::*)(P...)> : basic_signature<R, C, P...> {};
template <class R, class C, class... P>
struct callable_signature<R (C::*)(P...) noexcept> : basic_signature<R, C, P...> {};
template <class R, class C, class... P>
struct callable_signature<R (C::*)(P...) const> : basic_signature<R, C const, P...> {};
template <class R, class C, class... P>
struct callable_signature<R (C::*)(P...) const noexcept> : basic_signature<R, C const, P...> {};
template <class R, class C, class... P>
struct callable_signature<R (C::*)(P...)&> : basic_signature<R, C, P...> {};
template <class R, class C, class... P>
struct callable_signature<R (C::*)(P...)& noexcept> : basic_signature<R, C, P...> {};
template <class R, class C, class... P>
struct callable_signature<R (C::*)(P...) const&> : basic_signature<R, C const, P...> {};
template <class R, class C, class... P>
struct callable_signature<R (C::*)(P...) const& noexcept> : basic_signature<R, C const, P...> {};

template <class T>
inline constexpr bool is_any_function =
    std::is_member_function_pointer_v<T> || std::is_function_v<std::remove_pointer_t<T>>;

template <class T>
concept has_one_call = requires {
    &T::operator();
};

template <has_one_call T>
struct callable_signature<T> : callable_signature<decltype(&T::operator())> {};

} // namespace detail

/// How something is called: `T` is a pointer to a function or member function, noexcept or not, or
/// a class with exactly one operator() that is no template (a lambda, a functor). Members:
/// returned, result, object, parameters, arguments, is_coroutine, takes_context. For a functor,
/// `object` is its own class. Empty for anything else; has_signature tells.
template <class T>
struct signature_of : detail::callable_signature<std::remove_cvref_t<T>> {};

/// True if signature_of<T> has members.
template <class T>
concept has_signature = requires {
    typename signature_of<T>::arguments;
};

/// A function or member function that can be looked at as a job: `job_function<send>`,
/// `job_function<&mailer::send>`. What exactly is wrong with one that is no good job, function_job
/// says in words.
template <auto F>
concept job_function = detail::is_any_function<decltype(F)> && has_signature<decltype(F)>;

} // namespace cofire

#endif
