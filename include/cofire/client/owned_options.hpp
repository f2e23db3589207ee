// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CLIENT_OWNED_OPTIONS_HPP
#define COFIRE_CLIENT_OWNED_OPTIONS_HPP

#include <cofire/core/config.hpp>
#include <cofire/core/job_options.hpp>
#include <cofire/storage/contract/read.hpp>

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string_view>

namespace cofire::detail {

/// Keeps copies of a few texts in one piece of memory, which stays in place when this is moved.
///
/// Distinct objects: safe. Shared objects: unsafe.
class owned_text {
public:
    /// Room for texts of `size` bytes in all.
    explicit owned_text(std::size_t size) : data_(size == 0 ? nullptr : new char[size]) {}

    /// Copies what `view` views, and has it view the copy. Precondition: there is room.
    void keep(std::string_view& view);

private:
    std::unique_ptr<char[]> data_;
    std::size_t used_ = 0;
};

/// job_options with copies of all that they view.
///
/// Distinct objects: safe. Shared objects: safe to read.
class owned_options {
public:
    /// A copy of `options`.
    explicit owned_options(job_options const& options);

    /// The options. Their views are valid as long as this.
    [[nodiscard]] job_options const& get() const { return options_; }

private:
    owned_text text_;
    job_options options_;
};

/// A filter, and where a walk with it ended, with copies of all that they view.
///
/// Distinct objects: safe. Shared objects: safe to read.
class owned_filter {
public:
    /// A copy of `filter` and `cursor`.
    explicit owned_filter(job_filter const& filter, std::string_view cursor = {});

    /// The filter. Its views are valid as long as this.
    [[nodiscard]] job_filter const& get() const { return filter_; }
    /// The cursor, valid as long as this.
    [[nodiscard]] std::string_view cursor() const { return cursor_; }

private:
    owned_text text_;
    job_filter filter_;
    std::string_view cursor_;
};

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/client/impl/owned_options.ipp>
#endif

#endif
