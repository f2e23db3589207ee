// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Kills a program that uses a journal, or its file system, again and again under load, and compares
// what it was told with what is there:
//   kill_victim kills FOLDER COUNT SEED
//   kill_victim power FOLDER COUNT SEED DEVICE TYPE
// `power` mounts the file system of TYPE on DEVICE at FOLDER/mnt and shuts it down at random moments
// without its log, as a loss of power does. Ends with 0 if nothing was lost.

#include "victim.hpp"

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <linux/types.h>
#include <new>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>

namespace {

using namespace fault_tests;

/// What the kernel's headers do not give to programs: ext4 and xfs have the same.
constexpr unsigned long shut_down = _IOR('X', 125, __u32);
constexpr __u32 without_log = 2;

[[noreturn]] void fail(std::string const& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

class file_system {
public:
    file_system(std::string device, std::string type, std::string at)
        : device_(std::move(device)), type_(std::move(type)), at_(std::move(at)) {}
    file_system(file_system const&) = delete;
    file_system& operator=(file_system const&) = delete;
    ~file_system() { ::umount(at_.c_str()); }

    void mount() {
        if (::mount(device_.c_str(), at_.c_str(), type_.c_str(), 0, nullptr) != 0) {
            fail("mount of " + device_);
        }
    }
    void cut_power() {
        int const root = ::open(at_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        __u32 how = without_log;
        if (root < 0 || ::ioctl(root, shut_down, &how) != 0) {
            fail("shutting down " + at_);
        }
        ::close(root);
    }
    void unmount() {
        for (int i = 0; ::umount(at_.c_str()) != 0; ++i) {
            if (errno != EBUSY || i == 1000) {
                fail("umount of " + at_);
            }
            std::this_thread::sleep_for(1ms);
        }
    }

private:
    std::string device_;
    std::string type_;
    std::string at_;
};

class driver {
public:
    driver(std::string folder, std::uint64_t seed)
        : folder_(std::move(folder)), log_(folder_ + "/log"), random_(seed) {
        void* const shared = ::mmap(
            nullptr, sizeof *cut_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0
        );
        if (shared == MAP_FAILED) {
            fail("mmap");
        }
        cut_ = new (shared) std::atomic<bool>(false);
        log_.stop_answers(cut_);
    }
    driver(driver const&) = delete;
    driver& operator=(driver const&) = delete;
    ~driver() { ::munmap(cut_, sizeof *cut_); }

    /// Kills `count` lives, then lets one do what is left and another one look.
    bool run(std::uint64_t count, file_system* disk) {
        std::string const directory = folder_ + (disk != nullptr ? "/mnt/jobs.d" : "/jobs.d");
        for (std::uint64_t i = 0; i != count && known_.result().faults == 0; ++i) {
            victim::setup s{.directory = directory};
            s.seed = random_.next();
            if (disk == nullptr && i % 4 == 3) { // does for a process's death
                s.durability = cofire::durability_level::interval;
            }
            kill_one(std::move(s), disk);
        }
        if (disk != nullptr) {
            disk->mount();
        }
        for (int i = 0; i != 2 && known_.result().faults == 0; ++i) {
            ::pid_t const child =
                start({.directory = directory, .drains = true, .seed = random_.next()});
            int const status = wait_for(child, 300s);
            known_.read(log_);
            if (status != 0) {
                known_.fault("the last process ended with " + std::to_string(status));
            }
        }
        known_.close();
        return known_.result().faults == 0;
    }

    void tell(std::uint64_t count) const {
        auto const& r = known_.result();
        std::cout << count << " ends, " << early_ << " before it served; " << r.acknowledged
                  << " jobs acknowledged, " << r.continuations << " of them continuations; "
                  << r.ended << " ended, " << r.recovered << " of them unacknowledged, "
                  << r.given_up << " given up after three deaths; " << r.runs << " runs, "
                  << r.repeated << " of them again; " << r.faults << " faults\n";
    }

private:
    ::pid_t start(victim::setup s) {
        ::pid_t const child = ::fork();
        if (child < 0) {
            fail("fork");
        }
        if (child != 0) {
            return child;
        }
        int code = 0;
        try {
            victim(std::move(s), known_, log_).live();
        } catch (std::exception const& e) {
            error_ = e.what();
            code = 3;
        }
        if (code != 0) { // expected of one whose file system was shut down
            std::ofstream(folder_ + "/error") << error_ << '\n';
        }
        std::_Exit(code);
    }

    /// The exit code; -1 if it was killed, -2 if it is still there after `most`.
    static int wait_for(::pid_t child, std::chrono::seconds most) {
        auto const until = std::chrono::steady_clock::now() + most;
        int status = 0;
        while (::waitpid(child, &status, WNOHANG) == 0) {
            if (std::chrono::steady_clock::now() > until) {
                ::kill(child, SIGKILL);
                ::waitpid(child, &status, 0);
                return -2;
            }
            std::this_thread::sleep_for(5ms);
        }
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

    /// Three of four die after they have begun to serve, the others at any time.
    void kill_one(victim::setup s, file_system* disk) {
        if (disk != nullptr) {
            disk->mount();
        }
        std::array<int, 2> pipe{};
        if (::pipe2(pipe.data(), O_CLOEXEC) != 0) {
            fail("pipe");
        }
        s.told = pipe[1];
        ::pid_t const child = start(std::move(s));
        ::close(pipe[1]);
        ::pollfd served{.fd = pipe[0], .events = POLLIN, .revents = 0};
        if (random_.below(4) != 0) {
            ::poll(&served, 1, 60'000);
        }
        std::this_thread::sleep_for(std::chrono::microseconds(1000 + random_.below(59'000)));
        early_ += ::poll(&served, 1, 0) == 1 && (served.revents & POLLIN) != 0 ? 0 : 1;
        bool const is_there = ::waitpid(child, nullptr, WNOHANG) == 0;
        if (!is_there) {
            std::ifstream told(folder_ + "/error");
            std::string why;
            std::getline(told, why);
            known_.fault("it ended by itself: " + why);
        }
        if (disk != nullptr) {
            *cut_ = true;
            disk->cut_power();
            std::this_thread::sleep_for(std::chrono::microseconds(random_.below(2000)));
        }
        if (is_there) {
            ::kill(child, SIGKILL);
            ::waitpid(child, nullptr, 0);
        }
        ::close(pipe[0]);
        if (disk != nullptr) {
            disk->unmount();
            *cut_ = false;
        }
        known_.read(log_);
    }

    std::string folder_;
    fault_log log_;
    ledger known_;
    cofire::random_source random_;
    std::uint64_t early_ = 0;
    std::string error_;
    std::atomic<bool>* cut_ = nullptr; // seen by the victim, too
};

int run(std::vector<std::string> const& words) {
    bool const power = words.size() == 6 && words[0] == "power";
    if (!power && (words.size() != 4 || words[0] != "kills")) {
        std::cerr << "kill_victim kills FOLDER COUNT SEED\n"
                     "kill_victim power FOLDER COUNT SEED DEVICE TYPE\n";
        return 2;
    }
    std::uint64_t const count = std::stoull(words[2]);
    std::uint64_t const seed = std::stoull(words[3]);
    std::cout << "seed " << seed << ": " << std::flush;
    if (!power) {
        std::filesystem::remove_all(words[1]); // of an earlier run
    }
    ::mkdir(words[1].c_str(), 0700);
    driver d(words[1], seed);
    bool good = false;
    if (power) {
        std::string const at = words[1] + "/mnt";
        ::mkdir(at.c_str(), 0700);
        file_system disk(words[4], words[5], at);
        good = d.run(count, &disk);
    } else {
        good = d.run(count, nullptr);
    }
    d.tell(count);
    return good ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
    try {
        return run({argv + 1, argv + argc});
    } catch (std::exception const& e) {
        std::cerr << "kill_victim: " << e.what() << '\n';
        return 2;
    }
}
