// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/job/type_name.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

namespace asio = boost::asio;

asio::awaitable<void> type_name_free_function(std::string user);

namespace crm {

void notify_admin(std::string text);
void quiet(int) noexcept;
struct mailer {
    asio::awaitable<void> send(std::string to);
    void count() const noexcept;
    static void flush(int);
    struct part {
        void run();
    };
};
struct faster_mailer : mailer {};
namespace a::b {
void deep(int n);
struct resize_2_images {};
} // namespace a::b
inline void overloaded(int) {}
inline void overloaded(std::string) {}
template <class T>
void templated(T);

} // namespace crm

template <>
struct cofire::job_traits<crm::templated<int>> {
    static constexpr std::string_view name = "templated-int.v2";
};

BOOST_AUTO_TEST_SUITE(type_name)
namespace {

using cofire::default_function_name;
using cofire::default_struct_name;

// These texts are stored: a compiler that spells one of them otherwise must fail here.
BOOST_AUTO_TEST_CASE(golden_names_of_functions) {
    BOOST_TEST(default_function_name<type_name_free_function>() == "type_name_free_function");
    BOOST_TEST(default_function_name<&type_name_free_function>() == "type_name_free_function");
    BOOST_TEST(default_function_name<crm::notify_admin>() == "crm::notify_admin");
    BOOST_TEST(default_function_name<crm::quiet>() == "crm::quiet");
    BOOST_TEST(default_function_name<crm::a::b::deep>() == "crm::a::b::deep");
    auto constexpr with_text = static_cast<void (*)(std::string)>(crm::overloaded);
    BOOST_TEST(default_function_name<with_text>() == "crm::overloaded");
}

BOOST_AUTO_TEST_CASE(golden_names_of_member_functions) {
    BOOST_TEST(default_function_name<&crm::mailer::send>() == "crm::mailer::send");
    BOOST_TEST(default_function_name<&crm::mailer::count>() == "crm::mailer::count");
    BOOST_TEST(default_function_name<crm::mailer::flush>() == "crm::mailer::flush");
    BOOST_TEST(default_function_name<&crm::mailer::part::run>() == "crm::mailer::part::run");
    // Named through a derived class, it is still the base's function.
    BOOST_TEST(default_function_name<&crm::faster_mailer::send>() == "crm::mailer::send");
}

BOOST_AUTO_TEST_CASE(golden_names_of_structs) {
    BOOST_TEST(default_struct_name<crm::mailer>() == "crm::mailer");
    BOOST_TEST(default_struct_name<crm::mailer::part>() == "crm::mailer::part");
    BOOST_TEST(default_struct_name<crm::a::b::resize_2_images>() == "crm::a::b::resize_2_images");
}

BOOST_AUTO_TEST_CASE(a_name_in_the_traits_is_taken_as_it_is) {
    using traits = cofire::job_traits<crm::templated<int>>;
    using spelling = cofire::detail::value_spelling<crm::templated<int>>;
    constexpr std::string_view name = cofire::detail::stored_name<traits, spelling>();
    BOOST_TEST(name == "templated-int.v2");
}

BOOST_AUTO_TEST_CASE(names_are_checked) {
    BOOST_TEST(cofire::is_type_name("crm::notify_admin"));
    BOOST_TEST(cofire::is_type_name("nightly-backup.v2"));
    BOOST_TEST(cofire::is_type_name(std::string(128, 'x')));
    BOOST_TEST(!cofire::is_type_name(std::string(129, 'x')));
    BOOST_TEST(!cofire::is_type_name(""));
    BOOST_TEST(!cofire::is_type_name("two words"));
    BOOST_TEST(!cofire::is_type_name("a/b"));
    BOOST_TEST(!cofire::is_type_name("gr\xC3\xBC\xC3\x9F"));
    BOOST_TEST(!cofire::is_type_name(std::string_view("a\0b", 3)));
}

} // namespace
BOOST_AUTO_TEST_SUITE_END()
