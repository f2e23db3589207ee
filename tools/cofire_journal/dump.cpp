// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "commands.hpp"
#include "job_json.hpp"
#include "store_files.hpp"

#include <cofire/core/error.hpp>
#include <cofire/storage/journal/journal_view.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cofire_journal {
namespace {

/// Nothing was asked for, or it is among what was.
template <class T>
bool is_wanted(std::vector<T> const& wanted, T const& value) {
    return wanted.empty() || std::ranges::find(wanted, value) != wanted.end();
}

bool is_wanted(command_line const& line, cofire::job_record const& job) {
    return is_wanted(line.states, job.state) && is_wanted(line.queues, job.settings->queue);
}

/// The jobs of these ids; how many there are not.
std::size_t
dump_ids(cofire::detail::logged_table const& table, command_line const& line, output& out) {
    std::size_t unknown = 0;
    for (cofire::job_id const id : line.ids) {
        cofire::read_get const get{.ids = {&id, 1}};
        auto const jobs = table.read(get, table.last_time()).jobs;
        if (jobs.empty()) {
            complain("no job has the id " + id.to_string());
            ++unknown;
        } else if (is_wanted(line, jobs.front())) {
            out.line(job_line(jobs.front()));
        }
    }
    return unknown;
}

/// All jobs of one state, or of all, the earliest change first.
void dump_state(
    cofire::detail::logged_table const& table,
    std::optional<cofire::job_state> state,
    command_line const& line,
    output& out
) {
    std::string cursor;
    do {
        cofire::read_find find{.filter = {.state = state}, .order = cofire::find_order::oldest};
        find.rows = 500;
        find.cursor = cursor;
        cofire::read_answer answer = table.read(find, table.last_time());
        for (cofire::job_record const& job : answer.jobs) {
            if (is_wanted(line, job)) {
                out.line(job_line(job));
            }
        }
        cursor = std::move(answer.cursor);
    } while (!cursor.empty());
}

} // namespace

int dump(command_line const& line, output& out) {
    progress bar(line.quiet);
    auto const files = open_store(line.directories.front(), use::read, bar);
    auto const view = cofire::detail::view_journal(*files);
    bar.clear();
    if (!line.ids.empty()) {
        return dump_ids(*view.table, line, out) == 0 ? exit_done : exit_damaged;
    }
    if (line.states.empty()) {
        dump_state(*view.table, std::nullopt, line, out);
    }
    std::vector<cofire::job_state> states = line.states;
    std::ranges::sort(states);
    auto const doubled = std::ranges::unique(states);
    states.erase(doubled.begin(), doubled.end());
    for (cofire::job_state const state : states) {
        dump_state(*view.table, state, line, out);
    }
    return exit_done;
}

} // namespace cofire_journal
