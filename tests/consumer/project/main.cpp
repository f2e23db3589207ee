// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdio>
#include <cstring>
#include <exception>
#include <string>

namespace asio = boost::asio;

char const* version_seen_elsewhere();

asio::awaitable<std::size_t> measure(std::string text) {
    co_return text.size();
}

asio::awaitable<void> use(cofire::host& jobs, std::size_t& answer) {
    cofire::job_id const id = co_await jobs.enqueue<measure>("hello");
    answer = co_await jobs.result<std::size_t>(id);
    jobs.stop();
}

int main() {
    asio::io_context io;
    cofire::host jobs{io.get_executor(), cofire::memory_storage{}};
    jobs.add<measure>();
    jobs.start();

    std::size_t answer = 0;
    std::exception_ptr failure;
    asio::co_spawn(io, use(jobs, answer), [&](std::exception_ptr e) { failure = e; });
    io.run();
    if (failure) {
        std::rethrow_exception(failure);
    }
    bool const good =
        answer == 5 && std::strcmp(version_seen_elsewhere(), COFIRE_VERSION_STRING) == 0;
    std::puts(good ? "a job ran" : "the job did not run");
    return good ? 0 : 1;
}
