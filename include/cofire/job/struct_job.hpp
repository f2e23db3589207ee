// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_JOB_STRUCT_JOB_HPP
#define COFIRE_JOB_STRUCT_JOB_HPP

#include <cofire/job/argument_check.hpp>
#include <cofire/job/decode.hpp>
#include <cofire/job/encode_argument.hpp>
#include <cofire/job/job_traits.hpp>
#include <cofire/job/quick_reader.hpp>
#include <cofire/job/schema.hpp>
#include <cofire/job/signature.hpp>
#include <cofire/job/stored_arguments.hpp>
#include <cofire/job/type_name.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace cofire {

/// A class that can be looked at as a job: `job_struct<resize_image>`. What exactly is wrong with
/// one that is no good job, struct_job says in words.
template <class J>
concept job_struct = std::is_class_v<J> && std::is_same_v<J, std::remove_cvref_t<J>>;

namespace detail {

template <class J>
struct struct_result {
    using type = void;
};

template <has_signature J>
struct struct_result<J> {
    using type = typename signature_of<J>::result;
};

// A struct job's members; none where Describe knows nothing of it.
template <class J, json_kind Kind = kind_of<J>()>
struct struct_members {
    template <std::size_t>
    struct at;
    static constexpr std::size_t count = 0;
    static constexpr std::size_t required = 0;
};

template <class J>
struct struct_members<J, json_kind::described> {
    template <std::size_t I>
    using at = member_at<J, I>;
    static constexpr std::size_t count = member_count<J>;
    // All up to the last one that `required` names.
    static constexpr std::size_t required = [] {
        constexpr auto names = member_names<J>();
        std::size_t most = 0;
        for (std::size_t i = 0; i != names.size(); ++i) {
            most = is_required<J>(names[i]) ? i + 1 : most;
        }
        return most;
    }();
};

} // namespace detail

/// The definition of a struct job: its stored name, its defaults and the way of its members into
/// JSON and back. A model of job_definition; all members are static. The struct's own static
/// members name, options, display, version, upgrade, required and strict are taken over; see
/// job_traits.
///
/// The JSON form is an object with the described members. An absent member keeps its default
/// initialiser, unless `required` lists it; unknown members are ignored, unless `strict` is true.
///
/// Distinct objects: safe. Shared objects: safe.
template <class J>
requires job_struct<J>
struct struct_job {
private:
    static constexpr detail::json_kind kind = detail::kind_of<J>();
    using members = detail::struct_members<J>;

public:
    /// The decoded job.
    using arguments = J;
    /// What J::operator() results in, if it has one; void otherwise, and the handler decides.
    using result = typename detail::struct_result<J>::type;

    /// The stored name.
    static constexpr std::string_view name = detail::stored_name<J, detail::type_spelling<J>>();
    /// The job type's defaults.
    static constexpr job_options options = detail::type_options<J>();
    /// The template of the name shown to people; empty: none.
    static constexpr std::string_view display = detail::type_display<J>();
    /// The version of the arguments' form.
    static constexpr std::uint32_t argument_version = detail::type_version<J>();
    /// How many members there are, and how many of them must be given.
    static constexpr std::size_t most_arguments = members::count;
    static constexpr std::size_t fewest_arguments = members::required;

    static_assert(
        json_compatible<J>,
        "cofire: a struct job tells its members: put BOOST_DESCRIBE_STRUCT(type, (), (members...)) "
        "behind it, or give it Boost.JSON's value_from and value_to conversions"
    );

    /// True if a call with `Args`, as deduced for Args&&..., is right.
    template <class... Args>
    [[nodiscard]] static constexpr bool accepts() {
        if constexpr (is_whole<Args...>) {
            return !(detail::is_dangerous_rvalue<Args> || ...);
        } else if constexpr (kind == detail::json_kind::user) {
            return false;
        } else if constexpr (sizeof...(Args) < fewest_arguments || sizeof...(Args) > most_arguments) {
            return false;
        } else {
            return accepts_each<Args...>(std::index_sequence_for<Args...>());
        }
    }

    /// Does not compile, with the reason in words, if a call with `Args` is wrong: neither one J
    /// nor values for the members in their order, all required ones included.
    template <class... Args>
    static constexpr void check() {
        if constexpr (is_whole<Args...>) {
            static_assert(
                !(detail::is_dangerous_rvalue<Args> || ...),
                "cofire: g++ 12 destroys temporary aggregates twice beside co_await: give the "
                "members in place of the struct, or give the struct a name first and pass that"
            );
        } else {
            static_assert(
                kind != detail::json_kind::user,
                "cofire: a struct job with conversions of its own is given as a whole"
            );
            static_assert(
                sizeof...(Args) >= fewest_arguments,
                "cofire: too few arguments: the struct lists more members as required"
            );
            static_assert(
                sizeof...(Args) <= most_arguments,
                "cofire: too many arguments: the struct has fewer described members"
            );
            if constexpr (sizeof...(Args) <= most_arguments) {
                check_each<Args...>(std::index_sequence_for<Args...>());
            }
        }
    }

    /// The job as JSON text, from one J or from values for its members in their order; further
    /// members have their default initialisers.
    ///
    /// Errors: as for function_job::encode; the message names the member.
    template <class... Args>
    [[nodiscard]] static std::string encode(Args&&... args) {
        check<Args...>();
        detail::json_writer to;
        if constexpr (accepts<Args...>()) {
            detail::json_path const root(name, errc::bad_arguments);
            if constexpr (is_whole<Args...>) {
                (detail::encode<J>(to, args, root), ...);
            } else {
                to.raw('{');
                encode_each(
                    to, root, std::index_sequence_for<Args...>(), std::forward<Args>(args)...
                );
                encode_rest<sizeof...(Args)>(to, root);
                to.raw('}');
            }
        }
        return to.to_string();
    }

    /// The job in `json`, which version `version` of this job type wrote; 0: the current one. Older
    /// ones go through J::upgrade.
    ///
    /// Errors: as for function_job::decode.
    [[nodiscard]] static arguments
    decode(std::string_view json, std::uint32_t version = argument_version) {
        if constexpr (detail::is_quick_struct<J>()) {
            J quick{};
            if ((version == argument_version || version == 0) &&
                detail::read_quickly(json, quick)) {
                return quick;
            }
        }
        detail::json_path const root(name, errc::bad_arguments);
        return detail::read_arguments<J>(json, version, root, [&](boost::json::value const& value) {
            return detail::decode<J>(value, root);
        });
    }

    /// A JSON Schema of the job, for forms; see docs/job.md.
    [[nodiscard]] static std::string schema() { return detail::schema_of_struct<J>(name); }

private:
    // One argument that is a J.
    template <class... Args>
    static constexpr bool is_whole = sizeof...(Args) == 1 &&
                                     (std::is_same_v<std::remove_cvref_t<Args>, J> && ...);

    template <std::size_t I>
    using member = typename members::template at<I>;
    template <std::size_t I>
    using parameter = detail::member_type<J, member<I>>;

    template <class... Args, std::size_t... I>
    static constexpr bool accepts_each(std::index_sequence<I...>) {
        return (
            (detail::judge<parameter<I>, Args>() == detail::argument_verdict::fine) && ... && true
        );
    }

    template <class... Args, std::size_t... I>
    static constexpr void check_each(std::index_sequence<I...>) {
        (void)(detail::argument_check<parameter<I>, Args>::ok && ... && true);
    }

    template <std::size_t... I, class... Args>
    static void encode_each(
        [[maybe_unused]] detail::json_writer& to,
        [[maybe_unused]] detail::json_path const& root,
        std::index_sequence<I...>,
        Args&&... args
    ) {
        ((detail::encode_key(to, I == 0, member<I>::name),
          detail::encode_argument<parameter<I>>(
              to,
              std::forward<Args>(args),
              detail::json_path(root, std::string_view(member<I>::name))
          )),
         ...);
    }

    // The members from `From` on, with their default initialisers.
    template <std::size_t From>
    static void encode_rest(detail::json_writer& to, detail::json_path const& root) {
        if constexpr (From < most_arguments) {
            static_assert(detail::described_check<J>::ok);
            J const defaults{};
            [&]<std::size_t... I>(std::index_sequence<I...>) {
                ((detail::encode_key(to, From + I == 0, member<From + I>::name),
                  detail::encode(
                      to,
                      defaults.*member<From + I>::pointer,
                      detail::json_path(root, std::string_view(member<From + I>::name))
                  )),
                 ...);
            }
            (std::make_index_sequence<most_arguments - From>());
        }
    }
};

} // namespace cofire

#endif
