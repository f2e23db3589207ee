// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TIME_IMPL_RANDOM_IPP
#define COFIRE_TIME_IMPL_RANDOM_IPP

#include <cofire/time/random.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <new>

namespace cofire {

// Not std::random_device: its header costs every translation unit 0.1 to 0.2 s here, and what is
// needed are seeds that differ, not secrets.
COFIRE_DECL std::uint64_t random_seed() noexcept {
    static std::atomic<std::uint64_t> calls{0};
    std::uint64_t seed = 0;
    auto const add = [&seed](auto value) {
        seed = random_source::mix(seed + 0x9E3779B97F4A7C15U) ^ static_cast<std::uint64_t>(value);
    };
    auto const address = [](void const* p) { return reinterpret_cast<std::uintptr_t>(p); };
    add(std::chrono::system_clock::now().time_since_epoch().count());
    add(std::chrono::steady_clock::now().time_since_epoch().count());
    add(address(&calls)); // where the program, the stack, the heap and the C library are
    add(address(&seed));
    std::unique_ptr<std::byte> const heap{new (std::nothrow) std::byte};
    add(address(heap.get()));
    add(reinterpret_cast<std::uintptr_t>(&std::chrono::system_clock::now));
    add(std::chrono::steady_clock::now().time_since_epoch().count()); // how long all that took
    add(calls.fetch_add(1, std::memory_order_relaxed));
    return random_source::mix(seed);
}

} // namespace cofire

#endif
