// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "micro.hpp"

#include "report.hpp"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <vector>

namespace bench {
namespace {

constexpr char than[] = "/than:";

/// Collects the runs of all repetitions.
class collector final : public benchmark::BenchmarkReporter {
public:
    bool ReportContext(Context const&) override { return true; }

    void ReportRuns(std::vector<Run> const& runs) override {
        for (Run const& r : runs) {
            if (r.run_type != Run::RT_Iteration) {
                continue;
            }
            report::require(!r.error_occurred, r.run_name.function_name + ": " + r.error_message);
            double ns = r.GetAdjustedCPUTime();
            if (auto const items = r.counters.find("items_per_second"); items != r.counters.end()) {
                ns = 1e9 / items->second.value;
            }
            take(r.run_name.function_name, ns);
        }
    }

    void write(report& to) {
        std::sort(figures_.begin(), figures_.end(), [](figure const& a, figure const& b) {
            return a.name < b.name;
        });
        for (figure const& f : figures_) {
            to.add(f);
        }
    }

private:
    void take(std::string const& name, double ns) {
        auto const mark = name.find(than);
        figure& f = find(name.substr(0, mark));
        if (mark == std::string::npos) {
            f.values.push_back(ns);
        } else {
            f.yardstick = name.substr(mark + sizeof than - 1);
            f.yardstick_values.push_back(ns);
        }
    }

    figure& find(std::string const& name) {
        for (figure& f : figures_) {
            if (f.name == name) {
                return f;
            }
        }
        figures_.push_back({name, "ns", {}, {}, {}});
        return figures_.back();
    }

    std::vector<figure> figures_;
};

} // namespace

int run_micro(int argc, char** argv) {
    report to(argc, argv, false);
    std::vector<std::string> arguments(argv, argv + argc);
    arguments.push_back("--benchmark_repetitions=" + std::to_string(to.samples()));
    arguments.push_back("--benchmark_enable_random_interleaving=true");
    arguments.push_back(to.quick() ? "--benchmark_min_time=0.001" : "--benchmark_min_time=0.2");
    std::vector<char*> pointers;
    for (std::string& a : arguments) {
        pointers.push_back(a.data());
    }
    int count = static_cast<int>(pointers.size());
    benchmark::Initialize(&count, pointers.data());
    if (benchmark::ReportUnrecognizedArguments(count, pointers.data())) {
        return 2;
    }
    collector all;
    benchmark::RunSpecifiedBenchmarks(&all);
    benchmark::Shutdown();
    all.write(to);
    return EXIT_SUCCESS;
}

} // namespace bench
