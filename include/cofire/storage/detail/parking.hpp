// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_DETAIL_PARKING_HPP
#define COFIRE_STORAGE_DETAIL_PARKING_HPP

#include <cofire/core/config.hpp>
#include <cofire/storage/asio.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

namespace cofire::detail {

class parking;
class parking_service;

/// How a parked coroutine is resumed.
enum class resumption : std::uint8_t {
    posted,  ///< by a post to its executor
    in_place ///< within the call, if the caller runs on its executor
};

/// A coroutine that waits in a parking. Owned by the service of its execution context until it is
/// woken, so that destroying the context destroys the coroutine, wherever the parking lives.
struct parked {
    parked* previous = nullptr;
    parked* next = nullptr;
    parking* place = nullptr;
    parking_service* service = nullptr;

    parked() = default;
    parked(parked const&) = delete;
    parked& operator=(parked const&) = delete;
    virtual ~parked() = default;
    /// Resumes the coroutine on its executor; gives up the ownership of this.
    virtual void resume(boost::system::error_code ec, resumption how) = 0;
};

/// Owns the parked coroutines of an execution context.
class parking_service : public asio::execution_context::service {
public:
    using key_type = parking_service;
    static inline asio::execution_context::id id; // NOLINT(*-avoid-non-const-global-variables)

    explicit parking_service(asio::execution_context& context)
        : asio::execution_context::service(context) {}

    void link(parked& p);
    void unlink(parked& p);
    /// Unlinks and resumes `p`, from any thread, while the context may be about to be destroyed:
    /// shutdown() waits for it. Precondition: the caller has taken `p` out of its parking.
    void resume(parked& p, boost::system::error_code ec, resumption how);

private:
    void shutdown() override;
    void unlink_locked(parked& p);

    std::mutex mutex_;
    std::condition_variable done_;
    parked* first_ = nullptr;
    int resuming_ = 0;
};

/// One coroutine waits, anybody wakes it: an event that resets itself.
///
/// notify() may be called from any thread; it resumes the waiter by a post to its executor, so that
/// the caller may hold a lock, or has it resumed in place, where a post would only cost time. A notify() before the wait is kept (one; more do not add up). wait() honours every kind of
/// cancellation. At most one wait at a time. The parking must outlive the wait and every notify().
class parking {
public:
    parking() = default;
    parking(parking const&) = delete;
    parking& operator=(parking const&) = delete;
    ~parking() = default;

    /// Wakes the waiter, or the next one at once.
    void notify(resumption how = resumption::posted);

    /// True if there was a notify(), which is used up. Then there is no need to wait.
    [[nodiscard]] bool consume() noexcept {
        std::uintptr_t expected = notified;
        return state_.compare_exchange_strong(expected, empty, std::memory_order_acq_rel);
    }

    /// Waits for notify(). Throws operation_aborted if cancelled.
    [[nodiscard]] asio::awaitable<void> wait();

private:
    friend class parking_service;
    static constexpr std::uintptr_t empty = 0;
    static constexpr std::uintptr_t notified = 1;

    template <class Handler>
    class operation;
    struct initiation;
    struct canceller;

    /// Parks `p`, or resumes it at once if there was a notify().
    void park(parked& p);
    /// Takes `p` out if it is still parked here; the caller owns it then.
    [[nodiscard]] bool take(parked& p) noexcept {
        auto expected = reinterpret_cast<std::uintptr_t>(&p);
        return state_.compare_exchange_strong(expected, empty, std::memory_order_acq_rel);
    }

    std::atomic<std::uintptr_t> state_ = empty; // or the address of the one parked
};

template <class Handler>
class parking::operation final : public parked {
public:
    explicit operation(Handler&& handler) : handler_(std::move(handler)) {}

    [[nodiscard]] Handler const& handler() const { return handler_; }

    void resume(boost::system::error_code ec, resumption how) override {
        std::unique_ptr<operation> self(this);
        auto const ex = asio::get_associated_executor(handler_);
        completion end{std::move(self), ec};
        if (how == resumption::posted) {
            asio::post(ex, std::move(end));
        } else {
            asio::dispatch(ex, std::move(end));
        }
    }

private:
    struct completion {
        std::unique_ptr<operation> self;
        boost::system::error_code ec;
        void operator()() {
            asio::get_associated_cancellation_slot(self->handler_).clear();
            Handler handler(std::move(self->handler_));
            self.reset(); // its memory is free again before the coroutine goes on
            std::move(handler)(ec);
        }
    };

    Handler handler_;
};

/// What a cancellation signal calls. It runs on the executor of the coroutine, so the operation lives.
struct parking::canceller {
    parked* p;
    void operator()(asio::cancellation_type) const;
};

struct parking::initiation {
    parking* self;

    template <class Handler>
    void operator()(Handler&& handler) const {
        auto p = std::make_unique<operation<std::decay_t<Handler>>>(std::forward<Handler>(handler));
        auto const ex = asio::get_associated_executor(p->handler());
        p->place = self;
        p->service = &asio::use_service<parking_service>(asio::query(ex, asio::execution::context));
        auto slot = asio::get_associated_cancellation_slot(p->handler());
        if (slot.is_connected()) {
            slot.template emplace<canceller>(canceller{p.get()});
        }
        self->park(*p.release());
    }
};

inline asio::awaitable<void> parking::wait() {
    return asio::async_initiate<asio::use_awaitable_t<> const, void(boost::system::error_code)>(
        initiation{this}, asio::use_awaitable
    );
}

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/storage/detail/impl/parking.ipp>
#endif

#endif
