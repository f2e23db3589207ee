// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "jobs.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <thread>
#include <utility>

using namespace std::chrono_literals;

crm::crm(outbox const& box, std::filesystem::path backups)
    : outbox_(box), backups_(std::move(backups)) {
    std::filesystem::create_directories(backups_);
}

void crm::send(cofire::job_context const& ctx, std::string_view kind, std::string_view text) const {
    outbox_.send(std::string(kind) + "-" + ctx.id().to_string() + ".txt", text);
}

asio::awaitable<void> crm::send_login_notification(cofire::job_context& ctx, std::string username) {
    co_await ctx.sleep_for(100ms); // the mail server takes its time
    send(ctx, "login_notification", username + ", somebody has logged in to your account.\n");
}

asio::awaitable<void>
crm::send_welcome_email(cofire::job_context& ctx, std::string username, std::string email) {
    co_await ctx.sleep_for(200ms);
    send(ctx, "welcome_email", "To: " + email + "\n\nWelcome, " + username + "!\n");
    ctx.log("sent to " + email);
}

asio::awaitable<void>
crm::confirm_phone(cofire::job_context& ctx, std::string username, std::string phone) {
    co_await ctx.sleep_for(150ms);
    std::string const code = ctx.id().to_string().substr(30); // the same in every run of the job
    send(ctx, "phone_confirmation", "To: " + phone + "\n\n" + username + ": " + code + "\n");
}

asio::awaitable<void>
crm::send_reminder(cofire::job_context& ctx, std::string username, std::string email) {
    co_await ctx.sleep_for(100ms);
    send(ctx, "reminder", "To: " + email + "\n\n" + username + ", please confirm your phone.\n");
}

backup_summary crm::backup(cofire::job_context& ctx, std::string database) {
    std::string const name = database + "-" + ctx.id().to_string() + ".json";
    std::filesystem::path const path = backups_ / name;
    std::vector<std::string> const messages = outbox_.messages();
    ctx.log("backing up " + std::to_string(messages.size()) + " messages");

    auto const pause =
        std::min<std::chrono::microseconds>(100ms, 2'000'000us / (messages.size() + 1));
    std::filesystem::path unfinished = path;
    unfinished += ".tmp";
    std::ofstream out(unfinished, std::ios::binary | std::ios::trunc);
    out << "{\"database\":" << boost::json::serialize(boost::json::string(database))
        << ",\"messages\":[";
    for (std::size_t i = 0; i != messages.size(); ++i) {
        if (ctx.stop_token().stop_requested()) {
            throw std::runtime_error("the backup was stopped");
        }
        ctx.progress(static_cast<double>(i), static_cast<double>(messages.size()));
        std::this_thread::sleep_for(pause); // blocks: that is why it runs on a pool of its own
        boost::json::string const text(outbox_.read(messages[i]));
        out << (i == 0 ? "\n" : ",\n") << boost::json::serialize(text);
    }
    out << "\n]}\n";
    out.close();
    if (!out) {
        throw std::runtime_error("cannot write " + unfinished.string());
    }
    std::filesystem::rename(unfinished, path);

    ctx.progress(static_cast<double>(messages.size()), static_cast<double>(messages.size()));
    ctx.log("wrote " + name);
    return {name, messages.size(), std::filesystem::file_size(path)};
}

asio::awaitable<std::string> crm::report_backup(cofire::job_context& ctx, std::string database) {
    auto const done = ctx.parent_result<backup_summary>();
    std::string report = "Backup of " + database + ": " + std::to_string(done.bytes) +
                         " bytes in " + done.file + ", messages: " + std::to_string(done.messages);
    send(ctx, "backup_report", report + "\n");
    co_return report;
}

void crm::show_captcha() {
    captchas_.push_back(std::chrono::steady_clock::now());
}

asio::awaitable<std::size_t> crm::captcha_cleanup(cofire::job_context& ctx) {
    auto const oldest = std::chrono::steady_clock::now() - 1min;
    std::size_t const removed =
        std::erase_if(captchas_, [oldest](auto shown) { return shown < oldest; });
    ctx.log("removed " + std::to_string(removed) + ", kept " + std::to_string(captchas_.size()));
    co_return removed;
}

asio::awaitable<void> crm::nightly_statistics(cofire::job_context& ctx) {
    cofire::storage_counts const counts = co_await ctx.client().counts();
    std::string text = "Jobs until now: " + std::to_string(counts.succeeded) + " succeeded, ";
    text += std::to_string(counts.failed) + " failed, ";
    text += std::to_string(counts.deleted) + " deleted.\n";
    send(ctx, "statistics", text);
}

asio::awaitable<std::string> flaky(cofire::job_context& ctx) {
    co_await ctx.sleep_for(50ms);
    if (ctx.attempt() < 3) {
        throw std::runtime_error("the phone line is busy");
    }
    co_return "got through in attempt " + std::to_string(ctx.attempt());
}

void register_jobs(cofire::host& jobs, crm& app, asio::thread_pool& pool) {
    jobs.add<&crm::send_login_notification>(app);
    jobs.add<&crm::send_welcome_email>(app);
    jobs.add<&crm::confirm_phone>(app);
    jobs.add<&crm::send_reminder>(app);
    jobs.add<&crm::backup>(app, cofire::on(pool)); // it blocks, so it is told where to run
    jobs.add<&crm::report_backup>(app);
    jobs.add<&crm::captcha_cleanup>(app);
    jobs.add<&crm::nightly_statistics>(app);
    jobs.add<flaky>();
}

asio::awaitable<void> set_up_recurring_jobs(cofire::client const& jobs) {
    co_await jobs.recurring<&crm::captcha_cleanup>("captcha-cleanup", "* * * * *");
    co_await jobs.with({.zone = "Europe/Berlin"})
        .recurring<&crm::nightly_statistics>("nightly-statistics", cofire::cron::daily(2));
}

asio::awaitable<cofire::job_id> after_login(cofire::client const& jobs, std::string username) {
    co_return co_await jobs.enqueue<&crm::send_login_notification>(username);
}

asio::awaitable<signup_jobs> after_signup(
    cofire::client const& jobs, std::string username, std::string email, std::string phone
) {
    cofire::batch all;
    all.add<&crm::send_welcome_email>(username, email);
    all.add<&crm::confirm_phone>(username, phone);
    all.schedule<&crm::send_reminder>(1min, username, email);
    auto const stored = co_await jobs.submit(all);
    co_return signup_jobs{stored[0], stored[1], stored[2]};
}

asio::awaitable<backup_jobs> start_backup(cofire::client const& jobs, std::string database) {
    auto const backup = co_await jobs.enqueue<&crm::backup>(database);
    auto const report = co_await jobs.continue_with<&crm::report_backup>(backup, database);
    co_return backup_jobs{backup, report};
}
