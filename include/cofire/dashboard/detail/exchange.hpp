// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_EXCHANGE_HPP
#define COFIRE_DASHBOARD_DETAIL_EXCHANGE_HPP

#include <cofire/core/config.hpp>
#include <cofire/core/error.hpp>
#include <cofire/dashboard/asset.hpp>

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/verb.hpp>
#include <boost/json/object.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cofire::detail {

namespace beast = boost::beast;
namespace http = boost::beast::http;

class event_feed;

/// What the dashboard needs of a request, whatever stream and body type it came by.
struct web_request {
    http::verb method = http::verb::unknown;
    std::string target;
    http::fields header;
    std::string body;
};

/// An answer, before it is written.
struct web_reply {
    unsigned status = 200;
    std::string_view type = "application/json";
    std::string body{};
    dashboard_asset const* asset =
        nullptr; // in place of body; a body is then its uncompressed form
    std::vector<std::pair<std::string, std::string>> header{};
    std::shared_ptr<event_feed> feed{}; // an event stream follows; body is its beginning
};

/// What is wrong with a request, as an answer: RFC 9457.
class web_problem : public std::exception {
public:
    web_problem(unsigned status, std::string code, std::string detail, std::string field = {});

    [[nodiscard]] char const* what() const noexcept override { return detail_.c_str(); }
    [[nodiscard]] unsigned status() const { return status_; }
    [[nodiscard]] std::string const& code() const { return code_; }
    /// A header that goes with the answer.
    web_problem& with(std::string name, std::string value);
    [[nodiscard]] web_reply reply() const;

private:
    unsigned status_;
    std::string code_;
    std::string detail_;
    std::string field_;
    std::vector<std::pair<std::string, std::string>> header_;
};

/// How an error of cofire is told: the status, and the code's name.
struct error_answer {
    unsigned status;
    std::string_view code;
};
[[nodiscard]] error_answer answer_for(errc code);

/// The answer to what a handler threw; what says nothing about the request is 500, without details.
/// Rethrows a cancellation.
[[nodiscard]] web_reply reply_for(std::exception_ptr error);

/// `value` as the body of an answer.
[[nodiscard]] web_reply json_reply(boost::json::object const& value, unsigned status = 200);

/// `value` as JSON text without '<', '>' and '&', so that it is harmless wherever it is put.
[[nodiscard]] std::string json_text(boost::json::value const& value);

/// The headers of an answer, those that every answer has included.
void set_header(http::fields& to, web_reply const& reply);

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/dashboard/detail/impl/exchange.ipp>
#endif

#endif
