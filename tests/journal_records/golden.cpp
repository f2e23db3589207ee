// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Makes the stores in tests/tools/golden, once for each version of the journal's format: one that is mostly
// a snapshot, and one that is a log only. Run only when asked for:
//   COFIRE_GOLDEN=<folder> cofire_tests_journal_records --run_test=golden/write

#include "differential/check.hpp"
#include "journal_subject.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

BOOST_AUTO_TEST_SUITE(golden)

namespace {

/// Leaves the files of its journal in a folder.
class kept_subject final : public cofire::journal_tests::journal_subject {
public:
    kept_subject(
        cofire::table_limits const& limits,
        std::filesystem::path folder,
        std::uint64_t compact_bytes
    )
        : journal_subject(limits, std::uint64_t{64} << 10U, compact_bytes),
          folder_(std::move(folder)) {}
    ~kept_subject() override {
        auto const left = disk();
        std::filesystem::create_directories(folder_);
        for (auto const& [name, inode] : left.names) {
            if (cofire::detail::is_temporary(name)) {
                continue;
            }
            auto const& bytes = left.inodes[inode].current;
            std::ofstream(folder_ / name, std::ios::binary)
                .write(
                    reinterpret_cast<char const*>(bytes.data()),
                    static_cast<std::streamsize>(bytes.size())
                );
        }
    }
    kept_subject(kept_subject const&) = delete;
    kept_subject& operator=(kept_subject const&) = delete;

private:
    std::filesystem::path folder_;
};

std::filesystem::path folder() {
    char const* const given = std::getenv("COFIRE_GOLDEN");
    return given == nullptr ? "golden" : given;
}
std::unique_ptr<cofire::differential::subject> make_snapshot(cofire::table_limits const& limits) {
    return std::make_unique<kept_subject>(limits, folder() / "snapshot", std::uint64_t{4} << 10U);
}
std::unique_ptr<cofire::differential::subject> make_log(cofire::table_limits const& limits) {
    return std::make_unique<kept_subject>(limits, folder() / "log", std::uint64_t{64} << 20U);
}

BOOST_AUTO_TEST_CASE(write, *boost::unit_test::disabled()) {
    for (auto const make : {make_snapshot, make_log}) {
        auto const report = cofire::differential::check_script(
            make, cofire::differential::random_script(3, 300), cofire::differential::limits_of(3)
        );
        BOOST_TEST(report == "");
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
