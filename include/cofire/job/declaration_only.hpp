// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_JOB_DECLARATION_ONLY_HPP
#define COFIRE_JOB_DECLARATION_ONLY_HPP

// A program that only enqueues needs a job function's declaration and no definition. clang's debug
// information, however, refers to the functions that are template arguments by their address, and
// the program would not link. So whatever such a program instantiates with a job function carries
// this attribute, and has no debug information on clang.
#ifdef __clang__
#define COFIRE_DECLARATION_ONLY [[gnu::nodebug]]
#else
#define COFIRE_DECLARATION_ONLY
#endif

#endif
