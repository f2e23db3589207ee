// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Runs many seeds: seeds [first [count]]. Stops at the first that breaks a rule, and says which.

#include "../random_workload.hpp"

#include <cstdlib>
#include <iostream>

int main(int argc, char** argv) {
    std::uint64_t const first = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1;
    std::uint64_t const count = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
    std::uint64_t events = 0;
    std::uint64_t runs = 0;
    for (std::uint64_t seed = first; seed != first + count; ++seed) {
        auto const result = simulation_tests::run_seed(seed);
        if (!result.problem.empty()) {
            std::cout << result.problem << '\n';
            return 1;
        }
        events += result.events;
        runs += result.runs;
        if ((seed - first + 1) % 1000 == 0) {
            std::cout << seed - first + 1 << " seeds" << std::endl;
        }
    }
    std::cout << count << " seeds from " << first << ": no rule broken; " << runs << " runs, "
              << events << " events\n";
    return 0;
}
