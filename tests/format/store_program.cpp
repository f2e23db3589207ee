// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// A program with a journal: store_program <directory> <jobs> [upgrade]. Opens it, adds as many jobs and
// says how many there are then. Built twice: as this version, and as one whose format is 1.1.

#include "support/run_to_end.hpp"

#include <cofire/client/client.hpp>
#include <cofire/storage/journal/journal_storage.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>

namespace {

boost::asio::awaitable<std::uint64_t> add(cofire::client const& jobs, int count) {
    std::string const long_one = "[\"" + std::string(2000, 'x') + "\"]"; // so that files fill up
    for (int i = 0; i != count; ++i) {
        auto op = jobs.enqueue_raw("greet", long_one);
        co_await std::move(op);
    }
    auto op = jobs.counts();
    cofire::storage_counts const counts = co_await std::move(op);
    co_return counts[cofire::job_state::enqueued];
}

} // namespace

int main(int argc, char** argv) {
    try {
        if (argc < 3) {
            std::cerr << "store_program <directory> <jobs> [upgrade]\n";
            return 2;
        }
        cofire::journal_options options;
        options.segment_bytes = 64U << 10U; // small, so that new segments and snapshots are made
        options.compact_bytes = 16U << 10U;
        options.upgrade = argc > 3 && std::string_view(argv[3]) == "upgrade";
        cofire::journal_storage storage(argv[1], options);
        cofire::client const jobs(storage);
        std::cout << cofire_tests::run_to_end(add(jobs, std::atoi(argv[2]))) << " jobs\n";
        return 0;
    } catch (std::exception const& e) {
        std::cerr << e.what() << '\n';
        return 1;
    }
}
