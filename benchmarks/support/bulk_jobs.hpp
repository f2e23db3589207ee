// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_BENCHMARKS_SUPPORT_BULK_JOBS_HPP
#define COFIRE_BENCHMARKS_SUPPORT_BULK_JOBS_HPP

#include "measure.hpp"
#include "waves.hpp"

#include <cstddef>
#include <utility>

namespace bench {

/// Stores `batches` batches of `size` jobs, one after the other.
inline asio::awaitable<void>
submit_batches(cofire::client const& jobs, std::size_t batches, std::size_t size) {
    for (std::size_t i = 0; i != batches; ++i) {
        cofire::batch b;
        for (std::size_t k = 0; k != size; ++k) {
            b.add<no_op>(argument());
        }
        co_await jobs.submit(b);
    }
}

/// Jobs that do nothing, inserted in batches while they run, on one io_context thread.
///
/// Distinct objects: safe. Shared objects: unsafe.
class bulk_jobs {
public:
    template <class Storage>
    explicit bulk_jobs(Storage storage) : host_(io_.get_executor(), std::move(storage)) {
        host_.add<no_op>([this](std::string) -> asio::awaitable<void> {
            if (--left_ == 0) {
                io_.stop();
            }
            co_return;
        });
        host_.start();
    }

    /// The time on the wall in ns that a job took.
    double run(std::size_t batches, std::size_t size) {
        left_ = batches * size;
        auto const jobs = static_cast<double>(left_);
        auto const begin = wall_ns();
        asio::co_spawn(io_, submit_batches(host_, batches, size), asio::detached);
        io_.restart();
        io_.run();
        return (wall_ns() - begin) / jobs;
    }

    /// Stops the server and waits for it.
    void stop() {
        host_.stop();
        io_.restart();
        io_.run();
    }

private:
    asio::io_context io_{1};
    std::size_t left_ = 0;
    cofire::host host_;
};

} // namespace bench

#endif
