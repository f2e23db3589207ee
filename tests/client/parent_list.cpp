// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/client/parent_list.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <span>
#include <type_traits>
#include <vector>

BOOST_AUTO_TEST_SUITE(parent_list)
namespace {

using cofire::parent_condition;
using cofire::parent_ref;

cofire::job_id id(std::uint64_t n) {
    return cofire::job_id::make(cofire::time_point{}, 0, n);
}

std::vector<parent_ref> take(cofire::parent_list parents) {
    return parents.to_vector();
}

std::vector<parent_ref> expect(parent_condition on, std::vector<std::uint64_t> numbers) {
    std::vector<parent_ref> all;
    for (std::uint64_t n : numbers) {
        all.push_back({id(n), on});
    }
    return all;
}

BOOST_AUTO_TEST_CASE(is_made_of_one_job) {
    BOOST_CHECK(take(id(1)) == expect(parent_condition::on_success, {1}));
    cofire::enqueued const e{id(2), cofire::insert_status::held};
    BOOST_CHECK(take(e) == expect(parent_condition::on_success, {2}));
}

BOOST_AUTO_TEST_CASE(is_made_of_braces) {
    cofire::enqueued const e{id(2), cofire::insert_status::inserted};
    BOOST_CHECK(take({id(1), e}) == expect(parent_condition::on_success, {1, 2}));
    BOOST_CHECK(take({id(1)}) == expect(parent_condition::on_success, {1}));
}

BOOST_AUTO_TEST_CASE(is_made_of_ranges_of_any_length) {
    std::vector<cofire::job_id> ids;
    std::vector<cofire::enqueued> made;
    std::vector<std::uint64_t> numbers;
    for (std::uint64_t n = 1; n != 40; ++n) {
        ids.push_back(id(n));
        made.push_back({id(n), cofire::insert_status::inserted});
        numbers.push_back(n);
    }
    auto const all = expect(parent_condition::on_success, numbers);
    BOOST_CHECK(take(ids) == all);
    BOOST_CHECK(take(std::span<cofire::job_id const>(ids)) == all);
    BOOST_CHECK(take(made) == all);
    BOOST_CHECK(take(std::array{id(1), id(2)}) == expect(parent_condition::on_success, {1, 2}));
    BOOST_CHECK(take(std::vector<cofire::job_id>()).empty());
}

BOOST_AUTO_TEST_CASE(takes_a_condition) {
    std::vector<cofire::job_id> const ids{id(1), id(2)};
    BOOST_CHECK(
        take(cofire::on_failure({id(1), id(2)})) == expect(parent_condition::on_failure, {1, 2})
    );
    BOOST_CHECK(take(cofire::on_failure(ids)) == expect(parent_condition::on_failure, {1, 2}));
    BOOST_CHECK(take(cofire::on_any_end(id(3))) == expect(parent_condition::on_any_end, {3}));
    BOOST_CHECK(take(cofire::on_success({id(4)})) == expect(parent_condition::on_success, {4}));
}

BOOST_AUTO_TEST_CASE(takes_a_condition_for_each) {
    parent_ref const failed{id(1), parent_condition::on_failure};
    std::vector<parent_ref> const expected{failed, {id(2), parent_condition::on_success}};
    BOOST_CHECK(take({failed, id(2)}) == expected);
}

BOOST_AUTO_TEST_CASE(refuses_other_things) {
    static_assert(!std::is_convertible_v<int, cofire::parent_list>);
    static_assert(!std::is_convertible_v<char const*, cofire::parent_list>);
    static_assert(!std::is_constructible_v<cofire::parent_list>);
    static_assert(std::is_trivially_destructible_v<cofire::parent_list>);
    BOOST_CHECK(true);
}

} // namespace
BOOST_AUTO_TEST_SUITE_END()
