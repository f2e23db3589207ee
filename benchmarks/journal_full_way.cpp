// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// The full way of jobs that do nothing, with a 64-byte argument, inserted in bulk (batches of 1,000, one
// after the other, while the jobs run): over the journal, where all is durable, against the memory
// storage. One io_context thread; the journal has its own writer thread besides. Time on the wall.

#include "support/bulk_jobs.hpp"
#include "support/report.hpp"
#include "support/store_folder.hpp"

#include <cstddef>

int main(int argc, char** argv) {
    bench::report to(argc, argv);
    auto const batches = to.size<std::size_t>(100, 2);

    bench::store_folder folder;
    bench::bulk_jobs journal(cofire::journal_storage(folder / "jobs"));
    bench::bulk_jobs memory(cofire::memory_storage{});
    journal.run(batches, 1'000);
    memory.run(batches, 1'000);
    to.compare(
        "journal_full_way.bulk",
        "ns/job",
        [&] { return journal.run(batches, 1'000); },
        "memory_storage",
        [&] { return memory.run(batches, 1'000); }
    );
    journal.stop();
    memory.stop();
    return 0;
}
