// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_IMPL_JSON_SPANS_IPP
#define COFIRE_DASHBOARD_DETAIL_IMPL_JSON_SPANS_IPP

#include <cofire/dashboard/detail/json_spans.hpp>

#include <boost/json/parse.hpp>

#include <algorithm>

namespace cofire::detail {

/// Walks over a text that is known to be JSON.
///
/// Distinct objects: safe. Shared objects: unsafe.
class span_walker {
public:
    explicit span_walker(std::string_view text) : text_(text) {}

    [[nodiscard]] json_span value() {
        skip_space();
        json_span span;
        span.begin = at_;
        char const first = text_[at_];
        if (first == '{' || first == '[') {
            span.is_object = first == '{';
            ++at_;
            for (skip_space(); text_[at_] != '}' && text_[at_] != ']'; skip_space()) {
                if (text_[at_] == ',') {
                    ++at_;
                    continue;
                }
                std::string key = span.is_object ? member() : std::string();
                span.children.push_back(value());
                span.children.back().key = std::move(key);
            }
            ++at_;
        } else if (first == '"') {
            skip_string();
        } else {
            at_ = std::min(text_.find_first_of(",]} \t\r\n", at_), text_.size());
        }
        span.end = at_;
        return span;
    }

private:
    void skip_space() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

    void skip_string() {
        for (++at_; text_[at_] != '"'; ++at_) {
            at_ += text_[at_] == '\\' ? 1 : 0;
        }
        ++at_;
    }

    // The name of a member, which ends behind its colon.
    [[nodiscard]] std::string member() {
        std::size_t const begin = at_;
        skip_string();
        std::string_view const name = text_.substr(begin, at_ - begin);
        skip_space();
        ++at_;
        if (name.find('\\') == std::string_view::npos) {
            return std::string(name.substr(1, name.size() - 2));
        }
        return std::string(boost::json::parse(name).get_string());
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

COFIRE_DECL std::optional<json_span> json_spans(std::string_view text) {
    boost::json::parse_options how;
    how.max_depth = 128;
    boost::system::error_code ec;
    static_cast<void>(boost::json::parse(text, ec, {}, how));
    return ec ? std::nullopt : std::optional(span_walker(text).value());
}

} // namespace cofire::detail

#endif
