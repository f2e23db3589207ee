// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Opening a journal of five million pending jobs with 64-byte arguments, against reading the bytes of
// its files. Neither is in the system's cache at first. Time on the wall.

#include "support/bulk_jobs.hpp"
#include "support/report.hpp"
#include "support/store_folder.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace {

namespace asio = boost::asio;

constexpr std::size_t batch_size = 10'000;

/// Calls `use(descriptor)` for each file of the folder.
template <class Use>
void each_file(std::filesystem::path const& folder, Use const& use) {
    for (auto const& entry : std::filesystem::directory_iterator(folder)) {
        int const descriptor = ::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC);
        bench::report::require(descriptor >= 0, "cannot open " + entry.path().string());
        use(descriptor);
        ::close(descriptor);
    }
}

void drop_from_cache(std::filesystem::path const& folder) {
    each_file(folder, [](int file) {
        ::fsync(file);
        ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    });
}

double read_all(std::filesystem::path const& folder) {
    std::vector<char> buffer(std::size_t{1} << 20U);
    auto const begin = bench::wall_ns();
    each_file(folder, [&](int file) {
        while (::read(file, buffer.data(), buffer.size()) > 0) {
        }
    });
    return bench::wall_ns() - begin;
}

} // namespace

int main(int argc, char** argv) {
    bench::report to(argc, argv);
    auto const batches = to.size<std::size_t>(500, 2);

    bench::store_folder folder;
    auto const path = folder / "jobs";
    cofire::journal_options options;
    options.durability = cofire::durability_level::none;
    options.limits.jobs = batches * batch_size;
    options.limits.bytes = std::uint64_t{16} << 30U;
    {
        cofire::journal_storage storage(path, options);
        cofire::client const jobs(storage);
        asio::io_context io{1};
        asio::co_spawn(io, bench::submit_batches(jobs, batches, batch_size), asio::detached);
        io.run();
    }

    auto const open = [&] {
        drop_from_cache(path);
        auto const begin = bench::wall_ns();
        std::optional<cofire::journal_storage> storage(std::in_place, path, options);
        auto const took = bench::wall_ns() - begin;
        bench::report::require(
            storage->report().jobs == batches * batch_size, "not all jobs were found"
        );
        return took / 1e6;
    };
    auto const read = [&] {
        drop_from_cache(path);
        return read_all(path) / 1e6;
    };
    to.compare("journal_open.5_million", "ms", open, "read the same bytes", read);
    return 0;
}
