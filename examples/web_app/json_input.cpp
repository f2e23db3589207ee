// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "json_input.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <utility>

namespace {

constexpr std::string_view digits = "0123456789";
constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

bool is_control(unsigned char c) {
    return c < 0x20 || c == 0x7F;
}

} // namespace

json_input::json_input(std::string_view body) {
    if (body.empty()) {
        return;
    }
    boost::json::error_code ec;
    boost::json::value value = boost::json::parse(body, ec);
    if (ec) {
        throw bad_input("body", "the body is not JSON: " + ec.message());
    }
    if (!value.is_object()) {
        throw bad_input("body", "the body must be a JSON object");
    }
    members_ = std::move(value.get_object());
}

std::string
json_input::text(std::string_view name, std::size_t longest, std::string_view otherwise) {
    std::string const field(name);
    known_.push_back(field);
    boost::json::value const* value = members_.if_contains(name);
    if (value == nullptr) {
        if (otherwise.empty()) {
            throw bad_input(field, field + " is missing");
        }
        return std::string(otherwise);
    }
    if (!value->is_string()) {
        throw bad_input(field, field + " must be a text");
    }
    std::string text(value->get_string());
    if (text.empty() || text.size() > longest) {
        throw bad_input(field, field + " must have 1 to " + std::to_string(longest) + " bytes");
    }
    if (std::any_of(text.begin(), text.end(), is_control)) {
        throw bad_input(field, field + " must not have control characters");
    }
    return text;
}

std::string json_input::email(std::string_view name) {
    std::string address = text(name, 254);
    std::size_t const at = address.find('@');
    bool const one_at = at != std::string::npos && address.find('@', at + 1) == std::string::npos;
    if (!one_at || at == 0 || at + 1 == address.size() || address.find(' ') != std::string::npos) {
        throw bad_input(std::string(name), std::string(name) + " must look like ann@example.com");
    }
    return address;
}

std::string json_input::phone(std::string_view name) {
    std::string number = text(name, 24);
    std::string_view rest = number;
    if (rest.starts_with('+')) {
        rest.remove_prefix(1);
    }
    std::string const allowed = std::string(digits) + " -";
    bool const enough = std::count_if(rest.begin(), rest.end(), [](char c) {
                            return digits.find(c) != std::string_view::npos;
                        }) >= 5;
    if (!enough || rest.find_first_not_of(allowed) != std::string_view::npos) {
        throw bad_input(std::string(name), std::string(name) + " must look like +49 30 123456");
    }
    return number;
}

std::string json_input::identifier(std::string_view name, std::string_view otherwise) {
    std::string value = text(name, 32, otherwise);
    std::string const allowed = std::string(letters) + std::string(digits) + "_-";
    if (value.find_first_not_of(allowed) != std::string::npos) {
        throw bad_input(
            std::string(name), std::string(name) + " may have letters, digits, - and _ only"
        );
    }
    return value;
}

void json_input::end() const {
    for (auto const& member : members_) {
        if (std::find(known_.begin(), known_.end(), member.key()) == known_.end()) {
            std::string const name(member.key());
            throw bad_input(name, "there is no such member");
        }
    }
}
