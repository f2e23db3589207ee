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
    // Told apart from the pointers: comparing those is no constant expression for g++ under
    // -fsanitize=undefined.
    bool any = false;
};

// The functions that `T` has. One of the right name that cannot be called does not compile: it would
// never be.
template <class T>
constexpr observer_functions make_observer_functions() {
    observer_functions f;
    if constexpr (requires(T & o, job_context const& c) { o.on_started(c); }) {
        f.any = true;
        f.started = [](void* o, job_context const& c) { static_cast<T*>(o)->on_started(c); };
    } else {
        static_assert(
            !requires { &T::on_started; },
            "cofire: this observer's on_started does not take what cofire/handler/observer.hpp says"
        );
    }
    if constexpr (requires(T & o, run_outcome const& r, std::string_view t) {
                      o.on_settled(r, t);
                  }) {
        f.any = true;
        f.settled = [](void* o, run_outcome const& r, std::string_view t) {
            static_cast<T*>(o)->on_settled(r, t);
        };
    } else {
        static_assert(
            !requires { &T::on_settled; },
            "cofire: this observer's on_settled does not take what cofire/handler/observer.hpp says"
        );
    }
    if constexpr (requires(T & o, run_outcome const& r, std::string_view t) { o.on_stale(r, t); }) {
        f.any = true;
        f.stale = [](void* o, run_outcome const& r, std::string_view t) {
            static_cast<T*>(o)->on_stale(r, t);
        };
    } else {
        static_assert(
            !requires { &T::on_stale; },
            "cofire: this observer's on_stale does not take what cofire/handler/observer.hpp says"
        );
    }
    if constexpr (requires(T & o, run_outcome const& r, std::string_view t) {
                      o.on_parked(r, t);
                  }) {
        f.any = true;
        f.parked = [](void* o, run_outcome const& r, std::string_view t) {
            static_cast<T*>(o)->on_parked(r, t);
        };
    } else {
        static_assert(
            !requires { &T::on_parked; },
            "cofire: this observer's on_parked does not take what cofire/handler/observer.hpp says"
        );
    }
    if constexpr (requires(T & o, storage_notice const& n) { o.on_notice(n); }) {
        f.any = true;
        f.notice = [](void* o, storage_notice const& n) { static_cast<T*>(o)->on_notice(n); };
    } else {
        static_assert(
            !requires { &T::on_notice; },
            "cofire: this observer's on_notice does not take what cofire/handler/observer.hpp says"
        );
    }
    if constexpr (requires(T & o, std::string_view op, std::exception const& e) {
                      o.on_refused(op, e);
                  }) {
        f.any = true;
        f.refused = [](void* o, std::string_view operation, std::exception const& why) {
            static_cast<T*>(o)->on_refused(operation, why);
        };
    } else {
        static_assert(
            !requires { &T::on_refused; },
            "cofire: this observer's on_refused does not take what cofire/handler/observer.hpp says"
        );
    }
    return f;
}

template <class T>
struct observer_table {
    static constexpr observer_functions value = make_observer_functions<T>();
    static_assert(
        value.any,
        "cofire: this observer has none of the functions that cofire/handler/observer.hpp names, "
        "so it would never be called"
    );
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
/// | on_settled(run_outcome const&, std::string_view type) | the storage took an outcome |
/// | on_stale(run_outcome const&, std::string_view type) | it did not: another server has the job |
/// | on_parked(run_outcome const&, std::string_view type) | a job's arguments cannot be decoded |
/// | on_notice(storage_notice const&) | the storage moved a job by itself: lost, expired, ...; or found jobs that no server handles |
/// | on_refused(std::string_view operation, std::exception const&) | a call to the storage failed |
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
