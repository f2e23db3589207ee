// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_TABLE_INTRUSIVE_LIST_HPP
#define COFIRE_STORAGE_TABLE_INTRUSIVE_LIST_HPP

#include <cstddef>

namespace cofire::detail {

/// The links of an element of an intrusive_list.
template <class T>
struct list_hook {
    T* previous = nullptr;
    T* next = nullptr;
};

/// A doubly linked list through a hook in its elements; owns nothing.
template <class T, list_hook<T> T::*Hook>
class intrusive_list {
public:
    [[nodiscard]] T* front() const noexcept { return front_; }
    [[nodiscard]] T* back() const noexcept { return back_; }
    [[nodiscard]] bool empty() const noexcept { return front_ == nullptr; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] static T* next(T const& e) noexcept { return (e.*Hook).next; }
    [[nodiscard]] static T* previous(T const& e) noexcept { return (e.*Hook).previous; }

    void push_back(T& e) noexcept { insert_before(nullptr, e); }

    /// Inserts before `place`; nullptr: at the end.
    void insert_before(T* place, T& e) noexcept {
        T* const before = place != nullptr ? (place->*Hook).previous : back_;
        (e.*Hook).previous = before;
        (e.*Hook).next = place;
        (before != nullptr ? (before->*Hook).next : front_) = &e;
        (place != nullptr ? (place->*Hook).previous : back_) = &e;
        ++size_;
    }

    void erase(T& e) noexcept {
        auto& hook = e.*Hook;
        (hook.previous != nullptr ? (hook.previous->*Hook).next : front_) = hook.next;
        (hook.next != nullptr ? (hook.next->*Hook).previous : back_) = hook.previous;
        hook = {};
        --size_;
    }

private:
    T* front_ = nullptr;
    T* back_ = nullptr;
    std::size_t size_ = 0;
};

} // namespace cofire::detail

#endif
