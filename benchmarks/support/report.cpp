// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "report.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string_view>
#include <thread>

namespace bench {
namespace {

std::string compiler() {
#ifdef __clang__
    return "clang " + std::to_string(__clang_major__) + '.' + std::to_string(__clang_minor__);
#else
    return "g++ " __VERSION__;
#endif
}

std::string machine() {
    std::string model = "unknown processor";
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);) {
        if (line.starts_with("model name") && line.find(": ") != std::string::npos) {
            model = line.substr(line.find(": ") + 2);
            break;
        }
    }
    return model + ", " + std::to_string(std::thread::hardware_concurrency()) + " cores";
}

/// How many programs wanted a processor in the last minute.
double load() {
    double average = 0;
    return getloadavg(&average, 1) == 1 ? average : -1;
}

std::string short_number(double x) {
    char text[32];
    auto const magnitude = std::abs(x);
    int const digits = magnitude >= 100 ? 0 : magnitude >= 10 ? 1 : magnitude >= 1 ? 2 : 3;
    std::snprintf(text, sizeof text, "%.*f", digits, x);
    return text;
}

std::string range(std::vector<double> const& values) {
    auto const [low, high] = std::minmax_element(values.begin(), values.end());
    return short_number(*low) + " .. " + short_number(*high);
}

} // namespace

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    auto const middle = values.size() / 2;
    return values.size() % 2 != 0 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double quantile(std::vector<double> values, double share) {
    auto const rank = std::ceil(share * static_cast<double>(values.size())) - 1;
    auto const place = static_cast<std::size_t>(std::max(rank, 0.0));
    std::nth_element(values.begin(), values.begin() + static_cast<long>(place), values.end());
    return values[place];
}

report::report(int& argc, char** argv, bool all) {
    int kept = 1;
    std::size_t samples = 0;
    for (int i = 1; i < argc; ++i) {
        std::string_view const argument = argv[i];
        if (argument == "--quick") {
            quick_ = true;
        } else if (argument == "--samples" && i + 1 < argc) {
            samples = static_cast<std::size_t>(std::strtoul(argv[++i], nullptr, 10));
        } else if (argument == "--json" && i + 1 < argc) {
            json_ = argv[++i];
        } else if (argument == "--figure" && i + 1 < argc) {
            only_ = argv[++i];
        } else if (all) {
            std::fprintf(stderr, "%s: bad argument %s\n", argv[0], argv[i]);
            std::exit(2);
        } else {
            argv[kept++] = argv[i];
        }
    }
    argc = kept;
    samples_ = samples != 0 ? samples : quick_ ? 1 : 5;
}

void report::add(figure const& f) {
    double const value = median(f.values);
    std::string line;
    auto const number = [&](char const* name, double x) {
        char text[64];
        std::snprintf(text, sizeof text, "%s\"%s\":%.6g", line.empty() ? "" : ",", name, x);
        line += text;
    };
    auto const word = [&](char const* name, std::string const& x) {
        line += line.empty() ? "\"" : ",\"";
        line += name;
        line += "\":" + boost::json::serialize(boost::json::string(x));
    };
    word("name", f.name);
    number("value", value);
    word("unit", f.unit);
    number("low", *std::min_element(f.values.begin(), f.values.end()));
    number("high", *std::max_element(f.values.begin(), f.values.end()));
    number("samples", static_cast<double>(f.values.size()));
    std::string yardstick = "-";
    std::string ratio = "-";
    if (!f.yardstick_values.empty()) {
        // Of each pair: what slows one of them down for a while slows down the other.
        std::vector<double> ratios;
        for (std::size_t i = 0; i != f.values.size(); ++i) {
            if (f.yardstick_values[i] != 0) {
                ratios.push_back(f.values[i] / f.yardstick_values[i]);
            }
        }
        word("yardstick", f.yardstick);
        number("yardstick_value", median(f.yardstick_values));
        auto const [low, high] =
            std::minmax_element(f.yardstick_values.begin(), f.yardstick_values.end());
        number("yardstick_low", *low);
        number("yardstick_high", *high);
        yardstick = short_number(median(f.yardstick_values)) + "  " + f.yardstick;
        if (!ratios.empty()) {
            number("ratio", median(ratios));
            number("ratio_low", *std::min_element(ratios.begin(), ratios.end()));
            number("ratio_high", *std::max_element(ratios.begin(), ratios.end()));
            ratio = short_number(median(ratios));
        }
    }
    word("compiler", compiler());
    word("machine", machine());
    number("load", load());
    line += quick_ ? ",\"quick\":true" : ",\"quick\":false";

    std::printf(
        "%-38s %9s %-10s %7s  (%s)  %s\n",
        f.name.c_str(),
        short_number(value).c_str(),
        f.unit.c_str(),
        ratio.c_str(),
        range(f.values).c_str(),
        yardstick.c_str()
    );
    std::fflush(stdout);
    if (!json_.empty()) {
        std::ofstream(json_, std::ios::app) << '{' << line << "}\n";
    }
}

void report::require(bool good, std::string const& what) {
    if (!good) {
        std::fprintf(stderr, "FAILED: %s\n", what.c_str());
        std::exit(1);
    }
}

} // namespace bench
