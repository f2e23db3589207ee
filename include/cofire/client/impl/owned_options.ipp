// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CLIENT_IMPL_OWNED_OPTIONS_IPP
#define COFIRE_CLIENT_IMPL_OWNED_OPTIONS_IPP

#include <cofire/client/owned_options.hpp>

#include <cstring>
#include <optional>

namespace cofire::detail {

COFIRE_DECL void owned_text::keep(std::string_view& view) {
    if (view.empty()) {
        return;
    }
    char* const to = data_.get() + used_;
    std::memcpy(to, view.data(), view.size());
    used_ += view.size();
    view = std::string_view(to, view.size());
}

COFIRE_DECL std::size_t text_size(job_options const& o) {
    std::size_t size = 0;
    for (auto const& text : {o.queue, o.unique_key, o.limit_key, o.zone}) {
        size += text ? text->size() : 0;
    }
    for (std::string_view tag : o.tags) {
        size += tag.size();
    }
    return size;
}

COFIRE_DECL owned_options::owned_options(job_options const& options)
    : text_(text_size(options)), options_(options) {
    for (auto* text :
         {&options_.queue, &options_.unique_key, &options_.limit_key, &options_.zone}) {
        if (*text) {
            text_.keep(**text);
        }
    }
    for (std::string_view const& tag : options_.tags) {
        // few gives out its elements to read only; these are our own.
        text_.keep(const_cast<std::string_view&>(tag));
    }
}

COFIRE_DECL owned_filter::owned_filter(job_filter const& filter, std::string_view cursor)
    : text_(
          filter.queue.size() + filter.type.size() + filter.tag.size() +
          filter.recurring_id.size() + filter.text.size() + cursor.size()
      ),
      filter_(filter),
      cursor_(cursor) {
    for (auto* text :
         {&filter_.queue,
          &filter_.type,
          &filter_.tag,
          &filter_.recurring_id,
          &filter_.text,
          &cursor_}) {
        text_.keep(*text);
    }
}

} // namespace cofire::detail

#endif
