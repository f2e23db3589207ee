// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_DASHBOARD_DETAIL_IMPL_FIELDS_IPP
#define COFIRE_DASHBOARD_DETAIL_IMPL_FIELDS_IPP

#include <cofire/client/validate.hpp>
#include <cofire/core/error.hpp>
#include <cofire/core/text.hpp>
#include <cofire/dashboard/detail/exchange.hpp>
#include <cofire/dashboard/detail/fields.hpp>

#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <utility>

namespace cofire::detail {

COFIRE_DECL std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i != text.size(); ++i) {
        if (text[i] == '+' && plus_is_space) {
            result += ' ';
        } else if (text[i] != '%') {
            result += text[i];
        } else {
            unsigned value = 0;
            char const* const first = text.data() + i + 1;
            if (text.size() - i < 3 ||
                std::from_chars(first, first + 2, value, 16).ptr != first + 2) {
                return std::nullopt;
            }
            result += static_cast<char>(value);
            i += 2;
        }
    }
    return result;
}

COFIRE_DECL web_fields web_fields::from_query(std::string_view query) {
    web_fields r;
    while (!query.empty()) {
        auto const end = std::min(query.find('&'), query.size());
        std::string_view const part = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        if (part.empty()) {
            continue;
        }
        if (r.fields_.size() == 32) {
            throw web_problem(400, "bad_parameter", "more than 32 parameters");
        }
        auto const equals = part.find('=');
        auto name = percent_decoded(part.substr(0, equals), true);
        auto value = percent_decoded(
            equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1), true
        );
        if (!name || !value || value->find('\0') != std::string::npos) {
            throw web_problem(
                400, "bad_parameter", "the query is not well encoded: " + quoted(part)
            );
        }
        bool const again = std::any_of(r.fields_.begin(), r.fields_.end(), [&](field const& f) {
            return f.name == *name;
        });
        if (again) {
            throw web_problem(
                400, "bad_parameter", "the parameter " + quoted(*name) + " is repeated", *name
            );
        }
        r.fields_.push_back({std::move(*name), boost::json::string(*value)});
    }
    return r;
}

COFIRE_DECL web_fields web_fields::from_json(std::string_view body) {
    web_fields r;
    if (body.empty()) {
        return r;
    }
    boost::json::parse_options how;
    how.max_depth = 16;
    boost::system::error_code ec;
    boost::json::value const value = boost::json::parse(body, ec, {}, how);
    if (ec || !value.is_object()) {
        throw web_problem(400, "bad_json", "the body is not one JSON object");
    }
    return from_object(value.get_object(), {});
}

COFIRE_DECL web_fields web_fields::from_object(boost::json::object const& o, std::string where) {
    web_fields r;
    r.where_ = std::move(where);
    if (o.size() > 64) {
        throw web_problem(400, "bad_json", "more than 64 members");
    }
    for (auto const& member : o) {
        r.fields_.push_back({std::string(member.key()), member.value()});
    }
    return r;
}

COFIRE_DECL boost::json::value const* web_fields::take(std::string_view name) {
    for (field& f : fields_) {
        if (f.name == name) {
            f.taken = true;
            return f.value.is_null() ? nullptr : &f.value;
        }
    }
    return nullptr;
}

COFIRE_DECL void web_fields::refuse(std::string_view name, std::string const& why) const {
    throw web_problem(400, "bad_parameter", path(name) + ": " + why, path(name));
}

COFIRE_DECL std::optional<std::string> web_fields::text(std::string_view name, std::size_t most) {
    boost::json::value const* const v = take(name);
    if (v == nullptr) {
        return std::nullopt;
    }
    if (!v->is_string()) {
        refuse(name, "not a text");
    }
    std::string result(v->get_string());
    if (result.size() > most) {
        refuse(name, "longer than " + std::to_string(most) + " bytes");
    }
    return result;
}

COFIRE_DECL std::string web_fields::required_text(std::string_view name, std::size_t most) {
    auto v = text(name, most);
    if (!v || v->empty()) {
        refuse(name, "is missing");
    }
    return std::move(*v);
}

COFIRE_DECL std::optional<std::int64_t>
web_fields::integer(std::string_view name, std::int64_t least, std::int64_t most) {
    boost::json::value const* const v = take(name);
    if (v == nullptr) {
        return std::nullopt;
    }
    std::optional<std::int64_t> n;
    if (v->is_string()) {
        std::string_view const s = v->get_string();
        std::int64_t parsed = 0;
        auto const end = std::from_chars(s.data(), s.data() + s.size(), parsed);
        if (end.ec == std::errc() && end.ptr == s.data() + s.size() && !s.empty()) {
            n = parsed;
        }
    } else if (v->is_int64()) {
        n = v->get_int64();
    }
    if (!n || *n < least || *n > most) {
        refuse(
            name, "not a whole number from " + std::to_string(least) + " to " + std::to_string(most)
        );
    }
    return n;
}

COFIRE_DECL std::optional<double>
web_fields::number(std::string_view name, double least, double most) {
    boost::json::value const* const v = take(name);
    if (v == nullptr) {
        return std::nullopt;
    }
    double const n = v->is_number() ? v->to_number<double>() : std::nan("");
    if (!(n >= least && n <= most)) {
        std::array<char, 64> range{};
        std::snprintf(range.data(), range.size(), "not a number from %g to %g", least, most);
        refuse(name, range.data());
    }
    return n;
}

COFIRE_DECL std::optional<duration> web_fields::seconds(std::string_view name) {
    auto const n = number(name, 0, 315'360'000);
    if (!n) {
        return std::nullopt;
    }
    return std::chrono::round<duration>(std::chrono::duration<double>(*n));
}

COFIRE_DECL std::optional<time_point> web_fields::time(std::string_view name) {
    auto const t = text(name, 40);
    if (!t) {
        return std::nullopt;
    }
    auto const parsed = parse_time(*t);
    if (!parsed) {
        refuse(name, "not a time such as 2026-11-22T16:58:00Z");
    }
    return parsed;
}

COFIRE_DECL std::optional<std::size_t>
web_fields::choice(std::string_view name, std::initializer_list<std::string_view> names) {
    auto const t = text(name, 64);
    if (!t) {
        return std::nullopt;
    }
    auto const at = std::find(names.begin(), names.end(), std::string_view(*t));
    if (at == names.end()) {
        std::string all;
        for (std::string_view const n : names) {
            all += (all.empty() ? "" : ", ") + std::string(n);
        }
        refuse(name, "none of " + all);
    }
    return static_cast<std::size_t>(at - names.begin());
}

COFIRE_DECL std::optional<std::vector<std::string>>
web_fields::texts(std::string_view name, std::size_t most, std::size_t most_bytes) {
    boost::json::value const* const v = take(name);
    if (v == nullptr) {
        return std::nullopt;
    }
    if (!v->is_array() || v->get_array().size() > most) {
        refuse(name, "not a list of at most " + std::to_string(most) + " texts");
    }
    std::vector<std::string> result;
    for (boost::json::value const& item : v->get_array()) {
        if (!item.is_string() || item.get_string().size() > most_bytes) {
            refuse(
                name,
                "holds something else than texts of at most " + std::to_string(most_bytes) +
                    " bytes"
            );
        }
        result.emplace_back(item.get_string());
    }
    return result;
}

COFIRE_DECL std::optional<boost::json::object> web_fields::object(std::string_view name) {
    boost::json::value const* const v = take(name);
    if (v == nullptr) {
        return std::nullopt;
    }
    if (!v->is_object()) {
        refuse(name, "not an object");
    }
    return v->get_object();
}

COFIRE_DECL job_id web_fields::id(std::string_view text, std::string_view name) {
    auto const id = job_id::parse(text);
    if (!id) {
        throw web_problem(400, "bad_id", quoted(text) + " is no job id", std::string(name));
    }
    return *id;
}

COFIRE_DECL void web_fields::finish() const {
    for (field const& f : fields_) {
        if (!f.taken) {
            throw web_problem(
                400, "unknown_field", quoted(path(f.name)) + " is not known here", path(f.name)
            );
        }
    }
}

COFIRE_DECL web_filter web_filter::take(web_fields& from) {
    web_filter f;
    if (auto const s = from.text("state", 64); s && !s->empty()) {
        f.state = parse_job_state(*s);
        if (!f.state) {
            throw web_problem(400, "bad_parameter", quoted(*s) + " is no state", "state");
        }
    }
    if (auto const s = from.choice(
            "sub_state",
            {"in_line",
             "parked_by_limit",
             "parked_by_type",
             "reserved",
             "running",
             "cancelling",
             "parents"}
        )) {
        f.sub_state = static_cast<job_sub_state>(*s + 1);
    }
    f.queue_ = from.text("queue", 128).value_or("");
    f.type_ = from.text("type", 128).value_or("");
    f.tag_ = from.text("tag", 64).value_or("");
    f.recurring_ = from.text("recurring", 128).value_or("");
    f.text_ = from.text("text", 256).value_or("");
    f.from_ = from.time("from");
    f.before_ = from.time("before");
    if (auto const s = from.text("fingerprint", 16); s && !s->empty()) {
        auto const end = std::from_chars(s->data(), s->data() + s->size(), f.fingerprint_, 16);
        if (end.ec != std::errc() || end.ptr != s->data() + s->size()) {
            throw web_problem(
                400, "bad_parameter", quoted(*s) + " is no fingerprint", "fingerprint"
            );
        }
    }
    return f;
}

COFIRE_DECL job_filter web_filter::view() const {
    job_filter f;
    f.state = state;
    f.sub_state = sub_state;
    f.queue = queue_;
    f.type = type_;
    f.tag = tag_;
    f.recurring_id = recurring_;
    f.fingerprint = fingerprint_;
    f.created_from = from_;
    f.created_before = before_;
    f.text = text_;
    return f;
}

COFIRE_DECL bool web_filter::empty() const {
    return !state && !sub_state && queue_.empty() && type_.empty() && tag_.empty() &&
           recurring_.empty() && text_.empty() && fingerprint_ == 0 && !from_ && !before_;
}

COFIRE_DECL std::string web_filter::to_string() const {
    std::string s;
    auto const add = [&s](std::string_view name, std::string_view value) {
        if (!value.empty()) {
            s += (s.empty() ? "" : " ") + std::string(name) + ':' + std::string(value);
        }
    };
    add("state", state ? cofire::to_string(*state) : std::string_view());
    add("sub_state", sub_state ? sub_state_name(*sub_state) : std::string());
    add("queue", queue_);
    add("type", type_);
    add("tag", tag_);
    add("recurring", recurring_);
    add("fingerprint", fingerprint_ != 0 ? fingerprint_text(fingerprint_) : std::string());
    add("from", from_ ? time_text(*from_) : std::string());
    add("before", before_ ? time_text(*before_) : std::string());
    add("text", text_);
    return s;
}

COFIRE_DECL void check_queue_field(std::string_view queue, std::string_view field) {
    check_field(field, [queue] { check_queue(queue); });
}

COFIRE_DECL void check_type_field(std::string_view type) {
    check_field("type", [type] { check_type(type); });
}

COFIRE_DECL void check_tags_field(std::vector<std::string> const& tags) {
    check_field("tags", [&tags] {
        for (std::string const& tag : tags) {
            check_text("tags", tag, 64);
        }
    });
}

COFIRE_DECL std::optional<time_point> parse_time(std::string_view text) {
    bool good = true;
    auto const number = [&](std::size_t digits) {
        int n = 0;
        good = good && text.size() >= digits &&
               std::all_of(
                   text.begin(),
                   text.begin() + static_cast<std::ptrdiff_t>(digits),
                   [](char c) { return c >= '0' && c <= '9'; }
               );
        if (good) {
            std::from_chars(text.data(), text.data() + digits, n);
            text.remove_prefix(digits);
        }
        return n;
    };
    auto const sign = [&](std::string_view any) {
        good = good && !text.empty() && any.find(text.front()) != std::string_view::npos;
        char const c = good ? text.front() : '\0';
        text.remove_prefix(good ? 1 : 0);
        return c;
    };
    int const year = number(4);
    sign("-");
    int const month = number(2);
    sign("-");
    int const day = number(2);
    sign("Tt ");
    int const hour = number(2);
    sign(":");
    int const minute = number(2);
    int second = 0;
    int micros = 0;
    if (good && text.starts_with(':')) {
        text.remove_prefix(1);
        second = number(2);
        if (good && text.starts_with('.')) {
            text.remove_prefix(1);
            int unit = 100'000;
            good = !text.empty() && text.front() >= '0' && text.front() <= '9';
            while (good && !text.empty() && text.front() >= '0' && text.front() <= '9') {
                micros += (text.front() - '0') * unit;
                unit /= 10;
                text.remove_prefix(1);
            }
        }
    }
    std::chrono::minutes offset{0};
    if (char const c = sign("Zz+-"); good && (c == '+' || c == '-')) {
        int const hours = number(2);
        sign(":");
        int const minutes = number(2);
        good = good && hours < 24 && minutes < 60;
        offset = std::chrono::minutes(hours * 60 + minutes) * (c == '+' ? 1 : -1);
    }
    std::chrono::year_month_day const date{
        std::chrono::year{year},
        std::chrono::month{static_cast<unsigned>(month)},
        std::chrono::day{static_cast<unsigned>(day)}};
    if (!good || !text.empty() || !date.ok() || hour > 23 || minute > 59 || second > 60 ||
        year < 1600) {
        return std::nullopt;
    }
    return time_point{std::chrono::sys_days{date}} + std::chrono::hours(hour) +
           std::chrono::minutes(minute) + std::chrono::seconds(second) +
           std::chrono::microseconds(micros) - offset;
}

COFIRE_DECL std::string sub_state_name(job_sub_state s) {
    std::string name(cofire::to_string(s));
    std::replace(name.begin(), name.end(), ' ', '_');
    return name;
}

} // namespace cofire::detail

#endif
