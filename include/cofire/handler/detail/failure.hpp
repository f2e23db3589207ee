// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_HANDLER_DETAIL_FAILURE_HPP
#define COFIRE_HANDLER_DETAIL_FAILURE_HPP

#include <cofire/core/config.hpp>
#include <cofire/core/job_record.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>

namespace cofire::detail {

/// A job whose stored arguments this server cannot decode. Thrown before any user code runs.
///
/// Distinct objects: safe. Shared objects: safe to read.
class undecodable : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The most an error's message may be long, in bytes.
inline constexpr std::size_t max_error_message = std::size_t{64} * 1024;

/// `message` without what differs from one failure to the next of the same kind: numbers,
/// hexadecimal words that hold a digit, and quoted text.
[[nodiscard]] std::string normal_message(std::string_view message);

/// The same for failures of the same job type with the same error type whose messages differ only
/// in what normal_message removes. Stable: it is stored.
[[nodiscard]] std::uint64_t failure_fingerprint(
    std::string_view job_type, std::string_view error_type, std::string_view message
);

/// An error of this type and message, cleaned, shortened and with its fingerprint.
[[nodiscard]] error_info
make_error_info(std::string_view job_type, std::string_view error_type, std::string_view message);

/// What `e` says: its type, and what() with those of nested exceptions. Also for what is no
/// std::exception. Precondition: `e` is not null.
[[nodiscard]] error_info describe_failure(std::string_view job_type, std::exception_ptr const& e);

/// True if `e` holds an `E`, or something derived from it.
template <class E>
[[nodiscard]] bool holds_exception(std::exception_ptr const& e) {
    try {
        std::rethrow_exception(e);
    } catch (E const&) {
        return true;
    } catch (...) {
        return false;
    }
}

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/handler/impl/failure.ipp>
#endif

#endif
