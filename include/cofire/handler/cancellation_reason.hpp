// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_HANDLER_CANCELLATION_REASON_HPP
#define COFIRE_HANDLER_CANCELLATION_REASON_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cofire {

/// Why a run was asked to stop.
enum class cancellation_reason : std::uint8_t {
    none,       ///< it was not
    timeout,    ///< it took longer than the job's timeout
    deleted,    ///< the job was deleted: whatever the handler does, its result is dropped
    cancelled,  ///< the job was cancelled: a handler that returns all the same has succeeded
    shutdown,   ///< the server stops; a handler that throws now is run again elsewhere
    lease_lost, ///< the job belongs to another server by now; nothing of this run counts
};

/// The reason's name: "none", "timeout", "deleted", "cancelled", "shutdown", "lease lost".
[[nodiscard]] constexpr std::string_view to_string(cancellation_reason r) {
    constexpr std::array<std::string_view, 6> names{
        "none", "timeout", "deleted", "cancelled", "shutdown", "lease lost"};
    auto const i = static_cast<std::size_t>(r);
    return i < names.size() ? names[i] : "unknown";
}

} // namespace cofire

#endif
