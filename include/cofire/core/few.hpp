// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CORE_FEW_HPP
#define COFIRE_CORE_FEW_HPP

#include <array>
#include <concepts>
#include <cstddef>

namespace cofire {

/// A short list held in place, at most `N` elements, written as a braced list: `.tags = {"a", "b"}`.
///
/// It is trivially destructible whenever `T` is. That is why the options use it in place of
/// std::vector or std::initializer_list: g++ 12 destroys some temporaries twice beside co_await.
/// A longer list is a compile error; operations that take more have an overload for std::span.
///
/// Distinct objects: safe. Shared objects: safe to read, unsafe to change.
template <class T, std::size_t N>
class few {
public:
    /// The type of an element.
    using value_type = T;

    /// An empty list.
    constexpr few() = default;

    /// A list of the given elements, in their order.
    template <class... U>
    requires(
        sizeof...(U) > 0 && sizeof...(U) <= N && (std::convertible_to<U const&, T> && ...)
    ) constexpr few(U const&... elements)
        : data_{static_cast<T>(elements)...}, size_(sizeof...(U)) {}

    /// How many elements there are.
    [[nodiscard]] constexpr std::size_t size() const { return size_; }
    /// True if there is none.
    [[nodiscard]] constexpr bool empty() const { return size_ == 0; }
    /// The elements, contiguous. Valid as long as the list.
    [[nodiscard]] constexpr T const* data() const { return data_.data(); }
    /// The first element's place.
    [[nodiscard]] constexpr T const* begin() const { return data_.data(); }
    /// The place behind the last element.
    [[nodiscard]] constexpr T const* end() const { return data_.data() + size_; }
    /// The element at `i`. Precondition: `i < size()`.
    [[nodiscard]] constexpr T const& operator[](std::size_t i) const { return data_[i]; }

    /// Adds an element at the end. Precondition: `size() < N`.
    constexpr void push_back(T const& element) { data_[size_++] = element; }

private:
    std::array<T, N> data_{};
    std::size_t size_ = 0;
};

} // namespace cofire

#endif
