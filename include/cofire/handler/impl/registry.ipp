// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_HANDLER_IMPL_REGISTRY_IPP
#define COFIRE_HANDLER_IMPL_REGISTRY_IPP

#include <cofire/handler/registry.hpp>
#include <cofire/job/type_name.hpp>

#include <utility>

namespace cofire {

COFIRE_DECL handler_entry const* registry::find(std::string_view type) const noexcept {
    auto const at = names_.find(type);
    return at == names_.end() ? nullptr : at->second;
}

COFIRE_DECL void registry::check(
    std::string_view type, std::string_view arguments, std::uint32_t argument_version
) const {
    handler_entry const* const entry = find(type);
    if (entry == nullptr) {
        throw error(errc::unknown_type, "job type " + quoted(type));
    }
    entry->check(arguments, argument_version);
}

COFIRE_DECL std::vector<announced_type> registry::announced() const {
    std::vector<announced_type> types;
    types.reserve(names_.size());
    for (auto const& entry : entries_) {
        announced_type type{entry->name, entry->argument_version, entry->schema, entry->display};
        types.push_back(type);
        for (std::string const& alias : entry->aliases) {
            type.name = alias;
            types.push_back(type);
        }
    }
    return types;
}

COFIRE_DECL void registry::check_not_frozen(std::string_view what) const {
    if (frozen()) {
        throw error(errc::registry_frozen, "adding " + std::string(what));
    }
}

COFIRE_DECL void registry::check_object(bool given, std::string_view name) {
    if (!given) {
        throw error(errc::bad_option, "the object for " + std::string(name) + " is null");
    }
}

COFIRE_DECL void registry::insert(std::unique_ptr<handler_entry> entry) {
    // Everything is checked and allocated before anything changes.
    std::vector<std::string> all{entry->name};
    all.insert(all.end(), entry->aliases.begin(), entry->aliases.end());
    decltype(names_) added;
    for (std::string const& name : all) {
        if (!is_type_name(name)) {
            throw error(errc::bad_type, "alias " + quoted(name) + " of " + entry->name);
        }
        if (names_.contains(name) || !added.emplace(name, entry.get()).second) {
            throw error(errc::duplicate_registration, quoted(name));
        }
    }
    entries_.reserve(entries_.size() + 1);
    names_.reserve(names_.size() + added.size());
    names_.merge(added);
    entries_.push_back(std::move(entry));
}

} // namespace cofire

#endif
