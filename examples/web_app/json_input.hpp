// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef WEB_APP_JSON_INPUT_HPP
#define WEB_APP_JSON_INPUT_HPP

#include <boost/json/object.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// What a client sent is not what it should be. Becomes an answer 400.
class bad_input : public std::runtime_error {
public:
    bad_input(std::string field, std::string const& why)
        : std::runtime_error(why), field_(std::move(field)) {}

    /// The part of the request that is to blame.
    [[nodiscard]] std::string const& field() const { return field_; }

private:
    std::string field_;
};

/// The members of a request's body, which is a JSON object. Each function throws bad_input.
class json_input {
public:
    /// Reads the body; nothing at all counts as {}.
    explicit json_input(std::string_view body);

    /// The text of a member: 1 to `longest` bytes without control characters. A member that is absent
    /// is `otherwise`, if that is not empty.
    std::string text(std::string_view name, std::size_t longest, std::string_view otherwise = {});

    /// An e-mail address, roughly.
    std::string email(std::string_view name);

    /// A phone number: digits, with a + in front, spaces and dashes if one likes.
    std::string phone(std::string_view name);

    /// A name that may become part of a file's name: letters, digits, - and _.
    std::string identifier(std::string_view name, std::string_view otherwise);

    /// To be called last: throws if there is a member that nobody asked for.
    void end() const;

private:
    boost::json::object members_;
    std::vector<std::string> known_;
};

#endif
