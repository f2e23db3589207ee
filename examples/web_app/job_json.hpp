// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef WEB_APP_JOB_JSON_HPP
#define WEB_APP_JOB_JSON_HPP

#include <cofire.hpp>

#include <boost/json/object.hpp>

#include <string>

// What cofire knows of jobs, as JSON for people and scripts.

/// "2026-11-22T09:31:00.123Z".
[[nodiscard]] std::string to_iso8601(cofire::time_point t);

/// All there is to know of a job: state, attempts, times, history, result, errors, log, progress.
[[nodiscard]] boost::json::object to_json(cofire::job_record const& job);

/// A line of a list of jobs.
[[nodiscard]] boost::json::object to_short_json(cofire::job_record const& job);

/// A recurring job: when it runs next, and which was its last job.
[[nodiscard]] boost::json::object to_json(cofire::recurring_record const& recurring);

/// How many jobs stand in each state, and totals.
[[nodiscard]] boost::json::object to_json(cofire::storage_counts const& counts);

/// Whether the storage is well, and how full.
[[nodiscard]] boost::json::object to_json(cofire::storage_health const& health);

#endif
