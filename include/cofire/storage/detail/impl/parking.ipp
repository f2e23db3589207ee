// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_DETAIL_IMPL_PARKING_IPP
#define COFIRE_STORAGE_DETAIL_IMPL_PARKING_IPP

#include <cofire/storage/detail/parking.hpp>

namespace cofire::detail {

COFIRE_DECL void parking_service::link(parked& p) {
    std::lock_guard const lock(mutex_);
    p.next = first_;
    if (first_ != nullptr) {
        first_->previous = &p;
    }
    first_ = &p;
}

COFIRE_DECL void parking_service::unlink_locked(parked& p) {
    (p.previous != nullptr ? p.previous->next : first_) = p.next;
    if (p.next != nullptr) {
        p.next->previous = p.previous;
    }
    p.previous = p.next = nullptr;
}

COFIRE_DECL void parking_service::unlink(parked& p) {
    std::lock_guard const lock(mutex_);
    unlink_locked(p);
}

COFIRE_DECL void parking_service::resume(parked& p, boost::system::error_code ec, resumption how) {
    {
        std::lock_guard const lock(mutex_);
        unlink_locked(p);
        ++resuming_;
    }
    struct guard {
        parking_service& self;
        ~guard() { // this may be gone as soon as the lock is released
            std::lock_guard const lock(self.mutex_);
            --self.resuming_;
            self.done_.notify_all();
        }
    };
    guard const at_the_end{*this};
    p.resume(ec, how); // p may be gone after it
}

COFIRE_DECL void parking_service::shutdown() {
    std::unique_lock lock(mutex_);
    while (first_ != nullptr || resuming_ != 0) {
        parked* const p = first_;
        if (p == nullptr || !p->place->take(*p)) {
            done_.wait(lock); // a notify() of another thread has it and posts to this context
            continue;
        }
        unlink_locked(*p);
        lock.unlock(); // the coroutine's destructors may come back here
        delete p;
        lock.lock();
    }
}

COFIRE_DECL void parking::park(parked& p) {
    p.service->link(p);
    std::uintptr_t expected = empty;
    if (!state_.compare_exchange_strong(
            expected, reinterpret_cast<std::uintptr_t>(&p), std::memory_order_acq_rel
        )) {
        state_.store(empty, std::memory_order_release); // the notify() is used up
        p.service->unlink(p);
        p.resume({}, resumption::posted);
    }
}

COFIRE_DECL void parking::notify(resumption how) {
    std::uintptr_t state = state_.load(std::memory_order_acquire);
    for (;;) {
        if (state == notified) {
            return;
        }
        std::uintptr_t const next = state == empty ? notified : empty;
        if (state_.compare_exchange_weak(state, next, std::memory_order_acq_rel)) {
            break;
        }
    }
    if (state != empty) {
        auto* const p = reinterpret_cast<parked*>(state);
        p->service->resume(*p, {}, how);
    }
}

COFIRE_DECL void parking::canceller::operator()(asio::cancellation_type) const {
    if (p->place->take(*p)) {
        p->service->unlink(*p);
        p->resume(asio::error::operation_aborted, resumption::posted);
    }
}

} // namespace cofire::detail

#endif
