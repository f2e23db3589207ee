# SPDX-License-Identifier: BSL-1.0
# Copyright (c) 2026 The cofire authors

# For this repository's own targets only: warnings, and how its tests are started.

add_library(cofire_dev INTERFACE)
target_compile_options(
    cofire_dev
    INTERFACE
        -Wall
        -Wextra
        -Wpedantic
        # Said of every coroutine frame of Asio's by g++, and wrong.
        $<$<CXX_COMPILER_ID:GNU>:-Wno-mismatched-new-delete>
        # Asio's fences, which g++'s thread sanitizer does not model.
        $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>
        $<$<BOOL:${COFIRE_WERROR}>:-Werror>
)

# What tests and examples link to. Header-only, each of their translation units would take three
# times as long with g++, which emits every inline coroutine. The consumers and the preset
# header-only use the headers alone.
if(COFIRE_TEST_HEADER_ONLY)
    set(cofire_under_test cofire::cofire)
    set(cofire_dashboard_under_test cofire::dashboard)
else()
    set(cofire_under_test cofire::compiled)
    set(cofire_dashboard_under_test cofire::dashboard_compiled)
endif()
if(PROJECT_IS_TOP_LEVEL)
    target_link_libraries(cofire_compiled PRIVATE cofire_dev)
    target_link_libraries(cofire_dashboard_compiled PRIVATE cofire_dev)
endif()

# Put before the command of each test, as a list.
set(COFIRE_TEST_LAUNCHER "" CACHE STRING "Command that starts cofire's tests, for example setarch;-R")

# A sanitizer's first finding ends a test; ASan also looks for returned stack frames, because that
# is how a dangling coroutine closure shows.
find_program(COFIRE_SYMBOLIZER NAMES llvm-symbolizer llvm-symbolizer-19)
mark_as_advanced(COFIRE_SYMBOLIZER)
set(cofire_test_environment
    "ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1"
    "UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1"
    "TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1:suppressions='${PROJECT_SOURCE_DIR}/tests/tsan.supp'"
)
if(COFIRE_SYMBOLIZER)
    list(TRANSFORM cofire_test_environment APPEND ":external_symbolizer_path='${COFIRE_SYMBOLIZER}'")
endif()
list(APPEND cofire_test_environment "BOOST_TEST_COLOR_OUTPUT=no")

# cofire_add_test(<name> <timeout in seconds> <command>...): a CTest started as above.
function(cofire_add_test name timeout)
    add_test(NAME ${name} COMMAND ${COFIRE_TEST_LAUNCHER} ${ARGN})
    set_tests_properties(
        ${name}
        PROPERTIES TIMEOUT ${timeout} ENVIRONMENT "${cofire_test_environment}"
    )
endfunction()
