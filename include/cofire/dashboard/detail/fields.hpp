// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_FIELDS_HPP
#define COFIRE_DASHBOARD_DETAIL_FIELDS_HPP

#include <cofire/core/config.hpp>
#include <cofire/core/error.hpp>
#include <cofire/core/job_id.hpp>
#include <cofire/core/time_point.hpp>
#include <cofire/dashboard/detail/exchange.hpp>
#include <cofire/storage/contract/change.hpp>

#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cofire::detail {

/// The parameters of a request, from its query or its JSON body: each is taken by its name, checked, and
/// what is left over at the end is refused. What is wrong throws web_problem, 400, with the field.
///
/// Distinct objects: safe. Shared objects: unsafe.
class web_fields {
public:
    /// The parameters of a query: at most 32, each once, percent-encoded.
    [[nodiscard]] static web_fields from_query(std::string_view query);
    /// The members of a JSON object; empty text: none.
    [[nodiscard]] static web_fields from_json(std::string_view body);
    /// The members of a JSON object; `where` goes before their names in what is said of them.
    [[nodiscard]] static web_fields from_object(boost::json::object const& o, std::string where);

    /// The text called `name`, of at most `most` bytes; nothing if there is none.
    [[nodiscard]] std::optional<std::string> text(std::string_view name, std::size_t most);
    /// The same; it must be there.
    [[nodiscard]] std::string required_text(std::string_view name, std::size_t most);
    /// A whole number from `least` to `most`.
    [[nodiscard]] std::optional<std::int64_t>
    integer(std::string_view name, std::int64_t least, std::int64_t most);
    /// A number from `least` to `most`.
    [[nodiscard]] std::optional<double> number(std::string_view name, double least, double most);
    /// A number of seconds, up to ten years.
    [[nodiscard]] std::optional<duration> seconds(std::string_view name);
    /// A moment: RFC 3339.
    [[nodiscard]] std::optional<time_point> time(std::string_view name);
    /// One of `names`; its place in them.
    [[nodiscard]] std::optional<std::size_t>
    choice(std::string_view name, std::initializer_list<std::string_view> names);
    /// A list of texts; bodies only.
    [[nodiscard]] std::optional<std::vector<std::string>>
    texts(std::string_view name, std::size_t most, std::size_t most_bytes);
    /// An object; bodies only.
    [[nodiscard]] std::optional<boost::json::object> object(std::string_view name);
    /// The job id `text`.
    [[nodiscard]] static job_id id(std::string_view text, std::string_view name);

    /// Refuses what was not asked for.
    void finish() const;

private:
    struct field {
        std::string name;
        boost::json::value value;
        bool taken = false;
    };

    [[nodiscard]] boost::json::value const* take(std::string_view name);
    [[nodiscard]] std::string path(std::string_view name) const {
        return where_ + std::string(name);
    }
    [[noreturn]] void refuse(std::string_view name, std::string const& why) const;

    std::vector<field> fields_;
    std::string where_;
};

/// The filter of a request, with copies of its texts.
///
/// Distinct objects: safe. Shared objects: safe to read.
class web_filter {
public:
    /// Takes the filter's parameters from `from`.
    [[nodiscard]] static web_filter take(web_fields& from);

    /// The filter, which views this.
    [[nodiscard]] job_filter view() const;
    /// True if it sets nothing.
    [[nodiscard]] bool empty() const;
    /// True if it looks into arguments and errors.
    [[nodiscard]] bool has_text() const { return !text_.empty(); }
    /// It for the audit line.
    [[nodiscard]] std::string to_string() const;
    /// The state asked for.
    std::optional<job_state> state{};
    /// The sub-state asked for.
    std::optional<job_sub_state> sub_state{};

private:
    std::string queue_, type_, tag_, recurring_, text_;
    std::uint64_t fingerprint_ = 0;
    std::optional<time_point> from_, before_;
};

/// What `check` refuses, as a problem that names `field`.
template <class Check>
void check_field(std::string_view field, Check const& check) {
    try {
        check();
    } catch (error const& e) {
        error_answer const a = answer_for(e.value());
        throw web_problem(a.status, std::string(a.code), e.what(), std::string(field));
    }
}

/// As check_queue of the client; the problem names `field`.
void check_queue_field(std::string_view queue, std::string_view field = "queue");
/// As check_type of the client.
void check_type_field(std::string_view type);
/// As the client checks the tags of a job.
void check_tags_field(std::vector<std::string> const& tags);

/// The moment that `text` writes in RFC 3339; nothing if it does not.
[[nodiscard]] std::optional<time_point> parse_time(std::string_view text);
/// The text with %XX decoded; nothing if it is not well-formed.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space);
/// The name of a sub-state in the API: "parked_by_type".
[[nodiscard]] std::string sub_state_name(job_sub_state s);

} // namespace cofire::detail

#ifdef COFIRE_HEADER_ONLY
#include <cofire/dashboard/detail/impl/fields.ipp>
#endif

#endif
