// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_HANDLER_OBSERVER_HPP
#define COFIRE_HANDLER_OBSERVER_HPP

#include <cofire/core/config.hpp>
#include <cofire/handler/job_context.hpp>
#include <cofire/handler/log.hpp>
#include <cofire/storage/contract/settle.hpp>
#include <cofire/storage/contract/tick.hpp>

#include <exception>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

namespace cofire {

namespace detail {

/// One function for each thing an observer can be told; null: it does not want to hear of it.
struct observer_functions {
    void (*started)(void*, job_context const&) = nullptr;
    void (*settled)(void*, run_outcome const&, std::string_view) = nullptr;
    void (*stale)(void*, run_outcome const&, std::string_view) = nullptr;
    void (*parked)(void*, run_outcome const&, std::string_view) = nullptr;
    void (*notice)(void*, storage_notice const&) = nullptr;
    void (*refused)(void*, std::string_view, std::exception const&) = nullptr;
};

// What an observer may have; below, functions of the right name, to find those that cannot be
// called.
template <class T>
concept observes_started = requires(T& o, job_context const& c) {
    o.on_started(c);
};
template <class T>
concept observes_settled = requires(T& o, run_outcome const& r, std::string_view type) {
    o.on_settled(r, type);
};
template <class T>
concept observes_stale = requires(T& o, run_outcome const& r, std::string_view type) {
    o.on_stale(r, type);
};
template <class T>
concept observes_parked = requires(T& o, run_outcome const& r, std::string_view type) {
    o.on_parked(r, type);
};
template <class T>
concept observes_notice = requires(T& o, storage_notice const& n) {
    o.on_notice(n);
};
template <class T>
concept observes_refused = requires(T& o, std::string_view operation, std::exception const& why) {
    o.on_refused(operation, why);
};

template <class T>
concept names_started = requires {
    &T::on_started;
};
template <class T>
concept names_settled = requires {
    &T::on_settled;
};
template <class T>
concept names_stale = requires {
    &T::on_stale;
};
template <class T>
concept names_parked = requires {
    &T::on_parked;
};
template <class T>
concept names_notice = requires {
    &T::on_notice;
};
template <class T>
concept names_refused = requires {
    &T::on_refused;
};

template <class T>
constexpr observer_functions make_observer_functions() {
    observer_functions f;
    if constexpr (observes_started<T>) {
        f.started = [](void* o, job_context const& c) { static_cast<T*>(o)->on_started(c); };
    }
    if constexpr (observes_settled<T>) {
        f.settled = [](void* o, run_outcome const& r, std::string_view type) {
            static_cast<T*>(o)->on_settled(r, type);
        };
    }
    if constexpr (observes_stale<T>) {
        f.stale = [](void* o, run_outcome const& r, std::string_view type) {
            static_cast<T*>(o)->on_stale(r, type);
        };
    }
    if constexpr (observes_parked<T>) {
        f.parked = [](void* o, run_outcome const& r, std::string_view type) {
            static_cast<T*>(o)->on_parked(r, type);
        };
    }
    if constexpr (observes_notice<T>) {
        f.notice = [](void* o, storage_notice const& n) { static_cast<T*>(o)->on_notice(n); };
    }
    if constexpr (observes_refused<T>) {
        f.refused = [](void* o, std::string_view operation, std::exception const& why) {
            static_cast<T*>(o)->on_refused(operation, why);
        };
    }
    return f;
}

template <class T>
struct observer_table {
    static_assert(
        (observes_started<T> ||
         !names_started<
             T>)&&(observes_settled<T> || !names_settled<T>)&&(observes_stale<T> || !names_stale<T>)&&(observes_parked<T> || !names_parked<T>)&&(observes_notice<T> || !names_notice<T>)&&(observes_refused<T> || !names_refused<T>),
        "cofire: one of this observer's functions has other parameters than "
        "cofire/handler/observer.hpp "
        "says, and would never be called"
    );
    static_assert(
        observes_started<T> || observes_settled<T> || observes_stale<T> || observes_parked<T> ||
            observes_notice<T> || observes_refused<T>,
        "cofire: this observer has none of the functions that cofire/handler/observer.hpp names, "
        "so "
        "it would never be called"
    );
    static constexpr observer_functions value = make_observer_functions<T>();
};

template <class T>
inline constexpr bool is_shared_ptr = false;
template <class T>
inline constexpr bool is_shared_ptr<std::shared_ptr<T>> = true;

} // namespace detail

/// Refers to somebody who wants to hear what happens: to count it, to log it, to wake somebody. Any
/// object will do; it has only those of these member functions that it wants:
///
/// | function | called |
/// |---|---|
/// | on_started(job_context const&) | before a handler runs |
/// | on_settled(run_outcome const&, std::string_view type) | when the storage has taken an outcome
/// | | on_stale(run_outcome const&, std::string_view type) | when it has refused one: the job was
/// not this server's any more | | on_parked(run_outcome const&, std::string_view type) | when a job
/// was parked: its arguments cannot be decoded | | on_notice(storage_notice const&) | when the
/// storage moved a job by itself: lost, expired, ... | | on_refused(std::string_view operation,
/// std::exception const&) | when an operation of the server's failed |
///
/// They are called on the server's executors, so from several threads at once if those have
/// several, and must not block. What they throw is caught and logged. Made from an object, which
/// must then outlive the server, or from a shared_ptr, which is kept.
///
/// Distinct objects: safe. Shared objects: safe; the calls are as safe as the observer's.
class observer_ref {
public:
    /// Nobody: costs nothing.
    observer_ref() = default;

    /// Refers to `observer`, which must outlive this.
    template <class T>
    requires(!std::is_const_v<T> && !std::is_same_v<T, observer_ref> && std::is_class_v<T> && !detail::is_shared_ptr<T>)
        observer_ref(T& observer) // NOLINT(*-explicit-*)
        : self_(std::shared_ptr<void>{}, std::addressof(observer)),
          functions_(&detail::observer_table<T>::value) {}

    /// Refers to `*observer` and keeps it alive. Null: nobody.
    template <class T>
    observer_ref(std::shared_ptr<T> observer) // NOLINT(*-explicit-*)
        : self_(std::move(observer)),
          functions_(self_ != nullptr ? &detail::observer_table<T>::value : &nobody) {}

    /// A handler is about to run.
    void started(job_context const& context, log_sink const& log) const noexcept {
        call(functions_->started, "on_started", log, context);
    }
    /// The storage has taken an outcome.
    void
    settled(run_outcome const& outcome, std::string_view type, log_sink const& log) const noexcept {
        call(functions_->settled, "on_settled", log, outcome, type);
    }
    /// The storage has refused an outcome.
    void
    stale(run_outcome const& outcome, std::string_view type, log_sink const& log) const noexcept {
        call(functions_->stale, "on_stale", log, outcome, type);
    }
    /// A job was parked.
    void
    parked(run_outcome const& outcome, std::string_view type, log_sink const& log) const noexcept {
        call(functions_->parked, "on_parked", log, outcome, type);
    }
    /// The storage has moved a job by itself.
    void notice(storage_notice const& notice, log_sink const& log) const noexcept {
        call(functions_->notice, "on_notice", log, notice);
    }
    /// An operation of the server's has failed.
    void refused(std::string_view operation, std::exception const& why, log_sink const& log)
        const noexcept {
        call(functions_->refused, "on_refused", log, operation, why);
    }

private:
    static constexpr detail::observer_functions nobody{};

    template <class F, class... Args>
    void call(F f, std::string_view name, log_sink const& log, Args const&... args) const noexcept {
        if (f == nullptr) {
            return;
        }
        try {
            f(self_.get(), args...);
        } catch (...) {
            report(name, log, std::current_exception());
        }
    }

    static void
    report(std::string_view name, log_sink const& log, std::exception_ptr const& e) noexcept;

    std::shared_ptr<void> self_;
    detail::observer_functions const* functions_ = &nobody;
};

} // namespace cofire

#ifdef COFIRE_HEADER_ONLY
#include <cofire/handler/impl/observer.ipp>
#endif

#endif
