// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_HANDLER_IMPL_OBSERVER_IPP
#define COFIRE_HANDLER_IMPL_OBSERVER_IPP

#include <cofire/handler/detail/failure.hpp>
#include <cofire/handler/observer.hpp>

#include <string>

namespace cofire {

COFIRE_DECL void observer_ref::report(
    std::string_view name, log_sink const& log, std::exception_ptr const& e
) noexcept {
    try {
        error_info const what = detail::describe_failure({}, e);
        std::string line = "the observer's ";
        line += name;
        line += " threw " + what.type + ": " + what.message;
        detail::write_log(log, log_level::error, line);
    } catch (...) { // NOLINT(bugprone-empty-catch): no memory to say so
    }
}

} // namespace cofire

#endif
