// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_JOB_IMPL_JSON_PATH_IPP
#define COFIRE_JOB_IMPL_JSON_PATH_IPP

#include <cofire/job/json_path.hpp>

namespace cofire::detail {

COFIRE_DECL std::string json_path::to_string() const {
    if (parent_ == nullptr) {
        return "$";
    }
    std::string text = parent_->to_string();
    if (index_ != static_cast<std::size_t>(-1)) {
        text += '[';
        text += std::to_string(index_);
        text += ']';
        return text;
    }
    text += '.';
    std::string const key = quoted(key_, 64);
    // A key that needs no escaping reads better without its quotes.
    text += std::string_view(key).substr(1, key.size() - 2) == key_ ? std::string(key_) : key;
    return text;
}

COFIRE_DECL void json_path::fail(std::string const& problem) const {
    fail(code_, problem);
}

COFIRE_DECL void json_path::fail(errc code, std::string const& problem) const {
    json_path const* root = this;
    while (root->parent_ != nullptr) {
        root = root->parent_;
    }
    std::string text(root->key_);
    if (!text.empty()) {
        text += ": ";
    }
    text += to_string();
    text += ": ";
    text += problem;
    throw error(code, text);
}

} // namespace cofire::detail

#endif
