// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "client_support.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(creation_filter)
namespace {

using namespace client_tests;
using journal = std::shared_ptr<std::vector<std::string>>;

journal make_journal() {
    return std::make_shared<std::vector<std::string>>();
}

struct notes_both {
    journal lines;
    std::string name;
    void creating(cofire::creation& c) { lines->push_back(name + " creating " + c.job().type); }
    void created(cofire::creation const& c, cofire::enqueued const& e) noexcept {
        lines->push_back(name + " created " + c.job().type + (e.held() ? " held" : ""));
    }
};

struct tags_only {
    void creating(cofire::creation& c) const { c.settings().tags.push_back("filtered"); }
};

struct told_only {
    std::shared_ptr<cofire::enqueued> last;
    void created(cofire::creation const&, cofire::enqueued const& e) noexcept { *last = e; }
};

struct refuses {
    void creating(cofire::creation& c) { throw std::runtime_error("no " + c.job().type); }
};

struct moves {
    void creating(cofire::creation& c) { c.settings().queue = "moved"; }
};

struct rewrites {
    std::string json;
    void creating(cofire::creation& c) { c.set_arguments(json); }
};

struct does_nothing {
    void other();
};

template <class... Filters>
cofire::client_options with_filters(Filters... filters) {
    cofire::client_options options;
    (options.filters.push_back(std::move(filters)), ...);
    return options;
}

BOOST_AUTO_TEST_CASE(filters_nest_in_their_order) {
    journal const lines = make_journal();
    fake_client t(with_filters(notes_both{lines, "a"}, notes_both{lines, "b"}));
    auto op = t.jobs.enqueue<send_mail>("x");
    BOOST_CHECK_EQUAL(lines->size(), 2U); // creating is called within the call
    run(std::move(op));
    std::vector<std::string> const expected{
        "a creating client_tests::send_mail",
        "b creating client_tests::send_mail",
        "b created client_tests::send_mail",
        "a created client_tests::send_mail"};
    BOOST_CHECK(*lines == expected);
}

BOOST_AUTO_TEST_CASE(filters_have_what_they_want) {
    auto const last = std::make_shared<cofire::enqueued>();
    fake_client t(with_filters(tags_only{}, told_only{last}));
    cofire::enqueued const e = run(t.jobs.enqueue<send_mail>("x"));
    BOOST_CHECK(*last == e);
    BOOST_CHECK(t.storage.jobs.at(0).settings->tags == std::vector<std::string>{"filtered"});
    static_assert(!std::is_constructible_v<cofire::creation_filter, does_nothing>);
}

BOOST_AUTO_TEST_CASE(filters_may_be_written_in_place) {
    fake_storage storage;
    cofire::client jobs{
        storage, {.filters = {tags_only{}, cofire::for_type<resize_image>(moves{})}}};
    run(jobs.enqueue<resize_image>("x"));
    BOOST_CHECK_EQUAL(storage.jobs.at(0).settings->queue, "moved");
    BOOST_CHECK_EQUAL(storage.jobs.at(0).settings->tags.size(), 1U);
}

BOOST_AUTO_TEST_CASE(a_change_is_for_the_one_job) {
    fake_client t(with_filters(tags_only{}));
    run(t.jobs.enqueue<send_mail>("x"));
    run(t.jobs.enqueue<send_mail>("y"));
    BOOST_CHECK_EQUAL(t.storage.jobs.at(1).settings->tags.size(), 1U);
}

BOOST_AUTO_TEST_CASE(a_filter_may_refuse) {
    journal const lines = make_journal();
    fake_client t(with_filters(notes_both{lines, "a"}, refuses{}, notes_both{lines, "b"}));
    auto op = t.jobs.enqueue<send_mail>("x");
    BOOST_CHECK_EXCEPTION(run(std::move(op)), std::runtime_error, [](std::exception const& e) {
        return std::string(e.what()) == "no client_tests::send_mail";
    });
    BOOST_CHECK_EQUAL(t.storage.calls, 0U);
    BOOST_CHECK_EQUAL(lines->size(), 1U);
}

BOOST_AUTO_TEST_CASE(a_filter_may_be_for_one_type) {
    fake_client t(with_filters(
        cofire::for_type<send_mail>(tags_only{}), cofire::for_type<resize_image>(moves{})
    ));
    run(t.jobs.enqueue<send_mail>("x"));
    run(t.jobs.enqueue<resize_image>("x", 1));
    run(t.jobs.enqueue_raw("client_tests::send_mail", R"(["x"])"));
    auto const& jobs = t.storage.jobs;
    BOOST_CHECK_EQUAL(jobs.at(0).settings->tags.size(), 1U);
    BOOST_CHECK_EQUAL(jobs.at(0).settings->queue, "default");
    BOOST_CHECK_EQUAL(jobs.at(1).settings->tags.size(), 0U);
    BOOST_CHECK_EQUAL(jobs.at(1).settings->queue, "moved");
    BOOST_CHECK_EQUAL(jobs.at(2).settings->tags.size(), 1U);
}

BOOST_AUTO_TEST_CASE(a_unique_key_follows_the_job_to_another_queue) {
    fake_client t(with_filters(moves{}));
    run(t.jobs.with({.unique_key = "k", .unique_scope = cofire::unique_scope_kind::queue})
            .enqueue<send_mail>("x"));
    BOOST_CHECK_EQUAL(t.storage.jobs.at(0).unique_key->text, "queue/moved/k");
}

BOOST_AUTO_TEST_CASE(changed_arguments_are_checked) {
    std::string message;
    {
        fake_client t(with_filters(rewrites{R"(["y"])"}));
        run(t.jobs.enqueue<send_mail>("x"));
        BOOST_CHECK_EQUAL(t.storage.jobs.at(0).arguments, R"(["y"])");
    }
    fake_client t(with_filters(rewrites{"not json"}));
    BOOST_CHECK(code_of(t.jobs.enqueue<send_mail>("x"), message) == cofire::errc::bad_arguments);
    BOOST_CHECK_EQUAL(t.storage.calls, 0U);
}

struct empties_the_queue {
    void creating(cofire::creation& c) { c.settings().queue.clear(); }
};

BOOST_AUTO_TEST_CASE(changed_settings_are_checked) {
    std::string message;
    fake_client t(with_filters(empties_the_queue{}));
    BOOST_CHECK(code_of(t.jobs.enqueue<send_mail>("x"), message) == cofire::errc::bad_queue);
    BOOST_CHECK_EQUAL(t.storage.calls, 0U);
}

BOOST_AUTO_TEST_CASE(created_is_told_of_held_jobs) {
    journal const lines = make_journal();
    fake_client t(with_filters(notes_both{lines, "a"}));
    t.storage.insert_results.push_back({cofire::job_id(), cofire::insert_status::held});
    run(t.jobs.enqueue<send_mail>("x"));
    BOOST_CHECK_EQUAL(lines->back(), "a created client_tests::send_mail held");
}

BOOST_AUTO_TEST_CASE(many_jobs_and_batches_pass_the_filters) {
    journal const lines = make_journal();
    fake_client t(with_filters(notes_both{lines, "a"}));
    std::vector<std::string> const names{"x", "y"};
    run(t.jobs.enqueue_many<send_mail>(names));
    BOOST_CHECK_EQUAL(lines->size(), 4U);
    cofire::batch b;
    b.add<prepared>();
    BOOST_CHECK_EQUAL(lines->size(), 4U);
    run(t.jobs.submit(b));
    BOOST_CHECK_EQUAL(lines->size(), 6U);
}

BOOST_AUTO_TEST_CASE(a_recurring_job_passes_when_it_is_defined) {
    journal const lines = make_journal();
    fake_client t(with_filters(notes_both{lines, "a"}, tags_only{}));
    auto const record = run(t.jobs.recurring<send_mail>("r", "@daily", "x"));
    BOOST_CHECK(record.definition.settings.tags == std::vector<std::string>{"filtered"});
    BOOST_CHECK_EQUAL(lines->size(), 1U);
    t.storage.records.push_back(record);
    run(t.jobs.trigger_recurring("r"));
    BOOST_CHECK_EQUAL(lines->size(), 1U);
    BOOST_CHECK_EQUAL(t.storage.fired.at(0).settings->tags.size(), 1U);
}

} // namespace
BOOST_AUTO_TEST_SUITE_END()
