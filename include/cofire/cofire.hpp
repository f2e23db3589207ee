// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_COFIRE_HPP
#define COFIRE_COFIRE_HPP

/// Everything that most programs need: clients, handlers, servers, host, and the in-memory storage.

#include <cofire/client/batch.hpp>
#include <cofire/client/client.hpp>
#include <cofire/core/version.hpp>
#include <cofire/handler/permanent_failure.hpp>
#include <cofire/handler/registry.hpp>
#include <cofire/server/host.hpp>
#include <cofire/server/server.hpp>
#include <cofire/storage/any_storage.hpp>
#include <cofire/storage/memory_storage.hpp>
#include <cofire/time/cron.hpp>

#endif
