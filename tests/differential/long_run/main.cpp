// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// The differential as a program: long_run [count [first seed [commands a script]]].

#include "../check.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>

int main(int argc, char** argv) {
    using namespace cofire::differential;
    auto const number = [&](int i, std::uint64_t otherwise) {
        return argc > i ? std::strtoull(argv[i], nullptr, 10) : otherwise;
    };
    std::uint64_t const count = number(1, 2'000);
    std::string const report =
        check_scripts(make_table, number(2, 1), count, number(3, 200));
    if (!report.empty()) {
        std::printf("%s", report.c_str());
        return 1;
    }
    std::printf("%llu scripts: no difference\n", static_cast<unsigned long long>(count));
    return 0;
}
