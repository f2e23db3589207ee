// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_HANDLER_IMPL_RUN_ON_IPP
#define COFIRE_HANDLER_IMPL_RUN_ON_IPP

#include <cofire/handler/detail/run_on.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <memory>
#include <utility>

namespace cofire::detail {

/// Resumes the slot, on its own executor.
template <class Handler>
void complete_slot(Handler&& handler, std::exception_ptr e) {
    auto const executor = asio::get_associated_executor(handler);
    asio::post(executor, [handler = std::forward<Handler>(handler), e = std::move(e)]() mutable {
        std::move(handler)(std::move(e));
    });
}

/// What a slot and the coroutine it runs elsewhere share. Asio's own way, a cancellation slot bound
/// to co_spawn, may emit to a coroutine that has ended when the two run on different threads.
struct elsewhere {
    explicit elsewhere(asio::any_io_executor const& executor)
        : strand(asio::make_strand(executor)) {}

    asio::strand<asio::any_io_executor> strand;
    asio::cancellation_signal signal; // used on the strand only
    bool ended = false;               // likewise
};

/// The end of the coroutine, on the strand.
template <class Handler>
class end_elsewhere {
public:
    end_elsewhere(std::shared_ptr<elsewhere> shared, Handler&& handler)
        : shared_(std::move(shared)), handler_(std::move(handler)) {}

    void operator()(std::exception_ptr e) {
        shared_->ended = true;
        complete_slot(std::move(handler_), std::move(e));
    }

private:
    std::shared_ptr<elsewhere> shared_;
    Handler handler_;
};

COFIRE_DECL asio::awaitable<void>
allow_cancellation(asio::awaitable<void> body, std::shared_ptr<elsewhere>) {
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    co_await std::move(body);
}

class initiate_elsewhere {
public:
    explicit initiate_elsewhere(asio::any_io_executor executor) : executor_(std::move(executor)) {}

    template <class Handler>
    void operator()(Handler&& handler, asio::awaitable<void> body) const {
        auto const shared = std::make_shared<elsewhere>(executor_);
        auto slot = asio::get_associated_cancellation_slot(handler);
        if (slot.is_connected()) {
            slot.assign([shared](asio::cancellation_type type) {
                asio::post(shared->strand, [shared, type] {
                    if (!shared->ended) {
                        shared->signal.emit(type);
                    }
                });
            });
        }
        end_elsewhere<std::decay_t<Handler>> end(shared, std::forward<Handler>(handler));
        asio::co_spawn(
            shared->strand,
            allow_cancellation(std::move(body), shared),
            asio::bind_cancellation_slot(shared->signal.slot(), std::move(end))
        );
    }

private:
    asio::any_io_executor executor_;
};

COFIRE_DECL asio::awaitable<void>
run_on(asio::any_io_executor executor, asio::awaitable<void> body) {
    asio::use_awaitable_t<> token;
    return asio::async_initiate<asio::use_awaitable_t<>, void(std::exception_ptr)>(
        initiate_elsewhere(std::move(executor)), token, std::move(body)
    );
}

class initiate_call {
public:
    initiate_call(
        asio::any_io_executor executor, run_state const& run, void (*call)(void*), void* self
    )
        : executor_(std::move(executor)), run_(&run), call_(call), self_(self) {}

    template <class Handler>
    void operator()(Handler&& handler) const {
        asio::post(
            executor_,
            [handler = std::forward<Handler>(handler), run = run_, call = call_, self = self_](
            ) mutable {
                std::exception_ptr e;
                if (run->reason.load() != cancellation_reason::none) {
                    e = std::make_exception_ptr(boost::system::system_error(
                        asio::error::operation_aborted, "stopped before it began"
                    ));
                } else {
                    try {
                        call(self);
                    } catch (...) {
                        e = std::current_exception();
                    }
                }
                complete_slot(std::move(handler), std::move(e));
            }
        );
    }

private:
    asio::any_io_executor executor_;
    run_state const* run_;
    void (*call_)(void*);
    void* self_;
};

COFIRE_DECL asio::awaitable<void>
call_on(asio::any_io_executor executor, run_state const& run, void (*call)(void*), void* self) {
    asio::use_awaitable_t<> token;
    return asio::async_initiate<asio::use_awaitable_t<>, void(std::exception_ptr)>(
        initiate_call(std::move(executor), run, call, self), token
    );
}

} // namespace cofire::detail

#endif
