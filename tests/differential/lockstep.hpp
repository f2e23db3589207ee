// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_DIFFERENTIAL_LOCKSTEP_HPP
#define COFIRE_TESTS_DIFFERENTIAL_LOCKSTEP_HPP

#include "describe.hpp"
#include "naive_storage.hpp"
#include "script.hpp"
#include "subject.hpp"

#include <array>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cofire::differential {

/// Makes the storage to be tested.
using subject_maker = std::unique_ptr<subject> (*)(table_limits const&);

/// Runs one script against the naive model and a subject, and compares each answer. What a command
/// means depends on what is stored by then, but only as the naive model knows it.
///
/// Distinct objects: safe. Shared objects: unsafe.
class lockstep {
public:
    /// `thorough`: compares all jobs after each command, not only now and then.
    lockstep(subject_maker make, table_limits const& limits, bool thorough, bool tell);

    /// The first difference, in words; empty: there is none.
    std::string run(script const& s);
    /// How many commands it took.
    [[nodiscard]] std::size_t executed() const { return executed_; }
    /// The commands so far, readable. Empty if they were not to be told.
    [[nodiscard]] std::string const& told() const { return told_; }

private:
    struct server_slot {
        server_instance ours = 0;
        server_instance theirs = 0;
    };
    struct known_run {
        job_id id;
        epoch_type ours = 0;
        epoch_type theirs = 0;
        std::size_t slot = 0;
        server_slot server;
    };
    template <class Answer>
    struct pair_of {
        std::optional<Answer> ours;
        std::optional<Answer> theirs;
    };

    void execute(command const& c);
    void insert(command const& c);
    void acquire(command const& c);
    void settle(command const& c);
    void tick(command const& c);
    void change(command const& c);
    void put(command const& c);
    void change_recurring(command const& c);
    void fire(command const& c);
    void queues(command const& c);
    void announce(command const& c);
    void leave(command const& c);
    void find(command const& c);
    void groups(command const& c);
    void look(command const& c);
    void compare_jobs();
    void pass_time();

    template <class Ours, class Theirs>
    auto both(Ours const& ours, Theirs const& theirs) -> pair_of<decltype(ours(time_point{}))>;
    template <class Request>
    void read_both(Request const& r);
    void differ(std::string const& what, std::string const& ours, std::string const& theirs);
    void tell(std::string const& line);
    void note_acquired(acquire_answer const& ours, acquire_answer const& theirs, std::size_t slot);
    [[nodiscard]] new_job job_of(std::array<std::uint8_t, 16> const& bytes) const;
    [[nodiscard]] job_filter filter_of(std::array<std::uint8_t, 8> const& bytes) const;
    [[nodiscard]] known_run const* run_of(std::uint8_t pick, std::uint8_t stale) const;

    naive_storage naive_;
    std::unique_ptr<subject> subject_;
    bool thorough_;
    bool tells_;
    bool refused_ = false;
    time_point now_ = beginning;
    describer plain_{true};   // for ours
    describer theirs_{false}; // for theirs
    std::array<server_slot, 3> servers_{};
    std::vector<known_run> runs_;
    std::vector<run_outcome> settled_ours_;
    std::vector<run_outcome> settled_theirs_;
    std::size_t settled_slot_ = 0;
    std::optional<time_point> due_ours_;
    std::string difference_;
    std::string told_;
    std::size_t executed_ = 0;
    std::string cursor_;
};

template <class Ours, class Theirs>
auto lockstep::both(Ours const& ours, Theirs const& theirs)
    -> pair_of<decltype(ours(time_point{}))> {
    pair_of<decltype(ours(time_point{}))> answers;
    std::set<errc> refused;
    try {
        answers.ours = ours(now_);
    } catch (refusal const& r) {
        refused = r.codes;
    }
    std::string const expected = answers.ours
                                     ? plain_(*answers.ours)
                                     : "error: " + make_error_code(*refused.begin()).message();
    try {
        answers.theirs = theirs(now_);
    } catch (error const& e) {
        if (!refused.contains(e.value())) {
            differ("an error", expected, e.what());
        }
        refused_ = true;
        return answers;
    } catch (std::exception const& e) {
        differ("an unknown exception", expected, e.what());
        return answers;
    }
    std::string const found = theirs_(*answers.theirs);
    if (expected != found) {
        differ("the answer", expected, found);
    }
    return answers;
}

template <class Request>
void lockstep::read_both(Request const& r) {
    both(
        [&](time_point now) { return naive_.read(r, now); },
        [&](time_point now) { return subject_->read(r, now); }
    );
}

} // namespace cofire::differential

#endif
