// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include <cofire/handler/detail/failure.hpp>

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>

namespace {

BOOST_AUTO_TEST_SUITE(failure)

using namespace cofire::detail;

struct odd_exception {};
struct nothing_to_say : std::exception {
    char const* what() const noexcept override { return nullptr; }
};

template <class E>
cofire::error_info described(E const& e) {
    return describe_failure("job", std::make_exception_ptr(e));
}

std::uint64_t print_of(std::string_view message) {
    return failure_fingerprint("job", "type", message);
}

BOOST_AUTO_TEST_CASE(types_are_readable) {
    BOOST_TEST(described(std::out_of_range("x")).type == "std::out_of_range");
    BOOST_TEST(described(std::out_of_range("x")).message == "x");
    BOOST_TEST(described(odd_exception{}).type.find("odd_exception") != std::string::npos);
    BOOST_TEST(described(42).type == "int");
    BOOST_TEST(described(static_cast<char const*>("oops")).message == "oops");
    BOOST_TEST(described(static_cast<char const*>(nullptr)).message == "");
    BOOST_TEST(described(std::string("oops")).message == "oops");
    BOOST_TEST(described(nothing_to_say{}).message == "");
}

BOOST_AUTO_TEST_CASE(nested_exceptions_are_told) {
    std::exception_ptr e;
    try {
        try {
            throw std::out_of_range("inner");
        } catch (...) {
            std::throw_with_nested(std::runtime_error("outer"));
        }
    } catch (...) {
        e = std::current_exception();
    }
    BOOST_TEST(describe_failure("job", e).message == "outer: inner");
}

BOOST_AUTO_TEST_CASE(long_messages_are_cut) {
    auto const info = described(std::runtime_error(std::string(100'000, 'x')));
    BOOST_TEST(info.message.size() == 64U * 1024);
}

BOOST_AUTO_TEST_CASE(messages_lose_what_differs) {
    BOOST_TEST(normal_message("took 17 ms") == "took # ms");
    BOOST_TEST(normal_message("1.5 of 20") == "#.# of #");
    BOOST_TEST(normal_message("at 0x7ffe12ab") == "at #");
    BOOST_TEST(
        normal_message("job 0193a1b2-0000-7aaa-8bbb-123456789abc gone") == "job #-#-#-#-# gone"
    );
    BOOST_TEST(normal_message("file12b.txt") == "file#b.txt");
    BOOST_TEST(normal_message("no \"alice\" in 'users' of `db`") == "no \"~\" in '~' of `~`");
    BOOST_TEST(normal_message("can't do 3") == "can't do #");
    BOOST_TEST(normal_message("it's bob's") == "it's bob's");
    BOOST_TEST(normal_message("open 'quote") == "open 'quote");
    BOOST_TEST(normal_message("deadbeef") == "deadbeef");
    BOOST_TEST(normal_message("") == "");
}

BOOST_AUTO_TEST_CASE(the_fingerprint_is_the_kind_of_failure) {
    BOOST_TEST(print_of("user 1 of 'x'") == print_of("user 22 of 'yy'"));
    BOOST_TEST(print_of("user 1") != print_of("group 1"));
    BOOST_TEST(failure_fingerprint("a", "t", "m") != failure_fingerprint("b", "t", "m"));
    BOOST_TEST(failure_fingerprint("a", "t", "m") != failure_fingerprint("a", "u", "m"));
    BOOST_TEST(failure_fingerprint("ab", "c", "m") != failure_fingerprint("a", "bc", "m"));
    BOOST_TEST(
        described(std::runtime_error("n 1")).fingerprint ==
        described(std::runtime_error("n 2")).fingerprint
    );
    BOOST_TEST(
        described(std::runtime_error("n")).fingerprint !=
        described(std::logic_error("n")).fingerprint
    );
    // Stored with jobs, so it may not change.
    BOOST_TEST(
        failure_fingerprint("job", "std::runtime_error", "disk 3 full") == 12107597464893237122U
    );
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
