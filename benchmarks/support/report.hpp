// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_BENCHMARKS_SUPPORT_REPORT_HPP
#define COFIRE_BENCHMARKS_SUPPORT_REPORT_HPP

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace bench {

/// One number, measured several times, beside what a user would otherwise write.
struct figure {
    /// What is measured: "full_way.one_thread".
    std::string name;
    /// In what.
    std::string unit;
    /// One for each sample.
    std::vector<double> values;
    /// What else was measured, in words; empty: nothing.
    std::string yardstick{};
    /// One for each sample, taken beside the value of the same place.
    std::vector<double> yardstick_values{};
};

/// The middle of `values`. Precondition: there is one.
[[nodiscard]] double median(std::vector<double> values);

/// The value that `share` (0 to 1) of `values` do not exceed. Precondition: there is one.
[[nodiscard]] double quantile(std::vector<double> values, double share);

/// What a program was asked for, and where its figures go: a row of a table on stdout, and with
/// `--json FILE` a line of JSON at the end of that file. `--figure NAME` has compare() leave out all
/// others, for a profiler.
///
/// Distinct objects: safe. Shared objects: unsafe.
class report {
public:
    /// Takes what it knows out of the arguments: --quick, --samples N, --json FILE, --figure NAME. Ends
    /// the program with exit code 2 and a line on stderr if something else is among them and `all` is
    /// set.
    report(int& argc, char** argv, bool all = true);

    /// True: only show that the program works. No number means anything.
    [[nodiscard]] bool quick() const { return quick_; }
    /// How often to measure.
    [[nodiscard]] std::size_t samples() const { return samples_; }
    /// `full`, or `small` if it is to be quick.
    template <class T>
    [[nodiscard]] T size(T full, T small) const {
        return quick_ ? small : full;
    }

    /// Writes the figure down.
    void add(figure const& f);

    /// Measures `subject` and `yardstick` in turns, each of which returns one value, and writes the
    /// figure down.
    template <class Subject, class Yardstick>
    void compare(
        std::string name,
        std::string unit,
        Subject&& subject,
        std::string yardstick_name,
        Yardstick&& yardstick
    ) {
        if (!only_.empty() && name != only_) {
            return;
        }
        figure f{std::move(name), std::move(unit), {}, std::move(yardstick_name), {}};
        for (std::size_t i = 0; i != samples_; ++i) {
            // Which one goes first changes, so that a drift of the machine favours neither.
            if (i % 2 == 0) {
                f.values.push_back(subject());
                f.yardstick_values.push_back(yardstick());
            } else {
                f.yardstick_values.push_back(yardstick());
                f.values.push_back(subject());
            }
        }
        add(f);
    }

    /// Ends the program with exit code 1 and `what` on stderr unless `good`: for what must hold on
    /// any machine. Never for a time.
    static void require(bool good, std::string const& what);

private:
    bool quick_ = false;
    std::size_t samples_ = 0;
    std::string json_;
    std::string only_;
};

} // namespace bench

#endif
