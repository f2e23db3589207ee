// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_TOOLS_SUPPORT_HPP
#define COFIRE_TESTS_TOOLS_SUPPORT_HPP

#include <cofire/storage/journal/journal_storage.hpp>
#include <cofire/storage/journal/journal_view.hpp>
#include <cofire/storage/journal/posix_files.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <spawn.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

extern char** environ;

namespace tools_tests {

namespace fs = std::filesystem;
namespace json = boost::json;
using cofire::detail::posix_files;

/// A directory of its own, removed at the end.
class scratch {
public:
    scratch() {
        std::string name = (fs::temp_directory_path() / "cofire-tools-XXXXXX").string();
        BOOST_REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    scratch(scratch const&) = delete;
    scratch& operator=(scratch const&) = delete;
    ~scratch() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    fs::path operator/(std::string const& name) const { return path_ / name; }

private:
    fs::path path_;
};

inline std::string text_of(fs::path const& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// How a program ended, and what it said.
struct ended {
    int code = -1;
    std::string out;
    std::string err;
};

/// Runs a program to its end.
inline ended run(std::vector<std::string> words) {
    scratch const at;
    std::string const out = (at / "out").string();
    std::string const err = (at / "err").string();
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, out.c_str(), O_WRONLY | O_CREAT, 0600);
    posix_spawn_file_actions_addopen(&actions, 2, err.c_str(), O_WRONLY | O_CREAT, 0600);
    std::vector<char*> arguments;
    for (std::string& word : words) {
        arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    pid_t child = 0;
    int const failed =
        ::posix_spawn(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    BOOST_REQUIRE(failed == 0);
    int status = 0;
    BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
    return {
        .code = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
        .out = text_of(out),
        .err = text_of(err)};
}

/// Runs cofire-journal.
template <class... Words>
ended tool(Words const&... words) {
    return run({COFIRE_JOURNAL_PROGRAM, fs::path(words).string()...});
}

inline bool has(std::string const& text, std::string const& part) {
    return text.find(part) != std::string::npos;
}

/// The answer to one operation of a storage.
template <class T>
T get(cofire::asio::awaitable<T> operation) {
    boost::asio::io_context io;
    auto answer = boost::asio::co_spawn(io, std::move(operation), boost::asio::use_future);
    io.run();
    return answer.get();
}

inline cofire::job_id id_of(std::uint64_t number) {
    std::array<std::uint8_t, 16> bytes{1};
    for (std::size_t i = 0; i != 8; ++i) {
        bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
    }
    return cofire::job_id(bytes);
}

inline cofire::new_job
job_of(std::uint64_t number, std::string queue = "default", std::string arguments = {}) {
    cofire::job_settings settings;
    settings.queue = std::move(queue);
    if (arguments.empty()) {
        arguments = "[\"number " + std::to_string(number) + "\"]";
    }
    cofire::new_job job;
    job.id = id_of(number);
    job.type = "send";
    job.arguments = std::move(arguments);
    job.settings = std::make_shared<cofire::job_settings const>(std::move(settings));
    return job;
}

inline void insert(cofire::journal_storage& storage, cofire::new_job const& job) {
    cofire::insert_request request;
    request.jobs = {&job, 1};
    get(storage.insert(request));
}

/// Small files, so that few jobs make many of them.
inline cofire::journal_options small_files() {
    cofire::journal_options o;
    o.segment_bytes = 64U << 10U;
    o.compact_bytes = 1U << 30U;
    o.durability = cofire::durability_level::interval;
    return o;
}

/// Makes a store of jobs numbered from `first` on, each with arguments of about 400 bytes.
inline void
fill(fs::path const& directory, std::uint64_t first, std::uint64_t count, bool snapshot = false) {
    cofire::journal_options o = small_files();
    o.compact_bytes = snapshot ? 0 : o.compact_bytes;
    cofire::journal_storage storage(directory, o);
    for (std::uint64_t n = first; n != first + count; ++n) {
        insert(storage, job_of(n, "default", "[\"" + std::string(400, 'a' + n % 26) + "\"]"));
    }
}

/// All jobs by id, with their arguments; opens the store, as a program does.
inline std::map<cofire::job_id, std::string> jobs_of(fs::path const& directory) {
    cofire::journal_storage storage(directory, small_files());
    std::map<cofire::job_id, std::string> jobs;
    std::string cursor;
    do {
        cofire::read_find find;
        find.rows = 500;
        find.cursor = cursor;
        cofire::read_request const request = find;
        auto answer = get(storage.read(request));
        for (auto const& job : answer.jobs) {
            jobs.emplace(job.id, job.arguments);
        }
        cursor = answer.cursor;
    } while (!cursor.empty());
    return jobs;
}

/// The names and bytes of all files.
inline std::map<std::string, std::string> files_of(fs::path const& directory) {
    std::map<std::string, std::string> files;
    for (auto const& entry : fs::directory_iterator(directory)) {
        files[entry.path().filename().string()] = text_of(entry.path());
    }
    return files;
}

/// What stands in a directory now, as if its process were killed and it were moved.
inline void copy_store(fs::path const& from, fs::path const& to) {
    fs::create_directory(to);
    for (auto const& [name, bytes] : files_of(from)) {
        std::ofstream(to / name, std::ios::binary) << bytes;
    }
}

inline void change_byte(fs::path const& file, std::uint64_t offset, unsigned char bits = 0x40) {
    std::fstream f(file, std::ios::binary | std::ios::in | std::ios::out);
    f.seekg(static_cast<std::streamoff>(offset));
    char const c = static_cast<char>(static_cast<unsigned char>(f.get()) ^ bits);
    f.seekp(static_cast<std::streamoff>(offset));
    f.put(c);
    BOOST_REQUIRE(f.good());
}

inline std::string segment(std::uint64_t number) {
    return cofire::detail::segment_name(number);
}

/// What reading it finds.
inline cofire::detail::journal_findings findings_of(fs::path const& directory) {
    posix_files files(directory.string(), {.create = false});
    return cofire::detail::view_journal(files).findings;
}

inline std::vector<json::object> lines_of(std::string const& text) {
    std::vector<json::object> lines;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t const end = text.find('\n', at);
        lines.push_back(json::parse(text.substr(at, end - at)).as_object());
        at = end + 1;
    }
    return lines;
}

} // namespace tools_tests

#endif
