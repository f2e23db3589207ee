// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_TIME_ZONE_DATA_HPP
#define COFIRE_TESTS_TIME_ZONE_DATA_HPP

#include <cofire/time/zone.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>

/// A precondition: what gives us the zones knows that Apia leapt over the 30th of December 2011.
/// libstdc++ 14 does not: it is wrong for hours to months after some past changes of a zone's
/// standard time.
inline boost::test_tools::assertion_result knows_apia(boost::unit_test::test_unit_id) {
    using namespace std::chrono;
    auto const apia = cofire::zone::locate("Pacific/Apia");
    auto const leap = sys_days{year{2011} / 12 / 30} + hours{10};
    boost::test_tools::assertion_result result =
        apia.at(leap - seconds{1}).offset == -hours{10} && apia.at(leap).offset == hours{14};
    result.message() << "the zones of this machine's library are wrong about Apia in 2011";
    return result;
}

#endif
