// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// A job's arguments to JSON text and back, against Boost.JSON's value_from and value_to.

#include "support/measure.hpp"
#include "support/micro.hpp"

#include <cofire/job/function_job.hpp>
#include <cofire/job/struct_job.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/describe/class.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>
#include <boost/json/value_to.hpp>

#include <benchmark/benchmark.h>
#include <string>
#include <tuple>
#include <vector>

namespace demo {

boost::asio::awaitable<void> no_op(std::string text);

struct resize {
    std::string path;
    int width = 800;
    double quality = 0.5;
    std::vector<std::string> tags;
};
BOOST_DESCRIBE_STRUCT(resize, (), (path, width, quality, tags))

} // namespace demo

namespace {

using text_job = cofire::function_job<demo::no_op>;
using struct_job = cofire::struct_job<demo::resize>;

demo::resize picture() {
    return {"/var/pictures/2026/11/a-long-walk-in-the-park-0815.jpg", 1200, 0.85, {"park", "dog"}};
}

void encode_text(benchmark::State& state) {
    std::string const text = bench::argument();
    for (auto _ : state) {
        benchmark::DoNotOptimize(text_job::encode(text));
    }
}

void encode_text_json(benchmark::State& state) {
    std::tuple<std::string> const text{bench::argument()};
    for (auto _ : state) {
        benchmark::DoNotOptimize(boost::json::serialize(boost::json::value_from(text)));
    }
}

void decode_text(benchmark::State& state) {
    std::string const json = text_job::encode(bench::argument());
    for (auto _ : state) {
        benchmark::DoNotOptimize(text_job::decode(json));
    }
}

void decode_text_json(benchmark::State& state) {
    std::string const json = text_job::encode(bench::argument());
    for (auto _ : state) {
        auto const value = boost::json::parse(json);
        benchmark::DoNotOptimize(boost::json::value_to<std::tuple<std::string>>(value));
    }
}

void encode_struct(benchmark::State& state) {
    auto const job = picture();
    for (auto _ : state) {
        benchmark::DoNotOptimize(struct_job::encode(job));
    }
}

void encode_struct_json(benchmark::State& state) {
    auto const job = picture();
    for (auto _ : state) {
        benchmark::DoNotOptimize(boost::json::serialize(boost::json::value_from(job)));
    }
}

void decode_struct(benchmark::State& state) {
    auto const job = picture();
    std::string const json = struct_job::encode(job);
    for (auto _ : state) {
        benchmark::DoNotOptimize(struct_job::decode(json));
    }
}

void decode_struct_json(benchmark::State& state) {
    auto const job = picture();
    std::string const json = struct_job::encode(job);
    for (auto _ : state) {
        auto const value = boost::json::parse(json);
        benchmark::DoNotOptimize(boost::json::value_to<demo::resize>(value));
    }
}

BENCHMARK(encode_text)->Name("codec.encode_text");
BENCHMARK(encode_text_json)->Name("codec.encode_text/than:Boost.JSON");
BENCHMARK(decode_text)->Name("codec.decode_text");
BENCHMARK(decode_text_json)->Name("codec.decode_text/than:Boost.JSON");
BENCHMARK(encode_struct)->Name("codec.encode_struct");
BENCHMARK(encode_struct_json)->Name("codec.encode_struct/than:Boost.JSON");
BENCHMARK(decode_struct)->Name("codec.decode_struct");
BENCHMARK(decode_struct_json)->Name("codec.decode_struct/than:Boost.JSON");

} // namespace

int main(int argc, char** argv) {
    return bench::run_micro(argc, argv);
}
