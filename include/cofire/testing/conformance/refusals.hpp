// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_REFUSALS_HPP
#define COFIRE_TESTING_CONFORMANCE_REFUSALS_HPP

#include <cofire/testing/conformance/bench.hpp>

#include <string>
#include <vector>

/// What insert refuses, always with the whole call.
namespace cofire::testing::conformance::on_refusals {

inline void refuse_other_content(bench& t, new_job const& changed) {
    std::vector<new_job> const jobs{t.job(), changed};
    t.expect_refused(errc::content_differs, [&] { t.insert({.jobs = jobs}); });
    t.expect_refused(errc::content_differs, [&] {
        t.insert({.jobs = jobs, .mode = insert_mode::repeat});
    });
}

/// An id stored with another type is refused, with the whole call.
inline void refuses_a_stored_id_with_another_type(bench& t) {
    new_job j = t.job();
    t.put(j);
    j.type = "other";
    refuse_other_content(t, j);
}

/// Likewise with other arguments.
inline void refuses_a_stored_id_with_other_arguments(bench& t) {
    new_job j = t.job();
    t.put(j);
    j.arguments += " ";
    refuse_other_content(t, j);
}

/// Likewise with other parents.
inline void refuses_a_stored_id_with_other_parents(bench& t) {
    auto const parent = t.put(t.job());
    new_job j = t.job();
    t.put(j);
    j.parents.push_back({.id = parent});
    refuse_other_content(t, j);
    new_job k = t.after(parent);
    t.put(k);
    k.parents[0].on = parent_condition::on_any_end;
    refuse_other_content(t, k);
}

/// Likewise with another key.
inline void refuses_a_stored_id_with_another_key(bench& t) {
    new_job j = t.keyed("a");
    t.put(j);
    j.unique_key->text = "type/work/b";
    refuse_other_content(t, j);
    j.unique_key.reset();
    refuse_other_content(t, j);
}

/// The nil id is refused, with the whole call.
inline void refuses_the_nil_id(bench& t) {
    std::vector<new_job> jobs{t.job(), t.job()};
    jobs[1].id = {};
    t.expect_refused(errc::bad_id, [&] { t.insert({.jobs = jobs}); });
}

/// A job without settings is refused.
inline void refuses_a_job_without_settings(bench& t) {
    std::vector<new_job> jobs{t.job(), t.job()};
    jobs[1].settings = nullptr;
    t.expect_refused(errc::bad_option, [&] { t.insert({.jobs = jobs}); });
}

/// A priority is 0 to 15.
inline void refuses_a_priority_out_of_range(bench& t) {
    for (int const priority : {-1, 16}) {
        std::vector<new_job> const jobs{t.job(), t.job("work", {.priority = priority})};
        t.expect_refused(errc::bad_option, [&] { t.insert({.jobs = jobs}); });
    }
    t.put(t.job("work", {.priority = 0}));
    t.put(t.job("work", {.priority = 15}));
}

/// A limit of none would never let the job run.
inline void refuses_a_limit_of_zero(bench& t) {
    std::vector<new_job> const jobs{t.job(), t.limited("disk", 0)};
    t.expect_refused(errc::bad_option, [&] { t.insert({.jobs = jobs}); });
}

/// One call takes 10,000 jobs and not one more.
inline void takes_ten_thousand_jobs_and_no_more(bench& t) {
    new_job const pattern = t.job();
    std::vector<new_job> jobs(10'001, pattern);
    for (auto& j : jobs) {
        j.id = t.new_id();
    }
    t.expect_refused(errc::too_many_items, [&] { t.insert({.jobs = jobs}); });
    jobs.pop_back();
    expect_equal(t.insert({.jobs = jobs}).results.size(), 10'000U, "the number of answers");
    expect_equal(t.counts()[job_state::enqueued], 10'000U, "the jobs enqueued");
}

/// One call takes 4 MiB.
inline void refuses_more_bytes_than_a_call_takes(bench& t) {
    std::vector<new_job> jobs;
    for (int i = 0; i != 5; ++i) {
        jobs.push_back(t.job());
        jobs.back().arguments = "\"" + std::string(900'000, 'x') + "\"";
    }
    t.expect_refused(errc::too_many_items, [&] { t.insert({.jobs = jobs}); });
}

/// One call takes 100,000 parents.
inline void refuses_more_parents_than_a_call_takes(bench& t) {
    std::vector<new_job> jobs;
    for (int i = 0; i != 400; ++i) {
        jobs.push_back(t.job());
    }
    for (std::size_t i = 0; i != 300; ++i) {
        jobs.push_back(t.job());
        for (std::size_t k = 0; k != 334; ++k) {
            jobs.back().parents.push_back({.id = jobs[k].id});
        }
    }
    t.expect_refused(errc::too_many_items, [&] { t.insert({.jobs = jobs}); });
}

/// Arguments longer than the limit are refused, with the whole call.
inline void refuses_arguments_too_large(bench& t) {
    t.limits.arguments = 100;
    std::vector<new_job> jobs{t.job(), t.job()};
    jobs[1].arguments = "\"" + std::string(99, 'x') + "\"";
    t.expect_refused(errc::arguments_too_large, [&] { t.insert({.jobs = jobs}); });
    jobs[1].arguments = "\"" + std::string(98, 'x') + "\"";
    t.insert({.jobs = jobs});
}

/// A full storage refuses the whole call, counts it, and keeps all that it has.
inline void refuses_when_full(bench& t) {
    t.limits.jobs = 3;
    t.put_many(2);
    std::vector<new_job> const two{t.job(), t.job()};
    t.expect_refused(errc::storage_full, [&] { t.insert({.jobs = two}); });
    expect(t.counts().refused > 0, "the refusal to be counted");
    t.put(t.job());
}

/// So does one that is full of bytes, by what it has and what is to come together. One without such a
/// limit says so to read_health.
inline void refuses_when_full_of_bytes(bench& t) {
    t.limits.bytes = 1 << 20;
    if (t.read(read_health{}).health.byte_limit == 0) {
        return;
    }
    std::vector<new_job> jobs;
    while (jobs.size() != 12) {
        jobs.push_back(t.job());
        jobs.back().arguments = '"' + std::string(100'000, 'x') + '"';
    }
    std::span<new_job const> const all = jobs;
    t.insert({.jobs = all.first(6)});
    t.expect_refused(errc::storage_full, [&] { t.insert({.jobs = all.last(6)}); });
    expect(t.counts().refused > 0, "the refusal to be counted");
    t.insert({.jobs = all.last(2)});
}

/// One id twice in a call is one job; with other content the call is refused.
inline void refuses_an_id_twice_with_other_content(bench& t) {
    std::vector<new_job> jobs{t.job(), t.job(), t.job()};
    jobs[2] = jobs[1];
    jobs[2].arguments += " ";
    t.expect_refused(errc::content_differs, [&] { t.insert({.jobs = jobs}); });
    jobs[2].arguments = jobs[1].arguments;
    auto const r = t.insert({.jobs = jobs}).results;
    expect_equal(r.at(1).status, insert_status::inserted, "the status of the first");
    expect_equal(r.at(2).id, jobs[1].id, "the id of the second");
    expect_equal(t.counts().inserted, 2U, "the jobs inserted");
}

/// A refused call takes no key, no place and no number.
inline void a_refused_call_takes_no_key(bench& t) {
    std::vector<new_job> jobs{t.keyed("k"), t.limited("disk"), t.after(t.new_id())};
    t.expect_refused(errc::missing_parent, [&] { t.insert({.jobs = jobs}); });
    t.put(t.keyed("k"));
}

/// The cases of this file.
inline constexpr conformance_case cases[] = {
    {"insert.refuses_a_stored_id_with_another_type", refuses_a_stored_id_with_another_type},
    {"insert.refuses_a_stored_id_with_other_arguments", refuses_a_stored_id_with_other_arguments},
    {"insert.refuses_a_stored_id_with_other_parents", refuses_a_stored_id_with_other_parents},
    {"insert.refuses_a_stored_id_with_another_key", refuses_a_stored_id_with_another_key},
    {"insert.refuses_the_nil_id", refuses_the_nil_id},
    {"insert.refuses_a_job_without_settings", refuses_a_job_without_settings},
    {"insert.refuses_a_priority_out_of_range", refuses_a_priority_out_of_range},
    {"insert.refuses_a_limit_of_zero", refuses_a_limit_of_zero},
    {"insert.takes_ten_thousand_jobs_and_no_more", takes_ten_thousand_jobs_and_no_more},
    {"insert.refuses_more_bytes_than_a_call_takes", refuses_more_bytes_than_a_call_takes},
    {"insert.refuses_more_parents_than_a_call_takes", refuses_more_parents_than_a_call_takes},
    {"insert.refuses_arguments_too_large", refuses_arguments_too_large, conformance_need::limits},
    {"insert.refuses_when_full", refuses_when_full, conformance_need::limits},
    {"insert.refuses_when_full_of_bytes", refuses_when_full_of_bytes, conformance_need::limits},
    {"insert.refuses_an_id_twice_with_other_content", refuses_an_id_twice_with_other_content},
    {"insert.a_refused_call_takes_no_key", a_refused_call_takes_no_key},
};

} // namespace cofire::testing::conformance::on_refusals

#endif
