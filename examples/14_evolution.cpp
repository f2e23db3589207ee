// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// A program changes while its jobs wait. Version 1 stored jobs; version 2 has renamed one, given one
// more members and changed the form of a third, and runs them all. Then version 1 comes back for a
// while: what it cannot read waits, and is shown as such.
//
// Both versions stand in this file, in a namespace each. For the store they are the same job types,
// because their names are.

#include <cofire.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/describe/class.hpp>

#include <functional>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace asio = boost::asio;

std::vector<std::string> done;

void note(std::string what) {
    std::cout << what << '\n';
    done.push_back(std::move(what));
}

// --- Version 1 -------------------------------------------------------------------------------------

namespace v1 {

asio::awaitable<void> welcome(std::string user) {
    note("v1: welcome " + user);
    co_return;
}

struct thumbnail {
    std::string path;
    static constexpr std::string_view name = "thumbnail"; // a name of its own: it may move
};
BOOST_DESCRIBE_STRUCT(thumbnail, (), (path))

struct report {
    std::string month; // "2026-03"
    static constexpr std::string_view name = "report";
};
BOOST_DESCRIBE_STRUCT(report, (), (month))

void add_handlers(cofire::registry& handlers) {
    handlers.add<welcome>();
    handlers.add<thumbnail>([](thumbnail job) -> asio::awaitable<void> {
        note("v1: thumbnail of " + job.path);
        co_return;
    });
    handlers.add<report>([](report job) -> asio::awaitable<void> {
        note("v1: report for " + job.month);
        co_return;
    });
}

} // namespace v1

// --- Version 2 -------------------------------------------------------------------------------------

namespace v2 {

// Renamed: the old name becomes an alias where the handler is registered. It was "v1::welcome" there,
// as a function has its qualified name unless job_traits give it one.
asio::awaitable<void> send_welcome(std::string user) {
    note("v2: welcome " + user);
    co_return;
}

// A new member: older jobs have its default, and version 1 ignores it.
struct thumbnail {
    std::string path;
    int width = 200;
    static constexpr std::string_view name = "thumbnail";
};
BOOST_DESCRIBE_STRUCT(thumbnail, (), (path, width))

// Another form: `month` has become two numbers. A version, and a function that lifts older jobs.
struct report {
    int year = 0;
    int month = 0;
    static constexpr std::string_view name = "report";
    static constexpr std::uint32_t version = 2;
    static boost::json::value upgrade(boost::json::value stored, std::uint32_t /*from: 1*/) {
        std::string const text(stored.as_object().at("month").as_string().c_str());
        boost::json::object lifted;
        lifted["year"] = std::stoi(text.substr(0, 4));
        lifted["month"] = std::stoi(text.substr(5));
        return lifted;
    }
};
BOOST_DESCRIBE_STRUCT(report, (), (year, month))

void add_handlers(cofire::registry& handlers) {
    handlers.add<send_welcome>(cofire::aliases{"v1::welcome"});
    handlers.add<thumbnail>([](thumbnail job) -> asio::awaitable<void> {
        note("v2: thumbnail of " + job.path + ", " + std::to_string(job.width) + " wide");
        co_return;
    });
    handlers.add<report>([](report job) -> asio::awaitable<void> {
        note("v2: report for " + std::to_string(job.month) + '/' + std::to_string(job.year));
        co_return;
    });
}

} // namespace v2

// --- Deployments -----------------------------------------------------------------------------------

void check(bool good, char const* what) {
    if (!good) {
        throw std::runtime_error(what);
    }
}

// The jobs that wait for a program which can read them: what the operator looks at after going back.
asio::awaitable<std::vector<cofire::job_record>> parked(cofire::client jobs) {
    cofire::read_find query;
    query.filter.sub_state = cofire::job_sub_state::parked_by_type;
    cofire::read_answer answer = co_await jobs.find(query);
    co_return std::move(answer.jobs);
}

// One version from its start to its end; meanwhile `act` happens.
void deploy(
    cofire::memory_storage& storage,
    void (*add_handlers)(cofire::registry&),
    std::function<asio::awaitable<void>(cofire::client)> const& act
) {
    asio::io_context io;
    cofire::registry handlers;
    add_handlers(handlers);
    cofire::server server{io.get_executor(), storage, handlers};
    std::exception_ptr failure;
    asio::co_spawn(io, server.run(), [&](std::exception_ptr e) {
        failure = failure ? failure : e;
    });
    asio::co_spawn(io, act(cofire::client{storage}), [&](std::exception_ptr e) {
        failure = failure ? failure : e;
        server.stop();
    });
    io.run();
    if (failure) {
        std::rethrow_exception(failure);
    }
}

asio::awaitable<std::vector<cofire::job_id>> store_old_jobs(cofire::client jobs) {
    std::vector<cofire::job_id> ids;
    ids.push_back(co_await jobs.enqueue<v1::welcome>("alice"));
    ids.push_back(co_await jobs.enqueue<v1::thumbnail>("cat.png"));
    ids.push_back(co_await jobs.enqueue<v1::report>("2026-03"));
    co_return ids;
}

asio::awaitable<std::vector<cofire::job_id>> store_new_jobs(cofire::client jobs) {
    std::vector<cofire::job_id> ids;
    ids.push_back(co_await jobs.enqueue<v2::send_welcome>("bob"));
    ids.push_back(co_await jobs.enqueue<v2::thumbnail>("dog.png", 300));
    ids.push_back(co_await jobs.enqueue<v2::report>(2026, 4));
    co_return ids;
}

int main() {
    cofire::memory_storage storage; // stands for one that outlives the program
    std::vector<cofire::job_id> old_jobs;
    std::vector<cofire::job_id> new_jobs;

    // Version 1 stores jobs and is stopped before it runs any: version 2 finds them.
    asio::io_context io;
    asio::co_spawn(io, store_old_jobs(cofire::client{storage}), [&](std::exception_ptr, auto ids) {
        old_jobs = ids;
    });
    io.run();
    deploy(storage, v2::add_handlers, [&](cofire::client jobs) -> asio::awaitable<void> {
        for (cofire::job_id id : old_jobs) {
            co_await jobs.result(id);
        }
    });
    check(
        done ==
            std::vector<std::string>{
                "v2: welcome alice", "v2: thumbnail of cat.png, 200 wide", "v2: report for 3/2026"},
        "version 2 ran the jobs of version 1"
    );

    // Back to version 1, while some program still stores version 2's jobs: it runs the one that it
    // can read. A new name and a later version of the arguments wait; no attempt is used up.
    done.clear();
    deploy(storage, v1::add_handlers, [&](cofire::client jobs) -> asio::awaitable<void> {
        new_jobs = co_await store_new_jobs(jobs);
        co_await jobs.result(new_jobs[1]);
        std::vector<cofire::job_record> const waiting = co_await parked(jobs);
        for (cofire::job_record const& job : waiting) {
            std::cout << "waits for another version: " << job.type << ' ' << job.arguments << '\n';
        }
        check(waiting.size() == 2 && waiting[0].attempt == 0, "two jobs are parked");
    });
    check(done == std::vector<std::string>{"v1: thumbnail of dog.png"}, "version 1 ran one job");

    // Version 2 again: nothing was lost.
    done.clear();
    deploy(storage, v2::add_handlers, [&](cofire::client jobs) -> asio::awaitable<void> {
        co_await jobs.result(new_jobs[0]);
        co_await jobs.result(new_jobs[2]);
        std::vector<cofire::job_record> const waiting = co_await parked(jobs);
        check(waiting.empty(), "nothing is parked");
    });
    check(
        done == std::vector<std::string>{"v2: welcome bob", "v2: report for 4/2026"},
        "version 2 ran the rest"
    );
    return 0;
}
