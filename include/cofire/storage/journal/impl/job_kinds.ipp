// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_IMPL_JOB_KINDS_IPP
#define COFIRE_STORAGE_JOURNAL_IMPL_JOB_KINDS_IPP

#include <cofire/storage/journal/job_kinds.hpp>
#include <cofire/storage/journal/record_fields.hpp>

namespace cofire::detail {

// A place times two; plus one if the kind itself follows.

COFIRE_DECL void kind_writer::write(
    byte_writer& w, lane const& line, std::shared_ptr<job_settings const> const& settings
) {
    if (last_ < kinds_.size() && kinds_[last_].line == &line &&
        kinds_[last_].settings == settings) {
        w.number(last_ * 2);
        return;
    }
    auto const [at, is_new] = places_.try_emplace(key(&line, settings.get()), oldest_);
    last_ = at->second;
    if (!is_new) {
        w.number(last_ * 2);
        return;
    }
    if (oldest_ == kinds_.size()) {
        kinds_.emplace_back();
    } else {
        kind const& former = kinds_[oldest_];
        places_.erase(key(former.line, former.settings.get()));
    }
    kinds_[oldest_] = {.line = &line, .settings = settings};
    oldest_ = (oldest_ + 1) % most_kinds;
    w.number(last_ * 2 + 1);
    w.text(line.type->name);
    w.number(line.version);
    write_settings(w, *settings);
}

COFIRE_DECL void kind_writer::forget() {
    kinds_.clear();
    places_.clear();
    oldest_ = 0;
    last_ = 0;
}

COFIRE_DECL kind_reader::kind& kind_reader::read(byte_reader& r) {
    std::uint64_t const n = r.number();
    std::uint64_t const place = n / 2;
    bool const is_new = n % 2 != 0;
    byte_reader::require(
        place < kinds_.size() || (is_new && place == kinds_.size() && place < most_kinds),
        "a kind that is not known"
    );
    if (is_new) {
        kind k;
        k.type = r.text();
        k.argument_version = r.number32("an argument version");
        k.settings = std::make_shared<job_settings const>(read_settings(r));
        if (place == kinds_.size()) {
            kinds_.emplace_back();
        }
        kinds_[place] = std::move(k);
    }
    return kinds_[place];
}

} // namespace cofire::detail

#endif
