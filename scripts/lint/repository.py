# SPDX-License-Identifier: BSL-1.0
# Copyright (c) 2026 The cofire authors
"""What the lint scripts share: which files there are, and how findings are reported."""

import argparse
import os
import sys

SKIPPED_FOLDERS = {".git", ".cache", ".idea", ".vscode", "__pycache__", "node_modules"}


def root_from_arguments(description):
    """The repository to look at: the one of this script, or --root."""
    here = os.path.dirname(os.path.realpath(__file__))
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--root", default=os.path.dirname(os.path.dirname(here)))
    return os.path.realpath(parser.parse_args().root)


def files(root, under=".", suffixes=None):
    """The paths, relative to root, of the files below a folder, build output left out."""
    found = []
    for folder, folders, names in os.walk(os.path.join(root, under)):
        is_top = os.path.realpath(folder) == os.path.realpath(root)
        folders[:] = sorted(
            f
            for f in folders
            if f not in SKIPPED_FOLDERS and not (is_top and (f == "build" or f.startswith("build-")))
        )
        for name in sorted(names):
            if suffixes is None or name.endswith(suffixes):
                found.append(os.path.normpath(os.path.relpath(os.path.join(folder, name), root)))
    return found


def text(root, path):
    """A file's text; empty for one that is not text."""
    with open(os.path.join(root, path), encoding="utf-8", errors="surrogateescape") as file:
        content = file.read()
    return "" if "\0" in content else content


class Report:
    """Collects findings and ends the script: 0 if there are none, 1 otherwise."""

    def __init__(self):
        self.count = 0

    def add(self, path, line, message):
        self.count += 1
        print(f"{path}:{line}: {message}")

    def end(self, checked, what="files"):
        print(f"{checked} {what}, {self.count} findings")
        sys.exit(1 if self.count else 0)
