#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
# Copyright (c) 2026 The cofire authors
"""Tests the lint scripts themselves: each rule with something good and something bad."""

import hashlib
import os
import subprocess
import sys
import tempfile
import unittest

LINT = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", "scripts", "lint")
HEAD = "// SPDX-License-Identifier: BSL-1.0\n// Copyright (c) 2026 The cofire authors\n\n"


def findings(script, tree):
    """What a script says about a repository made of {path: content}, and whether it fails."""
    with tempfile.TemporaryDirectory() as root:
        for path, content in tree.items():
            os.makedirs(os.path.dirname(os.path.join(root, path)) or root, exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(content)
        run = subprocess.run(
            [sys.executable, os.path.join(LINT, script), "--root", root],
            capture_output=True,
            text=True,
            check=False,
        )
    if run.stderr:
        raise AssertionError(run.stderr)
    lines = run.stdout.splitlines()[:-1]
    if (run.returncode != 0) != bool(lines):
        raise AssertionError(f"exit code {run.returncode} with {lines}")
    return lines


class Page(unittest.TestCase):
    def test_a_page_older_than_its_sources_is_found(self):
        names = ["bundle.mjs", "header.mjs", "package-lock.json", "package.json", "src/a.ts", "tsconfig.json"]
        tree = {f"ui/{name}": "x" for name in names}
        made_of = hashlib.sha256("".join(f"ui/{name} 1\nx" for name in names).encode()).hexdigest()
        tree["include/cofire/dashboard/assets.hpp"] = f"{HEAD}// Sources: {made_of}\n"
        self.assertEqual(findings("page", tree), [])
        tree["ui/src/a.ts"] = "y"
        self.assertEqual(len(findings("page", tree)), 1)


class IncludeRules(unittest.TestCase):
    def one(self, path, line, **others):
        tree = {
            "include/cofire/core/a.hpp": "",
            "include/cofire/server/a.hpp": "",
            "include/cofire/dashboard/a.hpp": "",
            "include/cofire/testing.hpp": "",
            "include/cofire/server/b.hpp": "",
            **others,
        }
        tree[path] = f"{line}\n"
        return len(findings("include_rules", tree))

    def test_rooms_to_the_left_may_be_used(self):
        self.assertEqual(self.one("include/cofire/server/b.hpp", "#include <cofire/core/a.hpp>"), 0)
        self.assertEqual(self.one("include/cofire/server/b.hpp", "#include <cofire/server/a.hpp>"), 0)
        self.assertEqual(self.one("include/cofire/testing/b.hpp", "#include <cofire/server/a.hpp>"), 0)

    def test_rooms_to_the_right_may_not(self):
        self.assertEqual(self.one("include/cofire/core/b.hpp", "#include <cofire/server/a.hpp>"), 1)
        self.assertEqual(self.one("include/cofire/core/b.hpp", "#  include <cofire/testing.hpp>"), 1)
        self.assertEqual(self.one("include/cofire/core/impl/b.ipp", "#include <cofire/server/a.hpp>"), 1)
        self.assertEqual(self.one("include/cofire/testing/b.hpp", "#include <cofire/dashboard/a.hpp>"), 1)

    def test_form_and_existence(self):
        self.assertEqual(self.one("include/cofire/core/b.hpp", '#include "a.hpp"'), 1)
        self.assertEqual(self.one("include/cofire/core/b.hpp", "#include <cofire/core/none.hpp>"), 1)
        self.assertEqual(self.one("include/cofire/cellar/b.hpp", ""), 1)

    def test_never_included(self):
        for name in ("boost/asio.hpp", "iostream", "regex", "random"):
            self.assertEqual(self.one("include/cofire/server/b.hpp", f"#include <{name}>"), 1, name)
        self.assertEqual(self.one("include/cofire/server/b.hpp", "#include <string>"), 0)

    def test_asio_only_from_storage_on(self):
        for room, count in (("core", 1), ("time", 1), ("job", 1), ("storage", 0), ("server", 0)):
            path = f"include/cofire/{room}/b.hpp"
            self.assertEqual(self.one(path, "#include <boost/asio/awaitable.hpp>"), count, room)

    def test_what_the_whole_library_does_not_bring(self):
        umbrella = {"include/cofire.hpp": "#include <cofire/server/b.hpp>\n"}
        for line, count in (
            ("#include <boost/beast/http.hpp>", 1),
            ("#include <boost/asio/thread_pool.hpp>", 1),
            ("#include <boost/asio/strand.hpp>", 0),
        ):
            self.assertEqual(self.one("include/cofire/server/b.hpp", line, **umbrella), count, line)
            self.assertEqual(self.one("include/cofire/server/c.hpp", line, **umbrella), 0, line)


class Headers(unittest.TestCase):
    def header(self, guard="COFIRE_CORE_A_HPP", body="int a();\n", end="", head=HEAD, **others):
        text = f"{head}#ifndef {guard}\n#define {guard}\n\n{body}\n{end}#endif\n"
        return len(findings("headers", {"include/cofire/core/a.hpp": text, **others}))

    def test_good(self):
        self.assertEqual(self.header(), 0)

    def test_head(self):
        self.assertEqual(self.header(head=""), 1)
        self.assertEqual(self.header(head="// Copyright (c) 2026 The cofire authors\n"), 1)
        self.assertEqual(len(findings("headers", {"scripts/x": "#!/bin/sh\n"})), 1)
        self.assertEqual(len(findings("headers", {"scripts/x": "#!/bin/sh\n" + HEAD.replace("//", "#")})), 0)

    def test_guard(self):
        self.assertEqual(self.header(guard="A_HPP"), 1)

    def test_length(self):
        self.assertEqual(self.header(body="int a();\n" * 491), 0)
        self.assertEqual(self.header(body="int a();\n" * 493), 1)

    def test_bodies(self):
        end = "#ifdef COFIRE_HEADER_ONLY\n#include <cofire/core/impl/a.ipp>\n#endif\n\n"
        guard = "COFIRE_CORE_IMPL_A_IPP"
        bodies = {"include/cofire/core/impl/a.ipp": f"{HEAD}#ifndef {guard}\n#define {guard}\n#endif\n"}
        guard = "COFIRE_SRC_HPP"
        include = "#include <cofire/core/impl/a.ipp>\n"
        source = f"{HEAD}#ifndef {guard}\n#define {guard}\n"
        full = {"include/cofire/src.hpp": f"{source}{include}#endif\n"}
        empty = {"include/cofire/src.hpp": f"{source}#endif\n"}
        self.assertEqual(self.header(end=end, **bodies, **full), 0)
        self.assertEqual(self.header(**bodies, **full), 1)
        self.assertEqual(self.header(end=end, **bodies, **empty), 1)
        self.assertEqual(self.header(end=end, **bodies), 1)


class Words(unittest.TestCase):
    def one(self, line):
        return len(findings("words", {"a.md": line + "\n"}))

    def test_good(self):
        self.assertEqual(self.one("See https://example.org/work/ and ./work/x. Methods to do it."), 0)

    def test_bad(self):
        for line in ("// TO" + "DO later", "FIX" + "ME", "see /wo" + "rk/main/x", "in /ho" + "me/ann/x"):
            self.assertEqual(self.one(line), 1, line)
        for line in ("as des" + "ign.md says", "see is" + "sue 2", "blank at the end "):
            self.assertEqual(self.one(line), 1, line)

    def test_build_output_is_left_out(self):
        self.assertEqual(len(findings("words", {"build/a.md": "FIX" + "ME\n", "a.md": ""})), 0)


GOOD_STATEMENTS = """
    co_await jobs.enqueue<send>("alice");
    auto id = co_await jobs.enqueue<resize_image>("cat.png", 200);
    co_await jobs.with({.queue = "critical", .priority = 9, .tags = {"crm"}}).enqueue<backup>("crm");
    co_await jobs.continue_with<notify>({a, b}, "done");
    co_await jobs.continue_with<notify>(cofire::on_failure({a, b}), "done");
    co_await jobs.continue_with<notify>(cofire::few<cofire::job_id, 4>{a, b}, "done");
    co_await jobs.schedule<send>(std::chrono::minutes{1}, "bob");
    co_await jobs.enqueue<send>(std::string{"alice"});
    auto operation = jobs.submit(make({1, 2})); co_await std::move(operation);
    auto closure = [name] { return name; };
    std::vector<int> values{1, 2, 3};
    values[0] = co_await count();
    values[names[0]] = co_await count();
    for (auto const& [key, value] : co_await all()) { use(key, value); }
    auto [key, value] = co_await one();
    if (auto found = co_await find(); found) { use({1, 2}); }
    while (co_await next()) { auto x = flag ? 1 : 2; }
    co_await asio::co_spawn(executor, std::move(named), asio::use_awaitable);
    auto run = [&]() -> asio::awaitable<void> { co_await step(); };
    auto run = [] { return 1; }; co_await asio::post(executor, asio::use_awaitable);
    co_await asio::post(executor, asio::use_awaitable_t<>{});
    co_await with_handler([](int x) { return x ? 1 : 2; });
    spawn([&]() -> asio::awaitable<void> { co_await step(); }, rethrow{});
    co_await jobs.remove({.state = job_state::failed}, "a reason");
    struct t { asio::awaitable<void> f() requires good { co_await g(); } };
    switch (co_await kind()) { case 1: { break; } }
    co_await odd(rec{a}); // NOLINT(co_await): rec holds two integers
""".strip().splitlines()
BAD_STATEMENTS = """
    co_await jobs.submit(rec{a, b});
    co_await f({.name = name});
    co_await f({a, b});
    rec r{co_await a(), co_await b()};
    auto r = rec{.a = co_await a()};
    co_return rec{co_await a()};
    std::vector<int> v{co_await a()};
    auto x = flag ? co_await a() : co_await b();
    co_return flag ? co_await a() : 1;
    co_await asio::co_spawn(executor, [s] { return work(s); }, asio::use_awaitable);
    co_await g([=] { work(); });
    co_await g([s = std::move(s)]() mutable -> asio::awaitable<void> { co_await work(s); });
    asio::post(co_await asio::this_coro::executor, [s] { work(s); });
    if (co_await f(rec{a})) { return; }
    while (co_await f({a})) {}
    auto run = [s]() -> asio::awaitable<void> { co_await work({s}); };
    auto op = [s]() -> asio::awaitable<void> { co_await work(s); }();
    co_await jobs.with({.queue = "q"}).enqueue<backup>(rec{a});
    co_await f(default_value{});
    jobs.add([](int) -> asio::awaitable<void> { co_await f({1}); });
""".strip().splitlines()


class CoAwait(unittest.TestCase):
    def one(self, statement):
        code = f"asio::awaitable<void> f() {{\n{statement.strip()}\n}}\n"
        return len(findings("co_await", {"a.cpp": code}))

    def test_good(self):
        for statement in GOOD_STATEMENTS:
            self.assertEqual(self.one(statement), 0, statement)

    def test_bad(self):
        for statement in BAD_STATEMENTS:
            self.assertEqual(self.one(statement), 1, statement)

    def test_comments_and_text_do_not_count(self):
        self.assertEqual(self.one("// co_await f({a});\nco_await f(\"{?[x]}\", '?', R\"({)\");"), 0)

    def test_only_the_code_of_a_page_counts(self):
        page = "co_await f({a});\n\n```cpp\nco_await g();\n```\n\n```sh\nco_await f({a});\n```\n"
        self.assertEqual(findings("co_await", {"a.md": page}), [])
        found = findings("co_await", {"a.md": page.replace("g()", "g({a})")})
        self.assertEqual([line.split(": ")[0] for line in found], ["a.md:4"])


class Readme(unittest.TestCase):
    EXAMPLE = "// An example.\n//[readme\nint main() {}\n//]\n"

    def one(self, page, example=EXAMPLE):
        return findings("readme", {"README.md": page, "examples/01_a.cpp": example})

    def test_the_first_code_is_the_marked_part(self):
        good = "# a\n\n```cpp\nint main() {}\n```\n\n```cpp\nother();\n```\n"
        self.assertEqual(self.one(good), [])
        self.assertEqual(len(self.one(good.replace("main", "Main"))), 1)
        self.assertEqual(len(self.one(good.replace("{}\n", "{}\nmore();\n"))), 1)
        self.assertEqual(len(self.one("# a\n")), 1)
        self.assertEqual(len(self.one(good, "int main() {}\n")), 1)
        self.assertEqual(len(self.one(good, self.EXAMPLE.replace("//]", ""))), 1)
        self.assertEqual(len(self.one(good, self.EXAMPLE * 2)), 1)

    def test_it_is_short(self):
        code = "```cpp\nint main() {}\n```\n"
        self.assertEqual(self.one(code + "\n" * 147), [])
        self.assertEqual(len(self.one(code + "text\n" * 148)), 1)

    def test_links_lead_somewhere(self):
        page = "[a](b.md) [c](https://example.com) [d](#d)\n\n```cpp\nf[0](no);\n```\n"
        self.assertEqual(findings("readme", {"docs/a.md": page, "docs/b.md": ""}), [])
        self.assertEqual(len(findings("readme", {"docs/a.md": page})), 1)

    def test_headings_have_a_space(self):
        self.assertEqual(findings("readme", {"docs/a.md": "# a\n\n```\n#b\n```\n\n## c\n"}), [])
        self.assertEqual(len(findings("readme", {"docs/a.md": "#a\n\n ##b\n\n    #code\n"})), 2)


if __name__ == "__main__":
    unittest.main()
