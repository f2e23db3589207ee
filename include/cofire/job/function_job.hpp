// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_JOB_FUNCTION_JOB_HPP
#define COFIRE_JOB_FUNCTION_JOB_HPP

#include <cofire/job/argument_check.hpp>
#include <cofire/job/declaration_only.hpp>
#include <cofire/job/decode.hpp>
#include <cofire/job/encode_argument.hpp>
#include <cofire/job/job_traits.hpp>
#include <cofire/job/quick_reader.hpp>
#include <cofire/job/schema.hpp>
#include <cofire/job/signature.hpp>
#include <cofire/job/stored_arguments.hpp>
#include <cofire/job/type_name.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace cofire {

/// The definition of a job that is a function or a member function: its stored name, its defaults
/// and the way of its arguments into JSON and back. A model of job_definition; all members are
/// static. What job_traits<F> says is taken over. A function that is no good job does not compile
/// here, with the reason in words.
///
/// The arguments' JSON form is an array with one element for each parameter behind the context.
/// Parameters of type std::optional at the end may be left out, on both sides.
///
/// Distinct objects: safe. Shared objects: safe.
template <auto F>
requires job_function<F>
struct function_job {
private:
    using traits = job_traits<F>;
    using check_parameters =
        detail::parameters_check<typename signature_of<decltype(F)>::parameters>;

public:
    /// How the function is called.
    using signature = signature_of<decltype(F)>;
    /// The decoded arguments: a tuple, without the context.
    using arguments = typename signature::arguments;
    /// What the job results in; void for nothing.
    using result = typename signature::result;

    /// The stored name.
    COFIRE_DECLARATION_ONLY static constexpr std::string_view name =
        detail::stored_name<traits, detail::value_spelling<F>>();
    /// The job type's defaults.
    COFIRE_DECLARATION_ONLY static constexpr job_options options = detail::type_options<traits>();
    /// The template of the name shown to people; empty: none.
    COFIRE_DECLARATION_ONLY static constexpr std::string_view display =
        detail::type_display<traits>();
    /// The version of the arguments' form.
    COFIRE_DECLARATION_ONLY static constexpr std::uint32_t argument_version =
        detail::type_version<traits>();
    /// How many arguments there are at most, and how many must be given.
    COFIRE_DECLARATION_ONLY static constexpr std::size_t most_arguments =
        std::tuple_size_v<arguments>;
    COFIRE_DECLARATION_ONLY static constexpr std::size_t fewest_arguments =
        detail::required_count<typename signature::parameters>;

    static_assert(check_parameters::ok);
    static_assert(
        std::is_void_v<result> || json_compatible<result>,
        "cofire: the job's result is of a type that has no JSON form; see docs/job.md"
    );

    /// True if a call with `Args`, as deduced for Args&&..., is right.
    template <class... Args>
    [[nodiscard]] COFIRE_DECLARATION_ONLY static constexpr bool accepts() {
        if constexpr (sizeof...(Args) < fewest_arguments || sizeof...(Args) > most_arguments) {
            return false;
        } else {
            return accepts_each<Args...>(std::index_sequence_for<Args...>());
        }
    }

    /// Does not compile, with the reason in words, if a call with `Args` is wrong: their number, a
    /// conversion that is none or loses something, a temporary that g++ 12 does not bear.
    template <class... Args>
    COFIRE_DECLARATION_ONLY static constexpr void check() {
        static_assert(
            sizeof...(Args) >= fewest_arguments, "cofire: too few arguments for this job"
        );
        static_assert(sizeof...(Args) <= most_arguments, "cofire: too many arguments for this job");
        if constexpr (sizeof...(Args) <= most_arguments) {
            check_each<Args...>(std::index_sequence_for<Args...>());
        }
    }

    /// The arguments as JSON text. Optional ones that are not given are not written.
    ///
    /// Errors: errc::bad_arguments if a value does not fit its parameter (an integer out of range,
    /// NaN, text that is not UTF-8), errc::json_too_deep; the message names position and value.
    template <class... Args>
    [[nodiscard]] COFIRE_DECLARATION_ONLY static std::string encode(Args&&... args) {
        check<Args...>();
        detail::json_writer to;
        if constexpr (accepts<Args...>()) {
            detail::json_path const root(name, errc::bad_arguments);
            to.raw('[');
            encode_each(to, root, std::index_sequence_for<Args...>(), std::forward<Args>(args)...);
            to.raw(']');
        }
        return to.to_string();
    }

    /// The arguments in `json`, which version `version` of this job type wrote; 0: the current one.
    /// Older ones go through the traits' upgrade.
    ///
    /// Errors: errc::bad_arguments if the text is no JSON, the version is a later one, or the
    /// values are not what the function takes; errc::json_too_deep. The message names the place.
    [[nodiscard]] static arguments
    decode(std::string_view json, std::uint32_t version = argument_version) {
        if constexpr (detail::is_quick_tuple<arguments>) {
            arguments quick;
            if ((version == argument_version || version == 0) &&
                detail::read_quickly(json, quick)) {
                return quick;
            }
        }
        detail::json_path const root(name, errc::bad_arguments);
        return detail::read_arguments<traits>(
            json,
            version,
            root,
            [&](boost::json::value const& value) {
                return decode_each(value, root, std::make_index_sequence<most_arguments>());
            }
        );
    }

    /// A JSON Schema of the arguments, for forms; see docs/job.md.
    [[nodiscard]] COFIRE_DECLARATION_ONLY static std::string schema() {
        return detail::schema_of_tuple<arguments>(name, fewest_arguments);
    }

private:
    template <std::size_t I>
    using parameter = std::tuple_element_t<I, arguments>;

    template <class... Args, std::size_t... I>
    COFIRE_DECLARATION_ONLY static constexpr bool accepts_each(std::index_sequence<I...>) {
        return (
            (detail::judge<parameter<I>, Args>() == detail::argument_verdict::fine) && ... && true
        );
    }

    template <class... Args, std::size_t... I>
    COFIRE_DECLARATION_ONLY static constexpr void check_each(std::index_sequence<I...>) {
        (void)(detail::argument_check<parameter<I>, Args>::ok && ... && true);
    }

    template <std::size_t... I, class... Args>
    COFIRE_DECLARATION_ONLY static void encode_each(
        [[maybe_unused]] detail::json_writer& to,
        [[maybe_unused]] detail::json_path const& root,
        std::index_sequence<I...>,
        Args&&... args
    ) {
        ((I == 0 ? void() : to.raw(','),
          detail::encode_argument<parameter<I>>(
              to, std::forward<Args>(args), detail::json_path(root, I)
          )),
         ...);
    }

    template <std::size_t I>
    static parameter<I>
    decode_one(boost::json::array const& elements, detail::json_path const& root) {
        if constexpr (I >= fewest_arguments) {
            if (I >= elements.size()) {
                return std::nullopt;
            }
        }
        return detail::decode<parameter<I>>(elements[I], detail::json_path(root, I));
    }

    template <std::size_t... I>
    static arguments
    decode_each(boost::json::value const& value, detail::json_path const& root, std::index_sequence<I...>) {
        boost::json::array const& elements = detail::array_of(value, root);
        if (elements.size() < fewest_arguments || elements.size() > most_arguments) {
            detail::fail_count(elements.size(), fewest_arguments, most_arguments, root);
        }
        return arguments{decode_one<I>(elements, root)...};
    }
};

} // namespace cofire

#endif
