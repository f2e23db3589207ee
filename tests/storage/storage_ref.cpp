// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "fake_storage.hpp"

#include <cofire/storage/memory_storage.hpp>
#include <cofire/storage/storage_ref.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

BOOST_AUTO_TEST_SUITE(storage_ref)

namespace {

namespace asio = boost::asio;
using storage_tests::await_all;
using storage_tests::fake_storage;

static_assert(cofire::storage<cofire::storage_ref>);
static_assert(cofire::storage<fake_storage>);
static_assert(cofire::detail::storage_handle<cofire::memory_storage>);
static_assert(!cofire::detail::storage_handle<fake_storage>);
static_assert(std::is_convertible_v<fake_storage&, cofire::storage_ref>);
static_assert(!std::is_convertible_v<fake_storage, cofire::storage_ref>); // it would dangle
static_assert(!std::is_convertible_v<int&, cofire::storage_ref>);

BOOST_AUTO_TEST_CASE(each_operation_reaches_its_own) {
    fake_storage fake;
    cofire::storage_ref const ref = fake;
    BOOST_TEST(
        await_all(ref) == "insert acquire settle tick change recurring queues servers read wait"
    );
    BOOST_TEST(
        *fake.calls == "insert acquire settle tick change recurring queues servers read wait "
    );
}

BOOST_AUTO_TEST_CASE(copies_refer_to_the_same) {
    fake_storage one;
    fake_storage two;
    cofire::storage_ref const a = one;
    cofire::storage_ref const b = a;
    BOOST_TEST((a == b));
    BOOST_TEST(!(a == cofire::storage_ref(two)));
}

BOOST_AUTO_TEST_CASE(a_shared_storage_is_kept_alive) {
    auto calls = std::make_shared<std::string>();
    std::optional<cofire::storage_ref> ref;
    {
        auto shared = std::make_shared<fake_storage>();
        shared->calls = calls;
        ref.emplace(std::move(shared));
    }
    await_all(*ref);
    BOOST_TEST(!calls->empty());
    BOOST_TEST(calls.use_count() == 2);
    ref.reset();
    BOOST_TEST(calls.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(a_handle_that_is_gone_is_closed) {
    asio::io_context io;
    std::optional<cofire::memory_storage> storage(std::in_place);
    cofire::storage_ref const ref = *storage;
    BOOST_TEST((ref == cofire::storage_ref(*storage)));
    storage.reset();
    cofire::read_request const r = cofire::read_counts{};
    auto answer = asio::co_spawn(io, ref.read(r), asio::use_future);
    io.run();
    BOOST_CHECK_EXCEPTION(answer.get(), cofire::error, [](auto const& e) {
        return e.value() == cofire::errc::closed;
    });
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
