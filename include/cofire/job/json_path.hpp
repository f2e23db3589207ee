// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_JOB_JSON_PATH_HPP
#define COFIRE_JOB_JSON_PATH_HPP

#include <cofire/core/config.hpp>
#include <cofire/core/error.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace cofire::detail {

/// Where in a JSON text we are, for the message of an error: a chain of nodes on the stack, from
/// the innermost to the root. Making one costs a few stores; only an error turns it into text.
///
/// Distinct objects: safe. Shared objects: safe to read.
class json_path {
public:
    /// The root. `subject` (a job type's name, or empty) begins the messages; `code` is the
    /// errors'.
    constexpr explicit json_path(std::string_view subject, errc code)
        : key_(subject), code_(code) {}

    /// The member `key` of the object at `parent`, which must outlive this node.
    constexpr json_path(json_path const& parent, std::string_view key)
        : parent_(&parent), key_(key), code_(parent.code_), depth_(parent.depth_ + 1) {}

    /// The element `index` of the array at `parent`, which must outlive this node.
    constexpr json_path(json_path const& parent, std::size_t index)
        : parent_(&parent), index_(index), code_(parent.code_), depth_(parent.depth_ + 1) {}

    /// How many nodes there are above this one.
    [[nodiscard]] constexpr std::size_t depth() const { return depth_; }

    /// "$.sizes[2].width".
    [[nodiscard]] std::string to_string() const;

    /// Throws error(code, "<subject>: <path>: <problem>"), with the root's code.
    [[noreturn]] void fail(std::string const& problem) const;

    /// The same with another code.
    [[noreturn]] void fail(errc code, std::string const& problem) const;

private:
    json_path const* parent_ = nullptr;
    std::string_view key_{};
    std::size_t index_ = static_cast<std::size_t>(-1);
    errc code_;
    std::size_t depth_ = 0;
};

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/job/impl/json_path.ipp>
#endif

#endif
