// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/client/owned_options.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

BOOST_AUTO_TEST_SUITE(owned_options)
namespace {

BOOST_AUTO_TEST_CASE(copies_all_that_is_viewed) {
    using namespace std::chrono_literals;
    std::unique_ptr<cofire::detail::owned_options> owned;
    {
        std::string queue = "a queue of its own, not a short one";
        std::string key = "key";
        std::string limit = "limit";
        std::string zone = "Europe/Berlin";
        std::string first = "first";
        std::string second = "second";
        cofire::job_options const given{
            .queue = queue,
            .timeout = 3s,
            .unique_key = key,
            .limit_key = limit,
            .zone = zone,
            .tags = {first, second},
        };
        owned = std::make_unique<cofire::detail::owned_options>(given);
        for (std::string* text : {&queue, &key, &limit, &zone, &first, &second}) {
            text->assign(text->size(), '?');
        }
    }
    cofire::detail::owned_options const moved = std::move(*owned);
    owned.reset();
    cofire::job_options const& o = moved.get();
    BOOST_CHECK_EQUAL(o.queue.value(), "a queue of its own, not a short one");
    BOOST_CHECK_EQUAL(o.unique_key.value(), "key");
    BOOST_CHECK_EQUAL(o.limit_key.value(), "limit");
    BOOST_CHECK_EQUAL(o.zone.value(), "Europe/Berlin");
    BOOST_REQUIRE_EQUAL(o.tags.size(), 2U);
    BOOST_CHECK_EQUAL(o.tags[0], "first");
    BOOST_CHECK_EQUAL(o.tags[1], "second");
    BOOST_CHECK(o.timeout == 3s);
    BOOST_CHECK(!o.priority);
}

BOOST_AUTO_TEST_CASE(keeps_what_is_empty) {
    cofire::detail::owned_options const owned(cofire::job_options{.queue = ""});
    BOOST_CHECK(owned.get().queue.has_value());
    BOOST_CHECK(owned.get().queue->empty());
    BOOST_CHECK(!owned.get().unique_key);
}

BOOST_AUTO_TEST_CASE(copies_filters) {
    std::unique_ptr<cofire::detail::owned_filter> owned;
    {
        std::string const type = "type";
        std::string const text = "text";
        std::string const cursor = "cursor";
        cofire::job_filter filter;
        filter.state = cofire::job_state::failed;
        filter.type = type;
        filter.text = text;
        owned = std::make_unique<cofire::detail::owned_filter>(filter, cursor);
    }
    BOOST_CHECK_EQUAL(owned->get().type, "type");
    BOOST_CHECK_EQUAL(owned->get().text, "text");
    BOOST_CHECK_EQUAL(owned->cursor(), "cursor");
    BOOST_CHECK(owned->get().queue.empty());
    BOOST_CHECK(owned->get().state == cofire::job_state::failed);
}

} // namespace
BOOST_AUTO_TEST_SUITE_END()
