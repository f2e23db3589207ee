// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_DIFFERENTIAL_DESCRIBE_HPP
#define COFIRE_TESTS_DIFFERENTIAL_DESCRIBE_HPP

#include "subject.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace cofire::differential {

/// Writes requests and answers as text: what differs in text differs for a caller. Numbers that each
/// storage gives as it likes, epochs and server instances, are written as the naive model's.
///
/// Distinct objects: safe. Shared objects: unsafe.
class describer {
public:
    /// `ours`: numbers are the naive model's already.
    explicit describer(bool ours) : ours_(ours) {}
    /// Has `theirs` written as `ours`.
    void learn_epoch(job_id id, epoch_type theirs, epoch_type ours) {
        epochs_[{id, theirs}] = ours;
    }
    void learn_server(server_instance theirs, server_instance ours) { servers_[theirs] = ours; }

    [[nodiscard]] std::string operator()(new_job const& j) const;
    [[nodiscard]] std::string operator()(run_outcome const& o) const;
    [[nodiscard]] std::string operator()(job_record const& r) const;
    [[nodiscard]] std::string operator()(recurring_record const& r) const;

    [[nodiscard]] std::string operator()(insert_answer const& a) const;
    [[nodiscard]] std::string operator()(acquire_answer const& a) const;
    [[nodiscard]] std::string operator()(settle_answer const& a) const;
    [[nodiscard]] std::string operator()(tick_answer const& a) const;
    [[nodiscard]] std::string operator()(change_answer const& a) const;
    [[nodiscard]] std::string operator()(recurring_answer const& a) const;
    [[nodiscard]] std::string operator()(queues_answer const& a) const;
    [[nodiscard]] std::string operator()(servers_answer const& a) const;
    [[nodiscard]] std::string operator()(read_answer const& a) const;

    /// A job's number, from its id.
    [[nodiscard]] static std::string name(job_id id);
    /// Microseconds since the scripts' beginning.
    [[nodiscard]] static std::string at(time_point t);

private:
    [[nodiscard]] std::string epoch(job_id id, epoch_type e) const;
    [[nodiscard]] std::string server(server_instance s) const;

    bool ours_;
    std::map<std::pair<job_id, epoch_type>, epoch_type> epochs_; // theirs -> ours
    std::map<server_instance, server_instance> servers_;
};

/// When all scripts begin; no whole second.
inline constexpr time_point beginning{std::chrono::microseconds{1'767'225'600'123'457}};

/// The id of the job with this number; 0xFFFF: nil. Ids do not sort by number.
[[nodiscard]] job_id id_of(std::uint32_t number);

} // namespace cofire::differential

#endif
