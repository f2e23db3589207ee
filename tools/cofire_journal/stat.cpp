// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "commands.hpp"
#include "store_files.hpp"

#include <cofire/core/error.hpp>
#include <cofire/core/text.hpp>
#include <cofire/storage/journal/journal_view.hpp>
#include <cofire/storage/journal/record_bytes.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace cofire_journal {
namespace {

namespace json = boost::json;
namespace journal = cofire::detail;
using cofire::detail::clean_utf8;
using cofire::detail::time_text;

using state_counts = std::array<std::uint64_t, cofire::job_state_count>;

struct oldest_job {
    cofire::job_id id;
    std::string queue;
    cofire::time_point due;
};

/// What is printed.
struct statistics {
    journal::journal_findings findings;
    store_bytes bytes;
    std::string owner;
    std::map<std::string, state_counts> queues;
    state_counts all{};
    std::uint64_t jobs = 0;
    std::optional<oldest_job> oldest;
    std::uint64_t recurring = 0;
    std::uint64_t recurring_paused = 0;
    cofire::time_point last_time;
};

void count(journal::logged_table const& table, statistics& s) {
    std::string cursor;
    do {
        cofire::read_find find{.filter = {}, .order = cofire::find_order::oldest};
        find.rows = 500;
        find.cursor = cursor;
        cofire::read_answer answer = table.read(find, table.last_time());
        for (cofire::job_record const& job : answer.jobs) {
            std::string const& queue = job.settings->queue;
            auto const state = static_cast<std::size_t>(job.state);
            ++s.queues[queue][state];
            ++s.all[state];
            ++s.jobs;
            bool const waits = job.state == cofire::job_state::enqueued;
            if (waits && (!s.oldest || job.due < s.oldest->due)) {
                s.oldest = oldest_job{.id = job.id, .queue = queue, .due = job.due};
            }
        }
        cursor = std::move(answer.cursor);
    } while (!cursor.empty());
}

statistics collect(store_files& files) {
    statistics s;
    journal::journal_view view = journal::view_journal(files);
    s.findings = std::move(view.findings);
    s.bytes = bytes_of(files);
    s.owner = files.owner();
    s.last_time = view.table->last_time();
    count(*view.table, s);
    auto const recurring = view.table->recurring(cofire::recurring_list{}, s.last_time);
    s.recurring = recurring.records.size();
    s.recurring_paused = static_cast<std::uint64_t>(
        std::ranges::count(recurring.records, true, &cofire::recurring_record::paused)
    );
    return s;
}

/// "process 123 on ..." begins with the number.
std::optional<std::int64_t> pid_of(std::string_view owner) {
    constexpr std::string_view before = "process ";
    if (!owner.starts_with(before)) {
        return std::nullopt;
    }
    owner.remove_prefix(before.size());
    std::int64_t pid = 0;
    auto const [end, error] = std::from_chars(owner.data(), owner.data() + owner.size(), pid);
    return error == std::errc{} ? std::optional(pid) : std::nullopt;
}

std::string version_of(statistics const& s) {
    auto const& version = s.findings.format.version;
    return std::to_string(version.major) + '.' + std::to_string(version.minor);
}

std::string store_id_of(statistics const& s) {
    return journal::byte_reader(s.findings.format.uuid).id().to_string();
}

json::object json_of(state_counts const& counts) {
    json::object o;
    for (std::size_t i = 0; i != counts.size(); ++i) {
        o[cofire::to_string(static_cast<cofire::job_state>(i))] = counts[i];
    }
    return o;
}

json::object json_of(statistics const& s) {
    json::object o;
    o["format"] = version_of(s);
    o["store"] = store_id_of(s);
    o["created"] = time_text(s.findings.format.created);
    o["changed"] = time_text(s.last_time);
    o["in_use"] = !s.owner.empty();
    if (auto const pid = pid_of(s.owner)) {
        o["pid"] = *pid;
    }
    o["last_record"] = s.findings.last_seq;
    json::object bytes;
    bytes["segments"] = s.bytes.segments;
    bytes["snapshots"] = s.bytes.snapshots;
    bytes["other"] = s.bytes.other;
    o["bytes"] = std::move(bytes);
    json::object files;
    files["segments"] = s.bytes.segment_files;
    files["snapshots"] = s.bytes.snapshot_files;
    o["files"] = std::move(files);
    if (s.findings.torn) {
        o["torn_bytes"] = s.findings.torn->size;
    }
    o["jobs"] = s.jobs;
    o["states"] = json_of(s.all);
    json::object queues;
    for (auto const& [name, counts] : s.queues) {
        queues[clean_utf8(name)] = json_of(counts);
    }
    o["queues"] = std::move(queues);
    if (s.oldest) {
        json::object oldest;
        oldest["id"] = s.oldest->id.to_string();
        oldest["queue"] = clean_utf8(s.oldest->queue);
        oldest["due"] = time_text(s.oldest->due);
        o["oldest_waiting"] = std::move(oldest);
    }
    o["recurring"] = s.recurring;
    o["recurring_paused"] = s.recurring_paused;
    return o;
}

/// Names to the left, numbers to the right.
std::string row(std::string_view name, state_counts const* counts, std::size_t width) {
    std::string text(name);
    text.resize(std::max(width, name.size()), ' ');
    for (std::size_t i = 0; i != cofire::job_state_count; ++i) {
        auto const title = cofire::to_string(static_cast<cofire::job_state>(i));
        std::string const cell =
            counts == nullptr ? std::string(title) : std::to_string((*counts)[i]);
        std::size_t const cell_width = std::max<std::size_t>(title.size(), 9) + 2;
        text += std::string(cell.size() < cell_width ? cell_width - cell.size() : 1, ' ') + cell;
    }
    return text;
}

void print(statistics const& s, output& out) {
    auto const bytes = [](std::uint64_t n) { return std::to_string(n) + " bytes"; };
    out.line("format          " + version_of(s));
    out.line(
        "store           " + store_id_of(s) + ", made " + time_text(s.findings.format.created)
    );
    out.line("last change     " + time_text(s.last_time));
    out.line("used by         " + (s.owner.empty() ? "nobody" : clean_utf8(s.owner)));
    out.line("last record     " + std::to_string(s.findings.last_seq));
    out.line(
        "segments        " + std::to_string(s.bytes.segment_files) + ", " + bytes(s.bytes.segments)
    );
    out.line(
        "snapshots       " + std::to_string(s.bytes.snapshot_files) + ", " +
        bytes(s.bytes.snapshots)
    );
    out.line("other files     " + bytes(s.bytes.other));
    if (s.findings.torn) {
        out.line("torn tail       " + bytes(s.findings.torn->size));
    }
    out.line("jobs            " + std::to_string(s.jobs));
    out.line(
        "oldest waiting  " +
        (s.oldest ? "due " + time_text(s.oldest->due) + ", " + s.oldest->id.to_string() +
                        " of queue " + clean_utf8(s.oldest->queue)
                  : "none")
    );
    out.line(
        "recurring       " + std::to_string(s.recurring) + ", " +
        std::to_string(s.recurring_paused) + " of them paused"
    );
    out.line("");
    std::size_t width = 8;
    for (auto const& [name, counts] : s.queues) {
        width = std::max(width, name.size());
    }
    out.line(row("queue", nullptr, width));
    for (auto const& [name, counts] : s.queues) {
        out.line(row(clean_utf8(name), &counts, width));
    }
    out.line(row("all", &s.all, width));
}

} // namespace

int stat(command_line const& line, output& out) {
    progress bar(line.quiet);
    auto const files = open_store(line.directories.front(), use::read, bar);
    statistics const s = collect(*files);
    bar.clear();
    if (line.json) {
        out.line(json::serialize(json_of(s)));
    } else {
        print(s, out);
    }
    return exit_done;
}

} // namespace cofire_journal
