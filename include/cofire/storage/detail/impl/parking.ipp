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

COFIRE_DECL void parking_service::unlink(parked& p) {
    std::lock_guard const lock(mutex_);
    (p.previous != nullptr ? p.previous->next : first_) = p.next;
    if (p.next != nullptr) {
        p.next->previous = p.previous;
    }
    p.previous = p.next = nullptr;
}

COFIRE_DECL void parking_service::shutdown() {
    for (;;) {
        parked* p = nullptr;
        {
            std::lock_guard const lock(mutex_);
            if (first_ == nullptr) {
                return;
            }
            p = first_;
            first_ = p->next;
            if (first_ != nullptr) {
                first_->previous = nullptr;
            }
            p->next = nullptr;
        }
        // Without the lock: the coroutine's destructors may come back here.
        if (p->place->take(*p)) {
            delete p;
        }
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
        p.resume({});
    }
}

COFIRE_DECL void parking::notify() {
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
        p->service->unlink(*p);
        p->resume({});
    }
}

COFIRE_DECL void parking::canceller::operator()(asio::cancellation_type) const {
    if (p->place->take(*p)) {
        p->service->unlink(*p);
        p->resume(asio::error::operation_aborted);
    }
}

} // namespace cofire::detail

#endif
