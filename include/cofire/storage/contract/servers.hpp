// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_CONTRACT_SERVERS_HPP
#define COFIRE_STORAGE_CONTRACT_SERVERS_HPP

#include <cofire/core/job_record.hpp>
#include <cofire/storage/contract/tick.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace cofire {

/// A job type as a server announces it.
struct announced_type {
    /// The name.
    std::string name;
    /// The newest form of its arguments that the server decodes.
    std::uint32_t argument_version = 1;
    /// A JSON Schema of its arguments, for forms; may be empty.
    std::string schema{};
    /// How to show one of its jobs to a person; may be empty.
    std::string display{};
};

/// The version of the storage contract that this header describes. A storage shared by processes
/// refuses a server of a version that it does not serve.
inline constexpr std::uint32_t storage_contract_version = 1;

/// A server makes itself known and gets its number. Each call is a new server, also if it was lost.
///
/// Errors, each changing nothing: version_mismatch; outcome_unknown (announce again: the server that
/// nobody hears of ends with its lease).
struct server_announce {
    /// How a person tells it from others: host name, process, ...
    std::string name;
    /// The types it handles, aliases among them.
    std::vector<announced_type> types{};
    /// The queues it serves, in its order.
    std::vector<std::string> queues{};
    /// How many jobs it runs at a time.
    std::uint32_t slots = 0;
    /// The version of cofire it runs.
    std::string version{};
    /// The version of the contract that the server speaks.
    std::uint32_t contract = storage_contract_version;
};

/// A server leaves: what it still holds is handed back. Idempotent.
struct server_retire {
    /// Which.
    server_instance server = 0;
};

/// Asks for all servers.
struct server_list {};

/// Gives a command to a server. Error: unknown_server.
struct server_order {
    /// Which.
    server_instance server = 0;
    /// What it is to do.
    server_command command = server_command::none;
};

/// One of the things to do with servers. Views must stay valid until it completes.
using servers_request = std::variant<server_announce, server_retire, server_list, server_order>;

/// One server as it is now.
struct server_info {
    /// Its number.
    server_instance instance = 0;
    /// What it announced.
    std::string name;
    /// The types it handles.
    std::vector<announced_type> types{};
    /// The queues it serves.
    std::vector<std::string> queues{};
    /// How many jobs it runs at a time.
    std::uint32_t slots = 0;
    /// How many jobs it holds.
    std::uint32_t held = 0;
    /// The version of cofire it runs.
    std::string version{};
    /// When it announced itself.
    time_point announced;
    /// When it was last heard of.
    time_point heartbeat;
    /// The command it was given.
    server_command command = server_command::none;
    /// How late its executor was: the worst that its ticks have told in five minutes. What is told replaces
    /// what is less, and what was told five minutes ago or earlier.
    duration executor_lag{0};
    /// When that was told; empty: nothing was.
    std::optional<time_point> executor_lag_at{};
};

/// The answer to servers_request.
struct servers_answer {
    /// The storage's time.
    time_point now;
    /// announce: the number.
    server_instance instance = 0;
    /// announce: how often tick must be called; empty: the lease is not timed.
    std::optional<duration> tick_every{};
    /// announce: how long the lease holds after a tick; empty: it is not timed.
    std::optional<duration> lease{};
    /// announce: which store this is. Servers with different answers do not share one.
    std::string store_id{};
    /// announce, on storages inside the process: the server keeps it as long as it lives. Its end,
    /// without a retire before, tells the storage at once that the server died. Null elsewhere.
    std::shared_ptr<void const> presence{};
    /// list: the servers, by number.
    std::vector<server_info> servers{};
    /// To wait for what comes after.
    seen_token seen{};
};

} // namespace cofire

#endif
