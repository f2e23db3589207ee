// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_JOURNAL_ENGINE_MODEL_HPP
#define COFIRE_TESTS_JOURNAL_ENGINE_MODEL_HPP

#include "simulated_files.hpp"

#include <cofire/storage/journal/impl/journal_engine.ipp>
#include <cofire/storage/journal/impl/journal_room.ipp>
#include <cofire/storage/journal/impl/journal_writer.ipp>
#include <cofire/storage/journal/journal_engine.hpp>
#include <cofire/testing/conformance.hpp>

#include <memory>
#include <utility>

namespace journal_tests {

using engine = cofire::detail::journal_engine<simulated_files>;

/// Keeps the disk beneath the engine.
struct engine_on_disk {
    explicit engine_on_disk(simulated_disk d, cofire::journal_options const& o)
        : disk(std::make_unique<simulated_disk>(std::move(d))) {
        auto files = std::make_unique<simulated_files>(*disk);
        this->files = files.get();
        journal =
            std::make_shared<engine>(std::move(files), o, cofire::detail::journal_writer::callers);
    }

    std::unique_ptr<simulated_disk> disk;
    simulated_files* files = nullptr; // the journal's, until it is closed
    std::shared_ptr<engine> journal;
};

/// A handle on an engine whose operations write what they append themselves.
class simulated_journal {
public:
    simulated_journal(simulated_disk d, cofire::journal_options const& o)
        : state_(std::make_shared<engine_on_disk>(std::move(d), o)),
          shared_(state_, state_->journal.get()) {}
    simulated_journal(simulated_journal&&) = default;
    simulated_journal& operator=(simulated_journal&&) = default;
    ~simulated_journal() {
        if (shared_) {
            shared_->close();
        }
    }

    [[nodiscard]] std::shared_ptr<engine> const& shared() const { return shared_; }
    [[nodiscard]] std::shared_ptr<engine_on_disk> const& state() const { return state_; }

private:
    std::shared_ptr<engine_on_disk> state_;
    std::shared_ptr<engine> shared_;
};

/// The journal for the conformance suite; a reopen is what another process finds after the death of the
/// first one.
inline cofire::testing::conformance_model journal_model() {
    auto const latest = std::make_shared<std::shared_ptr<engine_on_disk>>();
    auto const options = [](cofire::testing::conformance_setup const& s) {
        cofire::journal_options o;
        o.limits = s.limits;
        o.clock = s.clock;
        o.segment_bytes = 256U << 10U;
        o.compact_bytes = 16U << 10U;
        return o;
    };
    auto const keep = [latest](simulated_journal journal) {
        *latest = journal.state();
        return cofire::any_storage(std::move(journal));
    };
    cofire::testing::conformance_model m;
    m.name = "journal";
    m.make = [options, keep](cofire::testing::conformance_setup const& s) {
        return keep(simulated_journal(simulated_disk(), options(s)));
    };
    m.reopen = [options, keep, latest](cofire::testing::conformance_setup const& s) {
        return keep(simulated_journal((*latest)->disk->after_exit(), options(s)));
    };
    return m;
}

} // namespace journal_tests

#endif
