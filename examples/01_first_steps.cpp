// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// A host in an Asio program, and one job. The marked part is the first code of the README, word for
// word; scripts/lint/readme checks that.

//[readme
#include <cofire.hpp>
#include <cofire/storage/journal.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <iostream>
#include <string>

namespace asio = boost::asio;

// Any coroutine is a job.
asio::awaitable<void> send_login_notification(std::string user) {
    std::cout << "hello " << user << ", somebody logged in as you\n";
    co_return;
}

// Your code, anywhere in your program: one line, and the job is stored.
asio::awaitable<void> log_in(cofire::client& jobs, std::string user) {
    auto id = co_await jobs.enqueue<send_login_notification>(user);
    co_await jobs.result(id); // waits for the job's end; most programs do not
}

int main() {
    asio::io_context io;

    cofire::host jobs{io.get_executor(), cofire::journal_storage{"jobs.d"}};
    jobs.add<send_login_notification>();
    jobs.start();

    int exit_code = 1;
    asio::co_spawn(io, log_in(jobs, "alice"), [&](std::exception_ptr error) {
        exit_code = error ? 1 : 0;
        jobs.stop();
    });
    io.run();
    return exit_code;
}
//]
