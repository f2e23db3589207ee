// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// The page to log in, and a bulk action on 10,000 jobs, over a real dashboard: COFIRE_PROGRAM names the
// program of examples/17_dashboard_log_in.cpp.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { launch, show, violations } from "./browser.mjs";

const program = process.env.COFIRE_PROGRAM;
const count = 10_000;
const skip = program ? false : "COFIRE_PROGRAM is not set";
let browser, child, base, token;

before(async () => {
    if (skip) return;
    child = spawn(program, [String(count)], { stdio: ["ignore", "pipe", "ignore"] });
    const [line] = await once(child.stdout, "data");
    [base, token] = String(line).trim().split(" ");
    browser = await launch();
});
after(async () => {
    await browser?.close();
    if (!child) return;
    const end = once(child, "exit");
    child.kill("SIGTERM");
    await end;
});

test("log in, act on 10,000 jobs, log out", { skip }, async () => {
    const context = await browser.newContext({ bypassCSP: true }); // axe is injected
    const page = await context.newPage();
    page.setDefaultTimeout(8000);
    const faults = [];
    page.on("pageerror", (e) => faults.push(e.message));
    page.on("request", (r) => { if (!r.url().startsWith(base)) faults.push(`request elsewhere: ${r.url()}`); });
    page.on("dialog", (d) => { faults.push(d.message()); void d.dismiss(); });

    await page.goto(base + "#/jobs/enqueued");
    await page.waitForSelector("#log-in");
    assert.deepEqual(await violations(page), []);
    await page.fill("#user", "ann");
    await page.fill("#password", "not the token");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#fault:has-text('not right')");
    await page.fill("#password", token);
    await page.keyboard.press("Enter");
    await page.waitForSelector("table.jobs tbody tr"); // where the address led
    const [cookie] = await context.cookies();
    assert.ok(cookie.httpOnly && cookie.sameSite === "Strict");
    assert.equal(await page.evaluate(() => document.cookie), "");
    const counts = () => page.evaluate(() => fetch("api/overview").then((r) => r.json())).then((o) => o.counts);
    assert.equal((await counts()).enqueued, count);

    await page.getByRole("button", { name: "Act on all enqueued…", exact: true }).click();
    await page.locator("dialog[open]").getByLabel("Delete", { exact: true }).check();
    await page.locator("dialog[open]").getByRole("button", { name: /^Delete 10.?000 jobs/ }).click();
    await page.waitForSelector("dialog[open] >> text=Done.", { timeout: 60_000 });
    assert.equal((await counts()).deleted, count);
    assert.equal((await counts()).enqueued, 0);
    await page.locator("dialog[open] .buttons button").click();

    await page.getByRole("button", { name: "Log out", exact: true }).click();
    await page.waitForSelector("#log-in");
    assert.equal((await context.cookies()).length, 0);
    await page.fill("#password", token);
    await page.keyboard.press("Enter");
    await page.waitForSelector("nav.side");

    // A session that the server has ended leads to the page to log in, too.
    await context.clearCookies();
    await show(page, "#/queues").catch(() => undefined);
    await page.waitForSelector("#log-in");
    assert.deepEqual(faults, []);
    await context.close();
});
