// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_REDACTOR_HPP
#define COFIRE_DASHBOARD_DETAIL_REDACTOR_HPP

#include <cofire/core/config.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cofire::detail {

struct json_span;

/// Takes values that nobody may see out of JSON texts. All else stays as it is written: a number that is
/// read and written again may be another one.
///
/// Distinct objects: safe. Shared objects: safe to read.
class redactor {
public:
    /// What stands in place of a value.
    static constexpr std::string_view mark = "[redacted]";

    /// Hides what dashboard_options::redact names. Throws errc::bad_dashboard_option if a name cannot
    /// be one.
    explicit redactor(std::vector<std::string> const& names);

    /// True if it hides nothing.
    [[nodiscard]] bool idle() const { return members_.empty() && places_.empty(); }
    /// `text` of a job of the type `type`, with the values replaced. What is no JSON is replaced as a
    /// whole.
    [[nodiscard]] std::string hide(std::string_view type, std::string_view text) const;
    /// `edited` with the marks that hide() has put there replaced by the values in `original`.
    [[nodiscard]] std::string
    restore(std::string_view type, std::string_view edited, std::string_view original) const;

    /// The arguments of a job that was made by editing another: as edited, with what was hidden restored.
    /// Under another type, which may hide other places, what was hidden stays so.
    [[nodiscard]] std::string restored(
        std::string_view old_type,
        std::string_view original,
        std::string_view type,
        std::string edited
    ) const;

private:
    [[nodiscard]] bool hides(std::string_view member) const;
    [[nodiscard]] bool hides(std::string_view type, std::size_t place) const;
    // The hidden values in `value`, from left to right, none inside another.
    void find_hidden(
        std::string_view type, json_span const& value, std::vector<json_span const*>& found
    ) const;

    std::vector<std::string> members_; // in lower case
    std::vector<std::pair<std::string, std::size_t>> places_;
};

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/dashboard/detail/impl/redactor.ipp>
#endif

#endif
