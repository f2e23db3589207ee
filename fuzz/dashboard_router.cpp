// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Any request to the dashboard, over a memory storage and without a network: it is answered, never as a
// fault of the dashboard's own; what is said to be JSON is, and harmless in a page; whoever may not act,
// and whoever only looks, changes nothing.
// Input: a byte of who asks and how, a byte of the method, the target, a zero byte, header lines, a zero
// byte, the body.

#include "fuzz.hpp"
#include "support/run_to_end.hpp"

#include <cofire/client/client.hpp>
#include <cofire/core/utf8.hpp>
#include <cofire/dashboard/detail/dashboard_core.hpp>
#include <cofire/dashboard/detail/event_feed.hpp>
#include <cofire/storage/memory_storage.hpp>
#include <cofire/testing/manual_clock.hpp>

#include <boost/json/parse.hpp>

#include <memory>
#include <vector>

namespace {

namespace http = boost::beast::http;
using cofire::detail::dashboard_core;
using cofire::detail::web_reply;
using cofire::detail::web_request;
using cofire_tests::run_to_end;

constexpr cofire::time_point start{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
constexpr std::size_t job_count = 8;

/// A dashboard, and the jobs that it shows.
struct world {
    cofire::testing::manual_clock clock{start};
    cofire::memory_storage storage{cofire::memory_options(clock)};
    std::shared_ptr<dashboard_core> core;
    std::shared_ptr<void const> presence;

    world() {
        cofire::client_options client_how;
        client_how.clock = clock;
        client_how.seed = 1;
        cofire::client const jobs(storage, client_how);
        cofire::dashboard_options how;
        how.audit = [](std::string_view line) {
            fuzz::require(
                line.find_first_of("\r\n\x1b") == std::string_view::npos, "one plain line", line
            );
        };
        how.redact = {"password", "login[1]"};
        core = std::make_shared<dashboard_core>(jobs, how);
        std::vector<cofire::new_job> all(job_count);
        for (std::uint64_t n = 0; n != job_count; ++n) {
            all[n].id = cofire::job_id::make(start, 0, n);
            all[n].type = n % 2 == 0 ? "login" : "backup";
            all[n].arguments = R"([{"password":"x","user":"<b>"},4.0])";
            all[n].settings = std::make_shared<cofire::job_settings const>();
        }
        cofire::insert_request insert;
        insert.jobs = all;
        (void)run_to_end(core->storage().insert(insert));
        cofire::server_announce server;
        server.name = "a";
        server.types = {{"login", 2, R"({"type":"array","items":{"type":["object"]}})", "L {0}"}};
        server.queues = {"default"};
        server.slots = 1;
        cofire::servers_request const announce = server;
        presence = run_to_end(core->storage().servers(announce)).presence;
        cofire::recurring_definition daily;
        daily.cron = "0 3 * * *";
        daily.type = "login";
        daily.arguments = "[]";
        cofire::recurring_put put;
        put.id = "daily";
        put.definition = &daily;
        cofire::recurring_request const recurring = put;
        (void)run_to_end(core->storage().recurring(recurring));
    }
};

// What nobody who may not act changes, in short.
std::string state_of(world& w) {
    cofire::read_request const counts = cofire::read_counts();
    auto const c = run_to_end(w.core->storage().read(counts)).counts;
    std::string text;
    for (std::uint64_t const n : c.by_state) {
        text += std::to_string(n) + ' ';
    }
    cofire::recurring_request const list = cofire::recurring_list();
    for (auto const& r : run_to_end(w.core->storage().recurring(list)).records) {
        text += r.id + ' ' + std::to_string(r.revision) + ' ';
    }
    return text + std::to_string(c.inserted);
}

void check_json(std::string_view text) {
    boost::system::error_code ec;
    (void)boost::json::parse(text, ec);
    fuzz::require(!ec, "JSON", text);
    fuzz::require(text.find_first_of("<>") == std::string_view::npos, "harmless in a page", text);
}

void check(web_request const& request, web_reply const& reply) {
    fuzz::require(
        reply.status >= 200 && reply.status < 500, "a good answer", request.target, reply.body
    );
    if (reply.type == "application/json" || reply.type == "application/problem+json") {
        if (reply.asset == nullptr) {
            check_json(reply.body);
        }
    }
    for (auto const& [name, value] : reply.header) {
        fuzz::require(value.find_first_of("\r\n") == std::string::npos, "one header", value);
    }
    if (reply.feed != nullptr) {
        std::string const event = run_to_end(reply.feed->next());
        fuzz::require(event.ends_with("\n\n"), "whole events", event);
    }
}

web_request read_request(fuzz::input& in, unsigned bits, dashboard_core const& core) {
    constexpr http::verb methods[] = {
        http::verb::get, http::verb::post, http::verb::head, http::verb::put};
    web_request r;
    r.method = methods[in.byte() % 4];
    r.target = ((bits & 1U) != 0 ? "/cofire/" : "") + std::string(in.word());
    std::string_view header = in.word();
    while (!header.empty()) {
        auto const end = std::min(header.find('\n'), header.size());
        std::string_view const line = header.substr(0, end);
        header.remove_prefix(std::min(end + 1, header.size()));
        auto const colon = line.find(':');
        if (colon != std::string_view::npos) {
            r.header.insert(line.substr(0, colon), line.substr(colon + 1));
        }
    }
    if ((bits & 2U) != 0) {
        r.header.set(http::field::host, "localhost");
    }
    if ((bits & 4U) != 0) {
        r.header.set(http::field::content_type, "application/json");
        r.header.set("Sec-Fetch-Site", "same-origin");
        r.header.set("X-Cofire-CSRF", core.csrf());
    }
    r.body = in.rest();
    return r;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    static auto const shared = std::make_unique<world>();
    static std::string const untouched = state_of(*shared);
    fuzz::input in(data, size);
    unsigned const bits = in.byte();
    bool const is_operator = (bits & 8U) != 0;
    fuzz::input method = in;
    // Who acts has a world of their own.
    bool const acts = is_operator && method.byte() % 4 == 1 && (bits & 4U) != 0;
    auto const own = acts ? std::make_unique<world>() : nullptr;
    world& w = acts ? *own : *shared;
    web_request const request = read_request(in, bits, *w.core);
    cofire::detail::web_identity who;
    who.user = "<ann>\n";
    who.role = is_operator ? cofire::role::operator_ : cofire::role::viewer;
    auto const reply = run_to_end(cofire::detail::respond(w.core, request, who));
    check(request, reply);
    if (!acts) {
        fuzz::require(state_of(w) == untouched, "nothing changes", request.target, request.body);
    }
    return 0;
}
