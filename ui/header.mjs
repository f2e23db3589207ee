// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Prints the header that holds the compressed files of dist/, for include/cofire/dashboard/assets.hpp.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";

const here = new URL(".", import.meta.url).pathname;
const budget = 150_000;
// What every compiler takes as one string literal.
const literal_limit = 65_535;
const files = [
    ["index.html", "text/html; charset=utf-8"],
    ["app.js", "text/javascript; charset=utf-8"],
    ["app.css", "text/css; charset=utf-8"],
    ["log_in.html", "text/html; charset=utf-8"],
    ["log_in.js", "text/javascript; charset=utf-8"],
    ["log_in.css", "text/css; charset=utf-8"],
    ["favicon.svg", "image/svg+xml"],
];

function literal(bytes) {
    let line = "";
    let out = "";
    for (const b of bytes) {
        const c = String.fromCharCode(b);
        line += b >= 0x20 && b < 0x7f && !'"\\?'.includes(c) ? c : "\\" + b.toString(8).padStart(3, "0");
        if (line.length >= 108) {
            out += `\n    "${line}"`;
            line = "";
        }
    }
    return out + (line ? `\n    "${line}"` : "");
}

// What the page is made of, for scripts/lint/page: it finds a header that is older than its sources.
function sources() {
    const found = ["bundle.mjs", "header.mjs", "package-lock.json", "package.json", "tsconfig.json"];
    for (const entry of readdirSync(`${here}src`, { recursive: true, withFileTypes: true })) {
        if (entry.isFile()) found.push(`${entry.parentPath ?? entry.path}/${entry.name}`.slice(here.length));
    }
    const hash = createHash("sha256");
    for (const path of found.map((p) => "ui/" + p).sort()) {
        const bytes = readFileSync(here + path.slice(3));
        hash.update(`${path} ${bytes.length}\n`).update(bytes);
    }
    return hash.digest("hex");
}

let arrays = "";
let table = "";
let sum = 0;
for (const [name, type] of files) {
    const bytes = readFileSync(`${here}dist/${name}.gz`);
    if (bytes.length > literal_limit) throw new Error(`${name}: ${bytes.length} bytes are too long for one string literal; split it`);
    sum += bytes.length;
    const variable = "dashboard_" + name.replace(/\W/g, "_");
    const tag = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
    arrays += `inline constexpr char ${variable}[] =${literal(bytes)};\n\n`;
    table += `    {"${name}", "${type}", "\\"${tag}\\"", ${variable}, sizeof ${variable} - 1, true},\n`;
}
if (sum > budget) throw new Error(`the page has ${sum} bytes, and ${budget} are the most`);
console.error(`assets: ${sum} bytes compressed`);

process.stdout.write(`// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Made by ui/build from ui/src: do not edit. Holds Preact (MIT) and uPlot (MIT); their licences are on
// the page "About".
// Sources: ${sources()}

#ifndef COFIRE_DASHBOARD_ASSETS_HPP
#define COFIRE_DASHBOARD_ASSETS_HPP

#include <cofire/dashboard/asset.hpp>

namespace cofire::detail {

// clang-format off
${arrays}/// The files of the page.
inline constexpr dashboard_asset dashboard_assets[] = {
${table}};
// clang-format on

} // namespace cofire::detail

#endif
`);
