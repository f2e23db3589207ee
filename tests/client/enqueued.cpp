// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/client/enqueued.hpp>

#include <boost/test/unit_test.hpp>

#include <sstream>
#include <type_traits>

BOOST_AUTO_TEST_SUITE(enqueued)
namespace {

using cofire::insert_status;

cofire::job_id const one = cofire::job_id::make(cofire::time_point{}, 1, 2);

BOOST_AUTO_TEST_CASE(stands_for_the_id) {
    cofire::enqueued const e{one, insert_status::inserted};
    cofire::job_id const id = e;
    BOOST_CHECK(id == one);
}

BOOST_AUTO_TEST_CASE(says_what_became_of_the_call) {
    for (auto status :
         {insert_status::inserted,
          insert_status::existed,
          insert_status::held,
          insert_status::replaced}) {
        cofire::enqueued const e{one, status};
        BOOST_CHECK_EQUAL(e.inserted(), status == insert_status::inserted);
        BOOST_CHECK_EQUAL(e.existed(), status == insert_status::existed);
        BOOST_CHECK_EQUAL(e.held(), status == insert_status::held);
        BOOST_CHECK_EQUAL(e.replaced(), status == insert_status::replaced);
    }
}

BOOST_AUTO_TEST_CASE(prints_the_id) {
    std::ostringstream out;
    out << cofire::enqueued{one, insert_status::held};
    BOOST_CHECK_EQUAL(out.str(), one.to_string());
    BOOST_CHECK_EQUAL(out.str().size(), 36U);
}

BOOST_AUTO_TEST_CASE(may_be_written_beside_co_await) {
    static_assert(std::is_trivially_destructible_v<cofire::enqueued>);
    static_assert(std::is_default_constructible_v<cofire::enqueued>);
    BOOST_CHECK(cofire::enqueued().id.is_nil());
}

} // namespace
BOOST_AUTO_TEST_SUITE_END()
