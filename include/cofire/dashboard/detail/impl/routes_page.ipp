// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_IMPL_ROUTES_PAGE_IPP
#define COFIRE_DASHBOARD_DETAIL_IMPL_ROUTES_PAGE_IPP

#include <cofire/core/text.hpp>
#include <cofire/core/version.hpp>
#include <cofire/dashboard/assets.hpp>
#include <cofire/dashboard/detail/job_json.hpp>
#include <cofire/dashboard/detail/routes.hpp>

#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/zlib/inflate_stream.hpp>

#include <algorithm>
#include <iterator>

namespace cofire::detail {

// True if the client takes gzip. One that says nothing is a program that may not know of it.
[[nodiscard]] inline bool takes_gzip(http::fields const& header) {
    for (auto const& [name, parameters] : http::ext_list{header[http::field::accept_encoding]}) {
        auto const is_zero = [](auto const& p) {
            std::string_view const digits = p.second;
            return p.first == "q" && digits.find_first_not_of("0.") == std::string_view::npos;
        };
        if (name == "gzip" || name == "*") {
            return std::none_of(parameters.begin(), parameters.end(), is_zero);
        }
    }
    return false;
}

// What a compressed file holds. Ours: its header has no optional fields.
[[nodiscard]] inline std::string uncompressed(dashboard_asset const& asset) {
    constexpr std::size_t header = 10;
    constexpr std::size_t trailer = 8;
    std::string_view const size_bytes(asset.data + asset.size - 4, 4);
    std::size_t size = 0;
    for (std::size_t i = 0; i != size_bytes.size(); ++i) {
        size |= std::size_t{static_cast<unsigned char>(size_bytes[i])} << (8 * i);
    }
    std::string result(size, '\0');
    boost::beast::zlib::inflate_stream stream;
    boost::beast::zlib::z_params where;
    where.next_in = asset.data + header;
    where.avail_in = asset.size - header - trailer;
    where.next_out = result.data();
    where.avail_out = result.size();
    boost::beast::error_code ec;
    stream.write(where, boost::beast::zlib::Flush::sync, ec);
    if (where.avail_out != 0) {
        throw web_problem(500, "internal", "a file of the page cannot be read");
    }
    return result;
}

COFIRE_DECL web_reply asset_named(std::string_view name, http::fields const& header) {
    auto const* const at =
        std::find_if(std::begin(dashboard_assets), std::end(dashboard_assets), [&](auto const& a) {
            return a.name == name;
        });
    if (at == std::end(dashboard_assets)) {
        throw web_problem(404, "not_found", "there is no file " + quoted(name));
    }
    web_reply r;
    r.header.emplace_back("Vary", "Accept-Encoding");
    r.asset = at;
    if (at->gzip && !takes_gzip(header)) {
        r.body = uncompressed(*at);
    }
    return r;
}

[[nodiscard]] inline web_reply asset_reply(std::string_view name, web_call const& call) {
    web_reply r = asset_named(name, call.header);
    if (r.body.empty() &&
        std::string_view(call.header[http::field::if_none_match]) == r.asset->etag) {
        r.status = 304;
    }
    return r;
}

COFIRE_DECL asio::awaitable<web_reply> route_page(web_call& call) {
    co_return asset_reply("index.html", call);
}

COFIRE_DECL asio::awaitable<web_reply> route_asset(web_call& call) {
    co_return asset_reply(call.argument, call);
}

COFIRE_DECL asio::awaitable<web_reply> route_session(web_call& call) {
    call.fields.finish();
    dashboard_options const& options = call.core->options();
    json::object o;
    o["user"] = text_value(call.who.user);
    o["role"] = call.who.role == role::operator_ ? "operator" : "viewer";
    o["may_write"] = call.core->may_write(call.who);
    o["read_only"] = options.read_only;
    o["csrf"] = call.csrf();
    o["may_log_out"] = !call.who.csrf.empty();
    o["title"] = text_value(options.title);
    o["version"] = COFIRE_VERSION_STRING;
    o["poll_seconds"] = std::chrono::duration<double>(options.poll).count();
    o["redacts"] = !call.core->hidden().idle();
    json::array links;
    for (link_template const& link : options.links) {
        json::object l;
        l["label"] = text_value(link.label);
        l["url"] = text_value(link.url);
        links.emplace_back(std::move(l));
    }
    o["links"] = std::move(links);
    o["now"] = time_text(call.core->now());
    co_return json_reply(o);
}

} // namespace cofire::detail

#endif
