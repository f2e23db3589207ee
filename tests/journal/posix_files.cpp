// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "support.hpp"

#include <cofire/storage/journal/posix_files.hpp>

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <filesystem>
#include <stdlib.h>
#include <string>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

BOOST_AUTO_TEST_SUITE(posix_files)

namespace {

using cofire::errc;
using cofire::detail::file_access;
using cofire::detail::io_error;
using files_type = cofire::detail::posix_files;

/// A directory of its own, removed at the end.
class temporary_directory {
public:
    temporary_directory() {
        std::string name = (std::filesystem::temp_directory_path() / "cofire-XXXXXX").string();
        BOOST_REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~temporary_directory() { std::filesystem::remove_all(path_); }
    temporary_directory(temporary_directory const&) = delete;
    temporary_directory& operator=(temporary_directory const&) = delete;

    [[nodiscard]] std::string inside(std::string const& name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

bool is_errno(io_error const& e, int number) {
    return e.number() == number;
}

std::span<std::byte const> as_bytes(std::string const& text) {
    return std::as_bytes(std::span(text));
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read) {
    temporary_directory const where;
    files_type files(where.inside("jobs.d"));
    auto f = files.create("a");
    files.write(f, 3, as_bytes("xyz"));
    files.sync(f);
    BOOST_TEST(files.size(f) == 6U);
    std::vector<std::byte> to(10);
    BOOST_TEST(files.read(f, 2, to) == 4U);
    BOOST_TEST(std::to_integer<int>(to[0]) == 0);
    BOOST_TEST(std::to_integer<int>(to[1]) == 'x');
    files.reserve(f, 5000);
    BOOST_TEST(files.size(f) == 5000U);
    files.forget(f);
    BOOST_TEST(files.read(f, 3, std::span(to).first(3)) == 3U);
    BOOST_TEST(std::to_integer<int>(to[2]) == 'z');
    files.truncate(f, 4);
    BOOST_TEST(files.size(f) == 4U);
    files.rename("a", "b");
    files.sync_directory();
    BOOST_TEST(files.list().size() == 1U);
    BOOST_TEST(files.list().front() == "b");
    auto other = files.create("c");
    files.write(other, 0, as_bytes("other"));
    files.replace("c", "b");
    BOOST_TEST(files.list().size() == 1U);
    auto replaced = files.open("b", file_access::read);
    BOOST_TEST(files.read(replaced, 0, to) == 5U);
    files.unlink("b");
    BOOST_TEST(files.list().empty());
    BOOST_TEST(files.random() != files.random());
}

BOOST_AUTO_TEST_CASE(failures_name_operation_file_and_errno) {
    temporary_directory const where;
    files_type files(where.inside("jobs.d"));
    auto f = files.create("a");
    (void)files.create("b");
    BOOST_CHECK_EXCEPTION(files.create("a"), io_error, [](auto& e) { return is_errno(e, EEXIST); });
    BOOST_CHECK_EXCEPTION(files.rename("a", "b"), io_error, [](auto& e) {
        return is_errno(e, EEXIST);
    });
    BOOST_CHECK_EXCEPTION(files.open("c", file_access::read), io_error, [](auto& e) {
        return e.is_missing() &&
               e.what() == std::string("opening of c: No such file or directory (errno 2)");
    });
    BOOST_CHECK_EXCEPTION(files.unlink("c"), io_error, [](auto& e) { return e.is_missing(); });
    auto reading = files.open("a", file_access::read);
    BOOST_CHECK_EXCEPTION(files.write(reading, 0, as_bytes("x")), io_error, [](auto& e) {
        return is_errno(e, EBADF) && e.as_error().value() == errc::storage_failed;
    });
    BOOST_TEST(bool(io_error("write", "a", ENOSPC).as_error().value() == errc::no_space));
}

BOOST_AUTO_TEST_CASE(files_are_for_the_owner_and_not_reached_through_links) {
    temporary_directory const where;
    files_type files(where.inside("jobs.d"));
    struct stat status {};
    BOOST_TEST(::stat(where.inside("jobs.d").c_str(), &status) == 0);
    BOOST_TEST((status.st_mode & 0777) == 0700U);
    (void)files.create("a");
    BOOST_TEST(::stat(where.inside("jobs.d/a").c_str(), &status) == 0);
    BOOST_TEST((status.st_mode & 0777) == 0600U);
    std::filesystem::create_symlink(where.inside("elsewhere"), where.inside("jobs.d/b"));
    BOOST_CHECK_EXCEPTION(files.open("b", file_access::write), io_error, [](auto& e) {
        return is_errno(e, ELOOP);
    });
    BOOST_CHECK_THROW(files.create("b"), io_error);
    std::filesystem::create_directory_symlink(where.inside("jobs.d"), where.inside("link"));
    BOOST_CHECK_EXCEPTION(files_type(where.inside("link")), cofire::error, [](auto& e) {
        return e.value() == errc::bad_directory;
    });
}

BOOST_AUTO_TEST_CASE(a_directory_that_cannot_hold_a_store_is_refused) {
    temporary_directory const where;
    auto const is_bad = [](cofire::error const& e) { return e.value() == errc::bad_directory; };
    auto const open = [&](std::string const& name) { files_type const files(where.inside(name)); };
    std::filesystem::create_directory(where.inside("open"));
    BOOST_REQUIRE(::chmod(where.inside("open").c_str(), 0777) == 0);
    BOOST_CHECK_EXCEPTION(open("open"), cofire::error, is_bad);
    BOOST_CHECK_EXCEPTION(open("open/within"), cofire::error, is_bad);
    BOOST_REQUIRE(::chmod(where.inside("open").c_str(), 01777) == 0);
    BOOST_CHECK_NO_THROW(open("open/sticky"));
    {
        files_type files(where.inside("jobs.d"));
        (void)files.create("file");
    }
    BOOST_CHECK_EXCEPTION(open("jobs.d/file"), cofire::error, is_bad);
    BOOST_CHECK_EXCEPTION(open("no/such"), cofire::error, [](auto& e) {
        return e.value() == errc::storage_failed;
    });
    BOOST_CHECK_THROW(
        files_type(where.inside("none"), {.create = false, .allow_network = false}), cofire::error
    );
}

BOOST_AUTO_TEST_CASE(a_second_owner_is_refused_with_the_first_ones_name) {
    temporary_directory const where;
    auto const path = where.inside("jobs.d");
    auto const names_owner = [](pid_t owner) {
        return [owner](cofire::error const& e) {
            std::string const text = e.what();
            return e.value() == errc::in_use &&
                   text.find("process " + std::to_string(owner) + " on ") != std::string::npos &&
                   text.find(" since 2") != std::string::npos;
        };
    };
    {
        files_type files(path);
        files.lock();
        // Closing another descriptor of the same file does not end the lock.
        files_type second(path);
        (void)second.open("LOCK", file_access::read);
        BOOST_CHECK_EXCEPTION(second.lock(), cofire::error, names_owner(::getpid()));
        pid_t const child = ::fork();
        if (child == 0) {
            int result = 1;
            try {
                files_type third(path);
                third.lock();
            } catch (cofire::error const& e) {
                result = names_owner(::getppid())(e) ? 0 : 2;
            } catch (...) {
                result = 3;
            }
            ::_exit(result);
        }
        int status = -1;
        BOOST_TEST(::waitpid(child, &status, 0) == child);
        BOOST_TEST(status == 0);
    }
    files_type files(path);
    BOOST_CHECK_NO_THROW(files.lock());
}

BOOST_AUTO_TEST_CASE(a_log_in_a_real_directory) {
    temporary_directory const where;
    files_type files(where.inside("jobs.d"));
    using log_type = cofire::detail::journal_log<files_type>;
    cofire::detail::journal_log_options options;
    options.segment_size = 65536;
    for (std::uint64_t round = 0; round != 3; ++round) {
        files_type own(where.inside("jobs.d"));
        journal_tests::replay seen;
        log_type log(
            own,
            options,
            [&](std::span<std::byte const> b) { seen.block(b); },
            [&](cofire::detail::record_view const& r) { seen.record(r); }
        );
        BOOST_TEST(seen.fault == "");
        BOOST_TEST(seen.last == round * 600);
        for (std::uint64_t i = 0; i != 200; ++i) {
            log.write_frame(journal_tests::records_from(log.last_seq() + 1, 3), 3, i % 4 == 0);
            if (i % 90 == 0) {
                BOOST_TEST(log.prepare());
            }
        }
        auto writer = log.begin_snapshot();
        BOOST_REQUIRE(writer);
        for (std::uint64_t seq = 1; seq <= writer->seq(); ++seq) {
            writer->append(journal_tests::block_of(seq));
        }
        writer->commit();
        log.close();
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
