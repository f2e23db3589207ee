// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_JOB_STORED_ARGUMENTS_HPP
#define COFIRE_JOB_STORED_ARGUMENTS_HPP

#include <cofire/core/config.hpp>
#include <cofire/job/job_traits.hpp>
#include <cofire/job/json_document.hpp>
#include <cofire/job/json_path.hpp>

#include <boost/json/value.hpp>

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace cofire::detail {

/// Refuses arguments of a version this program does not know yet, by at.fail.
void check_version(std::uint32_t stored, std::uint32_t current, json_path const& at);

// One step of Traits::upgrade; whatever it throws becomes an error of the arguments.
template <class Traits>
boost::json::value
upgrade_once(boost::json::value stored, std::uint32_t from, json_path const& at) {
    try {
        return Traits::upgrade(std::move(stored), from);
    } catch (error const&) {
        throw;
    } catch (std::exception const& e) {
        at.fail("the upgrade from version " + std::to_string(from) + " failed: " + e.what());
    }
}

// Parses `json`, brings it to the current version and gives it to `read`, whose answer it returns.
template <class Traits, class Read>
auto read_arguments(
    std::string_view json, std::uint32_t version, json_path const& at, Read const& read
) {
    constexpr std::uint32_t current = type_version<Traits>();
    check_version(version, current, at);
    json_document const document(json, at);
    if constexpr (has_upgrade<Traits> && current > 1) {
        if (version != 0 && version < current) {
            boost::json::value value(document.root(), boost::json::storage_ptr());
            for (std::uint32_t from = version; from != current; ++from) {
                value = upgrade_once<Traits>(std::move(value), from, at);
            }
            return read(value);
        }
    }
    return read(document.root());
}

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/job/impl/stored_arguments.ipp>
#endif

#endif
