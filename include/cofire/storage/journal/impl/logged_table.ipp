// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_IMPL_LOGGED_TABLE_IPP
#define COFIRE_STORAGE_JOURNAL_IMPL_LOGGED_TABLE_IPP

#include <cofire/storage/journal/logged_table.hpp>
#include <cofire/storage/journal/record_fields.hpp>

#include <algorithm>
#include <cassert>
#include <set>

namespace cofire::detail {

inline constexpr std::size_t most_bytes_of_step = 12; // one job named in a record

COFIRE_DECL logged_table::logged_table(table_limits const& limits)
    : table_(limits), replay_(std::make_unique<record_replay>(table_)) {}

COFIRE_DECL void
logged_table::replay(std::uint16_t type, std::uint16_t flags, std::span<std::byte const> body) {
    replay_->replay(type, flags, body);
}

COFIRE_DECL void logged_table::load_snapshot_block(std::span<std::byte const> block) {
    if (!reader_) {
        reader_ = std::make_unique<table_image_reader>(table_, *replay_);
    }
    reader_->read(block);
}

COFIRE_DECL void logged_table::finish_load() {
    if (!reader_) {
        throw corrupt("a snapshot without a block");
    }
    reader_->finish();
    reader_.reset();
}

COFIRE_DECL std::uint64_t logged_table::skipped_records() const {
    return replay_ ? replay_->skipped() : 0;
}

/// Makes a call whose records take about `bytes`.
template <class Call>
auto logged_table::logged(time_point now, std::size_t bytes, Call const& call) {
    if (broken_) {
        throw error(errc::storage_failed, "memory had run out within a call");
    }
    writer_.begin(now, bytes);
    try {
        auto answer = call();
        writer_.end();
        return answer;
    } catch (error const&) {
        writer_.end();
        throw;
    } catch (...) {
        writer_.drop();
        broken_ = true;
        throw;
    }
}

COFIRE_DECL void logged_table::stay_as_stored() {
    writer_.set_last_time(replay_->last_time());
    writer_.counters_known();
    (void)table_.take_effects();
}

COFIRE_DECL void logged_table::skip_generations(std::uint64_t count) {
    constexpr unsigned bits = 32;
    constexpr std::uint64_t most = (std::uint64_t{1} << bits) - 1;
    std::uint64_t const generation = std::min((table_.last_epoch_ >> bits) + count, most);
    logged(writer_.last_time(), 0, [&] {
        writer_.generation(generation);
        table_.last_epoch_ = generation << bits;
        return 0;
    });
}

COFIRE_DECL std::uint64_t
logged_table::start(time_point now, std::span<interrupted_run const> interrupted) {
    constexpr unsigned bits = 32;
    epoch_type const known = table_.last_epoch_; // the latest that the records tell of
    std::uint64_t const generation = (known >> bits) + 1;
    writer_.set_last_time(replay_->last_time());
    writer_.counters_known();
    replay_.reset();
    (void)table_.take_effects();
    table_.log_ = &writer_;
    logged(now, interrupted.size() * 2 * most_bytes_of_step, [&] {
        writer_.generation(generation);
        table_.last_epoch_ = generation << bits;
        return 0;
    });
    recover(now);
    // The latest run of each job that waits, if it is not known. In the same generation none up to `known`
    // is: it may be of another job that had the id. Of a generation that was skipped the job tells.
    std::vector<interrupted_run> runs(interrupted.begin(), interrupted.end());
    std::sort(runs.begin(), runs.end(), [](interrupted_run const& a, interrupted_run const& b) {
        return a.id != b.id ? a.id < b.id : a.epoch > b.epoch;
    });
    job_id last;
    std::erase_if(runs, [&](interrupted_run const& run) {
        job_node const* const job = table_.find(run.id);
        bool const repeated = run.id == last;
        last = run.id;
        if (repeated || job == nullptr || is_final(job->state) || run.epoch > table_.last_epoch_) {
            return true;
        }
        return run.epoch <= (run.epoch >> bits == known >> bits ? known : job->epoch);
    });
    if (!runs.empty()) {
        logged(now, runs.size() * 2 * most_bytes_of_step, [&] {
            writer_.interrupted(runs);
            for (interrupted_run const& run : runs) {
                table_.lose_unknown(*table_.find(run.id), run.epoch, now);
            }
            table_.release_children(now);
            return 0;
        });
    }
    return generation;
}

COFIRE_DECL void logged_table::begin_snapshot() {
    assert(writer_.size() == 0);
    abort_snapshot();
    snapshot_ = std::make_unique<table_image_writer>(table_, writer_.last_time(), writer_.told());
    writer_.set_snapshot(snapshot_.get());
    writer_.begin_anew();
}

COFIRE_DECL bool logged_table::snapshot_slice(std::size_t budget, record_buffer& block) {
    try {
        bool const last = snapshot_->slice(budget, block);
        if (last) {
            abort_snapshot(); // nothing is left to write
        }
        return last;
    } catch (...) {
        abort_snapshot();
        throw;
    }
}

COFIRE_DECL void logged_table::abort_snapshot() {
    snapshot_.reset();
}

COFIRE_DECL insert_answer logged_table::insert(insert_request const& r, time_point now) {
    logged(now, 0, [&] {
        table_.pass_time(now);
        return 0;
    });
    writer_.begin(now, 0);
    try {
        insert_answer answer = table_.insert_now(r, now);
        writer_.end();
        return answer;
    } catch (...) { // nothing has changed, unless memory ran out too late for that
        broken_ = writer_.has_decided();
        writer_.end();
        throw;
    }
}

COFIRE_DECL acquire_answer logged_table::acquire(acquire_request const& r, time_point now) {
    std::size_t const most = std::min<std::size_t>(
        r.limit, table_.states_[static_cast<std::size_t>(job_state::enqueued)].size()
    );
    return logged(now, most * most_bytes_of_step, [&] { return table_.acquire(r, now); });
}

COFIRE_DECL settle_answer logged_table::settle(settle_request const& r, time_point now) {
    std::size_t bytes = r.then ? std::min<std::size_t>(r.then->limit, table_.size()) : 0;
    bytes *= most_bytes_of_step;
    for (run_outcome const& o : r.outcomes) {
        bytes += most_bytes_of_step + most_bytes_of(o);
    }
    return logged(now, bytes, [&] { return table_.settle(r, now); });
}

COFIRE_DECL tick_answer logged_table::tick(tick_request const& r, time_point now) {
    constexpr std::size_t most_bytes_of_line = 24;
    std::size_t bytes = 0;
    for (run_report const& report : r.reports) {
        bytes += most_bytes_of_step * 2;
        for (log_line const& line : report.lines) {
            bytes += most_bytes_of_line + line.text.size();
        }
    }
    return logged(now, bytes, [&] {
        tick_answer answer = table_.tick(r, now);
        if (!answer.notices.empty()) {
            writer_.notices_told();
        }
        return answer;
    });
}

COFIRE_DECL change_answer logged_table::change(change_request const& r, time_point now) {
    std::size_t const most = r.ids.empty() ? std::min<std::size_t>(r.budget, 10'000) : r.ids.size();
    std::size_t const bytes =
        std::min(most, table_.size()) * most_bytes_of_step + r.queue.size() + r.reason.size();
    return logged(now, bytes, [&] { return table_.change(r, now); });
}

COFIRE_DECL recurring_answer logged_table::recurring(recurring_request const& r, time_point now) {
    auto const* const put = std::get_if<recurring_put>(&r);
    auto const* const remove = std::get_if<recurring_remove>(&r);
    auto const* const pause = std::get_if<recurring_pause>(&r);
    std::size_t bytes = 0;
    std::uint64_t const before = table_.recurring_changed_;
    if (put != nullptr && put->definition != nullptr) {
        bytes = put->id.size() + most_bytes_of(*put->definition);
    } else if (remove != nullptr) {
        bytes = remove->id.size();
    } else if (pause != nullptr) {
        bytes = pause->id.size();
    }
    return logged(now, bytes, [&] {
        recurring_answer answer = table_.recurring(r, now);
        if (table_.recurring_changed_ == before) {
            return answer;
        }
        if (put != nullptr) {
            writer_.recurring_put(*put);
        } else if (remove != nullptr) {
            writer_.recurring_removed(remove->id);
        } else if (pause != nullptr) {
            writer_.recurring_paused(*pause);
        }
        return answer;
    });
}

COFIRE_DECL queues_answer logged_table::queues(queues_request const& r, time_point now) {
    if (auto const* const pause = std::get_if<queue_pause>(&r)) {
        auto const known = table_.queues_.find(pause->queue);
        bool const news = known == table_.queues_.end() || known->second.paused != pause->paused;
        return logged(now, pause->queue.size(), [&] {
            queues_answer answer = table_.queues(r, now);
            if (news) {
                writer_.queue_paused(pause->queue, pause->paused);
            }
            return answer;
        });
    }
    if (auto const* const put = std::get_if<limit_put>(&r)) {
        return logged(now, put->key.size(), [&] {
            queues_answer answer = table_.queues(r, now);
            writer_.limit_put(put->key, put->limit);
            return answer;
        });
    }
    return table_.queues(r, now);
}

COFIRE_DECL servers_answer logged_table::servers(servers_request const& r, time_point now) {
    auto const* const announce = std::get_if<server_announce>(&r);
    auto const* const leaving = std::get_if<server_retire>(&r);
    auto const* const order = std::get_if<server_order>(&r);
    bool const leaves = leaving != nullptr && table_.servers_.contains(leaving->server);
    return logged(now, announce != nullptr ? most_bytes_of(*announce) : 0, [&] {
        servers_answer answer = table_.servers(r, now);
        if (announce != nullptr) {
            writer_.announced(*announce);
        } else if (leaves) {
            writer_.retired(leaving->server);
        } else if (order != nullptr) {
            writer_.ordered(order->server, order->command);
        }
        return answer;
    });
}

COFIRE_DECL void logged_table::server_died(server_instance instance, time_point now) {
    bool const dies = table_.servers_.contains(instance);
    logged(now, 0, [&] {
        table_.server_died(instance, now);
        if (dies) {
            writer_.died(instance);
        }
        return 0;
    });
}

COFIRE_DECL void logged_table::tell_counters(time_point now) {
    logged(now, 0, [&] {
        writer_.counted();
        return 0;
    });
}

COFIRE_DECL void logged_table::recover(time_point now) {
    bool const some = !table_.servers_.empty();
    logged(now, 0, [&] {
        table_.recover(now);
        if (some) {
            writer_.recovered();
        }
        return 0;
    });
}

} // namespace cofire::detail

#endif
