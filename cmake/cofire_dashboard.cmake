# SPDX-License-Identifier: BSL-1.0
# Copyright (c) 2026 The cofire authors

# cofire::dashboard: what <cofire/dashboard.hpp> needs, the headers of Boost.Beast.
# cofire::dashboard_compiled: the same with its bodies compiled once, over cofire::compiled.
# cofire::dashboard_password: what <cofire/dashboard/password.hpp> needs, OpenSSL's libcrypto.
# cofire::dashboard_tls: what <cofire/dashboard/tls.hpp> needs, OpenSSL's libssl. These two are there only
# if OpenSSL was found.

if(TARGET cofire::dashboard)
    return()
endif()

add_library(cofire_dashboard INTERFACE)
add_library(cofire::dashboard ALIAS cofire_dashboard)
target_link_libraries(cofire_dashboard INTERFACE cofire::cofire Boost::headers)

add_library(
    cofire_dashboard_compiled STATIC EXCLUDE_FROM_ALL
    "${CMAKE_CURRENT_LIST_DIR}/cofire_dashboard_compiled.cpp"
)
add_library(cofire::dashboard_compiled ALIAS cofire_dashboard_compiled)
target_link_libraries(cofire_dashboard_compiled PUBLIC cofire::compiled Boost::headers)

find_package(OpenSSL QUIET)
if(TARGET OpenSSL::Crypto)
    add_library(cofire_dashboard_password INTERFACE)
    add_library(cofire::dashboard_password ALIAS cofire_dashboard_password)
    target_link_libraries(cofire_dashboard_password INTERFACE OpenSSL::Crypto)
endif()
if(TARGET OpenSSL::SSL)
    add_library(cofire_dashboard_tls INTERFACE)
    add_library(cofire::dashboard_tls ALIAS cofire_dashboard_tls)
    target_link_libraries(cofire_dashboard_tls INTERFACE OpenSSL::SSL OpenSSL::Crypto)
endif()
