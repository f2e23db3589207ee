// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTING_CONFORMANCE_SERVERS_HPP
#define COFIRE_TESTING_CONFORMANCE_SERVERS_HPP

#include <cofire/testing/conformance/bench.hpp>

#include <string>
#include <vector>

/// Servers: their numbers, what they tell of themselves, how they leave.
namespace cofire::testing::conformance::on_servers {

inline server_info info(bench& t, server_instance s, place const& where = place::current()) {
    for (auto const& i : t.servers(server_list{}).servers) {
        if (i.instance == s) {
            return i;
        }
    }
    throw conformance_failure(where, "the server to be listed", "no server of that number");
}

inline bool is_listed(bench& t, server_instance s) {
    return std::ranges::any_of(t.servers(server_list{}).servers, [s](auto const& i) {
        return i.instance == s;
    });
}

/// Numbers are not zero and never used twice.
inline void numbers_are_never_used_twice(bench& t) {
    std::vector<server_instance> numbers;
    for (int i = 0; i != 5; ++i) {
        auto const s = t.server();
        expect(s != 0, "a number");
        expect(std::ranges::find(numbers, s) == numbers.end(), "a new number");
        numbers.push_back(s);
        if (i % 2 == 0) {
            t.retire(s);
        }
    }
}

/// What a server says of itself is listed.
inline void tell_what_they_announced(bench& t) {
    server_announce a;
    a.name = "host-1";
    a.types = {{.name = "work", .argument_version = 3, .schema = "{}", .display = "Work {0}"}};
    a.queues = {"b", "a"};
    a.slots = 7;
    a.version = "1.2.3";
    auto const s = t.announce(a);
    auto const i = info(t, s);
    expect_equal(i.name, "host-1", "the name");
    expect_equal(i.types.size(), 1U, "the types");
    expect_equal(i.types[0].name, "work", "the type");
    expect_equal(i.types[0].argument_version, 3U, "its version");
    expect_equal(i.types[0].schema, "{}", "its schema");
    expect_equal(i.types[0].display, "Work {0}", "its display");
    expect_equal(i.queues, a.queues, "the queues, in the server's order");
    expect_equal(i.slots, 7U, "the slots");
    expect_equal(i.version, "1.2.3", "the version");
    expect_equal(i.command, server_command::none, "the command");
    expect(i.announced <= t.now() && i.heartbeat >= i.announced, "when it was heard of");
}

/// How many jobs a server holds is told.
inline void tell_how_much_they_hold(bench& t) {
    auto const s = t.server();
    t.put_many(3);
    auto const runs = t.take(s, 2);
    expect_equal(info(t, s).held, 2U, "the jobs held");
    t.finish(s, runs[0]);
    expect_equal(info(t, s).held, 1U, "the jobs held then");
}

/// How late a server's executor was is told: the worst of the last five minutes, and when it was told.
inline void tell_how_late_their_executor_was(bench& t) {
    using std::chrono::milliseconds;
    auto const s = t.server();
    expect(!info(t, s).executor_lag_at, "nothing before it was told");
    auto const tell = [&](int ms) {
        tick_request r{.server = s};
        r.executor_lag = milliseconds{ms};
        t.tick(r);
    };
    auto const at_least = [&](milliseconds lag, time_point at) {
        auto const i = info(t, s);
        expect(i.executor_lag == lag, "the worst");
        expect(i.executor_lag_at && *i.executor_lag_at >= at, "when it was told");
    };
    tell(20);
    tell(300);
    auto const told = t.now();
    t.advance(std::chrono::seconds{1});
    tell(50);
    t.tick({.server = s}); // says nothing of it
    at_least(milliseconds{300}, told - std::chrono::seconds{1});
    expect(*info(t, s).executor_lag_at <= told, "what is less to change nothing");
    t.advance(std::chrono::minutes{5});
    auto const later = t.now() - std::chrono::seconds{1};
    tell(50);
    at_least(milliseconds{50}, later);
}

/// They are listed by number.
inline void are_listed_by_number(bench& t) {
    for (int i = 0; i != 4; ++i) {
        t.server();
    }
    std::vector<server_instance> numbers;
    for (auto const& i : t.servers(server_list{}).servers) {
        numbers.push_back(i.instance);
    }
    expect_equal(numbers.size(), 4U, "the servers listed");
    expect(std::ranges::is_sorted(numbers), "the numbers in order");
}

/// A server that leaves hands back what it holds: to its place, with nothing counted.
inline void hand_back_what_they_hold_when_they_leave(bench& t) {
    auto const s = t.server();
    auto const other = t.server();
    auto const ids = t.put_many(3);
    t.take(s, 2);
    t.retire(s);
    auto const r = t.get(ids[0]);
    expect_equal(r.state, job_state::enqueued, "the state");
    expect_equal(r.attempt, 0U, "attempt");
    expect_equal(r.lost, 0U, "lost");
    expect_equal(ids_of(t.take(other)), ids, "the order");
    expect(!is_listed(t, s), "a server that left not to be listed");
    expect_equal(t.counts().lost, 0U, "the runs lost");
}

/// What was to be stopped is deleted when its server leaves, not run again.
inline void leaving_ends_what_was_to_be_stopped(bench& t) {
    auto const s = t.server();
    auto const id = t.put(t.job());
    t.take_one(s);
    t.change_ids(change_kind::delete_job, {id});
    t.retire(s);
    t.expect_state(id, job_state::deleted);
}

/// To leave twice is to leave once.
inline void may_leave_twice(bench& t) {
    auto const s = t.server();
    t.retire(s);
    auto const before = t.picture();
    t.servers(server_retire{.server = s});
    expect(t.picture() == before, "nothing to change");
}

/// After it left, its presence means nothing.
inline void that_left_do_not_die(bench& t) {
    auto const s = t.server();
    auto const id = t.put(t.job());
    t.take_one(s);
    t.retire(s);
    t.server();
    expect_equal(t.get(id).lost, 0U, "lost");
    expect_equal(t.counts().lost, 0U, "the runs lost");
}

/// An operator's command is kept.
inline void keep_an_operators_command(bench& t) {
    auto const s = t.server();
    t.servers(server_order{.server = s, .command = server_command::drain});
    expect_equal(info(t, s).command, server_command::drain, "the command");
    t.servers(server_order{.server = s, .command = server_command::none});
    expect_equal(info(t, s).command, server_command::none, "the command taken back");
}

/// There is no command for a server that is not there.
inline void that_are_unknown_get_no_command(bench& t) {
    auto const s = t.server();
    t.retire(s);
    t.expect_refused(errc::unknown_server, [&] {
        t.servers(server_order{.server = s, .command = server_command::drain});
    });
}

/// A server that speaks another version of the contract is refused.
inline void of_another_contract_are_refused(bench& t) {
    server_announce a;
    a.name = "old";
    a.contract = storage_contract_version + 1;
    t.expect_refused(errc::version_mismatch, [&] { t.servers(a); });
    a.contract = 0;
    t.expect_refused(errc::version_mismatch, [&] { t.servers(a); });
}

/// All servers of a store are told the same name of it.
inline void of_one_store_know_it_by_one_name(bench& t) {
    server_announce const a{.name = "one"};
    auto const first = t.servers(a);
    auto const second = t.servers(a);
    expect(!first.store_id.empty(), "a name of the store");
    expect_equal(second.store_id, first.store_id, "the name of the store");
}

/// They tell when they were heard of last.
inline void tell_when_they_were_heard_of(bench& t) {
    auto const s = t.server();
    auto const heard = [&] { return t.servers(server_list{}).servers.at(0).heartbeat; };
    auto const first = t.now();
    expect_equal(heard(), first, "when it was announced");
    t.clock.advance(1s);
    expect_equal(heard(), first, "when nothing was heard of it since");
    t.tick({.server = s});
    expect_equal(heard(), first + 1s, "when it ticked");
}

/// The cases of this file.
inline constexpr conformance_case cases[] = {
    {"servers.numbers_are_never_used_twice", numbers_are_never_used_twice},
    {"servers.tell_what_they_announced", tell_what_they_announced},
    {"servers.tell_how_much_they_hold", tell_how_much_they_hold},
    {"servers.tell_how_late_their_executor_was",
     tell_how_late_their_executor_was,
     conformance_need::clock},
    {"servers.are_listed_by_number", are_listed_by_number},
    {"servers.hand_back_what_they_hold_when_they_leave", hand_back_what_they_hold_when_they_leave},
    {"servers.leaving_ends_what_was_to_be_stopped", leaving_ends_what_was_to_be_stopped},
    {"servers.may_leave_twice", may_leave_twice},
    {"servers.that_left_do_not_die", that_left_do_not_die},
    {"servers.keep_an_operators_command", keep_an_operators_command},
    {"servers.that_are_unknown_get_no_command", that_are_unknown_get_no_command},
    {"servers.of_another_contract_are_refused", of_another_contract_are_refused},
    {"servers.of_one_store_know_it_by_one_name", of_one_store_know_it_by_one_name},
    {"servers.tell_when_they_were_heard_of", tell_when_they_were_heard_of, conformance_need::clock},
};

} // namespace cofire::testing::conformance::on_servers

#endif
