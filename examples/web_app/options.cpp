// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "options.hpp"

#include <charconv>
#include <string_view>
#include <system_error>

char const* const help_text =
    "A small CRM whose background jobs are run by cofire.\n"
    "\n"
    "web_app [options]\n"
    "  --port P      listen on port P or the next free one; 0: any (default 8080)\n"
    "  --listen A    listen on the address A, for example 0.0.0.0 (default 127.0.0.1); beside the\n"
    "                loopback ones everybody needs the link or the token that it prints\n"
    "  --load N      besides, make N jobs a second, some of which fail, and a few of each other "
    "kind, so\n"
    "                that every page of the dashboard has something to show (default 0)\n"
    "  --data DIR    where the jobs, the outbox and the backups are (default: a new temporary "
    "folder)\n"
    "  --memory      hold the jobs in memory: they end with the process\n"
    "  --max-jobs N  how many jobs are held at the most; then answer 503 (default 1000000)\n"
    "  --help        print this\n"
    "\n"
    "The jobs are in DIR/jobs.d: what was accepted is done in the end, also if the program is "
    "killed and\n"
    "started again with the same folder. Ctrl+C lets those that run end.\n";

namespace {

std::uint64_t
number(std::string_view name, std::string_view text, std::uint64_t least, std::uint64_t most) {
    std::uint64_t value = 0;
    auto const [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (ec != std::errc{} || end != text.data() + text.size() || value < least || value > most) {
        throw bad_option(
            std::string(name) + " takes a number from " + std::to_string(least) + " to " +
            std::to_string(most) + ", not '" + std::string(text) + "'"
        );
    }
    return value;
}

} // namespace

options parse_options(int argc, char const* const* argv) {
    options o;
    for (int i = 1; i < argc; ++i) {
        std::string_view name = argv[i];
        if (name == "--help" || name == "-h") {
            o.help = true;
            return o;
        }
        if (name == "--memory") {
            o.memory = true;
            continue;
        }
        if (name != "--port" && name != "--listen" && name != "--load" && name != "--data" &&
            name != "--max-jobs") {
            throw bad_option("there is no option '" + std::string(name) + "'");
        }
        if (i + 1 == argc || *argv[i + 1] == '\0') {
            throw bad_option(std::string(name) + " needs a value");
        }
        std::string_view const value = argv[++i];
        if (name == "--port") {
            o.port = static_cast<std::uint16_t>(number(name, value, 0, 65535));
        } else if (name == "--listen") {
            boost::system::error_code ec;
            o.listen = boost::asio::ip::make_address(std::string(value), ec);
            if (ec) {
                throw bad_option("--listen takes an address, not '" + std::string(value) + "'");
            }
        } else if (name == "--load") {
            o.load = static_cast<std::uint32_t>(number(name, value, 0, 100'000));
        } else if (name == "--max-jobs") {
            o.max_jobs = number(name, value, 1, 10'000'000);
        } else {
            o.data = value;
        }
    }
    return o;
}
