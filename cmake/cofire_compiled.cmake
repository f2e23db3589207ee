# SPDX-License-Identifier: BSL-1.0
# Copyright (c) 2026 The cofire authors

# cofire::compiled: cofire::cofire with the bodies compiled once, in a static library. The package
# brings the source, not a binary: it is built with the flags of the project that uses it, and only
# if something links to it.

if(TARGET cofire::compiled)
    return()
endif()

add_library(cofire_compiled STATIC EXCLUDE_FROM_ALL "${CMAKE_CURRENT_LIST_DIR}/cofire_compiled.cpp")
add_library(cofire::compiled ALIAS cofire_compiled)
target_compile_definitions(cofire_compiled PUBLIC COFIRE_SEPARATE_COMPILATION)
target_link_libraries(cofire_compiled PUBLIC cofire::cofire)
