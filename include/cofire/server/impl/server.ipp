// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_SERVER_IMPL_SERVER_IPP
#define COFIRE_SERVER_IMPL_SERVER_IPP

#include <cofire/server/server.hpp>

namespace cofire {

COFIRE_DECL client server::make_client(
    storage_ref const& storage, server_options const& options, server_environment const& environment
) {
    client_options own;
    own.clock = environment.clock();
    if (options.seed) { // handlers' jobs get the same ids each time, too
        own.seed = *options.seed + 2;
    }
    return client(storage, std::move(own));
}

COFIRE_DECL server::~server() {
    if (core_ && core_->state() != server_state::stopped) {
        core_->stop(true);
    }
}

} // namespace cofire

#endif
