// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_STORAGE_SHORTAGE_HPP
#define COFIRE_TESTS_STORAGE_SHORTAGE_HPP

// For one file of a program: memory that runs out when a test says so.

// It replaces the program's operator new, which clang's sanitizers do themselves; there is nothing
// of it there. With g++ it runs under the address sanitizer, too.
#if defined(__clang__) && defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define COFIRE_TEST_NO_OPERATOR_NEW
#endif
#endif

#ifndef COFIRE_TEST_NO_OPERATOR_NEW

#include <cstddef>
#include <cstdlib>
#include <new>

namespace shortage_tests {

/// How many allocations of this thread succeed until all fail; negative: they all succeed.
inline thread_local long allocations_left = -1;

inline void* allocate(std::size_t bytes, std::size_t alignment) {
    if (allocations_left == 0) {
        throw std::bad_alloc();
    }
    allocations_left -= allocations_left > 0 ? 1 : 0;
    std::size_t const whole = (bytes + alignment - 1) / alignment * alignment;
    if (void* const p = std::aligned_alloc(alignment, whole == 0 ? alignment : whole)) {
        return p;
    }
    throw std::bad_alloc();
}

/// Memory runs out after so many allocations, in its lifetime.
struct shortage {
    explicit shortage(long allocations) { allocations_left = allocations; }
    ~shortage() { allocations_left = -1; }
    shortage(shortage const&) = delete;
    shortage& operator=(shortage const&) = delete;
};

} // namespace shortage_tests

// For the whole program. Not inlined, for g++ would warn that what they call is another family.
[[gnu::noinline]] void* operator new(std::size_t bytes) {
    return shortage_tests::allocate(bytes, __STDCPP_DEFAULT_NEW_ALIGNMENT__);
}
[[gnu::noinline]] void* operator new(std::size_t bytes, std::align_val_t alignment) {
    return shortage_tests::allocate(bytes, static_cast<std::size_t>(alignment));
}
// Those that do not throw, too: a sanitizer has its own, which do not fit to the deletes below.
[[gnu::noinline]] void* operator new(std::size_t bytes, std::nothrow_t const&) noexcept {
    try {
        return operator new(bytes);
    } catch (std::bad_alloc const&) {
        return nullptr;
    }
}
[[gnu::noinline]] void*
operator new(std::size_t bytes, std::align_val_t alignment, std::nothrow_t const&) noexcept {
    try {
        return operator new(bytes, alignment);
    } catch (std::bad_alloc const&) {
        return nullptr;
    }
}
[[gnu::noinline]] void operator delete(void* p) noexcept {
    std::free(p);
}
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept {
    std::free(p);
}
[[gnu::noinline]] void operator delete(void* p, std::align_val_t) noexcept {
    std::free(p);
}
[[gnu::noinline]] void operator delete(void* p, std::size_t, std::align_val_t) noexcept {
    std::free(p);
}

#endif

#endif
