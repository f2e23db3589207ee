// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// What the tests share: a browser, a mock server, and an eye on everything that must not happen.

import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";
import { make_server } from "../mock/server.mjs";

const axe = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });

export async function serve(options = {}) {
    const mock = make_server(options);
    await new Promise((done) => mock.server.listen(0, "127.0.0.1", done));
    return { ...mock, base: `http://127.0.0.1:${mock.server.address().port}${options.prefix ?? "/cofire"}/` };
}

/** A page that remembers each error, each request elsewhere and each dialog. */
export async function open(browser, base, { bypass = false, ...options } = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, timezoneId: "Europe/Berlin", reducedMotion: "reduce", bypassCSP: bypass, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(8000);
    const faults = [];
    page.on("pageerror", (e) => faults.push(`error: ${e.message}`));
    page.on("console", (m) => {
        if (m.type() === "error" && !/status of (4|5)\d\d/.test(m.text())) faults.push(`console: ${m.text()}`);
    });
    page.on("request", (r) => {
        if (!r.url().startsWith(base)) faults.push(`request elsewhere: ${r.url()}`);
    });
    page.on("dialog", (d) => {
        faults.push(`dialog: ${d.message()}`);
        void d.dismiss();
    });
    await page.goto(base);
    await page.waitForSelector("main h1, main .empty");
    return { page, faults, close: () => context.close() };
}

/** Goes to a page by its hash, and waits until its data are there. */
export async function show(page, hash) {
    await page.evaluate((h) => { location.hash = h; }, hash);
    await page.waitForTimeout(60);
    await page.waitForFunction(() => !document.querySelector(".loading"));
}

/** What axe finds that is serious. Needs `bypass`, for it is injected. */
export async function violations(page) {
    await page.evaluate(axe);
    const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
    const bad = found.violations.filter((v) => v.impact === "serious" || v.impact === "critical");
    return bad.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(" | ")}`);
}

/** The addresses of all pages, with jobs of each state. */
export function all_pages(data) {
    const jobs = ["enqueued", "scheduled", "awaiting", "processing", "succeeded", "failed", "deleted"].flatMap((s) => {
        const list = data.jobs.filter((j) => j.state === s);
        return list.slice(0, 1).concat(list.slice(-1)).map((j) => "#/job/" + j.id);
    });
    return [
        "#/overview", ...["enqueued", "processing", "scheduled", "retries", "awaiting", "succeeded", "failed", "failed?view=list", "deleted", "parked", "all"].map((t) => "#/jobs/" + t),
        ...jobs, "#/new", "#/new?when=cron", ...data.types.slice(0, 4).map((t) => "#/new?type=" + encodeURIComponent(t.name)), ...(jobs.length ? ["#/new?copy=" + jobs[0].slice(6)] : []),
        "#/recurring", ...data.recurring.map((r) => "#/recurring/" + encodeURIComponent(r.id)), "#/types", ...data.types.slice(0, 3).map((t) => "#/types/" + encodeURIComponent(t.name)),
        "#/queues", "#/servers", "#/about", "#/nowhere",
    ];
}
