// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// A timer of 1 ms on the same io_context on which a million jobs that do nothing run in waves: how
// late it is, against the same timer beside a million co_spawns. What it costs the rest of a program
// that jobs run on its thread.

#include "support/report.hpp"
#include "support/waves.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// Ticks each millisecond and keeps how late each tick was, in us.
class ticker : public std::enable_shared_from_this<ticker> {
public:
    explicit ticker(asio::any_io_executor ex) : timer_(std::move(ex)) {}

    void start() {
        timer_.expires_after(1ms);
        wait();
    }
    void stop() {
        stopped_ = true;
        timer_.cancel();
    }

    [[nodiscard]] std::vector<double> const& late() const { return late_; }

private:
    void wait() {
        timer_.async_wait([this, self = shared_from_this()](boost::system::error_code ec) {
            if (ec || stopped_) {
                return;
            }
            auto const now = asio::steady_timer::clock_type::now();
            late_.push_back(std::chrono::duration<double, std::micro>(now - timer_.expiry()).count()
            );
            auto next = timer_.expiry() + 1ms;
            timer_.expires_at(next > now ? next : now + 1ms);
            wait();
        });
    }

    asio::steady_timer timer_;
    bool stopped_ = false;
    std::vector<double> late_;
};

template <class Way>
double p99(Way& way, std::size_t tasks) {
    auto const timer = std::make_shared<ticker>(way.threads().executor());
    timer->start();
    way.run(tasks);
    timer->stop();
    return timer->late().empty() ? 0 : bench::quantile(timer->late(), 0.99);
}

} // namespace

int main(int argc, char** argv) {
    bench::report to(argc, argv);
    std::size_t const tasks = to.size(1'000'000, 10'000);
    bench::job_waves<bench::one_thread> jobs;
    bench::spawned_waves<bench::one_thread> spawns;
    jobs.run(tasks / 5);
    spawns.run(tasks / 5);
    to.compare(
        "busy_timer.late_p99",
        "us",
        [&] { return p99(jobs, tasks); },
        "co_spawn a task",
        [&] { return p99(spawns, tasks); }
    );
    jobs.stop();
    return 0;
}
