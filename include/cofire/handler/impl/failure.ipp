// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_HANDLER_IMPL_FAILURE_IPP
#define COFIRE_HANDLER_IMPL_FAILURE_IPP

#include <cofire/core/text.hpp>
#include <cofire/handler/detail/failure.hpp>

#include <boost/core/demangle.hpp>

#include <typeinfo>

#if __has_include(<cxxabi.h>)
#include <cxxabi.h>
#endif

namespace cofire::detail {

COFIRE_DECL bool is_word(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

COFIRE_DECL std::string normal_word(std::string_view word) {
    constexpr std::string_view digits = "0123456789";
    if (word.find_first_of(digits) == word.npos) {
        return std::string(word);
    }
    std::string_view const body =
        word.starts_with("0x") || word.starts_with("0X") ? word.substr(2) : word;
    if (body.find_first_not_of("0123456789abcdefABCDEF") == body.npos) {
        return "#";
    }
    std::string normal;
    for (char const c : word) {
        bool const digit = digits.find(c) != digits.npos;
        if (!digit) {
            normal += c;
        } else if (normal.empty() || normal.back() != '#') {
            normal += '#';
        }
    }
    return normal;
}

COFIRE_DECL std::string normal_message(std::string_view message) {
    std::string normal;
    for (std::size_t i = 0; i < message.size();) {
        char const c = message[i];
        if (is_word(c)) {
            std::size_t end = i;
            while (end < message.size() && is_word(message[end])) {
                ++end;
            }
            normal += normal_word(message.substr(i, end - i));
            i = end;
            continue;
        }
        // A quote opens where no word ends, so that the apostrophe in "can't" does not.
        bool const opens =
            (c == '"' || c == '`' || c == '\'') && (i == 0 || !is_word(message[i - 1]));
        std::size_t const closing = opens ? message.find(c, i + 1) : message.npos;
        normal += c;
        ++i;
        if (closing != message.npos) {
            normal += '~';
            normal += c;
            i = closing + 1;
        }
    }
    return normal;
}

COFIRE_DECL std::uint64_t failure_fingerprint(
    std::string_view job_type, std::string_view error_type, std::string_view message
) {
    std::uint64_t hash = 0xCBF29CE484222325U; // FNV-1a
    auto const add = [&](std::string_view text) {
        for (char const c : text) {
            hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
        }
        hash = (hash ^ 0xFFU) * 0x100000001B3U; // a byte that no text holds ends each
    };
    add(job_type);
    add(error_type);
    add(normal_message(message));
    return hash;
}

COFIRE_DECL error_info
make_error_info(std::string_view job_type, std::string_view error_type, std::string_view message) {
    error_info info;
    info.type = clean_utf8(error_type, 1024);
    info.message = clean_utf8(message, max_error_message);
    info.fingerprint = failure_fingerprint(job_type, info.type, info.message);
    return info;
}

/// Adds what() of the exceptions nested in `e`, outermost first.
COFIRE_DECL void add_nested(std::exception const& e, std::string& message, int depth) {
    auto const* const nested = dynamic_cast<std::nested_exception const*>(&e);
    if (nested == nullptr || nested->nested_ptr() == nullptr || depth == 16) {
        return;
    }
    try {
        nested->rethrow_nested();
    } catch (std::exception const& inner) {
        message += ": ";
        message += inner.what();
        add_nested(inner, message, depth + 1);
    } catch (...) {
        message += ": an exception that is no std::exception";
    }
}

/// The type of the exception that is being handled.
COFIRE_DECL std::string current_exception_type() {
#if __has_include(<cxxabi.h>)
    if (std::type_info const* const type = abi::__cxa_current_exception_type()) {
        return boost::core::demangle(type->name());
    }
#endif
    return "unknown";
}

COFIRE_DECL error_info describe_failure(std::string_view job_type, std::exception_ptr const& e) {
    try {
        std::rethrow_exception(e);
    } catch (std::exception const& known) {
        char const* const what = known.what();
        std::string message = what == nullptr ? "" : what;
        add_nested(known, message, 0);
        return make_error_info(job_type, boost::core::demangle(typeid(known).name()), message);
    } catch (char const* text) {
        return make_error_info(job_type, "char const*", text == nullptr ? "" : text);
    } catch (std::string const& text) {
        return make_error_info(job_type, "std::string", text);
    } catch (...) {
        return make_error_info(
            job_type, current_exception_type(), "an exception that is no std::exception"
        );
    }
}

} // namespace cofire::detail

#endif
