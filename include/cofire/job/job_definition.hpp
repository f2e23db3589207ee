// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_JOB_JOB_DEFINITION_HPP
#define COFIRE_JOB_JOB_DEFINITION_HPP

#include <cofire/core/job_options.hpp>
#include <cofire/job/function_job.hpp>
#include <cofire/job/struct_job.hpp>

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace cofire {

/// What clients and registries need to know of a job type, all of it static: function_job<f> and
/// struct_job<J> are the models.
///
/// | expression | meaning |
/// |---|---|
/// | D::name | the stored name |
/// | D::options | the job type's defaults |
/// | D::display | the template for people, see render_display(); empty: none |
/// | D::argument_version | the version of the arguments' form, at least 1 |
/// | D::arguments | the decoded arguments: a tuple, or the struct |
/// | D::result | what it results in, or void |
/// | D::check<Args...>() | does not compile, in words, if a call with these is wrong |
/// | D::encode(args...) | the arguments as JSON text |
/// | D::decode(json, version) | the arguments again |
/// | D::schema() | a JSON Schema of the arguments |
template <class D>
concept job_definition = requires(std::string_view json, std::uint32_t version) {
    typename D::arguments;
    typename D::result;
    { D::name } -> std::convertible_to<std::string_view>;
    { D::options } -> std::convertible_to<job_options>;
    { D::display } -> std::convertible_to<std::string_view>;
    { D::argument_version } -> std::convertible_to<std::uint32_t>;
    { D::decode(json, version) } -> std::same_as<typename D::arguments>;
    { D::schema() } -> std::same_as<std::string>;
};

} // namespace cofire

#endif
