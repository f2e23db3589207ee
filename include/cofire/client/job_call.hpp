// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CLIENT_JOB_CALL_HPP
#define COFIRE_CLIENT_JOB_CALL_HPP

#include <cofire/core/job_options.hpp>
#include <cofire/job/declaration_only.hpp>
#include <cofire/job/function_job.hpp>
#include <cofire/job/struct_job.hpp>

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace cofire::detail {

/// What a client needs to know of a job type. One for each type in the program.
struct job_type_info {
    /// The stored name.
    std::string_view name;
    /// The type's defaults.
    job_options options;
    /// The version of the arguments' form.
    std::uint32_t argument_version;
};

template <class Job>
COFIRE_DECLARATION_ONLY inline constexpr job_type_info job_type_info_of{
    Job::name, Job::options, Job::argument_version};

/// A call of a job as data: from here on nothing is a template.
struct job_call {
    /// The job type; null for a call by name.
    job_type_info const* info = nullptr;
    /// With a call by name: the job type's name.
    std::string type{};
    /// The arguments as JSON text.
    std::string arguments{};
    /// The version of the arguments' form.
    std::uint32_t argument_version = 1;
    /// Why the arguments could not be encoded; null if they could.
    std::exception_ptr error{};
};

/// The call of `Job` (a function_job or struct_job) with `args`. Arguments that do not fit do not
/// compile. Never throws for a value that does not: the error travels in the call, to be thrown
/// when the operation is awaited.
template <class Job, class... Args>
COFIRE_DECLARATION_ONLY [[nodiscard]] job_call make_call(Args&&... args) {
    job_call call;
    call.info = &job_type_info_of<Job>;
    call.argument_version = Job::argument_version;
    try {
        call.arguments = Job::encode(std::forward<Args>(args)...);
    } catch (...) {
        call.error = std::current_exception();
    }
    return call;
}

template <class T>
concept tuple_like = requires {
    std::tuple_size<T>::value;
};

/// As make_call, with the arguments in one tuple, pair or array; anything else is the one argument.
template <class Job, class Item>
COFIRE_DECLARATION_ONLY [[nodiscard]] job_call make_call_from(Item const& item) {
    if constexpr (tuple_like<Item>) {
        return std::apply([](auto const&... args) { return make_call<Job>(args...); }, item);
    } else {
        return make_call<Job>(item);
    }
}

} // namespace cofire::detail

#endif
