// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_POISON_PILL_COMMAND_LOG_HPP
#define COFIRE_TESTS_POISON_PILL_COMMAND_LOG_HPP

#include <cofire/storage/memory_storage.hpp>
#include <cofire/testing/manual_clock.hpp>

#include <cstdint>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>
#include <variant>
#include <vector>

// A memory storage that survives the death of its process, as far as this test needs it: each command
// is written to a file before it is carried out, and the next process carries them out again.
namespace poison_pill {

namespace asio = boost::asio;

/// Numbers and texts as bytes.
class byte_writer {
public:
    void number(std::uint64_t n) {
        for (int i = 0; i != 8; ++i) {
            bytes_ += static_cast<char>(n >> (8 * i));
        }
    }
    void text(std::string_view t) {
        number(t.size());
        bytes_ += t;
    }
    void id(cofire::job_id id) { bytes_.append(id.bytes().begin(), id.bytes().end()); }
    void time(cofire::time_point t) {
        number(static_cast<std::uint64_t>(t.time_since_epoch().count()));
    }
    [[nodiscard]] std::string const& bytes() const { return bytes_; }

private:
    std::string bytes_;
};

/// Reads them again.
class byte_reader {
public:
    explicit byte_reader(std::string_view bytes) : rest_(bytes) {}

    [[nodiscard]] bool empty() const { return rest_.empty(); }
    std::uint64_t number() {
        std::uint64_t n = 0;
        for (int i = 0; i != 8; ++i) {
            n |= std::uint64_t{static_cast<unsigned char>(rest_.at(static_cast<std::size_t>(i)))}
                 << (8 * i);
        }
        rest_.remove_prefix(8);
        return n;
    }
    std::string text() {
        auto const size = number();
        return std::string(take(size));
    }
    cofire::job_id id() {
        std::array<std::uint8_t, 16> bytes{};
        auto const from = take(16);
        std::copy(from.begin(), from.end(), bytes.begin());
        return cofire::job_id(bytes);
    }
    cofire::time_point time() {
        return cofire::time_point{cofire::duration{static_cast<cofire::duration::rep>(number())}};
    }
    std::string_view take(std::size_t size) {
        if (rest_.size() < size) {
            throw std::runtime_error("the log ends in the middle of a command");
        }
        auto const part = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return part;
    }

private:
    std::string_view rest_;
};

/// The memory storage with its log. A model of cofire::storage; what this test does not need is not
/// logged, since it changes nothing here.
class logged_storage {
public:
    /// Carries out again what stands in the file `path`, and takes the servers of that time for dead.
    logged_storage(std::string const& path, cofire::testing::manual_clock const& clock)
        : clock_(clock), storage_(cofire::memory_options(clock)) {
        replay(path);
        file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (file_ < 0) {
            throw std::runtime_error("cannot open " + path);
        }
        presences_.clear();
    }
    logged_storage(logged_storage const&) = delete;
    logged_storage& operator=(logged_storage const&) = delete;
    ~logged_storage() { ::close(file_); }

    asio::awaitable<cofire::insert_answer> insert(cofire::insert_request r) {
        byte_writer out = begin('i');
        out.number(r.jobs.size());
        for (cofire::new_job const& job : r.jobs) {
            out.id(job.id);
            out.text(job.type);
            out.text(job.arguments);
            out.text(job.settings->queue);
        }
        write(out);
        return storage_.insert(r);
    }
    asio::awaitable<cofire::acquire_answer> acquire(cofire::acquire_request r) {
        byte_writer out = begin('a');
        put(out, r);
        write(out);
        return storage_.acquire(r);
    }
    asio::awaitable<cofire::settle_answer> settle(cofire::settle_request r) {
        byte_writer out = begin('s');
        out.number(r.server);
        out.number(r.outcomes.size());
        for (cofire::run_outcome const& o : r.outcomes) {
            out.id(o.id);
            out.number(o.epoch);
            out.number(static_cast<std::uint64_t>(o.kind));
            out.time(o.at);
        }
        out.number(r.then ? 1 : 0);
        if (r.then) {
            put(out, *r.then);
        }
        write(out);
        return storage_.settle(r);
    }
    asio::awaitable<cofire::tick_answer> tick(cofire::tick_request r) {
        byte_writer out = begin('t');
        out.number(r.server);
        write(out);
        return storage_.tick(r);
    }
    asio::awaitable<cofire::servers_answer> servers(cofire::servers_request r) {
        if (auto const* const a = std::get_if<cofire::server_announce>(&r)) {
            byte_writer out = begin('n');
            out.number(a->types.size());
            for (cofire::announced_type const& t : a->types) {
                out.text(t.name);
                out.number(t.argument_version);
            }
            write(out);
        }
        return storage_.servers(r);
    }
    asio::awaitable<cofire::change_answer> change(cofire::change_request r) {
        return storage_.change(r);
    }
    asio::awaitable<cofire::recurring_answer> recurring(cofire::recurring_request r) {
        return storage_.recurring(r);
    }
    asio::awaitable<cofire::queues_answer> queues(cofire::queues_request r) {
        return storage_.queues(r);
    }
    asio::awaitable<cofire::read_answer> read(cofire::read_request r) { return storage_.read(r); }
    asio::awaitable<cofire::wait_answer> wait(cofire::wait_request r) { return storage_.wait(r); }

private:
    [[nodiscard]] byte_writer begin(char what) const {
        byte_writer out;
        out.number(static_cast<std::uint64_t>(what));
        out.time(clock_.wall_now());
        return out;
    }
    void write(byte_writer const& out) const {
        auto const& bytes = out.bytes();
        if (::write(file_, bytes.data(), bytes.size()) != static_cast<::ssize_t>(bytes.size())) {
            throw std::runtime_error("cannot write the log");
        }
    }
    static void put(byte_writer& out, cofire::acquire_request const& r) {
        out.number(r.server);
        out.number(r.limit);
        out.number(r.takes.size());
        for (cofire::take const& t : r.takes) {
            out.text(t.queue);
            out.number(t.cap);
        }
    }

    /// An acquire_request with what it views.
    struct stored_acquire {
        std::vector<std::string> names;
        std::vector<cofire::take> takes;
        cofire::acquire_request request;
    };
    static void get(byte_reader& in, stored_acquire& to) {
        to.request.server = in.number();
        to.request.limit = static_cast<std::uint32_t>(in.number());
        to.names.resize(in.number());
        for (std::string& name : to.names) {
            name = in.text();
            to.takes.push_back({.queue = name, .cap = static_cast<std::uint32_t>(in.number())});
        }
        to.request.takes = to.takes;
    }

    template <class T>
    static T now(asio::awaitable<T> op);

    void replay(std::string const& path) {
        std::ifstream file(path, std::ios::binary);
        std::string const bytes{std::istreambuf_iterator<char>(file), {}};
        for (byte_reader in(bytes); !in.empty();) {
            auto const what = static_cast<char>(in.number());
            clock_.set(in.time());
            replay_one(what, in);
        }
    }
    void replay_one(char what, byte_reader& in);

    cofire::testing::manual_clock clock_;
    cofire::memory_storage storage_;
    std::vector<std::shared_ptr<void const>> presences_; // of servers that were
    int file_ = -1;
};

} // namespace poison_pill

#include "command_replay.hpp"

#endif
