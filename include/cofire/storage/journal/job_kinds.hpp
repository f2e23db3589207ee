// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_JOB_KINDS_HPP
#define COFIRE_STORAGE_JOURNAL_JOB_KINDS_HPP

#include <cofire/core/config.hpp>
#include <cofire/core/job_record.hpp>
#include <cofire/storage/journal/record_bytes.hpp>
#include <cofire/storage/table/lane.hpp>

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cofire::detail {

/// How many kinds are known at a time; a new one takes the place of the oldest.
inline constexpr std::size_t most_kinds = 4'096;

/// Writes what many jobs share (type, argument version and settings) once, and then a number for it.
///
/// Distinct objects: safe. Shared objects: unsafe.
class kind_writer {
public:
    /// Writes the kind, whole if it is new. `settings` are the table's own. May throw std::bad_alloc:
    /// then forget().
    void
    write(byte_writer& w, lane const& line, std::shared_ptr<job_settings const> const& settings);

    /// What is written from now on can be read by who has read nothing before.
    void forget();

private:
    using key = std::pair<lane const*, job_settings const*>;
    struct kind {
        lane const* line = nullptr;
        std::shared_ptr<job_settings const> settings{}; // keeps its address from being used again
    };

    std::vector<kind> kinds_;
    boost::unordered_flat_map<key, std::size_t> places_;
    std::size_t oldest_ = 0; // the place of the next one
    std::size_t last_ = 0;   // the place of the one written last
};

/// Reads what kind_writer wrote.
///
/// Distinct objects: safe. Shared objects: unsafe.
class kind_reader {
public:
    /// What jobs share.
    struct kind {
        std::string type;
        std::uint32_t argument_version = 1;
        std::shared_ptr<job_settings const> settings{};
        lane* line = nullptr; // for the caller
    };

    /// Reads a kind; valid until the next call. Throws errc::corrupt.
    kind& read(byte_reader& r);

private:
    std::vector<kind> kinds_;
};

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/storage/journal/impl/job_kinds.ipp>
#endif

#endif
