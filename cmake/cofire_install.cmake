# SPDX-License-Identifier: BSL-1.0
# Copyright (c) 2026 The cofire authors

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

# Headers and a package that fits every architecture, so it lives under share.
set(package_dir "${CMAKE_INSTALL_DATADIR}/cmake/cofire")

install(TARGETS cofire EXPORT cofireTargets FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(EXPORT cofireTargets NAMESPACE cofire:: DESTINATION "${package_dir}")

configure_package_config_file(
    "${CMAKE_CURRENT_LIST_DIR}/cofireConfig.cmake.in"
    "${PROJECT_BINARY_DIR}/cofireConfig.cmake"
    INSTALL_DESTINATION "${package_dir}"
)
write_basic_package_version_file(
    "${PROJECT_BINARY_DIR}/cofireConfigVersion.cmake"
    COMPATIBILITY SameMinorVersion
    ARCH_INDEPENDENT
)
install(
    FILES
        "${PROJECT_BINARY_DIR}/cofireConfig.cmake"
        "${PROJECT_BINARY_DIR}/cofireConfigVersion.cmake"
        "${CMAKE_CURRENT_LIST_DIR}/cofire_zones.cmake"
        "${CMAKE_CURRENT_LIST_DIR}/cofire_compiled.cmake"
        "${CMAKE_CURRENT_LIST_DIR}/cofire_compiled.cpp"
        "${CMAKE_CURRENT_LIST_DIR}/cofire_dashboard.cmake"
        "${CMAKE_CURRENT_LIST_DIR}/cofire_dashboard_compiled.cpp"
    DESTINATION "${package_dir}"
)
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DATADIR}/licenses/cofire")
