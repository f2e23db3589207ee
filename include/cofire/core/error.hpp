// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CORE_ERROR_HPP
#define COFIRE_CORE_ERROR_HPP

#include <cofire/core/config.hpp>
#include <cofire/core/job_id.hpp>

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <string>
#include <string_view>
#include <type_traits>

namespace cofire {

/// What can go wrong. Each value has one meaning; the message names the value that was refused.
/// Unless the text says otherwise, the operation that failed has changed nothing.
enum class errc {
    /// No job has this id: it never existed, or retention has removed it.
    unknown_job = 1,
    /// The text is no job id.
    bad_id,
    /// The job type's name is empty, too long, or has characters other than letters, digits, _ : . and -.
    bad_type,
    /// The registry has no handler for this job type.
    unknown_type,
    /// The arguments are not what the job type takes.
    bad_arguments,
    /// The arguments' JSON text is longer than the storage takes.
    arguments_too_large,
    /// The JSON text is nested too deeply.
    json_too_deep,
    /// The queue's name is empty, too long, or has characters other than letters, digits, _ . : and -.
    bad_queue,
    /// A job option is out of its range.
    bad_option,
    /// The cron expression does not parse.
    bad_cron,
    /// The time zone is not known on this machine.
    unknown_zone,
    /// The recurring job's id is empty or too long.
    bad_recurring_id,
    /// No recurring job has this id.
    unknown_recurring,
    /// A job with this id is stored already, with other content.
    content_differs,
    /// A parent is neither stored nor part of the same call.
    missing_parent,
    /// The jobs of one call wait for each other in a circle.
    parent_cycle,
    /// More items, or more bytes, than one call takes.
    too_many_items,
    /// The storage has reached its limit; finished jobs were removed first, and it was not enough.
    storage_full,
    /// The job's state does not allow this change.
    wrong_state,
    /// No server has this instance number, or it has been retired.
    unknown_server,
    /// A handler for this job type, or under this name, is registered already.
    duplicate_registration,
    /// The registry belongs to a running server and takes no more handlers.
    registry_frozen,
    /// The server runs already.
    already_started,
    /// The server was stopped; a stopped server does not start again.
    stopped,
    /// The storage was closed while the operation waited.
    closed,
    /// The storage failed. What was acknowledged before is not affected.
    storage_failed,
    /// Whether the operation took place is not known. It may be repeated, with the same id.
    outcome_unknown,
    /// The job ended failed.
    job_failed,
    /// The job was deleted.
    job_deleted,
    /// The attempt ran longer than its timeout.
    job_timeout,
    /// The job's server died while it ran, as often as the limit allows.
    lost_server,
    /// The stored result is not of the type asked for.
    bad_result,
    /// The server's options do not fit together.
    bad_server_option,
    /// The storage does not serve a server, or the server not a storage, of this version.
    version_mismatch,
    /// What is stored is damaged. The message says where.
    corrupt,
    /// What is stored was written by a newer version, which this one cannot read.
    newer_format,
    /// Another process, or another object of this one, has the store open. The message says which.
    in_use,
    /// The file system, or the user's quota, has no room left.
    no_space,
    /// The directory cannot hold a store: it is none, others may write to it, or it is not local.
    bad_directory,
    /// The dashboard's options do not fit together, or do not allow what was asked of it.
    bad_dashboard_option,
};

/// The category of cofire::errc, named "cofire".
[[nodiscard]] boost::system::error_category const& error_category() noexcept;

/// Makes an error code of an errc, as boost::system does for every enum of codes.
[[nodiscard]] inline boost::system::error_code make_error_code(errc e) noexcept {
    return {static_cast<int>(e), error_category()};
}

/// What every operation of cofire throws. what() is "<detail>: <meaning of the code>"; the detail
/// names the value that was refused.
///
/// Distinct objects: safe. Shared objects: safe to read.
class error : public boost::system::system_error {
public:
    /// An error that concerns no single job.
    error(errc code, std::string const& detail);
    /// An error that concerns the job `id`.
    error(errc code, job_id id, std::string const& detail);

    /// The code as the enum.
    [[nodiscard]] errc value() const noexcept { return static_cast<errc>(code().value()); }
    /// The job concerned; nil if there is none.
    [[nodiscard]] job_id id() const noexcept { return id_; }
    /// True if the same call may succeed later without any change to it: a full or failed storage
    /// or disk, or an unknown outcome (repeat with the same id).
    [[nodiscard]] bool is_retryable() const noexcept;

private:
    job_id id_;
};

namespace detail {

[[nodiscard]] std::string quoted_text(std::string_view text, std::size_t most);

/// An object and not a function, so that a call never finds std::quoted by its argument.
struct quoted_function {
    [[nodiscard]] std::string operator()(std::string_view text, std::size_t most = 80) const {
        return quoted_text(text, most);
    }
};

} // namespace detail

/// `quoted(text, most = 80)` is `text` in quotes for an error's message, shortened to about `most`
/// bytes, with control characters and what is no UTF-8 escaped: so a message is always one readable
/// line of valid text.
inline constexpr detail::quoted_function quoted{};

} // namespace cofire

template <>
struct boost::system::is_error_code_enum<cofire::errc> : std::true_type {};

#ifdef COFIRE_HEADER_ONLY
#include <cofire/core/impl/error.ipp>
#endif

#endif
