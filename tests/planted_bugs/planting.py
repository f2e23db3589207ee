# SPDX-License-Identifier: BSL-1.0
# Copyright (c) 2026 The cofire authors
"""Plants bugs in copies of the library, many in one copy, each behind a switch that is set when a program
starts: so a program is compiled once for all of them. A bug is (name, file, what stands there once, what
it becomes). Those that overlap, or that no switch can choose, get a copy of their own."""

import os
import re
import shutil
import subprocess
import sys

# Every file of the library includes this one.
SWITCH_FILE = "core/config.hpp"
SWITCH = """
#include <cstdlib>
namespace cofire {
inline int const planted_bug =
    std::getenv("COFIRE_PLANTED_BUG") ? std::atoi(std::getenv("COFIRE_PLANTED_BUG")) : 0;
}
#define COFIRE_PLANTED(n) (::cofire::planted_bug == (n))
"""
CONDITION = re.compile(r"(\s*(?:\} else )?(?:if|while) )\((.*)\)( \{\n?)", re.S)
DECLARATION = re.compile(r"\s*(?:auto|constexpr|bool|int|duration|time_point|[a-z_:]+ const)\b[^(;]*=")


class Copy:
    """A copy of the headers with bugs in it. Of those with a switch `number` chooses one."""

    def __init__(self, folder):
        self.folder = folder  # as it is given to -I
        self.bugs = {}  # number: name; 0 for the one that has no switch
        self.is_in_bodies = True  # what includes the headers but no bodies is the same without the bugs


def run(command, **more):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, **more)


def must(command, what):
    done = run(command)
    if done.returncode != 0:
        sys.exit(f"{what}:\n{done.stderr[-3000:]}")


def is_balanced(text):
    return all(text.count(a) == text.count(b) for a, b in ("()", "{}", "[]"))


def is_statements(text):
    """Whole statements, none of which declares what is used behind them; or nothing at all."""
    code = re.sub(r"//[^\n]*(?=\n)", "", text).strip()
    return (not code or code[-1] in ";}") and is_balanced(code) and not DECLARATION.match(code)


def switched(number, old, new):
    """Text that is `new` if the switch says `number`, and `old` otherwise; None if there is no such. A `new`
    with the word PLANTED says itself what the switch is for."""
    now = f"COFIRE_PLANTED({number})"
    if "PLANTED" in new:
        return new.replace("PLANTED", now)
    before, after = CONDITION.fullmatch(old), CONDITION.fullmatch(new)
    if before and after and before[1] == after[1] and ";" not in before[2] + after[2]:
        return f"{before[1]}({now} ? bool({after[2]}) : bool({before[2]})){before[3]}"
    if is_statements(old) and is_statements(new):
        return f"if ({now}) {{\n{new}\n}} else {{\n{old}\n}}\n"
    expression = [text.strip() for text in (old, new)]
    if all(is_balanced(t) and not re.search(r"[;{}]|^$", t) for t in expression):
        return f"({now} ? ({expression[1]}) : ({expression[0]}))"
    return None


def plant(bugs, library, folder):
    """Writes copies of `library`, the folder "cofire" of the headers, with all of the bugs."""
    texts = {file: (library / file).read_text() for _, file, _, _ in bugs}
    layers = []  # of (number, name, file, begin, end, text)
    for number, (name, file, old, new) in enumerate(bugs, 1):
        count = texts[file].count(old)
        if count != 1:
            sys.exit(f"{name}: what is to be replaced stands {count} times in {file}")
        begin = texts[file].index(old)
        text = switched(number, old, new)
        entry = (number, name, file, begin, begin + len(old), text or new)
        if text is None:
            layers.append([(0, *entry[1:])])
            continue
        for layer in layers:
            if layer[0][0] != 0 and all(
                    e[2] != file or e[4] <= begin or begin + len(old) <= e[3] for e in layer):
                layer.append(entry)
                break
        else:
            layers.append([entry])
    copies = []
    for i, layer in enumerate(layers):
        copy = Copy(folder / f"copy{i}")
        shutil.rmtree(copy.folder, ignore_errors=True)
        shutil.copytree(library, copy.folder / "cofire")
        changed = {}
        for number, name, file, begin, end, text in sorted(layer, key=lambda e: -e[3]):
            changed.setdefault(file, texts[file])
            changed[file] = changed[file][:begin] + text + changed[file][end:]
            copy.bugs[number] = name
            copy.is_in_bodies = copy.is_in_bodies and file.endswith(".ipp")
        for file, text in changed.items():
            (copy.folder / "cofire" / file).write_text(text)
        switch = copy.folder / "cofire" / SWITCH_FILE
        head, _, tail = switch.read_text().rpartition("#endif")
        switch.write_text(head + SWITCH + "#endif" + tail)
        copies.append(copy)
    return copies


def try_one(command, number, timeout=120):
    """How the program ends with this bug: (its exit code, what it prints); the code is None if it hangs."""
    try:
        done = run(command, timeout=timeout, env={**os.environ, "COFIRE_PLANTED_BUG": str(number)})
    except subprocess.TimeoutExpired:
        return None, ""
    return done.returncode, done.stdout + done.stderr


def zone_libraries(compiler):
    """Where the standard library has no time zones, Howard Hinnant's date has."""
    done = run([compiler, "-std=c++20", "-dM", "-E", "-x", "c++", "-"],
               input="#include <chrono>\n")
    for line in done.stdout.splitlines():
        if line.startswith("#define __cpp_lib_chrono ") and line.split()[2] >= "201907L":
            return []
    return ["-ldate-tz"]
