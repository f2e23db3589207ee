# SPDX-License-Identifier: BSL-1.0
# Copyright (c) 2026 The cofire authors
# shellcheck shell=bash

# What the scripts share. Source it; it sets `root`, the repository, and `build`, where all output
# goes (COFIRE_BUILD_DIR puts it elsewhere).

root=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/../.." > /dev/null && pwd)
build=${COFIRE_BUILD_DIR:-$root/build}
case $build in
    /*) ;;
    *) build=$PWD/$build ;;
esac

# say <text>...: a line about what the script does, apart from the output of what it runs.
say() {
    printf 'cofire: %s\n' "$*" >&2
}

# stop <exit code> <text>...: ends the script.
stop() {
    local code=$1
    shift
    say "$@"
    exit "$code"
}

# jobs: how many compilations at once; one a core, and about 2 GB of free memory for each.
# COFIRE_JOBS overrides it.
jobs_at_once() {
    local cores free limit used by_memory
    if [ -n "${COFIRE_JOBS:-}" ]; then
        echo "$COFIRE_JOBS"
        return
    fi
    cores=$(nproc)
    free=$(awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo)
    if [ -r /sys/fs/cgroup/memory.max ] && [ -r /sys/fs/cgroup/memory.current ]; then
        limit=$(cat /sys/fs/cgroup/memory.max)
        used=$(cat /sys/fs/cgroup/memory.current)
        if [ "$limit" != max ] && [ $(((limit - used) / 1048576)) -lt "${free:-0}" ]; then
            free=$(((limit - used) / 1048576))
        fi
    fi
    by_memory=$((${free:-2000} / 2000))
    if [ "$by_memory" -lt "$cores" ]; then
        cores=$by_memory
    fi
    if [ "$cores" -lt 1 ]; then
        cores=1
    fi
    echo "$cores"
}

# configure <folder under build> <cmake arguments>...: configures the repository there. A folder
# that was copied from elsewhere with its repository is made anew, because CMake refuses it.
configure() {
    local dir=$build/$1 home cache
    shift
    mkdir -p "$dir" 2> /dev/null || true
    [ -w "$dir" ] || stop 1 "cannot write to $dir; set COFIRE_BUILD_DIR to another folder"
    if [ -f "$dir/CMakeCache.txt" ]; then
        home=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$dir/CMakeCache.txt")
        cache=$(sed -n 's/^CMAKE_CACHEFILE_DIR:INTERNAL=//p' "$dir/CMakeCache.txt")
        if [ "$home" != "$root" ] || [ "$cache" != "$dir" ]; then
            rm -rf "$dir"
        fi
    fi
    cmake --log-level=WARNING -S "$root" -B "$dir" "$@"
}
