// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_DIFFERENTIAL_CHECK_HPP
#define COFIRE_TESTS_DIFFERENTIAL_CHECK_HPP

#include "lockstep.hpp"

#include <cstdint>
#include <string>

namespace cofire::differential {

/// The limits of the scripts of this seed: some storages are small, and remember shortly.
table_limits limits_of(std::uint64_t seed);

/// Runs one script; on a difference, a report with the shrunk script and what differed. Empty: none.
std::string check_script(subject_maker make, script const& s, table_limits const& limits);

/// Runs the random scripts of `count` seeds from `first` on, up to the first difference.
std::string
check_scripts(subject_maker make, std::uint64_t first, std::uint64_t count, std::size_t length);

} // namespace cofire::differential

#endif
