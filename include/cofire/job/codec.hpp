// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_JOB_CODEC_HPP
#define COFIRE_JOB_CODEC_HPP

#include <cofire/job/decode.hpp>
#include <cofire/job/encode.hpp>

#include <string>
#include <string_view>
#include <type_traits>

namespace cofire {

/// `value` as JSON text: what results are stored as. String literals and views count as strings.
///
/// Errors: error(code) if the value cannot be JSON: NaN or an infinity, text that is not UTF-8, an
/// enumerator without a name; errc::json_too_deep. The message names the place ("$.sizes[2]").
/// Distinct objects: safe. Shared objects: safe.
template <class T>
[[nodiscard]] std::string encode_value(T const& value, errc code = errc::bad_result) {
    detail::json_writer to;
    if constexpr (std::is_convertible_v<T const&, std::string_view>) {
        to.text(value, detail::json_path("", code));
    } else {
        static_assert(json_compatible<T>, "cofire: this type has no JSON form; see docs/job.md");
        detail::encode(to, value, detail::json_path("", code));
    }
    return to.to_string();
}

/// The `T` that `json` holds: reads what encode_value wrote, for results and parents' results.
///
/// Errors: error(code) if it is no JSON, or holds something else; the message names place and
/// value; errc::json_too_deep. Distinct objects: safe. Shared objects: safe.
template <class T>
[[nodiscard]] T decode_value(std::string_view json, errc code = errc::bad_result) {
    static_assert(json_compatible<T>, "cofire: this type has no JSON form; see docs/job.md");
    detail::json_path const root("", code);
    detail::json_document const document(json, root);
    return detail::decode<T>(document.root(), root);
}

} // namespace cofire

#endif
