// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// An HTTP server, the back end of a small CRM, that leaves work to background jobs:
//
//     jobs.hpp         the jobs, and the calls that create them
//     routes.hpp       the handlers of the requests
//     main.cpp         puts it together; the three lines about cofire are marked
//
// The rest serves these: http_server.hpp (Boost.Beast), page.hpp, json_input.hpp, job_json.hpp,
// outbox.hpp, job_events.hpp (what the terminal shows), load.hpp and load_jobs.hpp (--load), door.hpp
// (--listen), options.hpp.

#include "door.hpp"
#include "http_server.hpp"
#include "job_events.hpp"
#include "jobs.hpp"
#include "load.hpp"
#include "load_jobs.hpp"
#include "options.hpp"
#include "outbox.hpp"
#include "routes.hpp"

#include <cofire.hpp>
#include <cofire/dashboard.hpp>
#include <cofire/storage/journal.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <utility>
#include <vector>

namespace {

// The folder named by --data, made if need be, or a new one.
std::filesystem::path data_folder(std::string const& wanted) {
    if (!wanted.empty()) {
        std::filesystem::path const folder = std::filesystem::absolute(wanted);
        std::filesystem::create_directories(folder);
        return folder;
    }
    std::string name = (std::filesystem::temp_directory_path() / "cofire-demo-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) {
        throw std::runtime_error("cannot make a folder in " + name);
    }
    return name;
}

// Where the jobs are held: in a folder, which survives the program, or in memory.
cofire::any_storage make_storage(options const& o, std::filesystem::path const& data) {
    cofire::table_limits limits;
    limits.jobs = o.max_jobs;
    if (o.memory) {
        cofire::memory_options const how(limits);
        return cofire::any_storage(cofire::memory_storage(how));
    }
    cofire::journal_options how;
    how.limits = limits;
    cofire::journal_storage journal(data / "jobs.d", how);
    cofire::journal_report const& found = journal.report();
    if (!found.created) {
        std::printf(
            "Found %llu jobs in %s; %llu runs had been interrupted and are made up for.\n",
            static_cast<unsigned long long>(found.jobs),
            (data / "jobs.d").c_str(),
            static_cast<unsigned long long>(found.interrupted)
        );
        if (!found.starts_problem.empty()) {
            std::printf("There may have been more: %s.\n", found.starts_problem.c_str());
        }
    }
    return cofire::any_storage(std::move(journal));
}

// One of each, so that there is something to see at once.
asio::awaitable<void> first_jobs(cofire::client const& jobs) {
    co_await set_up_recurring_jobs(jobs);
    auto const notification = co_await after_login(jobs, "alice");
    co_await after_signup(jobs, "bob", "bob@example.com", "+49 30 123456");
    co_await jobs.enqueue<flaky>();
    co_await jobs.trigger_recurring("captcha-cleanup");
    // A backup, too, but when there is something to save.
    auto const backup = co_await jobs.continue_with<&crm::backup>(notification, "crm");
    co_await jobs.continue_with<&crm::report_backup>(backup, "crm");
}

// Says how it ended.
asio::awaitable<void> say_goodbye(cofire::client const& jobs, bool memory) {
    cofire::storage_counts const counts = co_await jobs.counts();
    std::uint64_t const waiting = counts[cofire::job_state::enqueued] +
                                  counts[cofire::job_state::scheduled] +
                                  counts[cofire::job_state::awaiting];
    std::string details = std::to_string(counts.succeeded) + " jobs succeeded, ";
    details += std::to_string(counts.failed) + " failed, ";
    details += std::to_string(waiting) + " that wait ";
    details += memory ? "end with the process" : "will be there at the next start";
    print_line("stopped", details);
}

// What coroutines that nobody awaits leave behind.
void report(std::exception_ptr error) {
    try {
        if (error) {
            std::rethrow_exception(error);
        }
    } catch (std::exception const& e) {
        std::fprintf(stderr, "web_app: %s\n", e.what());
    }
}

// cofire's own log. What it says of single jobs, job_events shows already.
void print_log(cofire::log_level level, std::string_view line) {
    if (level != cofire::log_level::debug && !line.starts_with("job ")) {
        print_line(to_string(level), line);
    }
}

void run(options const& o) {
    umask(077); // what is written here is for nobody else to read
    std::filesystem::path const data = data_folder(o.data);
    outbox const messages(data / "outbox");
    crm app(messages, data / "backups");
    job_events events(data / "runs.log");

    asio::io_context io(1);    // for the HTTP server and the jobs that are coroutines
    asio::thread_pool pool(1); // for the job that blocks

    cofire::host_options how;
    how.server.queues = {"default", "newsletter"};
    how.environment.observer(events).log(print_log);

    // The background jobs: a host beside whatever else the program does. Without options, its first
    // line is: cofire::host jobs{io.get_executor(), cofire::journal_storage{"jobs.d"}};
    cofire::host jobs{io.get_executor(), make_storage(o, data), how};
    register_jobs(jobs, app, pool);
    register_load_jobs(jobs);
    jobs.start([&](std::exception_ptr error) {
        report(error);
        asio::co_spawn(io, say_goodbye(jobs, o.memory), report);
    });

    routes application(jobs, app);
    web::http_server server(io, [&](web::request const& r) { return application.handle(r); });
    // Everybody who reaches this server is on this machine, as long as it listens on the loopback
    // interface only. Otherwise nothing is answered before the printed link was opened.
    bool const open = !o.listen.is_loopback();
    std::string origin;
    door entrance([&](std::string const& path) { print_line("next link", origin + path); });
    cofire::dashboard_options dashboard_how;
    if (open) {
        server.guard([&entrance](web::request const& r) { return entrance.ask(r); });
        application.answer_any_host();
        dashboard_how.allowed_hosts = {"*"};
    }
    // The dashboard, on the same port.
    std::optional<cofire::dashboard> dashboard(std::in_place, jobs, dashboard_how);
    server.add(
        {[&](std::string_view target) { return dashboard && dashboard->owns(target); },
         [&](web::beast::tcp_stream& stream, web::request r) {
             boost::system::error_code ec;
             std::string const from = stream.socket().remote_endpoint(ec).address().to_string();
             cofire::dashboard_identity const who{"you", cofire::role::operator_, from};
             return dashboard->handle(stream, std::move(r), who);
         }}
    );
    std::uint16_t const port = server.listen(o.listen, o.port);
    if (o.port != 0 && port != o.port) {
        std::printf("Port %d is taken; this is the next free one: %d.\n", o.port, port);
    }
    std::vector<std::string> const hosts = addresses_to_show(o.listen);
    std::string const at_port = ':' + std::to_string(port);
    origin = "http://" + hosts.front() + at_port;
    application.set_origin(origin);
    server.start();
    std::printf("Listening on %s - open it in a browser. Ctrl+C stops.\n", origin.c_str());
    std::printf("Dashboard: %s/cofire/\n", origin.c_str());
    if (open) {
        std::printf("To come in, open this link first. It is good for one use:\n");
        for (std::string const& host : hosts) {
            std::printf(
                "  http://%s%s%s\n", host.c_str(), at_port.c_str(), entrance.path().c_str()
            );
        }
        std::printf(
            "A script sends \"Authorization: Bearer %s\", for this start only.\n"
            "Both can be read on the way: this is plain HTTP.\n",
            entrance.token().c_str()
        );
    }
    std::printf("Jobs, outbox and backups: %s\n", data.c_str());
    std::fflush(stdout);

    load more(io, jobs, o.load);
    jobs.stop_on_signals([&] {
        print_line("stopping", "no more requests and no new jobs; those that run may end");
        server.stop();
        dashboard.reset(); // its streams end
        more.stop();
    });

    asio::co_spawn(io, first_jobs(jobs), report);
    if (o.load != 0) {
        asio::co_spawn(io, more.run(), report);
    }
    io.run();
    pool.join();
}

} // namespace

int main(int argc, char** argv) {
    try {
        options const o = parse_options(argc, argv);
        if (o.help) {
            std::fputs(help_text, stdout);
            return 0;
        }
        run(o);
        return 0;
    } catch (bad_option const& e) {
        std::fprintf(stderr, "web_app: %s; --help says what there is\n", e.what());
        return 2;
    } catch (cofire::error const& e) {
        bool const is_taken = e.value() == cofire::errc::in_use;
        char const* const hint = is_taken ? "; --data names another folder" : "";
        std::fprintf(stderr, "web_app: %s%s\n", e.what(), hint);
        return 1;
    } catch (std::exception const& e) {
        std::fprintf(stderr, "web_app: %s\n", e.what());
        return 1;
    }
}
