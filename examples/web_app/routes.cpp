// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "routes.hpp"

#include "job_json.hpp"
#include "json_input.hpp"
#include "page.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <initializer_list>
#include <optional>
#include <utility>

namespace http = web::http;
namespace json = boost::json;

struct routes::route {
    http::verb method;
    std::string_view path; // with a slash at the end: something must follow
    reply (routes::*function)(web::request const&, std::string_view);
};

namespace {

// A request is meant for this program only if it names this host: a page elsewhere could otherwise
// reach it through a name of its own that leads to 127.0.0.1. Nor may another page's form post.
std::optional<web::response> refuse_strangers(web::request const& request, bool any_host) {
    if (request.count(http::field::host) != 1) {
        return web::problem(http::status::bad_request, "there must be one Host field", "Host");
    }
    std::string_view const authority = request[http::field::host];
    std::string_view host = authority.substr(0, authority.find(':'));
    if (authority.starts_with('[')) {
        host = authority.substr(0, authority.find(']') + 1);
    }
    if (!any_host && host != "localhost" && host != "127.0.0.1" && host != "[::1]") {
        return web::problem(http::status::misdirected_request, "this is not that host", "Host");
    }
    auto const origin = request.find(http::field::origin);
    if (origin != request.end() && origin->value() != "http://" + std::string(authority)) {
        return web::problem(http::status::forbidden, "another page's request", "Origin");
    }
    return std::nullopt;
}

// The body of a POST, whose type must be JSON unless it is empty.
json_input input_of(web::request const& request) {
    std::string_view type = request[http::field::content_type];
    type = type.substr(0, type.find(';'));
    if (!request.body().empty() && !boost::beast::iequals(type, "application/json")) {
        throw bad_input("Content-Type", "the body must be application/json");
    }
    return json_input(request.body());
}

struct named_id {
    std::string_view name;
    cofire::job_id id;
};

// 202: the jobs are stored and will run; the link leads to the first.
web::response accepted(std::initializer_list<named_id> jobs) {
    json::object ids;
    json::object links;
    for (named_id const& job : jobs) {
        std::string const id = job.id.to_string();
        ids[job.name] = id;
        links[job.name] = "/jobs/" + id;
    }
    json::object o;
    o["jobs"] = std::move(ids);
    o["links"] = std::move(links);
    web::response r = web::json_response(http::status::accepted, json::serialize(o));
    r.set(http::field::location, "/jobs/" + jobs.begin()->id.to_string());
    return r;
}

// What cofire refused, as an answer.
web::response answer_to(cofire::error const& e) {
    switch (e.value()) {
    case cofire::errc::unknown_job: return web::problem(http::status::not_found, e.what(), "id");
    case cofire::errc::storage_full:
    case cofire::errc::storage_failed:
    case cofire::errc::outcome_unknown:
    case cofire::errc::closed: {
        web::response r = web::problem(http::status::service_unavailable, e.what());
        r.set(http::field::retry_after, "5");
        return r;
    }
    default: return web::problem(http::status::internal_server_error, e.what());
    }
}

web::response ok(json::value const& value) {
    return web::json_response(http::status::ok, json::serialize(value));
}

web::response asset(std::string_view type, std::string_view text) {
    web::response r(http::status::ok, 11);
    r.set(http::field::content_type, type);
    r.set(
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    r.body() = text;
    return r;
}

} // namespace

void routes::set_origin(std::string origin) {
    page_ = page_html;
    std::string_view const mark = "{{origin}}";
    for (std::size_t at = 0; (at = page_.find(mark, at)) != std::string::npos;) {
        page_.replace(at, mark.size(), origin);
    }
}

asio::awaitable<web::response> routes::handle(web::request const& request) {
    static constexpr std::array<route, 11> table{{
        {http::verb::get, "/", &routes::page},
        {http::verb::get, "/page.js", &routes::script},
        {http::verb::get, "/page.css", &routes::style},
        {http::verb::post, "/login", &routes::login},
        {http::verb::post, "/signup", &routes::signup},
        {http::verb::post, "/backup", &routes::backup},
        {http::verb::post, "/flaky", &routes::try_flaky},
        {http::verb::get, "/jobs", &routes::newest_jobs},
        {http::verb::get, "/jobs/", &routes::job},
        {http::verb::get, "/recurring", &routes::recurring_jobs},
        {http::verb::get, "/health", &routes::health},
    }};
    if (std::optional<web::response> refused = refuse_strangers(request, any_host_)) {
        co_return std::move(*refused);
    }
    std::string_view const target = request.target();
    std::string_view const path = target.substr(0, target.find('?'));
    for (route const& candidate : table) {
        bool const takes_more = candidate.path.size() > 1 && candidate.path.ends_with('/');
        bool const found = takes_more ? path.starts_with(candidate.path) && path != candidate.path
                                      : path == candidate.path;
        if (!found) {
            continue;
        }
        if (candidate.method != request.method()) {
            std::string const allowed = http::to_string(candidate.method);
            web::response r = web::problem(
                http::status::method_not_allowed, std::string(path) + " takes " + allowed
            );
            r.set(http::field::allow, allowed);
            co_return r;
        }
        co_return co_await call(candidate, request, path.substr(candidate.path.size()));
    }
    co_return web::problem(http::status::not_found, "there is nothing here");
}

routes::reply routes::call(route const& found, web::request const& request, std::string_view rest) {
    try {
        co_return co_await (this->*found.function)(request, rest);
    } catch (bad_input const& e) {
        co_return web::problem(http::status::bad_request, e.what(), e.field());
    } catch (cofire::error const& e) {
        co_return answer_to(e);
    }
}

routes::reply routes::login(web::request const& request, std::string_view) {
    json_input in = input_of(request);
    std::string const username = in.text("username", 64);
    in.end();
    // A real application checks the password here. The notification must not hold up the answer.
    auto const id = co_await after_login(jobs_, username);
    co_return accepted({{"send_login_notification", id}});
}

routes::reply routes::signup(web::request const& request, std::string_view) {
    json_input in = input_of(request);
    std::string const username = in.text("username", 64);
    std::string const email = in.email("email");
    std::string const phone = in.phone("phone");
    in.end();
    auto const ids = co_await after_signup(jobs_, username, email, phone);
    app_.show_captcha();
    co_return accepted({
        {"send_welcome_email", ids.welcome_email},
        {"confirm_phone", ids.phone_confirmation},
        {"send_reminder", ids.reminder},
    });
}

routes::reply routes::backup(web::request const& request, std::string_view) {
    json_input in = input_of(request);
    std::string const database = in.identifier("database", "crm");
    in.end();
    auto const ids = co_await start_backup(jobs_, database);
    co_return accepted({{"backup", ids.backup}, {"report_backup", ids.report}});
}

routes::reply routes::try_flaky(web::request const& request, std::string_view) {
    input_of(request).end();
    auto const id = co_await jobs_.enqueue<flaky>();
    co_return accepted({{"flaky", id}});
}

routes::reply routes::job(web::request const&, std::string_view id) {
    auto const parsed = cofire::job_id::parse(id);
    if (!parsed) {
        throw bad_input("id", "this is no job id");
    }
    auto const record = co_await jobs_.get(*parsed);
    co_return ok(to_json(record));
}

routes::reply routes::newest_jobs(web::request const&, std::string_view) {
    cofire::read_find query;
    query.rows = 20;
    auto const found = co_await jobs_.find(query);
    json::array list;
    for (cofire::job_record const& record : found.jobs) {
        list.push_back(to_short_json(record));
    }
    json::object o;
    o["jobs"] = std::move(list);
    co_return ok(o);
}

routes::reply routes::recurring_jobs(web::request const&, std::string_view) {
    auto const records = co_await jobs_.recurring_jobs();
    json::array list;
    for (cofire::recurring_record const& record : records) {
        list.push_back(to_json(record));
    }
    json::object o;
    o["recurring"] = std::move(list);
    co_return ok(o);
}

routes::reply routes::health(web::request const&, std::string_view) {
    auto const storage = co_await jobs_.health();
    auto const counts = co_await jobs_.counts();
    json::object o;
    o["status"] = storage.ok ? "ok" : "failing";
    o["storage"] = to_json(storage);
    o["jobs"] = to_json(counts);
    web::response r = ok(o);
    r.result(storage.ok ? http::status::ok : http::status::service_unavailable);
    co_return r;
}

routes::reply routes::page(web::request const&, std::string_view) {
    co_return asset("text/html; charset=utf-8", page_);
}

routes::reply routes::script(web::request const&, std::string_view) {
    co_return asset("text/javascript; charset=utf-8", page_js);
}

routes::reply routes::style(web::request const&, std::string_view) {
    co_return asset("text/css; charset=utf-8", page_css);
}
