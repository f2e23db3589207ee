// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/job/struct_job.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_from.hpp>
#include <boost/json/value_to.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace job_tests::structs {

struct resize_image {
    std::string path;
    int width = 800;
};
BOOST_DESCRIBE_STRUCT(resize_image, (), (path, width))

struct nightly_report {
    boost::asio::awaitable<int> operator()(cofire::job_context& ctx);
};

enum class format { text, html };
BOOST_DESCRIBE_ENUM(format, text, html)

struct letter {
    std::string to;
    std::optional<std::string> subject;
    std::int8_t copies = 1;
    format as = format::html;
    std::vector<resize_image> images;
    std::chrono::seconds patience{30};
    static constexpr std::array required{"to"};
    static constexpr bool strict = true;
};
BOOST_DESCRIBE_STRUCT(letter, (), (to, subject, copies, as, images, patience))

struct own_form {
    long cents = 0;
    friend void tag_invoke(boost::json::value_from_tag, boost::json::value& to, own_form const& f) {
        to = f.cents;
    }
    friend own_form
    tag_invoke(boost::json::value_to_tag<own_form>, boost::json::value const& from) {
        own_form f;
        f.cents = static_cast<long>(from.as_int64());
        return f;
    }
};

// The same job type in the eyes of two releases of a program.
namespace v1 {
struct crop {
    std::string path;
    int width = 100;
    static constexpr std::string_view name = "crop";
};
BOOST_DESCRIBE_STRUCT(crop, (), (path, width))
} // namespace v1
namespace v2 { // a member more, another gone: no new version is needed
struct crop {
    std::string path;
    std::string quality = "high";
    static constexpr std::string_view name = "crop";
};
BOOST_DESCRIBE_STRUCT(crop, (), (path, quality))
} // namespace v2
namespace v3 { // a member has another name: that needs one
struct crop {
    std::string file;
    int width = 0;
    static constexpr std::string_view name = "crop";
    static constexpr std::uint32_t version = 2;
    static boost::json::value upgrade(boost::json::value stored, std::uint32_t from) {
        BOOST_TEST(from == 1U);
        boost::json::object& object = stored.as_object();
        boost::json::value path = object.at("path"); // [] may move what a reference refers to
        object["file"] = std::move(path);
        return stored;
    }
};
BOOST_DESCRIBE_STRUCT(crop, (), (file, width))
} // namespace v3

} // namespace job_tests::structs

BOOST_AUTO_TEST_SUITE(struct_job)
namespace {

namespace jobs = job_tests::structs;
template <class J>
using job = cofire::struct_job<J>;

template <class F>
void refused(F f, std::string_view part, cofire::errc code = cofire::errc::bad_arguments) {
    try {
        f();
    } catch (cofire::error const& e) {
        std::string const what = e.what();
        BOOST_TEST((e.value() == code));
        BOOST_TEST_CONTEXT(what) BOOST_TEST((what.find(part) != what.npos));
        return;
    }
    BOOST_ERROR("nothing was thrown");
}

BOOST_AUTO_TEST_CASE(built_from_the_members_in_order) {
    using j = job<jobs::resize_image>;
    BOOST_TEST(j::encode("cat.png", 200) == R"({"path":"cat.png","width":200})");
    BOOST_TEST(j::encode("cat.png") == R"({"path":"cat.png","width":800})");
    BOOST_TEST(j::encode() == R"({"path":"","width":800})");
    BOOST_TEST(j::name == "job_tests::structs::resize_image");
}

BOOST_AUTO_TEST_CASE(or_from_a_whole_struct) {
    using j = job<jobs::resize_image>;
    jobs::resize_image cat{"cat.png", 200};
    jobs::resize_image const same = cat;
    BOOST_TEST(j::encode(cat) == R"({"path":"cat.png","width":200})");
    BOOST_TEST(j::encode(same) == j::encode(cat));
    static_assert(j::accepts<jobs::resize_image&>());
    static_assert(j::accepts<jobs::resize_image>() == cofire::detail::rvalue_aggregates_are_safe);
}

BOOST_AUTO_TEST_CASE(members_are_checked_like_arguments) {
    using j = job<jobs::letter>;
    static_assert(j::accepts<char const(&)[2], char const(&)[2], int>());
    static_assert(!j::accepts<>()); // `to` is required
    static_assert(!j::accepts<char const(&)[2], std::nullopt_t, double>());
    static_assert(!j::accepts<int>());
    static_assert(!job<jobs::resize_image>::accepts<char const(&)[2], int, int>());
    refused(
        [] { (void)j::encode("ann", std::nullopt, 200); }, "$.copies: expected an integer from -128"
    );
    refused([] { (void)j::encode("\xFF"); }, "$.to: the text is not UTF-8");
    BOOST_TEST(
        j::encode("ann", "hi", 2, jobs::format::text) ==
        R"({"to":"ann","subject":"hi","copies":2,"as":"text","images":[],"patience":30})"
    );
}

BOOST_AUTO_TEST_CASE(decoding_names_the_place) {
    using j = job<jobs::letter>;
    refused(
        [] { (void)j::decode("{}"); }, "job_tests::structs::letter: $.to: required, but missing"
    );
    refused([] { (void)j::decode(R"({"to":"a","cc":"b"})"); }, "$.cc: unknown member");
    refused(
        [] { (void)j::decode(R"({"to":"a","images":[{"width":"x"}]})"); },
        R"($.images[0].width: expected an integer, found "x")"
    );
    refused([] { (void)j::decode("[]"); }, "$: expected an object, found an array");
    refused(
        [] { (void)j::decode(std::string(65, '[')); },
        "more than 64 levels",
        cofire::errc::json_too_deep
    );
    auto const letter = j::decode(R"({"to":"a","as":"text"})");
    BOOST_TEST((letter.as == jobs::format::text));
    BOOST_TEST(letter.copies == 1);
    BOOST_TEST(!letter.subject.has_value());
}

BOOST_AUTO_TEST_CASE(a_struct_without_members_may_run_itself) {
    using j = job<jobs::nightly_report>;
    BOOST_TEST(j::encode() == "{}");
    (void)j::decode("{}");
    refused([] { (void)j::decode("[]"); }, "expected an object");
    BOOST_TEST((std::is_same_v<j::result, int>));
    BOOST_TEST(std::is_void_v<job<jobs::resize_image>::result>);
}

BOOST_AUTO_TEST_CASE(conversions_of_boost_json_will_do) {
    using j = job<jobs::own_form>;
    jobs::own_form form;
    form.cents = 7;
    BOOST_TEST(j::encode(form) == "7");
    BOOST_TEST(j::decode("8").cents == 8);
    static_assert(!j::accepts<>());
    static_assert(!j::accepts<long>());
}

BOOST_AUTO_TEST_CASE(releases_understand_each_other) {
    using old_job = job<jobs::v1::crop>;
    using new_job = job<jobs::v2::crop>;
    auto const forth = new_job::decode(old_job::encode("cat.png", 7));
    BOOST_TEST(forth.path == "cat.png");
    BOOST_TEST(forth.quality == "high");
    auto const back = old_job::decode(new_job::encode("dog.png", "low"));
    BOOST_TEST(back.path == "dog.png");
    BOOST_TEST(back.width == 100);
}

BOOST_AUTO_TEST_CASE(a_new_form_upgrades_the_old_one_and_not_the_other_way) {
    using old_job = job<jobs::v1::crop>;
    using new_job = job<jobs::v3::crop>;
    auto const stored = old_job::encode("cat.png", 7);
    auto const crop = new_job::decode(stored, old_job::argument_version);
    BOOST_TEST(crop.file == "cat.png");
    BOOST_TEST(crop.width == 7);
    refused(
        [] { (void)old_job::decode(new_job::encode("dog.png"), new_job::argument_version); },
        "of version 2, this program knows versions up to 1"
    );
    refused([&] { (void)new_job::decode("{}", 1); }, "the upgrade from version 1 failed");
}

BOOST_AUTO_TEST_CASE(the_schema_describes_the_object) {
    BOOST_TEST(
        job<jobs::resize_image>::schema() ==
        R"({"title":"job_tests::structs::resize_image","type":"object","properties":{)"
        R"("path":{"type":"string"},"width":{"type":"integer","minimum":-2147483648,"maximum":2147483647}},)"
        R"("default":{"path":"","width":800},"required":[]})"
    );
    std::string const letter = job<jobs::letter>::schema();
    for (std::string_view part :
         {R"("required":["to"],"additionalProperties":false})",
          R"("as":{"enum":["text","html"]})",
          R"("patience":{"type":"integer","description":"seconds"})",
          R"("images":{"type":"array","items":{"type":"object","properties":{"path")"}) {
        BOOST_TEST_CONTEXT(letter) BOOST_TEST((letter.find(part) != letter.npos));
    }
    BOOST_TEST(
        job<jobs::nightly_report>::schema() == R"({"title":"job_tests::structs::nightly_report"})"
    );
}

} // namespace
BOOST_AUTO_TEST_SUITE_END()
