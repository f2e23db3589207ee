// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CORE_CONFIG_HPP
#define COFIRE_CORE_CONFIG_HPP

// Header-only by default. With COFIRE_SEPARATE_COMPILATION defined in every translation unit, the
// bodies are compiled once, in the one file that includes <cofire/src.hpp>.
#ifdef COFIRE_SEPARATE_COMPILATION
#define COFIRE_DECL
#else
#define COFIRE_HEADER_ONLY
#define COFIRE_DECL inline
#endif

#endif
