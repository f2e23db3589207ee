// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_CASE_HPP
#define COFIRE_TESTING_CONFORMANCE_CASE_HPP

#include <cofire/storage/any_storage.hpp>
#include <cofire/storage/table/table_limits.hpp>
#include <cofire/time/clock.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace cofire::testing {

namespace conformance {
class bench;
} // namespace conformance

/// What a case asks of the storage it is run on.
struct conformance_setup {
    /// The clock that the storage is to follow; stands still but when the case moves it.
    cofire::clock clock;
    /// How much it is to hold, and for how long.
    table_limits limits{};
};

/// A storage that is held against the contract: how it is made, and what it is. What it is not, it
/// leaves out; the cases about it are then skipped and listed as such.
///
/// Distinct objects: safe. Shared objects: safe to read, unsafe to change.
struct conformance_model {
    /// What the report calls it.
    std::string name;
    /// Makes a fresh, empty storage. Called for each case; the one before is gone by then.
    std::function<any_storage(conformance_setup const&)> make;
    /// Durable: opens again what `make` made last, after that is gone without a farewell, as after the
    /// process's death. Empty: nothing survives.
    std::function<any_storage(conformance_setup const&)> reopen{};
    /// Shared: one more connection to what `make` made last, as another process would have it.
    /// Empty: processes do not share it.
    std::function<any_storage(conformance_setup const&)> attach{};
    /// False: it has a clock of its own and does not follow conformance_setup::clock.
    bool follows_clock = true;
    /// False: its limits are its own, not those of conformance_setup::limits.
    bool follows_limits = true;
    /// True: destroying the any_storage ends the waits and refuses what comes later, with errc::closed.
    bool closes = true;
};

/// How the suite is run.
struct conformance_options {
    /// Only the cases whose name begins with this: "settle.", "wait.a_job". Empty: all.
    std::string_view only{};
    /// How long to wait, by the real clock, for an operation that must end before it counts as stuck.
    /// It costs nothing where nothing is stuck.
    std::chrono::milliseconds patience{10'000};
};

/// What a case needs of the model; without it the case does not apply.
enum class conformance_need : std::uint8_t {
    nothing = 0, ///< any model will do
    clock = 1,   ///< it follows the clock of the setup
    limits = 2,  ///< it follows the limits of the setup
    closing = 4, ///< it closes with its any_storage
    reopen = 8,  ///< it is durable
    attach = 16, ///< processes share it
};

/// Both needs.
[[nodiscard]] constexpr conformance_need operator|(conformance_need a, conformance_need b) {
    return static_cast<conformance_need>(static_cast<int>(a) | static_cast<int>(b));
}
/// What both have in common.
[[nodiscard]] constexpr conformance_need operator&(conformance_need a, conformance_need b) {
    return static_cast<conformance_need>(static_cast<int>(a) & static_cast<int>(b));
}

/// By which way a case takes jobs: acquire is an operation, and settle takes jobs along.
enum class conformance_door : std::uint8_t {
    acquire,        ///< by acquire
    settle_nothing, ///< by settle_request::then, with no outcome
    settle_one,     ///< by settle_request::then, with one outcome, which is stale
};

/// One promise of the contract, and how to see whether a storage keeps it.
struct conformance_case {
    /// "<operation>.<what it does>".
    std::string_view name;
    /// Throws conformance_failure if the promise is not kept. For run_conformance_case.
    void (*run)(conformance::bench&);
    /// What it needs of the model.
    conformance_need needs = conformance_need::nothing;
    /// How it takes jobs.
    conformance_door door = conformance_door::acquire;
};

/// A promise that a storage did not keep. what() is "file:line: expected ..., came ...".
///
/// Distinct objects: safe. Shared objects: safe to read.
class conformance_failure : public std::runtime_error {
public:
    /// At `where` something else came than was expected.
    conformance_failure(std::source_location const& where, std::string expected, std::string came)
        : std::runtime_error(message(where, expected, came)),
          expected_(std::move(expected)),
          came_(std::move(came)),
          file_(where.file_name()),
          line_(where.line()) {}

    /// The file of the case.
    [[nodiscard]] char const* file() const noexcept { return file_; }
    /// The line in it.
    [[nodiscard]] std::uint_least32_t line() const noexcept { return line_; }
    /// What the contract asks for.
    [[nodiscard]] std::string const& expected() const noexcept { return expected_; }
    /// What the storage did.
    [[nodiscard]] std::string const& came() const noexcept { return came_; }

private:
    static std::string message(
        std::source_location const& where, std::string const& expected, std::string const& came
    ) {
        std::string_view file = where.file_name();
        if (auto const at = file.rfind("cofire/"); at != std::string_view::npos) {
            file.remove_prefix(at);
        }
        return std::string(file) + ":" + std::to_string(where.line()) + ": expected " + expected +
               ", came " + came;
    }

    std::string expected_;
    std::string came_;
    char const* file_;
    std::uint_least32_t line_;
};

} // namespace cofire::testing

#endif
