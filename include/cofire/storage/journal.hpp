// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_HPP
#define COFIRE_STORAGE_JOURNAL_HPP

/// The storage in a directory. Linux only.

#include <cofire/storage/journal/journal_storage.hpp>

#endif
