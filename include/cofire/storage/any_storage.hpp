// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_ANY_STORAGE_HPP
#define COFIRE_STORAGE_ANY_STORAGE_HPP

#include <cofire/storage/storage_ref.hpp>

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

namespace cofire {

/// Owns a storage of any kind, chosen at run time. Copies share it.
///
/// Distinct objects: safe. Shared objects: safe to use as a storage, unsafe to assign.
class any_storage {
public:
    /// Takes over `s`.
    template <class S>
    requires(!std::is_same_v<std::remove_cvref_t<S>, any_storage> && (detail::storage_handle<S> || storage<S>)&&std::movable<S>)
        any_storage(S s)
        : any_storage(std::make_shared<S>(std::move(s))) {} // NOLINT(*-explicit-*)

    /// What refers to the storage inside. The storage closes with this object if it is a handle;
    /// otherwise it lives as long as anything refers to it.
    [[nodiscard]] storage_ref const& ref() const { return ref_; }

    /// The same, so that an any_storage serves wherever a storage does.
    operator storage_ref() const { return ref_; } // NOLINT(*-explicit-*)

private:
    template <class S>
    explicit any_storage(std::shared_ptr<S> s) : owner_(s), ref_(make_ref(s)) {}

    template <class S>
    static storage_ref make_ref(std::shared_ptr<S> const& s) {
        if constexpr (detail::storage_handle<S>) {
            return storage_ref(*s);
        } else {
            return storage_ref(s);
        }
    }

    std::shared_ptr<void> owner_;
    storage_ref ref_;
};

} // namespace cofire

#endif
