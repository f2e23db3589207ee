// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_FAULTS_FAULT_LOG_HPP
#define COFIRE_TESTS_FAULTS_FAULT_LOG_HPP

#include <cofire/core/job_id.hpp>
#include <cofire/core/time_point.hpp>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <system_error>
#include <type_traits>
#include <unistd.h>
#include <vector>

namespace fault_tests {

/// What a victim says of a job.
enum class saying : std::uint8_t {
    tried,        ///< it is about to insert it
    acknowledged, ///< the insert was answered
    began,        ///< a handler is about to run
    settled,      ///< the storage took the outcome of a run
    ended,        ///< found ended in the storage, at a start
    missing,      ///< not found in the storage at a start, though it was acknowledged
    never_stored, ///< not found at a start, and it was not acknowledged
    undone,       ///< found unfinished at a start, though its end was confirmed
};

/// One line of the log. What does not apply is zero.
struct entry {
    saying what{};
    std::uint8_t type = 0;  // of the job
    std::uint8_t state = 0; // job_state, or outcome_kind of `settled`
    std::uint8_t unused = 0;
    std::uint32_t attempt = 0;
    std::uint64_t epoch = 0;
    std::int64_t time = 0; // due, for `tried`; now, for `began`
    cofire::job_id id;
    cofire::job_id parent;
    std::uint64_t filling = 0; // see below
};
// An entry never lies across two pages: a write that does may be cut off in between by the process's death,
// and all that is read after it would be out of step.
static_assert(std::is_trivially_copyable_v<entry> && sizeof(entry) == 64);

/// The log that is independent of the storage: appended to with one write each, which a process's death
/// does not take back.
class fault_log {
public:
    explicit fault_log(std::string const& path)
        : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {
        if (file_ < 0) {
            throw std::system_error(errno, std::generic_category(), path);
        }
    }
    fault_log(fault_log const&) = delete;
    fault_log& operator=(fault_log const&) = delete;
    ~fault_log() { ::close(file_); }

    /// From `*cut` on, what an answer says is not taken down any more: a machine without power hears no
    /// answer. While a file system is being shut down, a sync that returns 0 means nothing: neither ext4
    /// nor xfs then says that the data was dropped.
    void stop_answers(std::atomic<bool> const* cut) { cut_ = cut; }

    /// Ends the process if it cannot be written: then nothing that is found means anything.
    void add(entry const& e) const {
        bool const is_answer = e.what == saying::acknowledged || e.what == saying::settled;
        if (is_answer && cut_ != nullptr && *cut_) {
            return;
        }
        if (::write(file_, &e, sizeof e) != static_cast<::ssize_t>(sizeof e)) {
            std::abort();
        }
    }

    /// What was added since the last call, by whichever process.
    std::vector<entry> news() {
        std::vector<entry> found;
        for (entry e; ::pread(file_, &e, sizeof e, at_) == static_cast<::ssize_t>(sizeof e);) {
            found.push_back(e);
            at_ += static_cast<::off_t>(sizeof e);
        }
        return found;
    }

private:
    int file_;
    std::atomic<bool> const* cut_ = nullptr;
    ::off_t at_ = 0;
};

} // namespace fault_tests

#endif
