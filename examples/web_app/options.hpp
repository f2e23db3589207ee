// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef WEB_APP_OPTIONS_HPP
#define WEB_APP_OPTIONS_HPP

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>

/// What the command line says.
struct options {
    boost::asio::ip::address listen = boost::asio::ip::address_v4::loopback();
    std::uint16_t port = 8080;
    std::uint32_t load = 0;
    std::uint64_t max_jobs = 1'000'000;
    std::string data; // empty: a new temporary folder
    bool memory = false;
    bool help = false;
};

/// The command line is wrong; what() says where.
class bad_option : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Reads the command line; throws bad_option.
options parse_options(int argc, char const* const* argv);

/// What --help prints.
extern char const* const help_text;

#endif
