// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TIME_RANDOM_HPP
#define COFIRE_TIME_RANDOM_HPP

#include <cofire/core/config.hpp>

#include <array>
#include <bit>
#include <cassert>
#include <cstdint>

namespace cofire {

/// Random numbers for job ids and for spreading retries: small, fast, and the same for the same
/// seed on every machine, so that a test with a fixed seed repeats exactly. Not for secrets.
///
/// The generator is xoshiro256++ (D. Blackman and S. Vigna), its state filled by splitmix64.
///
/// Distinct objects: safe. Shared objects: unsafe.
class random_source {
public:
    /// The sequence that belongs to `seed`; every seed is as good as any other.
    constexpr explicit random_source(std::uint64_t seed) {
        for (std::uint64_t& word : state_) {
            seed += 0x9E3779B97F4A7C15U;
            word = mix(seed);
        }
    }

    /// The next number: 64 random bits.
    constexpr std::uint64_t next() {
        std::uint64_t const result = std::rotl(state_[0] + state_[3], 23) + state_[0];
        std::uint64_t const shifted = state_[1] << 17;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= shifted;
        state_[3] = std::rotl(state_[3], 45);
        return result;
    }

    /// A number from 0 to n - 1, all equally likely. Precondition: n > 0.
    constexpr std::uint64_t below(std::uint64_t n) {
        assert(n != 0);
        std::uint64_t const surplus =
            (0 - n) % n; // 2^64 modulo n: these would favour small results
        for (;;) {
            if (auto const number = next(); number >= surplus) {
                return number % n;
            }
        }
    }

    /// Spreads the bits of `x` over all bits of the result; distinct values stay distinct.
    [[nodiscard]] static constexpr std::uint64_t mix(std::uint64_t x) {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
        return x ^ (x >> 31);
    }

private:
    std::array<std::uint64_t, 4> state_{};
};

/// A seed that differs from call to call, from process to process and from machine to machine: made
/// of both clocks to their last digit, addresses that the system chose at random, and a counter.
/// Nobody else's seed by any likely chance, but not a secret.
/// Distinct calls: safe from any thread.
[[nodiscard]] std::uint64_t random_seed() noexcept;

} // namespace cofire

#ifdef COFIRE_HEADER_ONLY
#include <cofire/time/impl/random.ipp>
#endif

#endif
