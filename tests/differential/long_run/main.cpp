// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// The differential as a program: long_run [count [first seed [commands a script [table|memory]]]].

#include "../check.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

int main(int argc, char** argv) {
    using namespace cofire::differential;
    auto const number = [&](int i, std::uint64_t otherwise) {
        return argc > i ? std::strtoull(argv[i], nullptr, 10) : otherwise;
    };
    std::uint64_t const count = number(1, 2'000);
    std::string_view const which = argc > 4 ? argv[4] : "table";
    if (which != "table" && which != "memory") {
        std::printf("\"%s\" is neither table nor memory\n", argv[4]);
        return 2;
    }
    auto* const make = which == "memory" ? make_memory : make_table;
    char const* const name = which == "memory" ? "memory_storage" : "job_table";
    std::string const report = check_scripts(make, number(2, 1), count, number(3, 200));
    if (!report.empty()) {
        std::printf("%s: %s", name, report.c_str());
        return 1;
    }
    std::printf("%s, %llu scripts: no difference\n", name, static_cast<unsigned long long>(count));
    return 0;
}
