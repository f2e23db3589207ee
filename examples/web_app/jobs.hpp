// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef WEB_APP_JOBS_HPP
#define WEB_APP_JOBS_HPP

#include "outbox.hpp"

#include <cofire.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/describe/class.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace asio = boost::asio;

/// What a backup says of itself: a job's result is stored as JSON and read by its continuation.
struct backup_summary {
    std::string file;
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;
};
BOOST_DESCRIBE_STRUCT(backup_summary, (), (file, messages, bytes))

/// The back end of a small CRM. Its public functions are jobs: coroutines that run on the server's
/// executor, and one blocking function for a thread pool. A job is a member function here because it
/// needs the outbox; the object is given when the job is registered.
///
/// A job may run again after a failure or a crash, so each of them may be repeated: the messages are
/// named after the job, and the same name replaces the file.
class crm {
public:
    /// Works with the messages in `box`, which must outlive it, and puts backups into `backups`.
    crm(outbox const& box, std::filesystem::path backups);

    asio::awaitable<void> send_login_notification(cofire::job_context& ctx, std::string username);

    asio::awaitable<void>
    send_welcome_email(cofire::job_context& ctx, std::string username, std::string email);

    asio::awaitable<void>
    confirm_phone(cofire::job_context& ctx, std::string username, std::string phone);

    asio::awaitable<void>
    send_reminder(cofire::job_context& ctx, std::string username, std::string email);

    /// Blocks the thread it runs on. Reports its progress, and ends early when it is asked to.
    backup_summary backup(cofire::job_context& ctx, std::string database);

    /// Runs after a backup, whose result it reads.
    asio::awaitable<std::string> report_backup(cofire::job_context& ctx, std::string database);

    /// Forgets captchas that are older than a minute; returns how many.
    asio::awaitable<std::size_t> captcha_cleanup(cofire::job_context& ctx);

    asio::awaitable<void> nightly_statistics(cofire::job_context& ctx);

    /// No job: a visitor was shown a captcha.
    void show_captcha();

private:
    void send(cofire::job_context const& ctx, std::string_view kind, std::string_view text) const;

    outbox const& outbox_;
    std::filesystem::path backups_;
    std::vector<std::chrono::steady_clock::time_point> captchas_; // only one thread runs coroutines
};

/// Throws in its first two runs.
asio::awaitable<std::string> flaky(cofire::job_context& ctx);

// A job type's defaults stand with the job type; without any of this, cofire has its own.
template <>
struct cofire::job_traits<flaky> {
    static constexpr cofire::job_options options{
        .delays = {std::chrono::seconds{1}, std::chrono::seconds{2}},
    };
};

template <>
struct cofire::job_traits<&crm::backup> {
    static constexpr cofire::job_options options{
        .max_attempts = 3,
        .timeout = std::chrono::minutes{1},
    };
    static constexpr std::string_view display = "Backup of {0}";
};

/// Tells `jobs` which jobs there are, and where they run.
void register_jobs(cofire::host& jobs, crm& app, asio::thread_pool& pool);

/// Has captcha_cleanup run every minute and nightly_statistics at 02:00 in Berlin.
asio::awaitable<void> set_up_recurring_jobs(cofire::client const& jobs);

/// What a login causes.
asio::awaitable<cofire::job_id> after_login(cofire::client const& jobs, std::string username);

/// What a new customer causes: two jobs at once and a reminder a minute later, stored in one step.
struct signup_jobs {
    cofire::job_id welcome_email;
    cofire::job_id phone_confirmation;
    cofire::job_id reminder;
};
asio::awaitable<signup_jobs> after_signup(
    cofire::client const& jobs, std::string username, std::string email, std::string phone
);

/// A backup, and the report that follows it.
struct backup_jobs {
    cofire::job_id backup;
    cofire::job_id report;
};
asio::awaitable<backup_jobs> start_backup(cofire::client const& jobs, std::string database);

#endif
