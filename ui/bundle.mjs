// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Writes the page's files to dist/. The same input gives the same bytes.

import { build } from "esbuild";
import { copyFile, mkdir, readFile, rm } from "node:fs/promises";

const here = new URL(".", import.meta.url).pathname;
const licence = async (name) => JSON.stringify((await readFile(`${here}node_modules/${name}/LICENSE`, "utf8")).trim());

await rm(`${here}dist`, { recursive: true, force: true });
await mkdir(`${here}dist`, { recursive: true });
await build({
    absWorkingDir: here,
    entryPoints: { app: "src/main.tsx", log_in: "src/log_in.ts" },
    outdir: "dist",
    bundle: true,
    minify: true,
    target: ["es2022"],
    format: "iife",
    legalComments: "none", // the licences are on the page "About", in full
    define: { PREACT_LICENCE: await licence("preact"), UPLOT_LICENCE: await licence("uplot") },
});
await build({ absWorkingDir: here, entryPoints: { app: "src/app.css", log_in: "src/log_in.css" }, outdir: "dist", bundle: true, minify: true, target: ["es2022", "chrome110", "firefox115", "safari16"] });
await copyFile(`${here}src/index.html`, `${here}dist/index.html`);
await copyFile(`${here}src/log_in.html`, `${here}dist/log_in.html`);
await copyFile(`${here}src/favicon.svg`, `${here}dist/favicon.svg`);
