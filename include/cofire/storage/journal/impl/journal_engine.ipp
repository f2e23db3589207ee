// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_IMPL_JOURNAL_ENGINE_IPP
#define COFIRE_STORAGE_JOURNAL_IMPL_JOURNAL_ENGINE_IPP

#include <cofire/core/error.hpp>
#include <cofire/storage/detail/impl/table_shell.ipp>
#include <cofire/storage/journal/journal_engine.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <new>
#include <utility>
#include <variant>

namespace cofire::detail {

inline constexpr std::size_t bytes_of_job = 4096; // names, options, keys, tags
inline constexpr std::size_t bytes_of_start = 64;
inline constexpr std::size_t bytes_of_change = 256;
inline constexpr std::size_t bytes_of_server = 512;
// One frame holds them, and more.
inline constexpr std::size_t most_bytes_of_call = std::size_t{64} << 20;

/// What one call may bring: a record larger than a frame could not be written any more when it is decided.
inline void throw_if_too_many(std::size_t bytes, std::string_view call) {
    if (bytes > most_bytes_of_call) {
        std::string text = std::to_string(bytes) + " bytes in one ";
        text += call;
        throw error(errc::too_many_items, text);
    }
}

/// About how many bytes the records of jobs take at the most.
inline std::size_t bytes_of(std::span<new_job const> jobs) {
    std::size_t bytes = 0;
    for (new_job const& job : jobs) {
        bytes += job.arguments.size() + job.parents.size() * 16 + bytes_of_job;
    }
    return bytes;
}

/// `most`: longer results are refused, and take nothing.
inline std::size_t bytes_of(std::span<run_outcome const> outcomes, std::size_t most) {
    constexpr std::size_t bytes_of_end = 256;
    std::size_t bytes = 0;
    for (run_outcome const& o : outcomes) {
        bytes += bytes_of_end + o.reason.size() + (o.result.size() > most ? 0 : o.result.size());
        if (o.error) {
            bytes += o.error->type.size() + o.error->message.size();
        }
    }
    return bytes;
}

/// True if one has longer arguments than are taken: no room need be made for the call.
inline bool has_longer(std::span<new_job const> jobs, std::size_t most) {
    return std::any_of(jobs.begin(), jobs.end(), [&](new_job const& job) {
        return job.arguments.size() > most;
    });
}

/// The lines that handlers wrote, in records.
inline std::size_t bytes_of_lines(std::span<run_report const> reports) {
    constexpr std::size_t bytes_of_line = 64;
    std::size_t bytes = 0;
    for (run_report const& report : reports) {
        for (auto const& line : report.lines) {
            bytes += bytes_of_line + line.text.size();
        }
    }
    return bytes;
}

inline std::size_t bytes_of(recurring_request const& r) {
    std::size_t bytes = 8192;
    if (auto const* const put = std::get_if<recurring_put>(&r); put && put->definition) {
        bytes += put->definition->arguments.size();
    } else if (auto const* const fire = std::get_if<recurring_fire>(&r)) {
        for (recurring_firing const& f : fire->firings) {
            bytes += bytes_of(f.jobs) + 1024;
        }
    }
    return bytes;
}

/// A command. Its records are appended by done(), and at its end what a call that throws has let pass.
template <class Files>
class journal_engine<Files>::step : public shell::step {
public:
    explicit step(journal_engine& e) : shell::step(e), engine_(e) { e.throw_if_failed(); }
    step(step const&) = delete;
    step& operator=(step const&) = delete;
    ~step() { engine_.append_records(false); }

    /// The command is done; the number of the last record. `vital`: it is to be stored before what
    /// depends on it is answered; what is not vital is a start or a report.
    std::uint64_t done(bool vital = true) { return engine_.append_records(vital); }

private:
    journal_engine& engine_;
};

template <class Files>
std::uint64_t journal_engine<Files>::append_records(bool vital) {
    try {
        if (this->table_.is_broken()) {
            fail("memory had run out within a call");
        }
        std::uint64_t const count = this->table_.take_records(records_);
        std::uint64_t const last = queue_.append(records_, count);
        if (vital && count != 0) {
            last_vital_ = last;
        }
        note_changes();
        if (who_ == journal_writer::callers && count != 0) {
            write_or_fail(queue_.take_now());
        }
        return last;
    } catch (...) {
        fail("there was no memory for records"); // the table is ahead of the log
        last_vital_ = queue_.appended() + 1;     // which there never will be
        return last_vital_;
    }
}

/// The records up to which all is stored as the options ask.
template <class Files>
std::uint64_t journal_engine<Files>::stored_so_far() const {
    return queue_.so_far(
        options_.durability == durability_level::always ? commit_level::synced
                                                        : commit_level::written
    );
}

template <class Files>
void journal_engine<Files>::note_changes() {
    constexpr std::size_t now_and_then = 64;
    if (options_.durability == durability_level::none) {
        return; // nobody waits
    }
    marks_.note(this->table_.latest_change(), last_vital_);
    if (marks_.size() % now_and_then == 0) {
        marks_.stored(stored_so_far());
    }
}

/// The record that makes the jobs ready that were just taken, if it is not stored yet. What others have
/// changed meanwhile is none of their business.
template <class Files>
std::uint64_t journal_engine<Files>::record_behind_taken() {
    marks_.stored(stored_so_far());
    return marks_.record_of(this->table_.newest_taken(), last_vital_);
}

/// Nothing is written any more, and who waits is told. Under the lock.
template <class Files>
void journal_engine<Files>::fail(std::string_view why) noexcept {
    queue_.fail(why);
    this->fail_waits();
}

/// Of a server nothing is left: what it ran was put back, which is to be stored like anything else.
template <class Files>
void journal_engine<Files>::gone(server_instance instance) {
    if (inflight_) {
        inflight_->end_all(instance);
        append_records(true);
    }
}

template <class Files>
void journal_engine<Files>::throw_if_failed() const {
    if (std::string why = queue_.failure(); !why.empty()) {
        throw error(errc::storage_failed, why);
    }
}

template <class Files>
asio::awaitable<void> journal_engine<Files>::stored(std::uint64_t record, durability_level level) {
    if (level == durability_level::none) {
        co_return;
    }
    auto const self = this->shared_from_this(); // also if all handles go meanwhile
    auto reached = queue_.reached(
        record, level == durability_level::always ? commit_level::synced : commit_level::written
    );
    co_await std::move(reached);
}

/// The highest level that one of the jobs asks for.
template <class Files>
durability_level journal_engine<Files>::level_of(insert_request const& r) const {
    durability_level level = durability_level::none;
    for (new_job const& job : r.jobs) {
        level = std::min(level, job.settings->durability.value_or(options_.durability));
    }
    return r.jobs.empty() ? options_.durability : level;
}

template <class Files>
asio::awaitable<insert_answer> journal_engine<Files>::insert(insert_request r) {
    auto const self = this->shared_from_this(); // also if all handles go meanwhile
    bool const is_refused = has_longer(r.jobs, options_.limits.arguments);
    std::size_t const all = bytes_of(r.jobs);
    throw_if_too_many(all, "insert");
    std::size_t const bytes = is_refused ? 0 : all;
    insert_answer answer{};
    std::uint64_t record = 0;
    for (bool is_decided = false; !is_decided;) {
        co_await wait_for_room(bytes);
        step s(*this);
        if (!room_is_there(bytes, room_use::insert)) {
            continue;
        }
        answer = s.table.insert(r, s.now);
        record = s.done();
        is_decided = true;
    }
    co_await stored(record, level_of(r));
    co_return answer;
}

template <class Files>
asio::awaitable<acquire_answer> journal_engine<Files>::acquire(acquire_request r) {
    acquire_answer answer{};
    std::uint64_t before = 0;
    {
        step s(*this);
        prepare_starts(r);
        answer = s.table.acquire(r, s.now);
        before = record_behind_taken();
        note_starts(r.server, answer.jobs);
        s.done(false);
    }
    if (before != 0) {
        co_await stored(before, options_.durability);
    }
    co_return answer;
}

template <class Files>
asio::awaitable<settle_answer> journal_engine<Files>::settle(settle_request r) {
    auto const self = this->shared_from_this();
    settle_answer answer{};
    std::uint64_t record = 0;
    std::size_t const bytes = bytes_of(r.outcomes, options_.limits.result);
    throw_if_too_many(bytes, "settle");
    for (bool is_decided = false; !is_decided;) {
        if (is_too_large(bytes)) {
            co_await wait_for_room(bytes);
        }
        step s(*this);
        if (!room_is_there(bytes, room_use::end)) {
            continue;
        }
        if (r.then) {
            try {
                prepare_starts(*r.then);
            } catch (error const& e) {
                if (e.value() != errc::no_space) {
                    throw;
                }
                r.then.reset(); // the ends count all the same
            }
        }
        answer = s.table.settle(r, s.now);
        note_ends(r, answer);
        if (answer.acquired) {
            note_starts(r.server, answer.acquired->jobs);
        }
        s.done();
        record = last_vital_;
        is_decided = true;
    }
    co_await stored(record, options_.durability);
    co_return answer;
}

template <class Files>
asio::awaitable<tick_answer> journal_engine<Files>::tick(tick_request r) {
    auto const self = this->shared_from_this();
    std::size_t const lines = bytes_of_lines(r.reports);
    if (lines != 0 && !queue_.is_full() && is_too_large(lines)) {
        co_await wait_for_room(lines);
    }
    step const s(*this);
    std::vector<run_report> without; // the rest comes through even if there is no room for lines
    bool const is_tight = queue_.is_full() || is_too_large(lines);
    if (lines != 0 && (is_tight || !has_room(lines, room_use::start))) {
        without = without_lines(r.reports);
        r.reports = without;
    }
    co_return s.table.tick(r, s.now);
}

template <class Files>
asio::awaitable<change_answer> journal_engine<Files>::change(change_request r) {
    change_answer answer{};
    std::uint64_t record = 0;
    {
        step s(*this);
        throw_without_room(bytes_of_change * (r.ids.size() + 1), room_use::start);
        answer = s.table.change(r, s.now);
        record = s.done();
    }
    co_await stored(record, options_.durability);
    co_return answer;
}

template <class Files>
asio::awaitable<recurring_answer> journal_engine<Files>::recurring(recurring_request r) {
    auto const self = this->shared_from_this();
    bool const asks = std::holds_alternative<recurring_list>(r);
    std::size_t const bytes = asks ? 0 : bytes_of(r);
    throw_if_too_many(bytes, "call");
    recurring_answer answer{};
    std::uint64_t record = 0;
    for (bool is_decided = false; !is_decided;) {
        if (!asks) {
            co_await wait_for_room(bytes);
        }
        step s(*this);
        if (!asks) {
            if (!room_is_there(bytes, room_use::insert)) {
                continue;
            }
        }
        answer = s.table.recurring(r, s.now);
        record = s.done();
        is_decided = true;
    }
    if (!asks) {
        co_await stored(record, options_.durability);
    }
    co_return answer;
}

template <class Files>
asio::awaitable<queues_answer> journal_engine<Files>::queues(queues_request r) {
    bool const asks = std::holds_alternative<queue_list>(r);
    queues_answer answer{};
    std::uint64_t record = 0;
    {
        step s(*this);
        if (!asks) {
            throw_without_room(bytes_of_job, room_use::start);
        }
        answer = s.table.queues(r, s.now);
        record = s.done();
    }
    if (!asks) {
        co_await stored(record, options_.durability);
    }
    co_return answer;
}

template <class Files>
asio::awaitable<servers_answer> journal_engine<Files>::servers(servers_request r) {
    auto const self = this->shared_from_this();
    std::shared_ptr<typename shell::presence> token; // made first: there may be no memory
    if (std::holds_alternative<server_announce>(r)) {
        token = std::make_shared<typename shell::presence>(this->weak_from_this());
    }
    servers_answer answer;
    std::uint64_t record = 0;
    {
        step s(*this);
        if (!std::holds_alternative<server_list>(r)) {
            throw_without_room(bytes_of_server, room_use::leave);
        }
        answer = s.table.servers(r, s.now);
        if (token) {
            token->instance = answer.instance;
        }
        if (auto const* const leaving = std::get_if<server_retire>(&r)) {
            inflight_->end_all(leaving->server);
        }
        record = s.done();
    }
    if (!std::holds_alternative<server_list>(r)) {
        co_await stored(record, options_.durability);
    }
    if (token) {
        answer.presence = std::move(token);
        answer.store_id = store_id_;
    }
    co_return answer;
}

template <class Files>
asio::awaitable<read_answer> journal_engine<Files>::read(read_request r) {
    typename shell::step const s(*this); // also of a journal that has failed
    read_answer answer = s.table.read(r, s.now);
    if (std::holds_alternative<read_health>(r)) {
        add_problems(answer.health);
    }
    co_return answer;
}

/// What only the journal knows. The worst comes first.
template <class Files>
void journal_engine<Files>::add_problems(storage_health& health) const {
    auto const add = [&health](std::string_view text) {
        health.message.append(health.message.empty() ? "" : "; ").append(text);
    };
    if (std::string const why = queue_.failure(); !why.empty()) {
        health.ok = false;
        health.message = "the journal has failed: " + why;
        return;
    }
    if (!has_room(2 * bytes_of_job, room_use::insert)) {
        health.ok = false;
        add("the file system is full: inserts are refused");
        if (!has_room(bytes_of_start, room_use::start)) {
            health.message += ", and no jobs are started";
        }
    }
    if (!problem_.empty()) {
        add(problem_);
    }
}

template <class Files>
asio::awaitable<wait_answer> journal_engine<Files>::wait(wait_request r) {
    auto const self = this->shared_from_this();
    wait_answer answer = co_await this->wait_until_changed(r);
    if (answer.status == wait_status::changed && !r.interest.jobs.empty()) {
        std::uint64_t record = 0;
        {
            std::lock_guard const lock(this->mutex_);
            record = last_vital_;
        }
        co_await stored(record, options_.durability); // that a job has ended
    }
    co_return answer;
}

/// What may fail of noting starts comes before the table hands out jobs. How many may start: fewer if the
/// file system has no room for more places.
template <class Files>
std::uint32_t journal_engine<Files>::make_places(std::uint32_t runs) {
    std::size_t const most = std::min<std::size_t>(runs, this->table_.size());
    starting_.reserve(most);
    try {
        with_users_errors([&] { inflight_->reserve(most); });
        return runs;
    } catch (error const& e) {
        std::size_t const places = inflight_->free_places();
        if (e.value() != errc::no_space || places == 0) {
            throw;
        }
        inflight_->reserve(places);
        return static_cast<std::uint32_t>(places);
    }
}

/// The room for starts of runs, made or refused with no_space.
template <class Files>
void journal_engine<Files>::prepare_starts(acquire_request& r) {
    std::size_t const most = std::min<std::size_t>(r.limit, this->table_.size());
    throw_without_room(bytes_of_start * most, room_use::start);
    r.limit = make_places(r.limit);
}

/// Before a handler may start, its run stands where the process's death does not take it.
template <class Files>
void journal_engine<Files>::note_starts(
    server_instance server, std::vector<acquired_job> const& jobs
) {
    starting_.clear();
    for (acquired_job const& job : jobs) {
        starting_.push_back({.id = job.id, .epoch = job.epoch});
    }
    if (starting_.empty()) {
        return;
    }
    try {
        inflight_->start(server, starting_);
    } catch (std::exception const& e) { // they are handed out, and nobody would hear of it
        std::string const why = std::string("the starts of runs cannot be noted: ") + e.what();
        fail(why);
        throw error(errc::storage_failed, why);
    }
}

template <class Files>
void journal_engine<Files>::note_ends(settle_request const& r, settle_answer const& answer) {
    for (std::size_t i = 0; i != r.outcomes.size(); ++i) {
        if (answer.results[i] == settle_status::done) {
            inflight_->end(r.outcomes[i].epoch);
        }
    }
}

} // namespace cofire::detail

#endif
