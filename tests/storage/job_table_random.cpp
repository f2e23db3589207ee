// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Random commands, after each of which the whole table is checked; at the end everything must be
// able to run: nothing is stuck, and nothing has leaked.

#include "support.hpp"
#include "support/asked.hpp"

#include <map>
#include <set>

BOOST_AUTO_TEST_SUITE(job_table_random)

namespace {

using namespace storage_tests;

constexpr std::uint64_t id_count = 30;
constexpr std::array<std::string_view, 3> queue_names{"default", "other", "third"};
constexpr std::array<std::string_view, 3> type_names{"t", "u", "v"};

class script {
public:
    explicit script(std::uint64_t seed)
        : state_(seed * 2 + 1),
          t_({.jobs = pick(3) == 0 ? 20U : 1'000U,
              .keep_succeeded = pick(2) == 0 ? 1h : 24h,
              .keep_count = pick(4) == 0 ? 3U : 1'000U,
              .lost_limit = 1 + static_cast<std::uint32_t>(pick(3))}) {}

    void run(int commands) {
        for (int i = 0; i != commands; ++i) {
            command();
            latest_ = std::max(latest_, now_);
            inspect();
        }
        cofire::detail::job_table_inspector(t_).check_histories();
        drain();
    }

private:
    struct run_of {
        server_instance server;
        acquired_job job;
    };
    struct live_server {
        server_instance instance = 0;
    };

    /// 0 to n - 1.
    std::uint64_t pick(std::uint64_t n) {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return (state_ >> 11) % n;
    }
    bool chance(std::uint64_t one_in) { return pick(one_in) == 0; }
    job_id any_id() { return id_of(1 + pick(id_count)); }

    void inspect() { cofire::detail::job_table_inspector(t_).check(); }

    void command() {
        switch (pick(16)) {
        case 0:
        case 1:
        case 2: insert(); break;
        case 3:
        case 4:
        case 5: acquire(); break;
        case 6:
        case 7:
        case 8: settle(); break;
        case 9:
        case 10: change(); break;
        case 11: now_ += duration(pick(5'000'000)); break;
        case 12: servers(); break;
        case 13: tick(); break;
        case 14: queues(); break;
        default: recurring(); break;
        }
    }

    new_job any_job() {
        new_job j = job(1 + pick(id_count));
        j.type = type_names[pick(type_names.size())];
        j.argument_version = chance(6) ? 2 : 1;
        j.settings = settings(
            static_cast<int>(pick(3)) * 7,
            std::string(queue_names[pick(queue_names.size())]),
            chance(4) ? duration(pick(8'000'000)) : duration(0)
        );
        if (chance(3)) {
            j.due = now_ + duration(pick(10'000'000)) - 2s;
        }
        if (chance(3)) {
            j = with_key(
                std::move(j),
                std::string(1, static_cast<char>('a' + pick(3))),
                static_cast<cofire::unique_hold>(pick(3)),
                static_cast<cofire::duplicate_policy>(pick(2)),
                duration(pick(10'000'000))
            );
        }
        if (chance(3)) {
            j = with_limit(
                std::move(j),
                std::string(1, static_cast<char>('x' + pick(2))),
                1 + static_cast<std::uint32_t>(pick(2))
            );
        }
        for (auto n = chance(3) ? 1 + pick(3) : 0; n != 0; --n) {
            j.parents.push_back({any_id(), static_cast<cofire::parent_condition>(pick(3))});
        }
        return j;
    }

    void insert() {
        std::vector<new_job> jobs;
        for (auto n = 1 + (chance(2) ? pick(8) : 0); n != 0; --n) {
            jobs.push_back(any_job());
        }
        auto const size = t_.size();
        try {
            auto const answer = t_.insert({.jobs = jobs}, now_);
            for (std::size_t i = 0; i != jobs.size(); ++i) {
                auto const status = answer.results[i].status;
                bool const own = status != insert_status::held;
                BOOST_REQUIRE(own == (answer.results[i].id == jobs[i].id));
            }
        } catch (cofire::error const& e) {
            errc const c = e.value();
            BOOST_REQUIRE(
                (c == errc::content_differs || c == errc::missing_parent ||
                 c == errc::parent_cycle || c == errc::storage_full)
            );
            BOOST_REQUIRE(t_.size() == size);
        }
    }

    void acquire() {
        if (servers_.empty()) {
            return;
        }
        auto const s = servers_[pick(servers_.size())].instance;
        std::vector<cofire::take> takes;
        for (auto const& name : queue_names) {
            if (!chance(4)) {
                takes.push_back({name, 1 + static_cast<std::uint32_t>(pick(5))});
            }
        }
        auto const limit = 1 + static_cast<std::uint32_t>(pick(8));
        keep(s, t_.acquire({.server = s, .takes = takes, .limit = limit}, now_).jobs);
    }

    void keep(server_instance s, std::vector<acquired_job> const& jobs) {
        for (auto const& j : jobs) {
            BOOST_REQUIRE(j.epoch > last_epoch_[j.id]);
            BOOST_REQUIRE(j.due <= latest_); // the clock may have been set back since
            last_epoch_[j.id] = j.epoch;
            runs_.push_back({s, j});
        }
    }

    void settle() {
        if (runs_.empty()) {
            return;
        }
        // Runs are kept after their end, so that repetitions and stale ones come up too.
        run_of const& r = runs_[runs_.size() - 1 - pick(std::min<std::size_t>(runs_.size(), 8))];
        run_outcome o{.id = r.job.id, .epoch = r.job.epoch};
        o.kind = chance(2) ? outcome_kind::succeeded : static_cast<outcome_kind>(pick(7));
        o.at = now_ + duration(pick(3'000'000));
        if (!chance(3)) {
            o.started = now_;
        }
        o.result = chance(3) ? "[1]" : "";
        if (o.kind == outcome_kind::failed || o.kind == outcome_kind::retry) {
            o.error = cofire::error_info{.type = "e", .message = "m", .fingerprint = 1};
        }
        cofire::settle_request request{.server = r.server, .outcomes = {&o, 1}};
        std::vector<cofire::take> const takes{{queue_names[0]}};
        bool const lives = std::any_of(servers_.begin(), servers_.end(), [&](auto const& s) {
            return s.instance == r.server;
        });
        if (lives && chance(2)) {
            request.then = cofire::acquire_request{.server = r.server, .takes = takes, .limit = 2};
        }
        auto const s = r.server;
        auto const answer = t_.settle(request, now_);
        if (answer.results[0] == settle_status::done) {
            BOOST_REQUIRE(done_.insert(std::pair(o.id, o.epoch)).second);
        } else if (answer.results[0] == settle_status::again) {
            BOOST_REQUIRE(done_.contains(std::pair(o.id, o.epoch)));
        }
        if (answer.acquired) {
            keep(s, answer.acquired->jobs);
        }
    }

    void change() {
        std::vector<job_id> ids;
        for (auto n = pick(4); n != 0; --n) {
            ids.push_back(any_id());
        }
        cofire::change_request r{.kind = static_cast<change_kind>(pick(6)), .ids = ids};
        r.due = now_ + duration(pick(6'000'000)) - 1s;
        r.priority = static_cast<int>(pick(16));
        r.queue = queue_names[pick(queue_names.size())];
        if (ids.empty() && !chance(4)) {
            r.filter = cofire::job_filter{.type = type_names[pick(type_names.size())]};
            if (chance(2)) {
                r.filter->state = static_cast<job_state>(pick(cofire::job_state_count));
            }
            r.budget = 1 + static_cast<std::uint32_t>(pick(10));
            std::string cursor;
            int slices = 0;
            do {
                r.cursor = cursor;
                cursor = t_.change(r, now_).cursor;
                BOOST_REQUIRE(++slices < 500);
            } while (!cursor.empty());
            return;
        }
        t_.change(r, now_);
    }

    void servers() {
        if (servers_.size() < 3 && !chance(3)) {
            announce();
        } else if (!servers_.empty()) {
            auto const at = servers_.begin() + static_cast<std::ptrdiff_t>(pick(servers_.size()));
            if (chance(2)) {
                t_.servers(cofire::server_retire{at->instance}, now_);
            } else {
                t_.server_died(at->instance, now_);
            }
            servers_.erase(at);
            if (chance(2)) {
                announce();
            }
            if (chance(10)) {
                t_.recover(now_);
                servers_.clear();
            }
        }
    }

    void announce() {
        live_server s;
        cofire::server_announce a;
        for (auto const& type : type_names) {
            if (!chance(4)) {
                a.types.push_back(
                    {.name = std::string(type), .argument_version = chance(2) ? 2U : 1U}
                );
            }
        }
        s.instance = t_.servers(a, now_).instance;
        servers_.push_back(std::move(s));
    }

    void tick() {
        if (!servers_.empty()) {
            cofire::run_report report;
            if (!runs_.empty()) {
                report.id = runs_.back().job.id;
                report.epoch = runs_.back().job.epoch;
                report.progress = cofire::job_progress{1, 2};
            }
            t_.tick(
                {.server = servers_[pick(servers_.size())].instance, .reports = {&report, 1}}, now_
            );
        }
    }

    void queues() {
        if (chance(2)) {
            t_.queues(cofire::queue_pause{queue_names[pick(queue_names.size())], chance(3)}, now_);
        } else if (chance(4)) {
            t_.queues(cofire::limit_put{"x", 1 + static_cast<std::uint32_t>(pick(3))}, now_);
        } else if (chance(4)) {
            now_ -= duration(pick(20'000'000)); // somebody sets the clock
        }
        t_.queues(cofire::queue_list{}, now_);
        t_.read(cofire::read_find{.rows = 5, .budget = 10}, now_);
    }

    void recurring() {
        cofire::recurring_definition d;
        d.type = "t";
        d.overlap = static_cast<cofire::overlap_policy>(pick(3));
        d.cron = std::to_string(pick(2));
        t_.recurring(cofire::recurring_put{.id = "r", .definition = &d, .next = now_}, now_);
        auto const known = t_.recurring(cofire::recurring_list{.id = "r"}, now_).records.at(0);
        std::vector<new_job> jobs;
        for (auto n = pick(3); n != 0; --n) {
            auto j = job(1'000 + next_occurrence_++);
            j.recurring_id = "r";
            jobs.push_back(j);
        }
        cofire::recurring_firing const f{
            .id = "r",
            .revision = known.revision,
            .expected = known.next,
            .next = now_ + 1s,
            .jobs = jobs};
        try {
            t_.recurring(cofire::recurring_fire{.firings = {&f, 1}}, now_);
        } catch (cofire::error const& e) {
            BOOST_REQUIRE(e.value() == errc::storage_full);
        }
    }

    /// All servers leave; one that can do everything comes: then nothing unfinished may remain.
    void drain() {
        for (auto const& s : servers_) {
            t_.servers(cofire::server_retire{s.instance}, now_);
        }
        for (auto const& name : queue_names) {
            t_.queues(cofire::queue_pause{name, false}, now_);
        }
        cofire::server_announce a;
        for (auto const& type : type_names) {
            a.types.push_back({.name = std::string(type), .argument_version = 2});
        }
        auto const s = t_.servers(a, now_).instance;
        std::vector<cofire::take> const takes{{queue_names[0]}, {queue_names[1]}, {queue_names[2]}};
        for (int i = 0; i != 1'000; ++i) {
            auto const jobs = t_.acquire({.server = s, .takes = takes, .limit = 100}, now_).jobs;
            std::vector<run_outcome> outcomes;
            for (auto const& j : jobs) {
                outcomes.push_back({.id = j.id, .epoch = j.epoch, .started = now_});
            }
            t_.settle({.server = s, .outcomes = outcomes}, now_);
            inspect();
            if (jobs.empty()) {
                auto const next = t_.acquire({.server = s}, now_).next_due;
                if (!next) {
                    break;
                }
                now_ = std::max(now_, *next);
            }
        }
        auto const counts = t_.read(cofire::read_counts{}, now_).counts;
        for (auto state :
             {job_state::enqueued,
              job_state::scheduled,
              job_state::awaiting,
              job_state::processing}) {
            BOOST_REQUIRE_MESSAGE(counts[state] == 0, to_string(state) << " jobs are stuck");
        }
        for (auto const& limit : t_.queues(cofire::queue_list{}, now_).limits) {
            BOOST_REQUIRE(limit.used == 0U);
            BOOST_REQUIRE(limit.parked == 0U);
        }
        cofire::detail::job_table_inspector(t_).check_histories();
    }

    std::uint64_t state_;
    cofire::detail::job_table t_;
    time_point now_ = start;
    time_point latest_ = start;
    std::vector<live_server> servers_;
    std::vector<run_of> runs_;
    std::map<job_id, cofire::epoch_type> last_epoch_;
    std::set<std::pair<job_id, cofire::epoch_type>> done_;
    std::uint64_t next_occurrence_ = 1;
};

BOOST_AUTO_TEST_CASE(scripts) {
    std::uint64_t const first =
        cofire_tests::asked("COFIRE_TEST_SEED", 1); // to repeat one, or for more
    std::uint64_t const scripts = cofire_tests::asked("COFIRE_TEST_SCRIPTS", 400);
    for (std::uint64_t seed = first; seed != first + scripts; ++seed) {
        BOOST_TEST_CONTEXT("seed " << seed) {
            try {
                script(seed).run(80);
            } catch (std::exception const& e) {
                BOOST_FAIL("seed " << seed << ": " << e.what());
            }
        }
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
