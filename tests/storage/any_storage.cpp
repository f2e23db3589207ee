// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "fake_storage.hpp"

#include <cofire/storage/any_storage.hpp>
#include <cofire/storage/memory_storage.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <optional>
#include <utility>

BOOST_AUTO_TEST_SUITE(any_storage)

namespace {

namespace asio = boost::asio;
using storage_tests::await_all;
using storage_tests::fake_storage;

BOOST_AUTO_TEST_CASE(owns_what_it_was_made_from) {
    auto const calls = std::make_shared<std::string>();
    std::optional<cofire::any_storage> any;
    {
        fake_storage fake;
        fake.calls = calls;
        any.emplace(std::move(fake));
    }
    BOOST_TEST(calls.use_count() == 2);
    cofire::storage_ref const ref = *any;
    BOOST_TEST((ref == any->ref()));
    any.reset();
    await_all(ref); // no handle: it lives as long as anything refers to it
    BOOST_TEST(!calls->empty());
}

BOOST_AUTO_TEST_CASE(copies_share_the_storage) {
    auto const calls = std::make_shared<std::string>();
    fake_storage fake;
    fake.calls = calls;
    cofire::any_storage const a = std::move(fake);
    cofire::any_storage const b = a;
    BOOST_TEST((a.ref() == b.ref()));
}

BOOST_AUTO_TEST_CASE(a_handle_closes_with_its_last_owner) {
    auto const read = [](cofire::storage_ref const& ref) {
        asio::io_context io;
        cofire::read_request const r = cofire::read_counts{};
        auto answer = asio::co_spawn(io, ref.read(r), asio::use_future);
        io.run();
        try {
            answer.get();
        } catch (cofire::error const& e) {
            return e.value() == cofire::errc::closed ? "closed" : "?";
        }
        return "open";
    };
    std::optional<cofire::any_storage> any = cofire::any_storage(cofire::memory_storage());
    cofire::storage_ref const ref = *any;
    std::optional<cofire::any_storage> other = any;
    any.reset();
    BOOST_TEST(read(ref) == "open");
    other.reset();
    BOOST_TEST(read(ref) == "closed");
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
