// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_JOB_JSON_DOCUMENT_HPP
#define COFIRE_JOB_JSON_DOCUMENT_HPP

#include <cofire/core/config.hpp>
#include <cofire/job/json_path.hpp>

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <string>
#include <string_view>

namespace cofire::detail {

/// A parsed JSON text. Small ones need no heap: the tree lies in this object. Numbers are exact:
/// integers of 64 bits, and floating ones as std::from_chars reads them (the parser of
/// Boost.JSON 1.81 alone is off by a bit in one of six).
///
/// Distinct objects: safe. Shared objects: safe to read.
class json_document {
public:
    /// Parses `text`. Not JSON: at.fail. Nested deeper than json_depth_limit: errc::json_too_deep.
    json_document(std::string_view text, json_path const& at);
    json_document(json_document const&) = delete;
    json_document& operator=(json_document const&) = delete;

    /// The value. Its strings live as long as this object.
    [[nodiscard]] boost::json::value const& root() const { return root_; }

private:
    std::array<unsigned char, 2048> buffer_;
    boost::json::monotonic_resource memory_{buffer_.data(), buffer_.size()};
    boost::json::value root_;
};

/// The value for an error's message: a scalar as JSON text, shortened; "an array"; "an object".
[[nodiscard]] std::string describe_json(boost::json::value const& value);

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/job/impl/json_document.ipp>
#endif

#endif
