// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CLIENT_PARENT_LIST_HPP
#define COFIRE_CLIENT_PARENT_LIST_HPP

#include <cofire/client/enqueued.hpp>
#include <cofire/core/few.hpp>
#include <cofire/core/job_record.hpp>

#include <concepts>
#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

namespace cofire {

namespace detail {

template <class T>
concept one_parent = std::convertible_to<T const&, job_id> || std::same_as<T, parent_ref>;

template <class R>
concept many_parents = std::convertible_to<R const&, std::span<job_id const>> ||
    std::convertible_to<R const&, std::span<enqueued const>>;

constexpr parent_ref as_parent(parent_ref p) {
    return p;
}

constexpr parent_ref as_parent(job_id id) {
    return {id, parent_condition::on_success};
}

} // namespace detail

/// The jobs a continuation waits for, and the end of each that it waits for. Made implicitly from
/// one job (an id or an `enqueued`), from a braced list of up to 16, from a vector or span of any
/// length, and by on_success(), on_failure() and on_any_end(); without one of these the condition
/// is success. A parent_ref in the braces brings its own condition.
///
/// A view: a vector or span must outlive the call that it is given to, which copies it.
///
/// Distinct objects: safe. Shared objects: safe to read, unsafe to change.
class parent_list {
public:
    /// Up to 16 jobs.
    template <class... Parent>
    requires(
        sizeof...(Parent) >= 1 && sizeof...(Parent) <= 16 && (detail::one_parent<Parent> && ...)
    ) constexpr parent_list(Parent const&... jobs) // NOLINT(*-explicit-*)
        : few_(detail::as_parent(jobs)...) {}

    /// As many as there are in `jobs`: a vector, array or span of job_id or of enqueued.
    template <class Jobs>
    requires(detail::many_parents<Jobs> && !detail::one_parent<Jobs>) constexpr parent_list(
        Jobs const& jobs
    ) { // NOLINT(*-explicit-*)
        if constexpr (std::convertible_to<Jobs const&, std::span<job_id const>>) {
            ids_ = jobs;
        } else {
            made_ = jobs;
        }
    }

    /// The same jobs, each with the condition `on`.
    [[nodiscard]] constexpr parent_list with(parent_condition on) const {
        parent_list r = *this;
        r.has_condition_ = true;
        r.condition_ = on;
        return r;
    }

    /// How many jobs there are.
    [[nodiscard]] constexpr std::size_t size() const {
        return few_.size() + ids_.size() + made_.size();
    }

    /// The job at `i`, with its condition. Precondition: `i < size()`.
    [[nodiscard]] constexpr parent_ref operator[](std::size_t i) const {
        parent_ref p = !few_.empty()   ? few_[i]
                       : !ids_.empty() ? detail::as_parent(ids_[i])
                                       : detail::as_parent(made_[i].id);
        if (has_condition_) {
            p.on = condition_;
        }
        return p;
    }

    /// A copy that owns what it holds.
    [[nodiscard]] std::vector<parent_ref> to_vector() const {
        std::vector<parent_ref> all;
        all.reserve(size());
        for (std::size_t i = 0; i != size(); ++i) {
            all.push_back((*this)[i]);
        }
        return all;
    }

private:
    few<parent_ref, 16> few_{};
    std::span<job_id const> ids_{};
    std::span<enqueued const> made_{};
    bool has_condition_ = false;
    parent_condition condition_ = parent_condition::on_success;
};

// g++ 12 destroys other temporaries twice beside co_await.
static_assert(std::is_trivially_destructible_v<parent_list>);

/// Parents that must all succeed: the default.
[[nodiscard]] constexpr parent_list on_success(parent_list jobs) {
    return jobs.with(parent_condition::on_success);
}

/// Parents that must all fail.
[[nodiscard]] constexpr parent_list on_failure(parent_list jobs) {
    return jobs.with(parent_condition::on_failure);
}

/// Parents that must all end, no matter how.
[[nodiscard]] constexpr parent_list on_any_end(parent_list jobs) {
    return jobs.with(parent_condition::on_any_end);
}

} // namespace cofire

#endif
