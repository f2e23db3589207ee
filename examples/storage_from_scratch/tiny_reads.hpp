// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_EXAMPLES_STORAGE_FROM_SCRATCH_TINY_READS_HPP
#define COFIRE_EXAMPLES_STORAGE_FROM_SCRATCH_TINY_READS_HPP

#include "tiny_desk.hpp"

namespace own {

/// Answers to questions: read. Nothing here changes anything.
struct tiny_reads : tiny_desk {
    job_record told(node const& n) const {
        auto r = n.r;
        r.sub_state = sub_state(n);
        return r;
    }

    /// Looks at the jobs in an order, from the cursor on, until `visit` has enough or the budget ends.
    template <class Visit>
    void look(
        std::vector<node const*> const& all,
        std::uint32_t budget,
        std::string_view cursor,
        read_answer& answer,
        Visit visit
    ) const {
        std::size_t const begin = cursor.empty() ? 0 : number_in(cursor, cursor);
        std::size_t at = begin;
        bool enough = false;
        for (; at < all.size() && at - begin < budget && !enough; ++at) {
            enough = visit(*all[at]);
            auto const& r = all[at]->r;
            answer.reached = r.finished                         ? r.finished
                             : r.state == job_state::processing ? r.started
                                                                : r.created;
        }
        answer.exact = at >= all.size() || enough;
        answer.cursor = at >= all.size() ? "" : std::to_string(at);
    }
    std::vector<node const*> in_order(find_order order, std::optional<job_state> state) const {
        std::vector<node const*> all;
        for (auto const& [inserted, n] : jobs) {
            if (!state || n.r.state == *state) {
                all.push_back(&n);
            }
        }
        std::ranges::sort(all, [&](node const* a, node const* b) {
            if (a->r.state != b->r.state) {
                return a->r.state < b->r.state;
            }
            return order == find_order::oldest ? a->moved < b->moved : b->moved < a->moved;
        });
        return all;
    }

    void ask(read_counts const&, read_answer& answer) const {
        answer.counts = totals;
        for (auto const& [inserted, n] : jobs) {
            ++answer.counts.by_state[static_cast<std::size_t>(n.r.state)];
        }
    }
    void ask(read_get const& q, read_answer& answer) const {
        if (q.ids.size() > 10'000) {
            throw error(errc::too_many_items, std::to_string(q.ids.size()) + " ids in one read");
        }
        for (auto const id : q.ids) {
            if (auto const at = numbers.find(id); at != numbers.end()) {
                answer.jobs.push_back(told(jobs.at(at->second)));
            }
        }
    }
    void ask(read_find const& q, read_answer& answer) const {
        auto const rows = std::clamp<std::size_t>(q.rows, 1, 500);
        look(in_order(q.order, q.filter.state), q.budget, q.cursor, answer, [&](node const& n) {
            if (matches(n, q.filter)) {
                answer.jobs.push_back(told(n));
            }
            return answer.jobs.size() == rows;
        });
    }
    void ask(read_groups const& q, read_answer& answer) const {
        look(
            in_order(find_order::newest, job_state::failed),
            q.budget,
            q.cursor,
            answer,
            [&](node const& n) {
                if (n.r.error && matches(n, q.filter)) {
                    auto at = std::ranges::find(
                        answer.groups, n.r.error->fingerprint, &error_group::fingerprint
                    );
                    if (at == answer.groups.end()) {
                        answer.groups.push_back(
                            {n.r.error->fingerprint, 0, n.r.type, *n.r.error, n.r.id}
                        );
                        at = answer.groups.end() - 1;
                    }
                    ++at->count;
                }
                return false;
            }
        );
        std::ranges::sort(answer.groups, std::ranges::greater{}, &error_group::count);
    }
    void ask(read_series const& q, read_answer& answer) const {
        if (q.step < 1min || q.step % 1min != 0s) {
            throw error(errc::bad_option, "a step that is no whole minutes");
        }
        auto const step_of = [&](time_point t) { return t - t.time_since_epoch() % q.step; };
        std::map<time_point, series_point> steps;
        for (auto const& [key, p] : minutes) {
            if (key.first == q.queue && p.from >= step_of(q.from) && (!q.to || p.from < *q.to)) {
                auto& s = steps[step_of(p.from)];
                s.from = step_of(p.from);
                s.inserted += p.inserted;
                s.succeeded += p.succeeded;
                s.attempts_failed += p.attempts_failed;
                s.failed += p.failed;
                s.deleted += p.deleted;
                s.runs += p.runs;
                s.run_time += p.run_time;
                s.lateness += p.lateness;
            }
        }
        for (auto const& [from, s] : steps) {
            answer.series.push_back(s);
        }
    }
    void ask(read_names const&, read_answer& answer) const {
        std::set<std::string> types;
        std::set<std::string> names;
        for (auto const& [inserted, n] : jobs) {
            types.insert(n.r.type);
            names.insert(n.r.settings->queue);
        }
        answer.types.assign(types.begin(), types.end());
        answer.queues.assign(names.begin(), names.end());
    }
    void ask(read_health const&, read_answer& answer) const { answer.health.jobs = jobs.size(); }
};

} // namespace own

#endif
