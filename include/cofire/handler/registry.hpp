// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_HANDLER_REGISTRY_HPP
#define COFIRE_HANDLER_REGISTRY_HPP

#include <cofire/core/config.hpp>
#include <cofire/core/error.hpp>
#include <cofire/handler/detail/invocation.hpp>
#include <cofire/handler/detail/target.hpp>
#include <cofire/handler/handler_entry.hpp>
#include <cofire/handler/registration.hpp>
#include <cofire/job/function_job.hpp>
#include <cofire/job/struct_job.hpp>
#include <cofire/storage/contract/servers.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

namespace cofire {

/// The handlers that a server can run, by the names of their job types.
///
///     registry.add<send_login_notification>();                   // a coroutine
///     registry.add<make_thumbnail>(cofire::on(pool));            // a blocking function, and where
///     registry.add<&mailer::send>(mail);                         // a member function, its object
///     registry.add<resize_image>([&gpu](cofire::job_context& ctx, resize_image job)
///                                    -> asio::awaitable<void> { ... });   // a struct job
///     registry.add<clean_up>();                                  // a struct with an operator()
///     registry.add<backup>(fake_backup);                         // another way to run a function
///
/// Behind these, any of on, concurrency, aliases, retry and filter, in any order. Callables are
/// copied or moved into the registry and live as long as it does. They are called as const, by
/// several jobs at a time.
///
/// Servers refer to the registry: it must outlive them. The first one that runs freezes it.
///
/// Distinct objects: safe. Shared objects: unsafe to change; safe to read.
class registry {
public:
    /// An empty one.
    registry() = default;
    registry(registry const&) = delete;
    registry& operator=(registry const&) = delete;

    /// Registers the function or member function `F`. `args`: for a member function first its
    /// object, as a reference or pointer that outlives the registry, or a shared_ptr, which is
    /// kept; or any callable with the same arguments, to be called in place of `F`; then options.
    ///
    /// Errors, each changing nothing: duplicate_registration if the name or an alias is taken;
    /// bad_type if an alias is no name; bad_option if the object is null; registry_frozen.
    template <auto F, class... Args>
    registry& add(Args&&... args);

    /// Registers the struct job `J`. `args`: first a callable with (job_context&, J) or (J), unless
    /// J has an operator() that takes job_context& or nothing; then options. Errors: as above.
    template <class J, class... Args>
    registry& add(Args&&... args);

    /// Adds a filter for all types, around those of the types: an execution_filter or an
    /// outcome_filter. Error, changing nothing: registry_frozen.
    template <class F>
    registry& add_filter(F f) {
        check_not_frozen("a filter");
        detail::add_filter<F>(*filters_, std::move(f));
        return *this;
    }

    /// The handler of this name or alias; null if there is none. Valid as long as the registry.
    [[nodiscard]] handler_entry const* find(std::string_view type) const noexcept;

    /// Whether a job of the type `type` with these arguments can be run, as far as its handler's
    /// parameters tell: for tools and forms, before job_creator::enqueue_raw, whose parameters these
    /// are. Errors: unknown_type if there is no handler of this name or alias; bad_arguments if it
    /// cannot decode them, or takes only older versions; json_too_deep.
    void check(
        std::string_view type, std::string_view arguments, std::uint32_t argument_version = 1
    ) const;

    /// Every handler, in the order of registration.
    [[nodiscard]] std::vector<std::unique_ptr<handler_entry const>> const&
    entries() const noexcept {
        return entries_;
    }

    /// What a server announces: one item for each name and each alias.
    [[nodiscard]] std::vector<announced_type> announced() const;

    /// From now on add() and add_filter() throw. May be called from any thread and again.
    void freeze() noexcept { frozen_.store(true); }
    /// True after freeze().
    [[nodiscard]] bool frozen() const noexcept { return frozen_.load(); }

private:
    struct name_hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view name) const noexcept {
            return std::hash<std::string_view>{}(name);
        }
    };

    template <class Definition, class Target, class... Options>
    registry& add_target(Target target, Options const&... options);

    void check_not_frozen(std::string_view what) const;
    static void check_object(bool given, std::string_view name);
    void insert(std::unique_ptr<handler_entry> entry);

    std::unique_ptr<detail::filter_list> filters_ = std::make_unique<detail::filter_list>();
    std::vector<std::unique_ptr<handler_entry const>> entries_;
    std::unordered_map<std::string, handler_entry const*, name_hash, std::equal_to<>> names_;
    std::atomic<bool> frozen_{false};
};

} // namespace cofire

#include <cofire/handler/detail/registry_add.hpp>

#ifdef COFIRE_HEADER_ONLY
#include <cofire/handler/impl/registry.ipp>
#endif

#endif
