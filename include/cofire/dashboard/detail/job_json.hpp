// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_JOB_JSON_HPP
#define COFIRE_DASHBOARD_DETAIL_JOB_JSON_HPP

#include <cofire/core/config.hpp>
#include <cofire/dashboard/detail/dashboard_core.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// What the storage tells, as the API's JSON.
namespace cofire::detail {

namespace json = boost::json;

/// A length of time in seconds.
[[nodiscard]] inline double seconds_of(duration d) {
    return std::chrono::duration<double>(d).count();
}

/// `text` as a JSON text, valid UTF-8.
[[nodiscard]] json::value text_value(std::string_view text);

/// Sets `name` unless `text` is empty.
void put_text(json::object& o, std::string_view name, std::string_view text);
/// Sets `name` if there is a moment.
void put_time(json::object& o, std::string_view name, std::optional<time_point> t);

/// What is needed to name jobs: the servers, and what they say of the types.
///
/// Distinct objects: safe. Shared objects: safe to read.
struct web_servers {
    time_point now;
    std::vector<server_info> servers;
    std::map<std::string, announced_type const*, std::less<>> types{}; // into servers

    /// The server's name; empty if it is not known any more.
    [[nodiscard]] std::string_view name_of(server_instance s) const;
    /// How many serve the queue.
    [[nodiscard]] std::size_t serving(std::string_view queue) const;
    /// True if a server that serves the queue, and handles the type unless that is empty, has a free
    /// slot and is not to leave.
    [[nodiscard]] bool has_room(std::string_view queue, std::string_view type = {}) const;
    /// How many handle the type.
    [[nodiscard]] std::size_t handling(std::string_view type) const;
    /// The schema of the type's arguments in this version; empty if no server announces it.
    [[nodiscard]] std::string_view schema(std::string_view type, std::uint32_t version) const;
    /// The version of arguments that a form is for which does not say: the newest that is announced.
    /// Throws web_problem, 400, if it says one that no server could read yet.
    [[nodiscard]] std::uint32_t
    argument_version(std::string_view type, std::optional<std::int64_t> given) const;
    /// How late the server's executor was, if it told of that in the last five minutes.
    [[nodiscard]] duration lag_of(server_info const& s) const {
        bool const lately = s.executor_lag_at && now - *s.executor_lag_at < std::chrono::minutes{5};
        return lately ? s.executor_lag : duration{0};
    }
    /// What a job is called: by its type's template, with what is hidden hidden.
    [[nodiscard]] std::string
    display(std::string_view type, std::string_view hidden_arguments) const;
};

/// The servers as they are now.
[[nodiscard]] asio::awaitable<web_servers> list_servers(storage_ref storage);

/// The jobs with the ids.
[[nodiscard]] asio::awaitable<std::vector<job_record>>
get_jobs(storage_ref storage, std::vector<job_id> ids);

/// Jobs of one type that no server handles.
struct parked_type {
    std::uint64_t count = 0;
    std::string reason{};
    time_point oldest{};
    job_id latest{};
    std::set<std::uint32_t> versions{};
};

/// The parked types, by name; not exact: only the latest 5,000 jobs were looked at.
struct parked_types {
    std::map<std::string, parked_type> types{};
    std::map<std::string, std::uint64_t> by_queue{};
    bool exact = true;
};
[[nodiscard]] asio::awaitable<parked_types> find_parked(storage_ref storage);

/// An error. `most` bytes of its message.
[[nodiscard]] json::object error_json(error_info const& e, std::size_t most);

/// How long the last run that was settled took; nothing if none was.
[[nodiscard]] std::optional<duration> run_time_of(job_record const& job);

/// A job as a row of a list, or with `whole` for its own page.
[[nodiscard]] json::object job_json(
    dashboard_core const& core,
    web_servers const& servers,
    job_record const& job,
    time_point now,
    bool whole
);

/// A queue as it is.
[[nodiscard]] json::object
queue_json(queue_info const& queue, web_servers const& servers, time_point now);

/// How many jobs stand in each state.
[[nodiscard]] json::object counts_json(storage_counts const& counts);

/// All of one job, and why it does not run; empty if there is none.
[[nodiscard]] asio::awaitable<json::object>
describe_job(std::shared_ptr<dashboard_core> core, job_id id, bool may_write);

/// The queues with their rates. `servers` and `queues` belong to whoever awaits it.
[[nodiscard]] asio::awaitable<json::array> describe_queues(
    std::shared_ptr<dashboard_core> core, web_servers const& servers, queues_answer const& queues
);

/// All at one glance.
[[nodiscard]] asio::awaitable<json::object>
describe_all(std::shared_ptr<dashboard_core> core, role whose);

/// The moment that the members at and in_seconds give, if one of them is there.
[[nodiscard]] std::optional<time_point> due_of(web_call& call);

/// What an operation that changes something answers.
[[nodiscard]] inline web_reply changed_reply(bool changed = true) {
    json::object o;
    o["changed"] = changed;
    return json_reply(o);
}

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/dashboard/detail/impl/job_json.ipp>
#endif

#endif
