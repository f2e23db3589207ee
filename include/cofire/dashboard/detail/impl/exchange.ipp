// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_IMPL_EXCHANGE_IPP
#define COFIRE_DASHBOARD_DETAIL_IMPL_EXCHANGE_IPP

#include <cofire/core/text.hpp>
#include <cofire/dashboard/detail/exchange.hpp>

#include <boost/asio/error.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/json/serialize.hpp>

namespace cofire::detail {

COFIRE_DECL
web_problem::web_problem(unsigned status, std::string code, std::string detail, std::string field)
    : status_(status),
      code_(std::move(code)),
      detail_(std::move(detail)),
      field_(std::move(field)) {}

COFIRE_DECL web_problem& web_problem::with(std::string name, std::string value) {
    header_.emplace_back(std::move(name), std::move(value));
    return *this;
}

COFIRE_DECL web_reply web_problem::reply() const {
    boost::json::object o;
    o["type"] = "about:blank";
    o["title"] = std::string_view(http::obsolete_reason(static_cast<http::status>(status_)));
    o["status"] = status_;
    o["code"] = code_;
    o["detail"] = clean_utf8(detail_);
    if (!field_.empty()) {
        o["field"] = clean_utf8(field_);
    }
    web_reply r = json_reply(o, status_);
    r.type = "application/problem+json";
    r.header = header_;
    return r;
}

COFIRE_DECL std::string json_text(boost::json::value const& value) {
    std::string const plain = boost::json::serialize(value);
    std::string text;
    text.reserve(plain.size() + plain.size() / 16);
    for (char const c : plain) { // these stand inside of strings only
        switch (c) {
        case '<': text += "\\u003c"; break;
        case '>': text += "\\u003e"; break;
        case '&': text += "\\u0026"; break;
        default: text += c;
        }
    }
    return text;
}

COFIRE_DECL web_reply json_reply(boost::json::object const& value, unsigned status) {
    web_reply r;
    r.status = status;
    r.body = json_text(value);
    r.body += '\n';
    return r;
}

COFIRE_DECL error_answer answer_for(errc code) {
    switch (code) {
    case errc::unknown_job: return {404, "unknown_job"};
    case errc::bad_id: return {400, "bad_id"};
    case errc::bad_type: return {400, "bad_type"};
    case errc::unknown_type: return {404, "unknown_type"};
    case errc::bad_arguments: return {400, "bad_arguments"};
    case errc::arguments_too_large: return {400, "arguments_too_large"};
    case errc::json_too_deep: return {400, "json_too_deep"};
    case errc::bad_queue: return {400, "bad_queue"};
    case errc::bad_option: return {400, "bad_option"};
    case errc::bad_cron: return {400, "bad_cron"};
    case errc::unknown_zone: return {400, "unknown_zone"};
    case errc::bad_recurring_id: return {400, "bad_recurring_id"};
    case errc::unknown_recurring: return {404, "unknown_recurring"};
    case errc::content_differs: return {409, "content_differs"};
    case errc::missing_parent: return {409, "missing_parent"};
    case errc::too_many_items: return {400, "too_many_items"};
    case errc::no_space: return {507, "no_space"};
    case errc::storage_full: return {507, "storage_full"};
    case errc::wrong_state: return {409, "wrong_state"};
    case errc::unknown_server: return {404, "unknown_server"};
    case errc::closed: return {503, "closed"};
    case errc::storage_failed: return {503, "storage_failed"};
    case errc::outcome_unknown: return {503, "outcome_unknown"};
    default: return {500, "internal"};
    }
}

COFIRE_DECL web_reply reply_for(std::exception_ptr error) {
    try {
        std::rethrow_exception(error);
    } catch (web_problem const& e) {
        return e.reply();
    } catch (cofire::error const& e) {
        error_answer const a = answer_for(e.value());
        bool const says_nothing = a.status >= 500 && a.status != 507;
        // What a storage says of itself may name hosts, users or paths.
        std::string detail = says_nothing ? "the storage does not answer as it should" : e.what();
        return web_problem(a.status, std::string(a.code), std::move(detail)).reply();
    } catch (boost::system::system_error const& e) {
        if (e.code() == boost::asio::error::operation_aborted) {
            throw;
        }
        return web_problem(500, "internal", "the dashboard failed").reply();
    } catch (...) { // user code may throw anything
        return web_problem(500, "internal", "the dashboard failed").reply();
    }
}

COFIRE_DECL void set_header(http::fields& to, web_reply const& reply) {
    to.set(http::field::content_type, reply.asset != nullptr ? reply.asset->type : reply.type);
    to.set(http::field::cache_control, "no-store");
    to.set(
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    );
    to.set("X-Content-Type-Options", "nosniff");
    to.set("Referrer-Policy", "no-referrer");
    to.set("X-Frame-Options", "DENY");
    to.set("Cross-Origin-Opener-Policy", "same-origin");
    to.set("Cross-Origin-Resource-Policy", "same-origin");
    if (reply.asset != nullptr) {
        if (reply.status != 401) { // kept, but asked for each time by its ETag
            to.set(http::field::cache_control, "no-cache");
        }
        if (reply.body.empty()) {
            to.set(http::field::etag, reply.asset->etag);
        }
        if (reply.body.empty() && reply.asset->gzip && reply.status != 304) {
            to.set(http::field::content_encoding, "gzip");
        }
    }
    for (auto const& [name, value] : reply.header) {
        to.set(name, value);
    }
}

} // namespace cofire::detail

#endif
