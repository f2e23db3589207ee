// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_BENCHMARKS_SUPPORT_MICRO_HPP
#define COFIRE_BENCHMARKS_SUPPORT_MICRO_HPP

namespace bench {

/// Runs what is registered with Google Benchmark and writes it down as figures, in ns of processor
/// time. `name` and `name/than:what a user would write` are one figure: the second is its yardstick.
/// A benchmark that sets items processed is measured per item. To be called by main; understands
/// Google Benchmark's arguments, too.
int run_micro(int argc, char** argv);

} // namespace bench

#endif
