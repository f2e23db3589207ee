// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_IMPL_SIMULATION_STORAGE_IPP
#define COFIRE_TESTING_IMPL_SIMULATION_STORAGE_IPP

#include <cofire/core/error.hpp>
#include <cofire/handler/detail/sleep.hpp>
#include <cofire/storage/detail/parking.hpp>
#include <cofire/testing/simulation_storage.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace cofire::testing {
namespace detail {

COFIRE_DECL void simulation_world::end_leases() {
    if (!lease) {
        return;
    }
    steady_point const now = clock.steady_now();
    for (auto at = servers.begin(); at != servers.end();) {
        if (at->second.lease_until >= now) {
            ++at;
            continue;
        }
        server_instance const server = at->first;
        auto const presence = std::move(at->second.presence);
        at = servers.erase(at);
        checker.server_died(server); // and the storage hears of it when `presence` goes
    }
}

/// What a server keeps in place of the storage's own presence, so that its end is noted.
struct simulated_presence {
    simulated_presence(
        std::weak_ptr<simulation_world> w, server_instance s, std::shared_ptr<void const> p
    )
        : world(std::move(w)), server(s), storages(std::move(p)) {}
    simulated_presence(simulated_presence const&) = delete;
    simulated_presence& operator=(simulated_presence const&) = delete;
    ~simulated_presence() {
        if (auto const w = world.lock()) {
            w->servers.erase(server);
            w->checker.server_died(server);
        }
    }

    std::weak_ptr<simulation_world> world;
    server_instance server;
    std::shared_ptr<void const> storages;
};

} // namespace detail

// Faults around a call.

COFIRE_DECL asio::awaitable<void> simulation_storage::die(std::string_view when) {
    world_->history.add({.process = process_, .what = "dies", .detail = when});
    dying_ = true;
    cofire::detail::parking for_ever;
    auto op = for_ever.wait();
    co_await std::move(op); // until its context is destroyed
}

/// Lets others go first, or time pass.
COFIRE_DECL asio::awaitable<void> simulation_storage::dawdle() {
    if (world_->random.below(4) == 0) {
        auto op = asio::post(asio::use_awaitable);
        co_await std::move(op);
    }
    if (world_->happens(world_->faults.slow_calls)) {
        duration const d{static_cast<duration::rep>(world_->random.below(1'000'000))};
        world_->history.add(
            {.process = process_,
             .what = "waits for the storage",
             .detail = {},
             .number = static_cast<std::uint64_t>(d.count())}
        );
        auto op = cofire::detail::sleep_for(world_->clock, d);
        co_await std::move(op);
    }
}

COFIRE_DECL asio::awaitable<void> simulation_storage::before(std::string_view operation) {
    auto wait = dawdle();
    co_await std::move(wait);
    if (mortal_ && world_->happens(world_->faults.deaths_in_calls)) {
        auto op = die(operation);
        co_await std::move(op);
    }
    if (world_->happens(world_->faults.failed_calls)) {
        world_->history.add({.process = process_, .what = "a call fails", .detail = operation});
        throw error(errc::storage_failed, "simulated failure of " + std::string(operation));
    }
}

COFIRE_DECL asio::awaitable<void> simulation_storage::after(std::string_view operation, reply r) {
    if (mortal_ && world_->happens(world_->faults.deaths_in_calls)) {
        auto op = die(operation);
        co_await std::move(op);
    }
    bool cancelled = false; // it took place: the answer comes all the same
    try {
        auto wait = dawdle();
        co_await std::move(wait);
    } catch (boost::system::system_error const&) {
        cancelled = true;
    }
    if (r == reply::may_be_lost && !cancelled && world_->happens(world_->faults.lost_replies)) {
        world_->history.add({.process = process_, .what = "a reply is lost", .detail = operation});
        throw error(
            errc::outcome_unknown, "simulated loss of the reply to " + std::string(operation)
        );
    }
}

// The operations.

COFIRE_DECL asio::awaitable<insert_answer> simulation_storage::insert(insert_request r) {
    auto begin = before("insert");
    co_await std::move(begin);
    auto op = storage_.insert(r);
    insert_answer answer = co_await std::move(op);
    bool replaced = false;
    for (insert_result const& result : answer.results) {
        replaced = replaced || result.status == insert_status::replaced;
    }
    if (replaced) { // learn which job had to go
        auto const ids = world_->checker.keepers(r.jobs);
        auto look = storage_.read(read_get{.ids = ids});
        read_answer const found = co_await std::move(look);
        world_->checker.inserted(r, answer);
        world_->checker.changing(found.jobs);
    } else {
        world_->checker.inserted(r, answer);
    }
    auto end = after("insert", reply::may_be_lost);
    co_await std::move(end);
    world_->checker.acknowledged(r, answer);
    co_return answer;
}

/// `rests`: whether the server knew before it asked that it is to take no more jobs.
COFIRE_DECL void
simulation_storage::look_at_taken(bool rests, std::vector<acquired_job> const& jobs) {
    if (rests && !jobs.empty()) {
        world_->checker.report(
            "I17", jobs.front().id, "was taken by a server that was ordered to take no more"
        );
    }
}

COFIRE_DECL asio::awaitable<acquire_answer> simulation_storage::acquire(acquire_request r) {
    bool const rests = world_->checker.rests(r.server);
    auto begin = before("acquire");
    co_await std::move(begin);
    auto op = storage_.acquire(r);
    acquire_answer answer = co_await std::move(op);
    world_->checker.acquired(process_, r, answer);
    look_at_taken(rests, answer.jobs);
    auto end = after("acquire", reply::may_be_lost);
    co_await std::move(end);
    co_return answer;
}

COFIRE_DECL asio::awaitable<settle_answer> simulation_storage::settle(settle_request r) {
    bool const rests = world_->checker.rests(r.server);
    auto begin = before("settle");
    co_await std::move(begin);
    auto op = storage_.settle(r);
    settle_answer answer = co_await std::move(op);
    world_->checker.settled(process_, r, answer);
    if (answer.acquired) {
        look_at_taken(rests, answer.acquired->jobs);
    }
    auto end = after("settle", reply::may_be_lost);
    co_await std::move(end);
    co_return answer;
}

COFIRE_DECL void simulation_storage::renew(server_instance server) {
    auto const found = world_->servers.find(server);
    if (world_->lease && found != world_->servers.end()) {
        found->second.lease_until = world_->clock.steady_now() + *world_->lease;
    }
}

COFIRE_DECL asio::awaitable<tick_answer> simulation_storage::tick(tick_request r) {
    world_->checker.ticks(r.server);
    auto begin = before("tick");
    co_await std::move(begin);
    auto op = storage_.tick(r);
    tick_answer answer = co_await std::move(op);
    renew(r.server);
    auto end = after("tick", reply::may_be_lost);
    co_await std::move(end);
    if (answer.command != server_command::none) {
        world_->checker.told_to_rest(r.server);
    }
    co_return answer;
}

COFIRE_DECL asio::awaitable<change_answer> simulation_storage::change(change_request r) {
    auto begin = before("change");
    co_await std::move(begin);
    auto look = storage_.read(read_get{.ids = r.ids});
    read_answer const found = co_await std::move(look);
    auto op = storage_.change(r);
    change_answer answer = co_await std::move(op);
    world_->checker.changing(found.jobs);
    world_->checker.changed(r, answer);
    auto end = after("change", reply::may_be_lost);
    co_await std::move(end);
    co_return answer;
}

COFIRE_DECL asio::awaitable<recurring_answer> simulation_storage::recurring(recurring_request r) {
    auto begin = before("recurring");
    co_await std::move(begin);
    auto op = storage_.recurring(r);
    recurring_answer answer = co_await std::move(op);
    world_->checker.recurred(r, answer);
    auto end = after("recurring", reply::may_be_lost);
    co_await std::move(end);
    co_return answer;
}

COFIRE_DECL asio::awaitable<queues_answer> simulation_storage::queues(queues_request r) {
    auto begin = before("queues");
    co_await std::move(begin);
    auto op = storage_.queues(r);
    queues_answer answer = co_await std::move(op);
    if (auto const* const pause = std::get_if<queue_pause>(&r)) {
        world_->checker.queue_paused(pause->queue, pause->paused);
    }
    auto end = after("queues", reply::may_be_lost);
    co_await std::move(end);
    co_return answer;
}

COFIRE_DECL void
simulation_storage::take_announcement(servers_request const& r, servers_answer& a) {
    if (auto const* const announce = std::get_if<server_announce>(&r)) {
        world_->checker.announced(process_, a.instance, *announce);
        auto& entry = world_->servers[a.instance];
        entry.process = process_;
        if (world_->lease) {
            entry.presence = std::move(a.presence);
            entry.lease_until = world_->clock.steady_now() + *world_->lease;
            a.presence = nullptr;
            a.lease = *world_->lease;
            a.tick_every = *world_->lease / 3;
        } else if (a.presence) {
            a.presence = std::make_shared<detail::simulated_presence const>(
                world_, a.instance, std::move(a.presence)
            );
        }
    } else if (auto const* const retire = std::get_if<server_retire>(&r)) {
        world_->checker.server_retired(retire->server);
        world_->servers.erase(retire->server);
    }
}

COFIRE_DECL asio::awaitable<servers_answer> simulation_storage::servers(servers_request r) {
    auto begin = before("servers");
    co_await std::move(begin);
    auto op = storage_.servers(r);
    servers_answer answer = co_await std::move(op);
    take_announcement(r, answer);
    auto end = after("servers", reply::may_be_lost);
    co_await std::move(end);
    co_return answer;
}

COFIRE_DECL asio::awaitable<read_answer> simulation_storage::read(read_request r) {
    auto begin = before("read");
    co_await std::move(begin);
    auto const* const get = std::get_if<read_get>(&r);
    auto const stored = get == nullptr ? std::vector<job_id>() : world_->checker.stored(get->ids);
    auto op = storage_.read(r);
    read_answer answer = co_await std::move(op);
    world_->checker.read(stored, answer);
    auto end = after("read", reply::arrives);
    co_await std::move(end);
    co_return answer;
}

COFIRE_DECL asio::awaitable<wait_answer> simulation_storage::wait(wait_request r) {
    auto begin = before("wait");
    co_await std::move(begin);
    auto op = storage_.wait(r);
    wait_answer answer = co_await std::move(op);
    auto end = after("wait", reply::arrives);
    co_await std::move(end);
    co_return answer;
}

} // namespace cofire::testing

#endif
