// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CLIENT_BATCH_PARENTS_HPP
#define COFIRE_CLIENT_BATCH_PARENTS_HPP

#include <cofire/client/parent_list.hpp>
#include <cofire/core/few.hpp>
#include <cofire/core/job_record.hpp>

#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <type_traits>

namespace cofire {

namespace detail {

struct batch_state;

} // namespace detail

/// A job of a batch that is being put together.
///
/// Distinct objects: safe. Shared objects: safe to read, unsafe to change.
class batch_item {
public:
    /// The job's place in the order of the adding, and that of its answer among client::submit's.
    [[nodiscard]] constexpr std::size_t index() const { return index_; }
    /// The batch it belongs to, to tell it from others.
    [[nodiscard]] constexpr detail::batch_state const* owner() const { return owner_; }

private:
    friend class batch_stage;
    constexpr batch_item(detail::batch_state const* owner, std::size_t index)
        : owner_(owner), index_(index) {}

    detail::batch_state const* owner_;
    std::size_t index_;
};

namespace detail {

/// A parent of a job of a batch: an item if it has an owner, otherwise a stored job.
struct batch_parent {
    /// The stored job, and the condition of either.
    parent_ref ref{};
    /// The item's batch; null for a stored job.
    batch_state const* owner = nullptr;
    /// The item's index.
    std::size_t index = 0;
};

template <class T>
concept one_batch_parent = one_parent<T> || std::same_as<T, batch_item>;

template <class T>
constexpr batch_parent as_batch_parent(T const& parent) {
    batch_parent p;
    if constexpr (std::same_as<T, batch_item>) {
        p.owner = parent.owner();
        p.index = parent.index();
    } else {
        p.ref = as_parent(parent);
    }
    return p;
}

} // namespace detail

/// Items of a batch, with or without stored jobs, that other jobs of it wait for, and the end of
/// each that they wait for. Made implicitly from an item, from a braced list of up to 16 items and
/// ids, at least one of them an item, and from a vector or span of items. (Stored jobs alone are a
/// parent_list.)
///
/// A view: a vector or span must outlive the call that it is given to, which copies it.
///
/// Distinct objects: safe. Shared objects: safe to read, unsafe to change.
class batch_parents {
public:
    /// Up to 16 items and stored jobs.
    template <class... Parent>
    requires(
        sizeof...(Parent) >= 1 && sizeof...(Parent) <= 16 &&
        (detail::one_batch_parent<Parent> && ...) && (std::same_as<Parent, batch_item> || ...)
    ) constexpr batch_parents(Parent const&... jobs) // NOLINT(*-explicit-*)
        : few_(detail::as_batch_parent(jobs)...) {}

    /// As many items as there are in `items`: a vector, array or span of batch_item.
    template <class Items>
    requires(std::convertible_to<
             Items const&,
             std::span<batch_item const>>) constexpr batch_parents(Items const& items)
        : items_(items) {} // NOLINT(*-explicit-*)

    /// The stored jobs of `jobs`, each with its condition. No constructor, not even an explicit one:
    /// on_success({id}) would not know which list is meant.
    [[nodiscard]] static constexpr batch_parents of(parent_list const& jobs) {
        batch_parents r;
        r.stored_ = jobs;
        return r;
    }

    /// The same jobs, each with the condition `on`.
    [[nodiscard]] constexpr batch_parents with(parent_condition on) const {
        batch_parents r = *this;
        r.has_condition_ = true;
        r.condition_ = on;
        return r;
    }

    /// How many jobs there are.
    [[nodiscard]] constexpr std::size_t size() const {
        return few_.size() + items_.size() + (stored_ ? stored_->size() : 0);
    }

    /// The job at `i`, with its condition. Precondition: `i < size()`.
    [[nodiscard]] constexpr detail::batch_parent operator[](std::size_t i) const {
        detail::batch_parent p = !few_.empty()     ? few_[i]
                                 : !items_.empty() ? detail::as_batch_parent(items_[i])
                                                   : detail::as_batch_parent((*stored_)[i]);
        if (has_condition_) {
            p.ref.on = condition_;
        }
        return p;
    }

private:
    constexpr batch_parents() = default;

    few<detail::batch_parent, 16> few_{};
    std::span<batch_item const> items_{};
    std::optional<parent_list> stored_{};
    bool has_condition_ = false;
    parent_condition condition_ = parent_condition::on_success;
};

static_assert(std::is_trivially_destructible_v<batch_parents>);

/// Parents that must all succeed: the default. For items of a batch.
[[nodiscard]] constexpr batch_parents on_success(batch_parents jobs) {
    return jobs.with(parent_condition::on_success);
}

/// Parents that must all fail. For items of a batch.
[[nodiscard]] constexpr batch_parents on_failure(batch_parents jobs) {
    return jobs.with(parent_condition::on_failure);
}

/// Parents that must all end, no matter how. For items of a batch.
[[nodiscard]] constexpr batch_parents on_any_end(batch_parents jobs) {
    return jobs.with(parent_condition::on_any_end);
}

} // namespace cofire

#endif
