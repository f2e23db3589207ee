// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CORE_IMPL_ERROR_IPP
#define COFIRE_CORE_IMPL_ERROR_IPP

#include <cofire/core/error.hpp>
#include <cofire/core/utf8.hpp>

namespace cofire {
namespace detail {

class category_impl final : public boost::system::error_category {
public:
    constexpr category_impl() noexcept : boost::system::error_category(0xC0F18E0A7B3D5521ULL) {}

    char const* name() const noexcept override { return "cofire"; }

    std::string message(int value) const override { return text(value); }

    char const* message(int value, char*, std::size_t) const noexcept override {
        return text(value);
    }

private:
    static char const* text(int value) noexcept {
        switch (static_cast<errc>(value)) {
        case errc::unknown_job: return "no job has this id";
        case errc::bad_id: return "this is no job id";
        case errc::bad_type: return "this is no name of a job type";
        case errc::unknown_type: return "no handler is registered for this job type";
        case errc::bad_arguments: return "the arguments do not fit the job type";
        case errc::arguments_too_large: return "the arguments are too large";
        case errc::json_too_deep: return "the JSON text is nested too deeply";
        case errc::bad_queue: return "this is no name of a queue";
        case errc::bad_option: return "the option is out of range";
        case errc::bad_cron: return "the cron expression is not valid";
        case errc::unknown_zone: return "this machine does not know the time zone";
        case errc::bad_recurring_id: return "this is no id of a recurring job";
        case errc::unknown_recurring: return "no recurring job has this id";
        case errc::content_differs: return "a job with this id and other content is stored already";
        case errc::missing_parent: return "the parent job is not stored";
        case errc::parent_cycle: return "the jobs wait for each other in a circle";
        case errc::too_many_items: return "too much for one call; split it";
        case errc::storage_full: return "the storage is full";
        case errc::wrong_state: return "the job's state does not allow this";
        case errc::unknown_server: return "no server has this instance number";
        case errc::duplicate_registration: return "this job type is registered already";
        case errc::registry_frozen: return "a running server uses the registry";
        case errc::already_started: return "the server runs already";
        case errc::stopped: return "the server was stopped";
        case errc::closed: return "the storage was closed";
        case errc::storage_failed: return "the storage failed";
        case errc::outcome_unknown: return "the outcome is not known; repeat with the same id";
        case errc::job_failed: return "the job failed";
        case errc::job_deleted: return "the job was deleted";
        case errc::job_timeout: return "the attempt ran into its timeout";
        case errc::lost_server: return "the job's server died while it ran";
        case errc::bad_result: return "a result that is not of the type it should be";
        case errc::bad_dashboard_option: return "the dashboard's options do not fit together";
        case errc::bad_server_option: return "the server's options do not fit together";
        case errc::version_mismatch: return "the storage does not serve this version";
        case errc::corrupt: return "what is stored is damaged";
        case errc::newer_format: return "written by a newer version";
        case errc::in_use: return "somebody else has the store open";
        case errc::no_space: return "no room is left";
        case errc::bad_directory: return "this directory cannot hold a store";
        }
        return "unknown cofire error";
    }
};

} // namespace detail

COFIRE_DECL boost::system::error_category const& error_category() noexcept {
    static constexpr detail::category_impl instance;
    return instance;
}

COFIRE_DECL error::error(errc code, std::string const& detail)
    : boost::system::system_error(make_error_code(code), detail) {}

COFIRE_DECL error::error(errc code, job_id id, std::string const& detail)
    : boost::system::system_error(make_error_code(code), detail), id_(id) {}

COFIRE_DECL bool error::is_retryable() const noexcept {
    errc const e = value();
    return e == errc::storage_full || e == errc::storage_failed || e == errc::outcome_unknown ||
           e == errc::no_space;
}

COFIRE_DECL std::string detail::quoted_text(std::string_view text, std::size_t most) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out = "\"";
    while (!text.empty()) {
        if (out.size() > most) {
            out += "...";
            break;
        }
        std::size_t const size = detail::utf8_sequence(text);
        auto const byte = static_cast<unsigned char>(text.front());
        if (size == 0 || byte < 0x20 || byte == 0x7F) {
            out += "\\x";
            out += digits[byte >> 4];
            out += digits[byte & 15U];
        } else {
            if (text.front() == '"' || text.front() == '\\') {
                out += '\\';
            }
            out += text.substr(0, size);
        }
        text.remove_prefix(size == 0 ? 1 : size);
    }
    out += '"';
    return out;
}

} // namespace cofire

#endif
