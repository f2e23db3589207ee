// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/storage/memory_storage.hpp>
#include <cofire/testing/simulation_storage.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <vector>

namespace {

namespace asio = boost::asio;
using cofire::testing::simulation_faults;
using cofire::testing::simulation_storage;
using cofire::testing::detail::simulation_world;

/// A connection to a memory storage whose faults each test sets.
struct connection {
    std::shared_ptr<simulation_world> world = std::make_shared<simulation_world>(1, start());
    cofire::memory_storage storage{cofire::memory_options(world->clock)};
    simulation_storage link{world, storage, 1, true};
    asio::io_context io{1};

    static cofire::time_point start() {
        return cofire::time_point{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
    }

    explicit connection(simulation_faults faults) {
        world->faults = faults;
        world->faulty = true;
    }

    /// The answer; or the error; or neither, as long as it waits.
    template <class T>
    struct outcome {
        std::optional<T> answer;
        std::optional<cofire::errc> error;
    };

    template <class T>
    std::shared_ptr<outcome<T>> begin(asio::awaitable<T> op) {
        auto result = std::make_shared<outcome<T>>();
        asio::co_spawn(io, std::move(op), [result](std::exception_ptr e, T value) {
            if (!e) {
                result->answer = std::move(value);
                return;
            }
            try {
                std::rethrow_exception(e);
            } catch (cofire::error const& known) {
                result->error = known.value();
            }
        });
        poll();
        return result;
    }
    void poll() {
        io.restart();
        io.poll();
    }
    template <class T>
    outcome<T> run(asio::awaitable<T> op) {
        return *begin(std::move(op));
    }

    std::vector<cofire::new_job> jobs() {
        cofire::new_job job;
        job.id = cofire::job_id::make(start(), 1, 1);
        job.type = "t";
        job.arguments = "[]";
        job.settings = std::make_shared<cofire::job_settings const>();
        return {job};
    }
    std::size_t stored() {
        auto const answer = run(storage.read(cofire::read_counts{})).answer;
        return answer->counts.inserted;
    }
};

simulation_faults only(std::uint32_t simulation_faults::*which) {
    simulation_faults f = simulation_faults::none();
    f.*which = 1000;
    return f;
}

BOOST_AUTO_TEST_SUITE(simulation_storage_test)

BOOST_AUTO_TEST_CASE(without_faults_it_is_the_storage) {
    connection c(simulation_faults::none());
    auto const jobs = c.jobs();
    auto const done = c.run(c.link.insert({.jobs = jobs}));
    BOOST_REQUIRE(done.answer);
    BOOST_TEST(c.stored() == 1U);
    BOOST_TEST(c.world->checker.stored().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_call_that_fails_has_not_taken_place) {
    connection c(only(&simulation_faults::failed_calls));
    auto const jobs = c.jobs();
    auto const done = c.run(c.link.insert({.jobs = jobs}));
    BOOST_CHECK(done.error == cofire::errc::storage_failed);
    BOOST_TEST(c.stored() == 0U);
}

BOOST_AUTO_TEST_CASE(a_call_whose_reply_is_lost_has_taken_place) {
    connection c(only(&simulation_faults::lost_replies));
    auto const jobs = c.jobs();
    auto const done = c.run(c.link.insert({.jobs = jobs}));
    BOOST_CHECK(done.error == cofire::errc::outcome_unknown);
    BOOST_TEST(c.stored() == 1U);
    BOOST_TEST(c.world->checker.stored().size() == 1U);
    auto const look = c.run(c.link.read(cofire::read_counts{}));
    BOOST_CHECK(look.answer.has_value()); // nothing is unknown about a question
}

BOOST_AUTO_TEST_CASE(a_slow_call_is_answered_as_time_passes) {
    connection c(only(&simulation_faults::slow_calls));
    auto const jobs = c.jobs();
    auto const done = c.begin(c.link.insert({.jobs = jobs}));
    BOOST_CHECK(!done->answer && !done->error);
    for (int i = 0; i != 2; ++i) { // before and after it takes place
        c.world->clock.advance(std::chrono::seconds{1});
        c.poll();
    }
    BOOST_CHECK(done->answer.has_value());
}

BOOST_AUTO_TEST_CASE(who_dies_in_a_call_runs_no_further) {
    connection c(only(&simulation_faults::deaths_in_calls));
    auto const jobs = c.jobs();
    auto const done = c.begin(c.link.insert({.jobs = jobs}));
    BOOST_TEST(c.link.dying());
    BOOST_CHECK(!done->answer && !done->error);
    BOOST_TEST(c.stored() == 0U);
}

BOOST_AUTO_TEST_CASE(an_immortal_one_does_not_die) {
    connection c(only(&simulation_faults::deaths_in_calls));
    simulation_storage link(c.world, c.storage, 2, false);
    auto const jobs = c.jobs();
    BOOST_CHECK(c.run(link.insert({.jobs = jobs})).answer.has_value());
}

cofire::servers_request announcement() {
    cofire::server_announce a;
    a.name = "s";
    a.types.push_back({.name = "t"});
    return a;
}

BOOST_AUTO_TEST_CASE(a_simulated_lease_ends_unless_it_is_renewed) {
    connection c(simulation_faults::none());
    c.world->lease = std::chrono::seconds{2};
    auto const request = announcement();
    auto const server = c.run(c.link.servers(request)).answer.value();
    BOOST_TEST(server.presence == nullptr);
    BOOST_CHECK(server.lease == std::chrono::seconds{2});
    BOOST_CHECK(server.tick_every.has_value());
    auto const pass = [&](std::chrono::milliseconds d) {
        c.world->clock.advance(d);
        c.world->end_leases();
    };
    pass(std::chrono::milliseconds{1500});
    BOOST_CHECK(c.run(c.link.tick({.server = server.instance})).answer.has_value());
    pass(std::chrono::milliseconds{1500});
    BOOST_CHECK(c.run(c.link.tick({.server = server.instance})).answer.has_value());
    pass(std::chrono::milliseconds{2500});
    auto const late = c.run(c.link.tick({.server = server.instance}));
    BOOST_CHECK(late.error == cofire::errc::unknown_server);
}

BOOST_AUTO_TEST_CASE(a_server_whose_announcement_was_lost_is_not_alive) {
    connection c(only(&simulation_faults::lost_replies));
    auto const request = announcement();
    BOOST_CHECK(c.run(c.link.servers(request)).error == cofire::errc::outcome_unknown);
    auto const list = c.run(c.storage.servers(cofire::server_list{})).answer.value();
    BOOST_TEST(list.servers.empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
