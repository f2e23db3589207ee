// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// The conformance suite against memory_storage as a program: 0 if it passes, 1 and the first case that
// failed otherwise.

#include <cofire/storage/memory_storage.hpp>
#include <cofire/testing/conformance.hpp>

#include <iostream>

int main() {
    cofire::testing::conformance_model model;
    model.name = "memory_storage";
    model.make = [](cofire::testing::conformance_setup const& s) {
        return cofire::any_storage(cofire::memory_storage(cofire::memory_options(s.limits, s.clock))
        );
    };
    auto const report = run_conformance(model, {.patience = std::chrono::milliseconds{2'000}});
    if (!report.ok()) {
        std::cout << report.failed.front().name << '\n';
    }
    return report.ok() ? 0 : 1;
}
