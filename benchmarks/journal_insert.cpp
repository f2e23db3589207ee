// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Durable inserts of jobs with a 64-byte argument into a journal, by typed enqueue: by 128 coroutines of
// one thread, which share what is synced, and by one coroutine. Against a bare loop that writes the same
// bytes by pwrite, and fdatasync after those of 128 jobs, or of one. Time on the wall. And how many bytes
// of the log a no-op job takes on its full way.

#include "support/measure.hpp"
#include "support/report.hpp"
#include "support/store_folder.hpp"
#include "support/waves.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;

asio::awaitable<void> enqueue_many(cofire::client const& jobs, std::size_t count) {
    for (std::size_t i = 0; i != count; ++i) {
        co_await jobs.enqueue<bench::no_op>(bench::argument());
    }
}

/// A store, and callers that insert into it.
class inserting {
public:
    explicit inserting(std::filesystem::path path)
        : path_(std::move(path)), storage_(path_), jobs_(storage_) {}

    /// The time in ns that a job took.
    double run(std::size_t callers, std::size_t each) {
        auto const begin = bench::wall_ns();
        for (std::size_t i = 0; i != callers; ++i) {
            asio::co_spawn(io_, enqueue_many(jobs_, each), asio::detached);
        }
        io_.restart();
        io_.run();
        stored_ += callers * each;
        return (bench::wall_ns() - begin) / static_cast<double>(callers * each);
    }

    /// The bytes that a job took in the log. The store is closed then.
    [[nodiscard]] std::size_t bytes_each() {
        storage_.close();
        return bench::log_bytes(path_) / stored_;
    }

private:
    std::filesystem::path path_;
    asio::io_context io_{1};
    cofire::journal_storage storage_;
    cofire::client jobs_;
    std::size_t stored_ = 0;
};

/// The time in ns that a job takes if the bytes of `batch` jobs are written and synced at once.
double bare(bench::bare_file& file, std::size_t bytes, std::size_t batch, std::size_t count) {
    std::vector<char> const buffer(bytes * batch, 'x');
    auto const begin = bench::wall_ns();
    for (std::size_t i = 0; i != count; i += batch) {
        file.append(buffer);
    }
    return (bench::wall_ns() - begin) / static_cast<double>(count);
}

void compare(
    bench::report& to, bench::store_folder& folder, std::size_t callers, std::size_t each
) {
    auto const name = std::to_string(callers);
    inserting trial(folder / ("trial" + name));
    trial.run(callers, to.size(each / 10 + 1, std::size_t{2}));
    auto const bytes = trial.bytes_each();

    inserting jobs(folder / ("jobs" + name));
    bench::bare_file file(folder / ("bare" + name), std::size_t{64} << 20U);
    jobs.run(callers, 2);
    to.compare(
        "journal_insert." + name + (callers == 1 ? "_caller" : "_callers"),
        "ns/job",
        [&] { return jobs.run(callers, each); },
        callers == 1 ? "pwrite and fdatasync" : "pwrite and fdatasync of 128",
        [&] { return bare(file, bytes, callers, callers * each); }
    );
}

/// The bytes that no-op jobs take on their full way, each alone.
double full_way_bytes(bench::store_folder& folder, std::size_t count) {
    auto const path = folder / "full_way";
    asio::io_context io{1};
    cofire::host host{io.get_executor(), cofire::journal_storage{path}};
    std::size_t left = count;
    host.add<bench::no_op>([&](cofire::job_context& ctx, std::string) -> asio::awaitable<void> {
        if (--left == 0) {
            host.stop();
        } else {
            co_await ctx.client().enqueue<bench::no_op>(bench::argument());
        }
    });
    host.start();
    asio::co_spawn(io, enqueue_many(host, 1), asio::detached);
    io.run();
    return static_cast<double>(bench::log_bytes(path)) / static_cast<double>(count);
}

} // namespace

int main(int argc, char** argv) {
    bench::report to(argc, argv);
    bench::store_folder folder;
    compare(to, folder, 128, to.size<std::size_t>(200, 4));
    compare(to, folder, 1, to.size<std::size_t>(1'000, 10));
    to.add({"journal_insert.bytes_alone", "bytes/job", {full_way_bytes(folder, to.size(2'000, 20))}}
    );
    return 0;
}
