// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Any text as the cursor of a find, a search for groups or a change by filter: no more rows and no
// more work than asked for, no crash, and what follows comes to an end.
// Input: 6 bytes of what to ask, the cursor; for find and groups a zero byte and the text to look for.

#include "fuzz.hpp"

#include <cofire/core/error.hpp>
#include <cofire/storage/table/job_table.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace {

using namespace std::chrono_literals;

constexpr cofire::time_point start{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
constexpr std::size_t job_count = 16;

/// A text with nothing behind it, not even a zero, so that a sanitizer sees reading beyond it.
class text_in_place {
public:
    explicit text_in_place(std::string_view text) : bytes_(text.begin(), text.end()) {
        bytes_.shrink_to_fit();
    }
    [[nodiscard]] std::string_view view() const { return {bytes_.data(), bytes_.size()}; }

private:
    std::vector<char> bytes_;
};

cofire::job_id id_of(std::uint64_t n) {
    return cofire::job_id::make(start, 0, n);
}

void fill(cofire::detail::job_table& table) {
    std::vector<cofire::new_job> jobs;
    auto const settings = std::make_shared<cofire::job_settings const>();
    for (std::uint64_t n = 1; n <= job_count; ++n) {
        cofire::new_job job;
        job.id = id_of(n);
        job.type = n % 3 == 0 ? "mail" : "backup";
        job.arguments = "[" + std::to_string(n) + "]";
        job.settings = settings;
        if (n % 4 == 0) {
            job.due = start + 1h;
        } else if (n % 4 == 1 && n > 1) {
            job.parents.push_back({.id = id_of(n - 1)});
        }
        jobs.push_back(std::move(job));
    }
    (void)table.insert({.jobs = jobs}, start);
    std::vector<cofire::job_id> some{id_of(2), id_of(6), id_of(10), id_of(7)};
    (void)table.change({.kind = cofire::change_kind::delete_job, .ids = some}, start + 1s);
}

cofire::detail::job_table& shared_table() {
    static auto const table = [] {
        auto made = std::make_unique<cofire::detail::job_table>();
        fill(*made);
        return made;
    }();
    return *table;
}

void find(fuzz::input in, std::uint32_t rows, std::uint32_t budget, unsigned bits) {
    cofire::read_find query;
    text_in_place cursor(in.word());
    query.filter.text = in.rest();
    query.rows = rows;
    query.budget = budget;
    query.order = (bits & 1U) != 0 ? cofire::find_order::oldest : cofire::find_order::newest;
    if ((bits & 2U) != 0) {
        query.filter.state = static_cast<cofire::job_state>(bits / 4 % cofire::job_state_count);
    }
    // A page looks at one job at least, so that many and one for each state are enough.
    for (std::size_t pages = 0;; ++pages) {
        query.cursor = cursor.view();
        auto const answer = shared_table().read(query, start + 2s);
        fuzz::require(
            answer.jobs.size() <= std::max(rows, 1U), "no more rows than asked for", cursor.view()
        );
        fuzz::require(
            pages <= job_count + cofire::job_state_count, "pages come to an end", cursor.view()
        );
        if (answer.cursor.empty()) {
            return;
        }
        fuzz::require(answer.cursor != cursor.view(), "a page gets on", cursor.view());
        cursor = text_in_place(answer.cursor);
    }
}

void groups(fuzz::input in, std::uint32_t budget) {
    cofire::read_groups query;
    text_in_place const cursor(in.word());
    query.cursor = cursor.view();
    query.filter.text = in.rest();
    query.budget = budget;
    (void)shared_table().read(query, start + 2s);
}

void change(fuzz::input in, std::uint32_t budget, unsigned bits) {
    // Changes change: each input has jobs of its own.
    cofire::detail::job_table table;
    fill(table);
    cofire::change_request request;
    request.kind = static_cast<cofire::change_kind>(bits % 6);
    request.filter.emplace();
    if ((bits & 64U) != 0) {
        request.filter->state = static_cast<cofire::job_state>(bits / 6 % cofire::job_state_count);
    }
    request.due = start + 5h;
    request.queue = "other";
    request.budget = budget;
    text_in_place cursor(in.word());
    for (std::size_t slices = 0; slices < 3; ++slices) {
        request.cursor = cursor.view();
        auto const answer = table.change(request, start + 2s);
        auto const looked = answer.changed + answer.skipped_count;
        fuzz::require(looked <= std::max(budget, 1U), "no more jobs than asked for", cursor.view());
        if (answer.cursor.empty()) {
            break;
        }
        cursor = text_in_place(answer.cursor);
    }
    fuzz::require(table.size() == job_count, "no job is lost", cursor.view());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    fuzz::input in(data, size);
    auto const what = in.byte();
    auto const bits = in.byte();
    auto const rows = static_cast<std::uint32_t>(in.number(2));
    auto const budget = static_cast<std::uint32_t>(in.number(2));
    try {
        switch (what % 8) {
        case 0: change(in, budget, bits); break;
        case 1:
        case 2: groups(in, budget); break;
        default: find(in, rows, budget, bits); break;
        }
    } catch (cofire::error const& e) {
        fuzz::require(
            e.value() == cofire::errc::bad_option, "a cursor is refused by name", e.what()
        );
    }
    return 0;
}
