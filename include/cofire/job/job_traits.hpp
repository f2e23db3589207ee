// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_JOB_JOB_TRAITS_HPP
#define COFIRE_JOB_JOB_TRAITS_HPP

#include <cofire/core/job_options.hpp>

#include <boost/json/value.hpp>

#include <concepts>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace cofire {

/// What a function job says about itself; specialise it for the function or member function `F`,
/// before the first use of the job:
///
///     template <> struct cofire::job_traits<backup> {
///         static constexpr std::string_view name = "nightly-backup";
///         static constexpr cofire::job_options options{.max_attempts = 3};
///         static constexpr std::string_view display = "Backup of {0}";
///         static constexpr std::uint32_t version = 2;
///         static boost::json::value upgrade(boost::json::value stored, std::uint32_t from);
///     };
///
/// All members are optional. A struct job has the same members, static, inside. `name` is the
/// stored name, 1 to 128 of [A-Za-z0-9_:.-]; without it the function's qualified name is taken.
/// `options` are the job type's defaults. `display` is a template for people, see render_display().
/// `version` is the version of the arguments' form, 1 unless said; `upgrade` turns arguments stored
/// by version `from` into those of version `from + 1` and is called until they are current.
template <auto F>
struct job_traits {};

namespace detail {

// A job struct may have a data member called `name` or `options`: only static members count.
template <class T>
concept has_static_name = !std::is_member_pointer_v<decltype(&T::name)>;

template <class T>
concept has_static_options = !std::is_member_pointer_v<decltype(&T::options)>;

template <class T>
concept has_static_display = !std::is_member_pointer_v<decltype(&T::display)>;

template <class T>
concept has_static_version = !std::is_member_pointer_v<decltype(&T::version)>;

template <class T>
concept has_upgrade = requires(boost::json::value stored, std::uint32_t from) {
    { T::upgrade(stored, from) } -> std::convertible_to<boost::json::value>;
};

constexpr bool are_type_options(job_options const& o) {
    return !o.id && (!o.priority || (*o.priority >= 0 && *o.priority <= 15)) &&
           (!o.max_attempts || *o.max_attempts >= 1) && (!o.limit || *o.limit >= 1) &&
           (!o.queue || !o.queue->empty());
}

// The defaults of a job type; `Traits` is job_traits<F> or the job struct.
template <class Traits>
constexpr job_options type_options() {
    if constexpr (has_static_options<Traits>) {
        static_assert(
            std::same_as<std::remove_cvref_t<decltype(Traits::options)>, job_options>,
            "cofire: a job type's static member 'options' must be a cofire::job_options"
        );
        static_assert(
            are_type_options(Traits::options),
            "cofire: a job type's options are out of range: priority is 0 to 15, max_attempts and "
            "limit are at least 1, the queue has a name, and the id belongs to a single job"
        );
        return Traits::options;
    } else {
        return {};
    }
}

template <class Traits>
constexpr std::string_view type_display() {
    if constexpr (has_static_display<Traits>) {
        return Traits::display;
    } else {
        return {};
    }
}

template <class Traits>
constexpr std::uint32_t type_version() {
    if constexpr (has_static_version<Traits>) {
        static_assert(Traits::version >= 1, "cofire: a job type's version is at least 1");
        return Traits::version;
    } else {
        return 1;
    }
}

} // namespace detail
} // namespace cofire

#endif
