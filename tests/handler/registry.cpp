// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/handler/registry.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <handler/fixture.hpp>
#include <handler/jobs.hpp>
#include <memory>
#include <string>
#include <vector>

namespace {

BOOST_AUTO_TEST_SUITE(registry)

namespace jobs = handler_tests::jobs;

struct fresh {
    boost::asio::io_context io;
    cofire::registry registry;
    jobs::mailer mail{"ann"};

    std::vector<std::string> names() const {
        std::vector<std::string> names;
        for (auto const& type : registry.announced()) {
            names.push_back(type.name);
        }
        return names;
    }

    /// True if `add` throws this code with this text in it, and the registry is as before.
    template <class F>
    bool refuses(cofire::errc code, std::string const& text, F add) {
        auto const before = names();
        auto const entries = registry.entries().size();
        try {
            add();
        } catch (cofire::error const& e) {
            BOOST_TEST_INFO(e.what());
            BOOST_CHECK(e.value() == code);
            BOOST_TEST(std::string(e.what()).find(text) != std::string::npos);
            BOOST_TEST(names() == before, boost::test_tools::per_element());
            return registry.entries().size() == entries;
        }
        return false;
    }
};

BOOST_FIXTURE_TEST_CASE(every_form_is_found_by_its_name, fresh) {
    registry.add<jobs::greet>()
        .add<jobs::backup>()
        .add<jobs::never_throws>()
        .add<jobs::blocking>(cofire::on(io))
        .add<&jobs::mailer::send>(mail)
        .add<&jobs::mailer::count>(std::make_shared<jobs::mailer const>())
        .add<jobs::resize>([](jobs::resize) -> boost::asio::awaitable<void> { co_return; })
        .add<jobs::clean_up>()
        .add<jobs::tick>();
    for (auto const* name :
         {"handler_tests::jobs::greet",
          "nightly-backup",
          "handler_tests::jobs::never_throws",
          "handler_tests::jobs::blocking",
          "handler_tests::jobs::mailer::send",
          "handler_tests::jobs::mailer::count",
          "handler_tests::jobs::resize",
          "handler_tests::jobs::clean_up",
          "handler_tests::jobs::tick"}) {
        auto const* const entry = registry.find(name);
        BOOST_REQUIRE_MESSAGE(entry != nullptr, name);
        BOOST_TEST(entry->name == name);
    }
    BOOST_TEST(registry.entries().size() == 9U);
    BOOST_TEST(registry.find("greet") == nullptr);
    BOOST_TEST(registry.find("") == nullptr);
}

BOOST_FIXTURE_TEST_CASE(it_announces_what_the_job_types_say, fresh) {
    registry.add<jobs::backup>(cofire::aliases{"backup", "old:backup"});
    registry.add<jobs::resize>([](jobs::resize) -> boost::asio::awaitable<void> { co_return; });
    auto const types = registry.announced();
    BOOST_REQUIRE(types.size() == 4U);
    BOOST_TEST(types[0].name == "nightly-backup");
    BOOST_TEST(types[1].name == "backup");
    BOOST_TEST(types[2].name == "old:backup");
    BOOST_TEST(types[3].name == "handler_tests::jobs::resize");
    BOOST_TEST(types[0].display == "Backup of {0}");
    BOOST_TEST(types[2].display == "Backup of {0}");
    BOOST_TEST(types[0].argument_version == 1U);
    BOOST_TEST(types[3].argument_version == 2U);
    BOOST_TEST(types[3].schema.find("\"width\"") != std::string::npos);
    BOOST_TEST(registry.find("old:backup") == registry.find("nightly-backup"));
}

BOOST_FIXTURE_TEST_CASE(arguments_are_checked_for_tools_and_forms, fresh) {
    using cofire::errc;
    registry.add<jobs::backup>(cofire::aliases{"backup"});
    registry.add<jobs::resize>([](jobs::resize) -> boost::asio::awaitable<void> { co_return; });
    auto const refused = [&](errc code, std::string const& text, auto const&... args) {
        return refuses(code, text, [&] { registry.check(args...); });
    };
    registry.check("nightly-backup", R"(["crm"])");
    registry.check("backup", R"(["crm"])");
    std::string const resize = "handler_tests::jobs::resize";
    registry.check(resize, R"({"path":"a"})", 2);
    BOOST_TEST(refused(errc::unknown_type, "\"nightly\"", "nightly", "[]"));
    BOOST_TEST(refused(errc::unknown_type, "\"\"", "", "[]"));
    BOOST_TEST(refused(errc::bad_arguments, "nightly-backup", "backup", "[]"));
    BOOST_TEST(refused(errc::bad_arguments, "nightly-backup", "nightly-backup", "[1]"));
    BOOST_TEST(refused(errc::bad_arguments, "", "nightly-backup", "no JSON"));
    BOOST_TEST(refused(errc::bad_arguments, resize, resize, R"({"path":"a","width":"b"})", 2U));
    BOOST_TEST(refused(errc::bad_arguments, "3", resize, R"({"path":"a"})", 3U));
    std::string const deep = std::string(100, '[') + std::string(100, ']');
    BOOST_TEST(refused(errc::json_too_deep, "", "nightly-backup", deep));
}

BOOST_FIXTURE_TEST_CASE(what_a_jobs_own_conversion_throws_is_told_as_bad_arguments, fresh) {
    registry.add<jobs::measure>();
    registry.check("handler_tests::jobs::measure", "[5]");
    BOOST_TEST(refuses(cofire::errc::bad_arguments, "no such length", [&] {
        registry.check("handler_tests::jobs::measure", "[-5]");
    }));
}

BOOST_FIXTURE_TEST_CASE(options_come_in_any_order, fresh) {
    int filtered = 0;
    auto const outcome_filter = [&filtered](cofire::job_context const&, cofire::run_outcome&) {
        ++filtered;
    };
    auto const execution_filter = [](cofire::job_context&,
                                     cofire::next_handler next) -> boost::asio::awaitable<void> {
        auto rest = next();
        co_await std::move(rest);
    };
    registry.add<&jobs::mailer::block>(
        mail,
        cofire::concurrency(3),
        cofire::filter(outcome_filter),
        cofire::retry(cofire::retry_policy{}.delays({std::chrono::seconds(9)})),
        cofire::on(io.get_executor()),
        cofire::filter(execution_filter),
        cofire::aliases{"block"}
    );
    auto const* const entry = registry.find("block");
    BOOST_REQUIRE(entry != nullptr);
    BOOST_TEST(entry->options.concurrency == 3U);
    BOOST_TEST(entry->options.executor.has_value());
    BOOST_TEST(entry->options.filters.execution.size() == 1U);
    BOOST_TEST(entry->options.filters.outcome.size() == 1U);
    BOOST_TEST((entry->options.retry.delay(1, {}, {}, 0) == std::chrono::seconds(9)));
    BOOST_TEST(
        entry->aliases == std::vector<std::string>{"block"}, boost::test_tools::per_element()
    );
}

BOOST_FIXTURE_TEST_CASE(a_name_is_taken_once, fresh) {
    using cofire::errc;
    registry.add<jobs::greet>(cofire::aliases{"hello"});
    BOOST_TEST(refuses(errc::duplicate_registration, "jobs::greet", [&] {
        registry.add<jobs::greet>();
    }));
    BOOST_TEST(refuses(errc::duplicate_registration, "\"hello\"", [&] {
        registry.add<jobs::nothing>(cofire::aliases{"fine", "hello"});
    }));
    BOOST_TEST(registry.find("fine") == nullptr);
    BOOST_TEST(refuses(errc::duplicate_registration, "jobs::greet", [&] {
        registry.add<jobs::nothing>(cofire::aliases{"handler_tests::jobs::greet"});
    }));
    BOOST_TEST(refuses(errc::duplicate_registration, "\"twice\"", [&] {
        registry.add<jobs::nothing>(cofire::aliases{"twice", "twice"});
    }));
    registry.add<jobs::nothing>(cofire::aliases{"nightly-backup"});
    BOOST_TEST(refuses(errc::duplicate_registration, "nightly-backup", [&] {
        registry.add<jobs::backup>();
    }));
}

BOOST_FIXTURE_TEST_CASE(bad_input_is_refused, fresh) {
    using cofire::errc;
    BOOST_TEST(refuses(errc::bad_type, "\"no good\"", [&] {
        registry.add<jobs::greet>(cofire::aliases{"no good"});
    }));
    BOOST_TEST(refuses(errc::bad_type, "\"\"", [&] {
        registry.add<jobs::greet>(cofire::aliases{""});
    }));
    jobs::mailer* const null = nullptr;
    BOOST_TEST(refuses(errc::bad_option, "mailer::send", [&] {
        registry.add<&jobs::mailer::send>(null);
    }));
    BOOST_TEST(refuses(errc::bad_option, "mailer::send", [&] {
        registry.add<&jobs::mailer::send>(std::shared_ptr<jobs::mailer>());
    }));
    BOOST_TEST(refuses(errc::bad_option, "0", [] { (void)cofire::concurrency(0); }));
}

BOOST_FIXTURE_TEST_CASE(a_frozen_one_takes_no_more, fresh) {
    using cofire::errc;
    registry.add<jobs::greet>();
    BOOST_TEST(!registry.frozen());
    registry.freeze();
    registry.freeze();
    BOOST_TEST(registry.frozen());
    BOOST_TEST(refuses(errc::registry_frozen, "nightly-backup", [&] {
        registry.add<jobs::backup>();
    }));
    BOOST_TEST(refuses(errc::registry_frozen, "filter", [&] {
        registry.add_filter([](cofire::job_context const&, cofire::run_outcome&) {});
    }));
    BOOST_TEST(registry.find("handler_tests::jobs::greet") != nullptr);
}

BOOST_FIXTURE_TEST_CASE(entries_stay_where_they_are, fresh) {
    registry.add<jobs::greet>();
    auto const* const entry = registry.find("handler_tests::jobs::greet");
    registry.add<jobs::backup>().add<jobs::nothing>().add<jobs::tick>().add<jobs::clean_up>();
    BOOST_TEST(registry.find("handler_tests::jobs::greet") == entry);
    BOOST_TEST(registry.entries().front().get() == entry);
}

BOOST_FIXTURE_TEST_CASE(what_it_owns_goes_with_it, fresh) {
    auto const token = std::make_shared<int>(1);
    {
        cofire::registry other;
        other.add<jobs::resize>([token](jobs::resize) -> boost::asio::awaitable<void> {
            co_return;
        });
        BOOST_TEST(token.use_count() == 2);
    }
    BOOST_TEST(token.use_count() == 1);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
