// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "lockstep.hpp"
#include "lockstep_values.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace cofire::differential {

/// All pages of a search. Jobs that came into their state in one command have no order among them.
void lockstep::find(command const& c) {
    read_find search{.filter = filter_of(c.head)};
    search.order = static_cast<find_order>(c.head[5] % 2);
    search.rows = 1 + c.head[6] % 40U;
    search.budget = c.head[7] % 2 == 0 ? 20'000 : 1 + c.head[7] / 2U;
    tell(
        "find " + std::string(search.filter.state ? to_string(*search.filter.state) : "all") +
        (search.filter.sub_state ? " " + std::string(to_string(*search.filter.sub_state)) : "") +
        (search.order == find_order::newest ? " newest" : " oldest") +
        " queue=" + std::string(search.filter.queue) + " type=" + std::string(search.filter.type) +
        " rows " + std::to_string(search.rows) + " budget " + std::to_string(search.budget)
    );
    read_answer const ours = naive_.read(search, now_);
    read_answer theirs;
    for (int pages = 0;; ++pages) {
        read_answer page;
        try {
            page = subject_->read(search, now_);
        } catch (error const& e) {
            return differ("a search's error", "none", e.what());
        }
        if (page.jobs.size() > search.rows) {
            return differ("a page's size", "", std::to_string(page.jobs.size()));
        }
        if (page.jobs.size() > search.budget) {
            return differ("a page's budget", "", std::to_string(page.jobs.size()));
        }
        if (pages == 0 && page.exact != (page.cursor.empty() || page.jobs.size() == search.rows)) {
            return differ("exact", "of the first page", page.exact ? "true" : "false");
        }
        std::move(page.jobs.begin(), page.jobs.end(), std::back_inserter(theirs.jobs));
        if (page.cursor.empty()) {
            break;
        }
        search.cursor = page.cursor;
        if (pages > 20'000) {
            return differ("a search", "ends", "goes on and on");
        }
        cursor_ = std::move(page.cursor);
        search.cursor = cursor_;
    }
    auto const place = [this](job_record const& r) {
        naive_job const* job = naive_.find(r.id);
        return job == nullptr ? std::pair{job_state::enqueued, std::uint64_t{0}}
                              : std::pair{job->record.state, job->changed_in};
    };
    for (std::size_t i = 0; i + 1 < theirs.jobs.size(); ++i) {
        auto const a = place(theirs.jobs[i]);
        auto const b = place(theirs.jobs[i + 1]);
        bool const fits = a.first != b.first                   ? a.first < b.first
                          : search.order == find_order::oldest ? a.second <= b.second
                                                               : a.second >= b.second;
        if (!fits) {
            return differ(
                "the order of a search",
                "",
                describer::name(theirs.jobs[i].id) + " before " +
                    describer::name(theirs.jobs[i + 1].id)
            );
        }
    }
    auto const all = [](describer const& d, std::vector<job_record> jobs) {
        std::sort(jobs.begin(), jobs.end(), [](job_record const& a, job_record const& b) {
            return a.id < b.id;
        });
        return d(read_answer{.now = {}, .jobs = std::move(jobs)});
    };
    std::string const expected = all(plain_, ours.jobs);
    std::string const found = all(theirs_, theirs.jobs);
    if (expected != found) {
        differ("what a search finds", expected, found);
    }
}

void lockstep::groups(command const& c) {
    read_groups search{.filter = filter_of(c.head)};
    tell("groups");
    read_answer const ours = naive_.read(search, now_);
    read_answer const theirs = subject_->read(search, now_);
    std::string expected;
    std::string found;
    std::map<std::uint64_t, std::uint64_t> counts;
    for (error_group const& g : ours.groups) {
        counts[g.fingerprint] = g.count;
        expected += std::to_string(g.fingerprint) + " ";
    }
    for (error_group const& group : theirs.groups) {
        error_group g = group;
        if (g.sample.type == "cofire::lost_server") {
            g.fingerprint = lost_fingerprint(g.type);
        }
        found += std::to_string(g.fingerprint) + " ";
        naive_job const* latest = naive_.find(g.latest);
        bool fits =
            counts[g.fingerprint] == g.count && latest != nullptr && latest->record.type == g.type;
        for (naive_job const* job : naive_.matching(search.filter, find_order::newest)) {
            auto const& e = job->record.error;
            bool const same =
                job->record.state == job_state::failed && (e ? e->fingerprint : 0) == g.fingerprint;
            fits = fits && (!same || job->changed_in <= latest->changed_in);
        }
        if (!fits || (&group != theirs.groups.data() && (&group - 1)->count < g.count)) {
            return differ("a group", plain_(ours), theirs_(theirs));
        }
    }
    if (ours.groups.size() != theirs.groups.size()) {
        differ("groups", expected, found);
    }
}

void lockstep::look(command const& c) {
    auto const queues = [&] {
        queues_request const r{queue_list{}};
        both(
            [&](time_point now) { return naive_.queues(r, now); },
            [&](time_point now) { return subject_->queues(r, now); }
        );
    };
    auto const servers = [&] {
        servers_request const r{server_list{}};
        both(
            [&](time_point now) { return naive_.servers(r, now); },
            [&](time_point now) { return subject_->servers(r, now); }
        );
    };
    auto const recurring = [&] {
        server_slot const& slot = servers_[c.head[1] % servers_.size()];
        recurring_list list{.id = c.head[2] % 4 == 3 ? "r0" : "", .server = slot.ours};
        recurring_list other = list;
        other.server = slot.theirs;
        both(
            [&](time_point now) { return naive_.recurring(list, now); },
            [&](time_point now) { return subject_->recurring(other, now); }
        );
    };
    tell("look " + std::to_string(c.head[0] % 5));
    switch (c.head[0] % 5) {
    case 0: return read_both(read_request{read_counts{}});
    case 1: return queues();
    case 2: return servers();
    case 3: return recurring();
    default: return read_both(read_request{read_series{.from = now_ - 60 * values::minute}});
    }
}

} // namespace cofire::differential
