# SPDX-License-Identifier: BSL-1.0
# Copyright (c) 2026 The cofire authors

# cofire::zones: what the compiler at hand needs for time zones. Nothing where the standard library
# has them, else Howard Hinnant's date. Used by the build and, installed, by the package, because
# the answer depends on the compiler of whoever uses the headers.

if(TARGET cofire::zones)
    return()
endif()

include(CheckCXXSourceCompiles)
include(CMakePushCheckState)

cmake_push_check_state(RESET)
set(CMAKE_REQUIRED_FLAGS "${CMAKE_CXX20_STANDARD_COMPILE_OPTION}")
set(CMAKE_REQUIRED_QUIET ON)
check_cxx_source_compiles(
    "#include <chrono>
     #if !defined(__cpp_lib_chrono) || __cpp_lib_chrono < 201907L
     #error no time zones
     #endif
     int main() { return std::chrono::locate_zone(\"Etc/UTC\") == nullptr; }"
    COFIRE_STD_HAS_ZONES
)
cmake_pop_check_state()

add_library(cofire::zones INTERFACE IMPORTED GLOBAL)
if(COFIRE_USE_DATE OR NOT COFIRE_STD_HAS_ZONES)
    find_package(date REQUIRED CONFIG)
    target_link_libraries(cofire::zones INTERFACE date::date-tz)
endif()
if(COFIRE_USE_DATE)
    target_compile_definitions(cofire::zones INTERFACE COFIRE_USE_DATE=1)
endif()
