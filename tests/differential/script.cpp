// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "script.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <random>
#include <utility>

namespace cofire::differential {
namespace {

class generator {
public:
    explicit generator(std::uint64_t seed) : random_(seed), crowded_(seed % 5 == 3) {}

    script operator()(std::size_t length) {
        script out;
        out.push_back(made(command_kind::announce));
        out.back().head[0] = 0;
        out.push_back(made(command_kind::announce));
        out.back().head[0] = 1;
        while (out.size() < length) {
            bool const plain = crowded_ && !one_in(12);
            out.push_back(made(plain ? crowd_kind() : any_kind()));
            if (plain) {
                crowd(out.back());
            }
        }
        out.resize(length);
        return out;
    }

private:
    std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }
    std::uint8_t byte() { return static_cast<std::uint8_t>(random_()); }
    bool one_in(std::uint32_t n) { return below(n) == 0; }

    command_kind any_kind() {
        static constexpr std::pair<command_kind, int> weights[] = {
            {command_kind::step, 24},
            {command_kind::insert, 44},
            {command_kind::acquire, 30},
            {command_kind::settle, 44},
            {command_kind::tick, 10},
            {command_kind::change_ids, 16},
            {command_kind::change_filter, 5},
            {command_kind::recurring_put, 4},
            {command_kind::recurring_change, 2},
            {command_kind::recurring_fire, 10},
            {command_kind::queue, 6},
            {command_kind::announce, 5},
            {command_kind::retire, 2},
            {command_kind::die, 4},
            {command_kind::recover, 1},
            {command_kind::order, 1},
            {command_kind::get, 6},
            {command_kind::find, 8},
            {command_kind::groups, 2},
            {command_kind::look, 6},
        };
        int sum = 0;
        for (auto const& w : weights) {
            sum += w.second;
        }
        int left = static_cast<int>(below(static_cast<std::uint32_t>(sum)));
        for (auto const& [kind, weight] : weights) {
            if (left < weight) {
                return kind;
            }
            left -= weight;
        }
        return command_kind::step;
    }

    // In a crowd two types of jobs want the same few limit keys, in one queue, and are taken a few at a
    // time: so that jobs are put back into the line and meet a limit again that others have used up.

    command_kind crowd_kind() {
        static constexpr command_kind kinds[] = {
            command_kind::insert,
            command_kind::acquire,
            command_kind::acquire,
            command_kind::settle,
            command_kind::settle,
        };
        return kinds[below(static_cast<std::uint32_t>(std::size(kinds)))];
    }

    void crowd(command& c) {
        if (c.kind == command_kind::acquire) {
            c.head[1] = c.head[2] = c.head[3] = c.head[4] = 0; // all queues, without caps
            c.head[5] %= 3;                                    // one job, two or three
        } else if (c.kind == command_kind::settle) {
            c.head[1] = 0;
            c.items.resize(1 + below(2));
            for (auto& item : c.items) {
                item[1] = 0;
                if (!one_in(6)) {
                    item[2] = 0; // succeeded
                }
            }
        } else if (c.kind == command_kind::insert) {
            for (auto& item : c.items) {
                item[2] %= 2;                    // two types
                item[3] = one_in(8) ? 8 * 3 : 0; // one queue, mostly one priority
                item[5] = item[6] = item[8] = item[12] = item[13] = 0; // plain otherwise
                item[7] = one_in(3) ? 0 : byte();
            }
        }
    }

    command made(command_kind kind) {
        command c{.kind = kind};
        for (std::uint8_t& b : c.head) {
            b = byte();
        }
        std::uint32_t items = 0;
        switch (kind) {
        case command_kind::insert: items = 1 + (one_in(3) ? below(6) : below(2)); break;
        case command_kind::recurring_fire: items = 1 + below(3); break;
        case command_kind::settle: items = 1 + below(4); break;
        case command_kind::tick: items = below(3); break;
        case command_kind::change_ids: items = 1 + below(3); break;
        case command_kind::get: items = 1 + below(4); break;
        default: break;
        }
        for (std::uint32_t i = 0; i != items; ++i) {
            c.items.push_back(item(kind));
        }
        return c;
    }

    /// Bytes of an item; ids are mostly those in use.
    std::array<std::uint8_t, 16> item(command_kind kind) {
        std::array<std::uint8_t, 16> out;
        for (std::uint8_t& b : out) {
            b = byte();
        }
        if (kind == command_kind::settle || kind == command_kind::tick) {
            return out;
        }
        bool const inserts = kind == command_kind::insert || kind == command_kind::recurring_fire;
        if (inserts && !given_.empty() && one_in(25)) {
            auto again = given_[below(static_cast<std::uint32_t>(given_.size()))];
            if (one_in(8)) {
                again[4] = byte(); // other arguments
            }
            return again;
        }
        std::uint32_t const id = inserts ? ++last_id_ : 1 + below(last_id_ + 1);
        out[0] = static_cast<std::uint8_t>(id);
        out[1] = static_cast<std::uint8_t>(id >> 8);
        if (inserts) {
            for (int i : {5, 6, 7, 8, 12, 13}) { // most jobs are plain in most ways
                if (!one_in(i == 8 ? 2 : 3)) {
                    out[static_cast<std::size_t>(i)] = 0;
                }
            }
            for (std::size_t i : {9U, 10U, 11U}) {
                out[i] = static_cast<std::uint8_t>(
                    one_in(60) ? byte() : 1 + below(std::min(last_id_, 12U))
                );
            }
            if (one_in(200)) {
                out[14] = 0xFF; // something that is refused
            } else {
                out[14] &= 0x7F;
            }
            given_.push_back(out);
        }
        return out;
    }

    std::mt19937_64 random_;
    bool crowded_;
    std::uint32_t last_id_ = 0;
    std::vector<std::array<std::uint8_t, 16>> given_;
};

/// Removes runs of `list`'s elements, long ones first, as long as the script still fails.
template <class T, class StillFails>
bool shorten(std::vector<T>& list, StillFails const& still_fails) {
    bool shorter = false;
    for (std::size_t length = std::max<std::size_t>(list.size() / 2, 1); length != 0; length /= 2) {
        for (std::size_t at = list.size(); at-- != 0;) {
            if (at >= list.size()) {
                continue;
            }
            std::size_t const end = std::min(at + length, list.size());
            std::vector<T> const before = list;
            list.erase(
                list.begin() + static_cast<std::ptrdiff_t>(at),
                list.begin() + static_cast<std::ptrdiff_t>(end)
            );
            if (still_fails()) {
                shorter = true;
            } else {
                list = before;
            }
        }
    }
    return shorter;
}

} // namespace

script random_script(std::uint64_t seed, std::size_t length) {
    return generator(seed)(length);
}

script script_of(std::span<std::uint8_t const> bytes, std::size_t most) {
    script out;
    auto const next = [&bytes] {
        std::uint8_t const b = bytes.empty() ? 0 : bytes.front();
        bytes = bytes.subspan(bytes.empty() ? 0 : 1);
        return b;
    };
    while (!bytes.empty() && out.size() < most) {
        std::uint8_t const first = next();
        command c{.kind = static_cast<command_kind>(first % command_kinds)};
        for (std::uint8_t& b : c.head) {
            b = next();
        }
        for (int items = next() % 4; items != 0 && !bytes.empty(); --items) {
            c.items.emplace_back();
            for (std::uint8_t& b : c.items.back()) {
                b = next();
            }
        }
        out.push_back(std::move(c));
    }
    return out;
}

script shrink(script const& from, std::function<bool(script const&)> const& fails) {
    script best = from;
    auto const still = [&] { return fails(best); };
    for (bool better = true; better;) {
        better = shorten(best, still);
        for (command& c : best) {
            better = shorten(c.items, still) || better;
        }
    }
    auto const zero = [&](std::uint8_t& b) {
        if (std::uint8_t const before = std::exchange(b, std::uint8_t{0});
            before != 0 && !fails(best)) {
            b = before;
        }
    };
    for (command& c : best) {
        for (std::uint8_t& b : c.head) {
            zero(b);
        }
        for (auto& item : c.items) {
            for (std::uint8_t& b : item) {
                zero(b);
            }
        }
    }
    return best;
}

} // namespace cofire::differential
