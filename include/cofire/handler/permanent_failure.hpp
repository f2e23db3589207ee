// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_HANDLER_PERMANENT_FAILURE_HPP
#define COFIRE_HANDLER_PERMANENT_FAILURE_HPP

#include <stdexcept>

namespace cofire {

/// A handler throws it, or a class derived from it, to say that trying again is of no use: the job
/// ends failed at once, however many attempts it has left. what() is what people read.
///
/// Distinct objects: safe. Shared objects: safe to read.
class permanent_failure : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

} // namespace cofire

#endif
