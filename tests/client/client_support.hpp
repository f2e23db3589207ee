// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_TESTS_CLIENT_CLIENT_SUPPORT_HPP
#define COFIRE_TESTS_CLIENT_CLIENT_SUPPORT_HPP

#include <cofire/client/client.hpp>
#include <cofire/testing/manual_clock.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/describe.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// What the tests of the client share: job types, a storage that writes down what it is asked, and a way
// to run one operation.
namespace client_tests {

namespace asio = boost::asio;

asio::awaitable<void> send_mail(std::string to);
asio::awaitable<int> add(std::int32_t a, std::int32_t b);
asio::awaitable<void> prepared();
asio::awaitable<void> thousandfold(std::vector<std::string> parts);
void blocking(std::string path);
asio::awaitable<void> tuned(std::string text);

struct mailer {
    asio::awaitable<void> send(std::string to);
};

struct resize_image {
    std::string path;
    int width = 800;
    static constexpr cofire::job_options options{
        .queue = "images", .timeout = std::chrono::seconds{30}};
};
BOOST_DESCRIBE_STRUCT(resize_image, (), (path, width))

struct person {
    std::string name;
    int age = 0;
};
BOOST_DESCRIBE_STRUCT(person, (), (name, age))

/// Runs `op` to its end on a context of its own. Throws what it throws.
inline void run(asio::awaitable<void> op) {
    asio::io_context context;
    std::exception_ptr thrown;
    asio::co_spawn(context, std::move(op), [&](std::exception_ptr e) { thrown = e; });
    context.run();
    if (thrown) {
        std::rethrow_exception(thrown);
    }
}

template <class T>
asio::awaitable<void> keep_result(asio::awaitable<T> op, std::optional<T>& result) {
    result = co_await std::move(op);
}

/// The same for an operation with a result.
template <class T>
T run(asio::awaitable<T> op) {
    std::optional<T> result;
    run(keep_result(std::move(op), result));
    return std::move(result.value());
}

/// The code that `op` throws, and the message in `message`; nothing if it throws no cofire::error.
template <class T>
std::optional<cofire::errc> code_of(asio::awaitable<T> op, std::string& message) {
    try {
        run(std::move(op));
    } catch (cofire::error const& e) {
        message = e.what();
        return e.value();
    }
    return std::nullopt;
}

/// A moment to start at: 2026-01-15 10:00:00 UTC, a Thursday.
inline constexpr cofire::time_point start{std::chrono::seconds{1'768'471'200}};

/// A storage that keeps nothing, but writes down what it is asked, and answers what it is told to.
class fake_storage {
public:
    std::vector<cofire::new_job> jobs;
    std::vector<std::size_t> insert_sizes;
    cofire::insert_mode mode = cofire::insert_mode::fresh;
    std::vector<cofire::change_request> changes;
    std::vector<std::vector<cofire::job_id>> change_ids;
    std::vector<std::string> texts; // views of requests that are gone by the end of the test
    std::vector<cofire::recurring_request> recurrings;
    std::vector<cofire::recurring_definition> definitions;
    std::vector<cofire::new_job> fired;
    std::vector<cofire::queues_request> queue_requests;
    std::size_t calls = 0;

    std::function<void()> on_insert = [] {};
    std::vector<cofire::insert_result> insert_results; // empty: all inserted
    bool answer_nothing = false;
    std::vector<cofire::change_answer> change_answers; // from the front; none left: all changed
    std::vector<cofire::read_answer> read_answers;     // from the front; none left: an empty one
    std::vector<cofire::recurring_record> records;
    std::vector<cofire::fire_result> fire_results; // from the front; none left: fired
    std::size_t waits = 0;

    asio::awaitable<cofire::insert_answer> insert(cofire::insert_request r) {
        ++calls;
        on_insert();
        mode = r.mode;
        insert_sizes.push_back(r.jobs.size());
        cofire::insert_answer answer;
        answer.results = insert_results;
        for (cofire::new_job const& job : r.jobs) {
            jobs.push_back(job);
            if (insert_results.empty() && !answer_nothing) {
                answer.results.push_back({job.id, cofire::insert_status::inserted});
            }
        }
        co_return answer;
    }

    asio::awaitable<cofire::change_answer> change(cofire::change_request r) {
        ++calls;
        changes.push_back(r);
        change_ids.emplace_back(r.ids.begin(), r.ids.end());
        texts.emplace_back(r.reason);
        texts.emplace_back(r.cursor);
        texts.emplace_back(r.filter ? r.filter->type : "");
        cofire::change_answer answer;
        answer.changed = r.ids.size();
        if (!change_answers.empty()) {
            answer = change_answers.front();
            change_answers.erase(change_answers.begin());
        }
        co_return answer;
    }

    asio::awaitable<cofire::recurring_answer> recurring(cofire::recurring_request r) {
        ++calls;
        recurrings.push_back(r);
        cofire::recurring_answer answer;
        answer.records = records;
        if (auto const* put = std::get_if<cofire::recurring_put>(&r)) {
            definitions.push_back(*put->definition);
            cofire::recurring_record record;
            record.id = put->id;
            record.definition = *put->definition;
            record.next = put->next;
            answer.records.assign(answer_nothing ? 0 : 1, record);
        } else if (auto const* fire = std::get_if<cofire::recurring_fire>(&r)) {
            fired.assign(fire->firings[0].jobs.begin(), fire->firings[0].jobs.end());
            cofire::fire_result result;
            result.status = cofire::fire_status::fired;
            result.jobs.push_back({fired.at(0).id, cofire::insert_status::inserted});
            if (!fire_results.empty()) {
                result = fire_results.front();
                fire_results.erase(fire_results.begin());
            }
            answer.fired.push_back(result);
        }
        co_return answer;
    }

    asio::awaitable<cofire::queues_answer> queues(cofire::queues_request r) {
        ++calls;
        if (auto const* pause = std::get_if<cofire::queue_pause>(&r)) {
            texts.emplace_back(pause->queue);
        }
        queue_requests.push_back(r);
        co_return cofire::queues_answer();
    }

    asio::awaitable<cofire::read_answer> read(cofire::read_request r) {
        ++calls;
        if (auto const* find = std::get_if<cofire::read_find>(&r)) {
            texts.emplace_back(find->filter.type);
            texts.emplace_back(find->cursor);
        }
        cofire::read_answer answer;
        if (!read_answers.empty()) {
            answer = read_answers.front();
            read_answers.erase(read_answers.begin());
        }
        co_return answer;
    }

    asio::awaitable<cofire::wait_answer> wait(cofire::wait_request) {
        ++waits;
        co_return cofire::wait_answer();
    }

    asio::awaitable<cofire::acquire_answer> acquire(cofire::acquire_request) {
        co_return cofire::acquire_answer();
    }
    asio::awaitable<cofire::settle_answer> settle(cofire::settle_request) {
        co_return cofire::settle_answer();
    }
    asio::awaitable<cofire::tick_answer> tick(cofire::tick_request) {
        co_return cofire::tick_answer();
    }
    asio::awaitable<cofire::servers_answer> servers(cofire::servers_request) {
        co_return cofire::servers_answer();
    }
};

/// A fake storage and a client on it, with a clock that stands still and ids that repeat.
struct fake_client {
    fake_storage storage;
    cofire::testing::manual_clock clock{start};
    cofire::client jobs;

    explicit fake_client(cofire::client_options options = cofire::client_options())
        : jobs(storage, with_clock(std::move(options), clock)) {}

    fake_client(fake_client const&) = delete;
    fake_client& operator=(fake_client const&) = delete;

private:
    static cofire::client_options
    with_clock(cofire::client_options options, cofire::testing::manual_clock const& clock) {
        options.clock = clock;
        options.seed = 42;
        return options;
    }
};

} // namespace client_tests

template <>
struct cofire::job_traits<client_tests::tuned> {
    static constexpr std::string_view name = "tuned-job";
    static constexpr std::uint32_t version = 3;
    static constexpr cofire::job_options options{
        .queue = "low", .priority = 2, .max_attempts = 3, .tags = {"trait"}};
};

#endif
