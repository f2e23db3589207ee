// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "load_jobs.hpp"

#include <array>
#include <stdexcept>

using namespace std::chrono_literals;

namespace {

constexpr std::array<char const*, 3> tenants{"acme", "globex", "initech"};

std::string customer_of(std::uint64_t n) {
    return "customer-" + std::to_string(1000 + n % 9000);
}

} // namespace

asio::awaitable<void> simulated_work(cofire::job_context& ctx, std::uint64_t number) {
    co_await ctx.sleep_for(5ms);
    if (number % 100 == 99) {
        throw cofire::permanent_failure("this one never works");
    }
    if (number % 10 == 9 && ctx.attempt() == 1) {
        throw std::runtime_error("this one works the second time");
    }
}

asio::awaitable<std::string>
import_contacts(cofire::job_context& ctx, std::string tenant, std::uint32_t contacts) {
    constexpr std::uint32_t parts = 60;
    ctx.log("reading " + std::to_string(contacts) + " contacts of " + tenant);
    for (std::uint32_t part = 0; part != parts; ++part) {
        ctx.progress(part, parts);
        co_await ctx.sleep_for(250ms);
        if (part % 20 == 19) {
            ctx.log(std::to_string(contacts * (part + 1) / parts) + " are there");
        }
    }
    ctx.progress(parts, parts);
    co_return std::to_string(contacts) + " contacts imported";
}

asio::awaitable<std::string>
charge_card(cofire::job_context& ctx, std::string customer, std::uint32_t cents) {
    co_await ctx.sleep_for(80ms);
    switch (cents % 4) {
    case 0: throw cofire::permanent_failure("the card of " + customer + " was declined");
    case 1:
        if (ctx.attempt() < 2) {
            throw std::runtime_error("the bank is busy");
        }
        break;
    case 2: throw std::runtime_error("the bank does not answer");
    default: break;
    }
    co_return "receipt " + ctx.id().to_string().substr(24);
}

asio::awaitable<void> send_newsletter(cofire::job_context& ctx, std::string recipient) {
    ctx.log("to " + recipient);
    co_await ctx.sleep_for(50ms);
}

asio::awaitable<void> tell_tenant(cofire::job_context& ctx, std::string tenant) {
    ctx.log(tenant + " is told");
    co_await ctx.sleep_for(50ms);
}

void register_load_jobs(cofire::host& jobs) {
    jobs.add<simulated_work>();
    jobs.add<import_contacts>();
    jobs.add<charge_card>();
    jobs.add<send_newsletter>();
    jobs.add<tell_tenant>();
}

asio::awaitable<void> set_up_load(cofire::client const& jobs) {
    co_await jobs.with({.zone = "America/New_York"})
        .recurring<charge_card>("invoices", "0 8 * * MON-FRI", "customer-1", 4'203U);
    co_await jobs.recurring<tell_tenant>("digest", "*/15 * * * *", "acme");
    co_await jobs.recurring<send_newsletter>("newsletter", "30 6 1 * *", "all@example.com");
    co_await jobs.pause_recurring("newsletter");
    co_await jobs.pause_queue("newsletter");
    // A restart finds them again: a key is held by one job at a time.
    co_await jobs.with({.unique_key = "quarter"}).schedule<import_contacts>(3h, "globex", 90'000U);
    co_await jobs.with({.expires = 1h, .unique_key = "offer"})
        .schedule<tell_tenant>(20min, "initech");
    co_await jobs.with({.unique_key = "fax"}).enqueue_raw("send_fax", R"(["+49 30 123456"])");
    auto const wrong = co_await jobs.enqueue<send_newsletter>("somebody@example.org");
    co_await jobs.remove(wrong, "sent by mistake");
}

asio::awaitable<void> make_some_of_each(cofire::client const& jobs, std::uint64_t round) {
    std::string const tenant = tenants[round % tenants.size()];
    std::string const key = "import-" + tenant;
    auto const contacts = static_cast<std::uint32_t>(500 + round * 37 % 4'000);
    auto const import =
        co_await jobs.with({.limit_key = key, .limit = 1, .tags = {"import", tenant}}
        ).enqueue<import_contacts>(tenant, contacts);
    co_await jobs.continue_with<tell_tenant>(import, tenant);
    for (std::uint64_t i = 0; i != 4; ++i) {
        auto const cents = static_cast<std::uint32_t>(1'900 + (round * 4 + i) % 4);
        co_await jobs.enqueue<charge_card>(customer_of(round * 4 + i), cents);
    }
    co_await jobs.enqueue<send_newsletter>(customer_of(round) + "@example.com");
}
