// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_SERVER_SERVER_OPTIONS_HPP
#define COFIRE_SERVER_SERVER_OPTIONS_HPP

#include <cofire/core/few.hpp>
#include <cofire/core/time_point.hpp>
#include <cofire/handler/log.hpp>
#include <cofire/handler/observer.hpp>
#include <cofire/time/clock.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace cofire {

/// A queue that a server serves: a name, or `{"name", weight}`.
///
/// Distinct objects: safe. Shared objects: safe to read.
struct queue_choice {
    /// The queue's name.
    std::string_view name;
    /// Its share of what the server takes; 0: strict order.
    std::uint32_t weight = 0;

    /// No queue.
    constexpr queue_choice() = default;
    /// A queue in strict order.
    constexpr queue_choice(char const* n) : name(n) {} // NOLINT(*-explicit-*)
    /// A queue in strict order.
    constexpr queue_choice(std::string_view n) : name(n) {} // NOLINT(*-explicit-*)
    /// A queue with a weight.
    constexpr queue_choice(std::string_view n, std::uint32_t w) : name(n), weight(w) {}
};

/// The queues that a server serves, at most 16, written as a braced list of names or of
/// `{"name", weight}`.
///
/// Distinct objects: safe. Shared objects: safe to read, unsafe to change.
class queue_choices : public few<queue_choice, 16> {
public:
    /// None.
    constexpr queue_choices() = default;
    /// These, in their order. Parameters and no pack, so that braces need no type's name.
    constexpr queue_choices( // NOLINT(*-explicit-*)
        queue_choice a,
        queue_choice b = {},
        queue_choice c = {},
        queue_choice d = {},
        queue_choice e = {},
        queue_choice f = {},
        queue_choice g = {},
        queue_choice h = {},
        queue_choice i = {},
        queue_choice j = {},
        queue_choice k = {},
        queue_choice l = {},
        queue_choice m = {},
        queue_choice n = {},
        queue_choice o = {},
        queue_choice p = {}
    ) {
        for (queue_choice const& choice : {a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p}) {
            if (choice.name.data() != nullptr) {
                push_back(choice);
            }
        }
    }
};

/// How a server works. Everything is copied by the server's constructor.
///
/// It is trivially destructible, because g++ 12 destroys other brace-written temporaries twice beside
/// co_await; what is not stands in server_environment.
///
/// Distinct objects: safe. Shared objects: safe to read.
struct server_options {
    /// The queues, at most 16. Names alone: strict order, a job of the second is taken only when the
    /// first has none. With weights, all of them: in proportion. Default: "default".
    queue_choices queues{};
    /// How many jobs run at a time, at least 1.
    std::uint32_t concurrency = 100;
    /// How a person tells the server from others. Default: "server".
    std::string_view name{};
    /// How many jobs one acquire takes at the most; 1 to 10,000.
    std::uint32_t acquire_batch = 64;
    /// A stop asks running handlers to stop after this time.
    duration cancel_after = std::chrono::seconds{5};
    /// A stop names handlers that still run after this time, and hands their jobs back as soon as the
    /// storage allows it. Not before cancel_after.
    duration hand_back_after = std::chrono::seconds{8};
    /// An occurrence of a recurring job that is later than this was missed: its misfire policy applies.
    duration misfire_after = std::chrono::seconds{10};
    /// Where the jitter of retries starts, for tests that want the same each time.
    std::optional<std::uint64_t> seed{};
};

static_assert(std::is_trivially_destructible_v<server_options>);

/// What a server works with: clock, log and observer, each optional.
///
///     server_environment().observer(my_metrics).log(my_sink)
///
/// Distinct objects: safe. Shared objects: safe to read.
class server_environment {
public:
    /// The system's clock, the log on stderr, no observer.
    server_environment() = default;

    /// Another clock; the storage should have the same.
    server_environment& clock(cofire::clock c) {
        clock_ = std::move(c);
        return *this;
    }
    /// Where lines for people go.
    server_environment& log(log_sink sink) {
        log_ = std::move(sink);
        return *this;
    }
    /// Who is told what happens.
    server_environment& observer(observer_ref o) {
        observer_ = std::move(o);
        return *this;
    }

    /// The clock.
    [[nodiscard]] cofire::clock const& clock() const { return clock_; }
    /// The log.
    [[nodiscard]] log_sink const& log() const { return log_; }
    /// The observer.
    [[nodiscard]] observer_ref const& observer() const { return observer_; }

private:
    cofire::clock clock_{};
    log_sink log_{};
    observer_ref observer_{};
};

/// What a server has done since it exists, and does now. Read without stopping it.
struct server_counters {
    /// Handlers that run now.
    std::uint64_t running = 0;
    /// Runs started.
    std::uint64_t started = 0;
    /// Runs that succeeded.
    std::uint64_t succeeded = 0;
    /// Attempts that failed, retried ones included.
    std::uint64_t attempts_failed = 0;
    /// Jobs handed back without a result.
    std::uint64_t released = 0;
    /// Outcomes that the storage refused as stale.
    std::uint64_t stale = 0;
    /// Runs given up because the storage took neither their outcome nor another in its place.
    std::uint64_t refused = 0;
    /// Storage operations that failed.
    std::uint64_t storage_errors = 0;
};

/// What a server is doing.
enum class server_state : std::uint8_t {
    idle,     ///< run() was not called yet
    running,  ///< it takes and runs jobs
    draining, ///< it takes no more jobs; those that run go on
    stopping, ///< it was told to stop
    stopped,  ///< run() has returned
};

/// Whether a server is well.
struct server_health {
    /// What it is doing.
    server_state state = server_state::idle;
    /// False: it does not do its work; `message` says why.
    bool ok = false;
    /// In words; empty if all is well.
    std::string message{};
    /// What it has done and does.
    server_counters counters{};
};

} // namespace cofire

#endif
