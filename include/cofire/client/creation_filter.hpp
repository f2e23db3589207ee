// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CLIENT_CREATION_FILTER_HPP
#define COFIRE_CLIENT_CREATION_FILTER_HPP

#include <cofire/client/enqueued.hpp>
#include <cofire/core/config.hpp>
#include <cofire/core/job_record.hpp>
#include <cofire/job/declaration_only.hpp>
#include <cofire/job/function_job.hpp>
#include <cofire/job/struct_job.hpp>

#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace cofire {

/// A job about to be stored, as a creation filter sees it and may change it.
///
/// Distinct objects: safe. Shared objects: unsafe.
class creation {
public:
    /// Of `job`, which must outlive this.
    explicit creation(new_job& job) : job_(&job) {}

    /// The job: id, type, arguments, settings, due time, parents. For the template of a recurring
    /// job the id is nil and recurring_id is set.
    [[nodiscard]] new_job const& job() const { return *job_; }

    /// The job's settings, to be changed: queue, priority, tags and so on. Checked afterwards like
    /// the options of a call.
    [[nodiscard]] job_settings& settings();

    /// Replaces the arguments by `json`: JSON text, an array for functions, an object for structs.
    /// Checked afterwards; whether they fit the job type shows when it is run.
    void set_arguments(std::string json);

    /// True if anything was changed.
    [[nodiscard]] bool changed() const { return own_ != nullptr || new_arguments_; }
    /// True if set_arguments was called.
    [[nodiscard]] bool has_new_arguments() const { return new_arguments_; }

private:
    new_job* job_;
    std::shared_ptr<job_settings> own_;
    bool new_arguments_ = false;
};

namespace detail {

template <class F>
concept has_creating = requires(F& f, creation& c) {
    f.creating(c);
};

template <class F>
concept has_created = requires(F& f, creation const& c, enqueued const& e) {
    f.created(c, e);
};

template <class F>
concept filters_creation = has_creating<F> || has_created<F>;

/// One function for each thing a filter may do; null for what it does not.
struct creation_filter_functions {
    void (*creating)(void*, creation&);
    void (*created)(void*, creation const&, enqueued const&) noexcept;
};

template <class F>
constexpr creation_filter_functions make_creation_filter_functions() {
    creation_filter_functions f{nullptr, nullptr};
    if constexpr (has_creating<F>) {
        f.creating = [](void* self, creation& c) { static_cast<F*>(self)->creating(c); };
    }
    if constexpr (has_created<F>) {
        static_assert(
            noexcept(std::declval<F&>().created(
                std::declval<creation const&>(), std::declval<enqueued const&>()
            )),
            "cofire: a creation filter's created() must be noexcept: the job is stored by then"
        );
        f.created = [](void* self, creation const& c, enqueued const& e) noexcept {
            static_cast<F*>(self)->created(c, e);
        };
    }
    return f;
}

template <class F>
inline constexpr creation_filter_functions
    creation_filter_functions_of = make_creation_filter_functions<F>();

} // namespace detail

/// Code that stands around the creation of jobs, given to a client in its options: to tag, move or
/// refuse jobs, or to be told of them. Made from any object that has one or both of
///
///     void creating(cofire::creation& job);    // before it is stored; may throw to refuse it
///     void created(cofire::creation const& job, cofire::enqueued const& answer) noexcept;  //
///     after
///
/// `creating` is called within the call, in the order of the filters; the first that throws ends
/// the call with its exception, and nothing is stored. `created` is called in the reverse order
/// when the storage has answered, also with `existed` and `held`. A recurring job's template passes
/// `creating` once, when it is defined; its occurrences pass no filter.
///
/// Copies share the object. Distinct objects: safe. Shared objects: safe; `creating` and `created`
/// must be so too if the client is used from several threads.
class creation_filter {
public:
    /// Takes over `filter`, for jobs of all types.
    template <class Filter>
    requires(detail::filters_creation<Filter> && !std::same_as<std::remove_cvref_t<Filter>, creation_filter>)
        creation_filter(Filter filter) // NOLINT(*-explicit-*)
        : filter_(std::make_shared<Filter>(std::move(filter))),
          functions_(&detail::creation_filter_functions_of<Filter>) {}

    /// The same filter, for jobs of the type named `type` only.
    [[nodiscard]] creation_filter only(std::string_view type) const {
        creation_filter r = *this;
        r.type_ = type;
        return r;
    }

    /// Calls the filter's `creating`, if it has one and the job is of its type.
    void creating(creation& job) const {
        if (functions_->creating != nullptr && concerns(job)) {
            functions_->creating(filter_.get(), job);
        }
    }

    /// Calls the filter's `created`, if it has one and the job is of its type.
    void created(creation const& job, enqueued const& answer) const noexcept {
        if (functions_->created != nullptr && concerns(job)) {
            functions_->created(filter_.get(), job, answer);
        }
    }

private:
    [[nodiscard]] bool concerns(creation const& job) const {
        return type_.empty() || type_ == job.job().type;
    }

    std::shared_ptr<void> filter_;
    detail::creation_filter_functions const* functions_;
    std::string type_{};
};

/// `filter` for jobs of the function job `F` only, no matter how they are created.
/// Distinct objects: safe. Shared objects: safe.
template <auto F>
COFIRE_DECLARATION_ONLY [[nodiscard]] creation_filter for_type(creation_filter const& filter) {
    return filter.only(function_job<F>::name);
}

/// `filter` for jobs of the struct job `J` only, no matter how they are created.
/// Distinct objects: safe. Shared objects: safe.
template <class J>
[[nodiscard]] creation_filter for_type(creation_filter const& filter) {
    return filter.only(struct_job<J>::name);
}

} // namespace cofire

#ifdef COFIRE_HEADER_ONLY
#include <cofire/client/impl/creation_filter.ipp>
#endif

#endif
