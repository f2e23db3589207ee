// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/job/signature.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>
#include <tuple>
#include <type_traits>

namespace job_tests::signature {

namespace asio = boost::asio;

asio::awaitable<std::size_t> backup(cofire::job_context& ctx, std::string database);
asio::awaitable<void, asio::io_context::executor_type> on_plain_executor(int);
void thumbnail(std::string const& path, int) noexcept;
int nothing();
struct mailer {
    asio::awaitable<void> send(std::string to);
    int count(cofire::job_context&) const noexcept;
    void lvalue(int) &;
};
struct functor {
    asio::awaitable<int> operator()(cofire::job_context&, std::string) const;
};
struct two_calls {
    void operator()(int);
    void operator()(std::string);
};

} // namespace job_tests::signature

BOOST_AUTO_TEST_SUITE(signature)
namespace {

namespace jobs = job_tests::signature;

template <class A, class B>
constexpr bool same = std::is_same_v<A, B>;

BOOST_AUTO_TEST_CASE(a_coroutine_with_context) {
    using s = cofire::signature_of<decltype(&jobs::backup)>;
    BOOST_TEST(s::is_coroutine);
    BOOST_TEST(s::takes_context);
    BOOST_TEST((same<s::result, std::size_t>));
    BOOST_TEST((same<s::returned, boost::asio::awaitable<std::size_t>>));
    BOOST_TEST((same<s::arguments, std::tuple<std::string>>));
    BOOST_TEST(std::is_void_v<s::object>);
}

BOOST_AUTO_TEST_CASE(the_awaitables_executor_does_not_matter) {
    using s = cofire::signature_of<decltype(&jobs::on_plain_executor)>;
    BOOST_TEST(s::is_coroutine);
    BOOST_TEST(!s::takes_context);
    BOOST_TEST(std::is_void_v<s::result>);
}

BOOST_AUTO_TEST_CASE(a_blocking_function_owns_what_it_takes_by_reference) {
    using s = cofire::signature_of<decltype(&jobs::thumbnail)>;
    BOOST_TEST(!s::is_coroutine);
    BOOST_TEST((same<s::arguments, std::tuple<std::string, int>>));
    BOOST_TEST((same<cofire::signature_of<decltype(&jobs::nothing)>::arguments, std::tuple<>>));
}

BOOST_AUTO_TEST_CASE(member_functions_have_an_object) {
    using send = cofire::signature_of<decltype(&jobs::mailer::send)>;
    BOOST_TEST((same<send::object, jobs::mailer>));
    BOOST_TEST((same<send::arguments, std::tuple<std::string>>));
    using count = cofire::signature_of<decltype(&jobs::mailer::count)>;
    BOOST_TEST((same<count::object, jobs::mailer const>));
    BOOST_TEST(count::takes_context);
    BOOST_TEST((same<count::arguments, std::tuple<>>));
    BOOST_TEST((same<cofire::signature_of<decltype(&jobs::mailer::lvalue)>::object, jobs::mailer>));
}

BOOST_AUTO_TEST_CASE(functors_and_lambdas_have_one_too) {
    using s = cofire::signature_of<jobs::functor>;
    BOOST_TEST(s::is_coroutine);
    BOOST_TEST(s::takes_context);
    BOOST_TEST((same<s::result, int>));
    auto const lambda = [](int n) noexcept { return n; };
    using l = cofire::signature_of<decltype(lambda)>;
    BOOST_TEST((same<l::arguments, std::tuple<int>>));
    BOOST_TEST((same<l::result, int>));
}

BOOST_AUTO_TEST_CASE(what_has_no_single_signature_is_told) {
    auto const generic = [](auto x) { return x; };
    BOOST_TEST(!cofire::has_signature<decltype(generic)>);
    BOOST_TEST(!cofire::has_signature<jobs::two_calls>);
    BOOST_TEST(!cofire::has_signature<int>);
    BOOST_TEST(!cofire::has_signature<std::string>);
    BOOST_TEST(cofire::job_function<jobs::backup>);
    BOOST_TEST(cofire::job_function<&jobs::mailer::send>);
    BOOST_TEST(!cofire::job_function<7>);
}

} // namespace
BOOST_AUTO_TEST_SUITE_END()
