// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_JOB_IMPL_JSON_DOCUMENT_IPP
#define COFIRE_JOB_IMPL_JSON_DOCUMENT_IPP

#include <cofire/job/json_document.hpp>
#include <cofire/job/json_writer.hpp>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/error.hpp>
#include <boost/json/value_stack.hpp>

#include <charconv>
#include <cstdint>
#include <system_error>
#include <utility>

namespace cofire::detail {

// What boost::json::parser does with the parser's events, but for numbers.
class exact_handler {
public:
    using text = boost::json::string_view;
    using code = boost::json::error_code;

    static constexpr std::size_t max_object_size = boost::json::object::max_size();
    static constexpr std::size_t max_array_size = boost::json::array::max_size();
    static constexpr std::size_t max_key_size = boost::json::string::max_size();
    static constexpr std::size_t max_string_size = boost::json::string::max_size();

    exact_handler(unsigned char* temporary, std::size_t size) : stack_({}, temporary, size) {}

    void reset(boost::json::storage_ptr memory) { stack_.reset(std::move(memory)); }
    boost::json::value release() { return stack_.release(); }

    bool on_document_begin(code&) { return true; }
    bool on_document_end(code&) { return true; }
    bool on_object_begin(code&) { return true; }
    bool on_object_end(std::size_t n, code&) {
        stack_.push_object(n);
        return true;
    }
    bool on_array_begin(code&) { return true; }
    bool on_array_end(std::size_t n, code&) {
        stack_.push_array(n);
        return true;
    }
    bool on_key_part(text s, std::size_t, code&) {
        stack_.push_chars(s);
        return true;
    }
    bool on_key(text s, std::size_t, code&) {
        stack_.push_key(s);
        return true;
    }
    bool on_string_part(text s, std::size_t, code&) {
        stack_.push_chars(s);
        return true;
    }
    bool on_string(text s, std::size_t, code&) {
        stack_.push_string(s);
        return true;
    }
    bool on_number_part(text, code&) { return true; }
    bool on_int64(std::int64_t i, text s, code&) {
        if (i == 0 && s.starts_with('-')) {
            stack_.push_double(-0.0);
        } else {
            stack_.push_int64(i);
        }
        return true;
    }
    bool on_uint64(std::uint64_t u, text, code&) {
        stack_.push_uint64(u);
        return true;
    }
    // The whole text of the number: the document is parsed in one piece.
    bool on_double(double about, text s, code& ec) {
        double exact = 0;
        auto const r = std::from_chars(s.data(), s.data() + s.size(), exact);
        // Too small is zero, which `exact` still is; too large is nothing a double can hold.
        if (r.ec == std::errc::result_out_of_range && (about > 1 || about < -1)) {
            ec = boost::json::error::exponent_overflow;
            return false;
        }
        stack_.push_double(exact);
        return true;
    }
    bool on_bool(bool b, code&) {
        stack_.push_bool(b);
        return true;
    }
    bool on_null(code&) {
        stack_.push_null();
        return true;
    }
    bool on_comment_part(text, code&) { return true; }
    bool on_comment(text, code&) { return true; }

private:
    boost::json::value_stack stack_;
};

COFIRE_DECL json_document::json_document(std::string_view text, json_path const& at)
    : root_(boost::json::storage_ptr(&memory_)) {
    std::array<unsigned char, 1024> temporary;
    boost::json::parse_options options;
    options.max_depth = json_depth_limit;
    boost::json::basic_parser<exact_handler> parser(options, temporary.data(), temporary.size());
    parser.handler().reset(&memory_);
    boost::json::error_code ec;
    std::size_t const used = parser.write_some(false, text.data(), text.size(), ec);
    if (!ec && used < text.size()) {
        ec = boost::json::error::extra_data;
    }
    if (ec == boost::json::error::too_deep) {
        at.fail(
            errc::json_too_deep,
            "more than " + std::to_string(json_depth_limit) + " levels of nesting"
        );
    }
    if (ec) {
        at.fail("not JSON: " + ec.message() + " in " + quoted(text));
    }
    root_ = parser.handler().release();
}

COFIRE_DECL std::string describe_json(boost::json::value const& value) {
    switch (value.kind()) {
    case boost::json::kind::array: return "an array";
    case boost::json::kind::object: return "an object";
    case boost::json::kind::string: {
        auto const& s = value.get_string();
        return quoted(std::string_view(s.data(), s.size()));
    }
    default: break;
    }
    json_writer w;
    w.value(value, json_path("", errc::bad_arguments));
    return w.to_string();
}

} // namespace cofire::detail

#endif
