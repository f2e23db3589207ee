# SPDX-License-Identifier: BSL-1.0
# Copyright (c) 2026 The cofire authors
# shellcheck shell=bash

# install_packages: makes sure that the packages of scripts/packages are there, or ends the script.
# Exit code 3 means that nothing was installed or removed, and why was said. Brings common.sh.

# shellcheck source=scripts/lib/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# release_field <name> <file>: a value of /etc/os-release.
release_field() {
    sed -n "s/^$1=//p" "$2" | tr -d "\"'"
}

# The name that this system has in scripts/packages.
system_name() {
    local file=${COFIRE_OS_RELEASE:-/etc/os-release} id version name
    local which="cofire's scripts know Debian 12 and 13 and Ubuntu 24.04 and later"
    [ -r "$file" ] || stop 3 "$which; this system does not say what it is ($file is missing)"
    id=$(release_field ID "$file")
    version=$(release_field VERSION_ID "$file")
    name=$(release_field PRETTY_NAME "$file")
    case $id-$version in
        debian-12 | debian-13 | ubuntu-24.04) echo "$id-$version" ;;
        ubuntu-24.1* | ubuntu-2[5-9].* | ubuntu-[3-9]?.*) echo ubuntu-later ;;
        *) stop 3 "$which; this is ${name:-another system}. Nothing was changed." ;;
    esac
}

# The packages of the given groups that are not there, one a line.
missing_packages() {
    local system=$1 package
    shift
    awk -v name="$system" -v groups=" $* " \
        '$1 == name && index(groups, " " $2 " ") { for (i = 3; i <= NF; ++i) print $i }' \
        "$root/scripts/packages" |
        while read -r package; do
            if command -v "$package" > /dev/null; then
                continue
            fi
            if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null)" != installed ]; then
                echo "$package"
            fi
        done
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

can_be_root() {
    [ "$(id -u)" = 0 ] && return
    command -v sudo > /dev/null || return
    [ -t 0 ] || sudo -n true 2> /dev/null
}

# Refreshes apt's lists, waiting up to five minutes for another apt. A failure is no end: the lists
# at hand may do, and the simulation tells.
refresh_lists() {
    local output tries=60
    until output=$(as_root env LC_ALL=C apt-get -q update 2>&1); do
        case $output in
            *"Could not get lock"*) ;;
            *) tries=0 ;;
        esac
        if [ "$tries" -le 0 ]; then
            printf '%s\n' "$output" >&2
            say "apt-get update failed; going on with the lists at hand"
            return
        fi
        tries=$((tries - 1))
        sleep 5
    done
}

# install_packages <group>...
install_packages() {
    local system missing line simulation removed
    system=$(system_name) || exit
    missing=$(missing_packages "$system" "$@")
    [ -n "$missing" ] || return 0
    missing=$(echo "$missing" | tr '\n' ' ')
    missing=${missing% }

    line="apt-get install --no-install-recommends $missing"
    say "packages are missing. To install them, as root:"
    say "apt-get update && $line"
    can_be_root || stop 3 "this is not root, and there is no sudo that works here; nothing was changed"

    refresh_lists
    # shellcheck disable=SC2086
    simulation=$(LC_ALL=C apt-get install -s --no-install-recommends $missing 2>&1) || {
        printf '%s\n' "$simulation" >&2
        stop 3 "apt cannot install these packages, for the reason above. Nothing was changed."
    }
    removed=$(printf '%s\n' "$simulation" | awk '$1 == "Remv" { printf "%s%s", sep, $2; sep = " " }')
    if [ -n "$removed" ]; then
        say "apt would remove these to make room, so nothing was changed: $removed"
        say "if you can do without them, run this as root, and then the script again:"
        stop 3 "$line"
    fi

    # shellcheck disable=SC2086
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends --no-remove \
        -o DPkg::Lock::Timeout=300 $missing >&2 ||
        stop 1 "installing the packages failed, for the reason above"
}
