// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/job/job_definition.hpp>
#include <cofire/job/job_traits.hpp>

#include <boost/describe/class.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace job_tests::traits {

void plain(std::string);
void told(std::string);

struct resize {
    std::string path;
    int width = 800;
    static constexpr std::string_view name = "resize-image";
    static constexpr cofire::job_options options{
        .queue = "images", .timeout = std::chrono::seconds(30)};
    static constexpr std::string_view display = "Resize {path}";
    static constexpr std::uint32_t version = 3;
};
BOOST_DESCRIBE_STRUCT(resize, (), (path, width))

// Its data members are called as the static ones of other job types.
struct signup {
    std::string name;
    std::string options;
    int version = 0;
    bool display = false;
    bool strict = false;
    int required = 0;
};
BOOST_DESCRIBE_STRUCT(signup, (), (name, options, version, display, strict, required))

} // namespace job_tests::traits

template <>
struct cofire::job_traits<job_tests::traits::told> {
    static constexpr std::string_view name = "told";
    static constexpr cofire::job_options options{.priority = 9, .max_attempts = 3, .tags = {"crm"}};
    static constexpr std::string_view display = "Tell {0}";
    static constexpr std::uint32_t version = 2;
};

BOOST_AUTO_TEST_SUITE(job_traits)
namespace {

namespace jobs = job_tests::traits;

static_assert(cofire::job_definition<cofire::function_job<jobs::plain>>);
static_assert(cofire::job_definition<cofire::struct_job<jobs::resize>>);
static_assert(!cofire::job_definition<jobs::resize>);

BOOST_AUTO_TEST_CASE(nothing_said_means_defaults) {
    using job = cofire::function_job<jobs::plain>;
    BOOST_TEST(job::name == "job_tests::traits::plain");
    BOOST_TEST(!job::options.queue.has_value());
    BOOST_TEST(!job::options.max_attempts.has_value());
    BOOST_TEST(job::display.empty());
    BOOST_TEST(job::argument_version == 1U);
}

BOOST_AUTO_TEST_CASE(the_traits_of_a_function_are_taken_over) {
    using job = cofire::function_job<jobs::told>;
    BOOST_TEST(job::name == "told");
    BOOST_TEST(job::options.priority.value() == 9);
    BOOST_TEST(job::options.max_attempts.value() == 3);
    BOOST_TEST(job::options.tags.size() == 1U);
    BOOST_TEST(job::display == "Tell {0}");
    BOOST_TEST(job::argument_version == 2U);
}

BOOST_AUTO_TEST_CASE(a_structs_static_members_are_taken_over) {
    using job = cofire::struct_job<jobs::resize>;
    BOOST_TEST(job::name == "resize-image");
    BOOST_TEST(job::options.queue.value() == "images");
    BOOST_TEST((job::options.timeout == std::chrono::seconds(30)));
    BOOST_TEST(job::display == "Resize {path}");
    BOOST_TEST(job::argument_version == 3U);
}

BOOST_AUTO_TEST_CASE(data_members_of_the_same_names_are_just_members) {
    using job = cofire::struct_job<jobs::signup>;
    BOOST_TEST(job::name == "job_tests::traits::signup");
    BOOST_TEST(job::display.empty());
    BOOST_TEST(job::argument_version == 1U);
    BOOST_TEST(job::fewest_arguments == 0U);
    BOOST_TEST(
        job::encode("ann") ==
        R"({"name":"ann","options":"","version":0,"display":false,"strict":false,"required":0})"
    );
    BOOST_TEST(job::decode(R"({"name":"bob","other":1})").name == "bob");
}

} // namespace
BOOST_AUTO_TEST_SUITE_END()
