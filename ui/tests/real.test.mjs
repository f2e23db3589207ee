// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// The page over a real dashboard, whose address COFIRE_DASHBOARD names: every page, and a job of each
// state. Changes nothing.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, show, violations } from "./browser.mjs";

const base = process.env.COFIRE_DASHBOARD?.replace(/\/*$/, "/");
let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

test("every page of a real dashboard", { skip: base ? false : "COFIRE_DASHBOARD is not set" }, async () => {
    const { page, faults, close } = await open(browser, base, { bypass: true });
    const get = (path) => page.evaluate((p) => fetch("api/" + p).then((r) => r.json()), path);
    const hashes = ["#/overview", "#/new", "#/new?when=cron", "#/recurring", "#/types", "#/queues", "#/servers", "#/about"];
    for (const state of ["enqueued", "processing", "scheduled", "awaiting", "succeeded", "failed", "deleted"]) {
        hashes.push("#/jobs/" + state);
        for (const j of (await get(`jobs?state=${state}&rows=2`)).jobs) hashes.push("#/job/" + j.id, "#/new?copy=" + j.id);
    }
    hashes.push("#/jobs/failed?view=list", "#/jobs/retries", "#/jobs/parked", "#/jobs/all");
    for (const r of (await get("recurring")).recurring.slice(0, 5)) hashes.push("#/recurring/" + encodeURIComponent(r.id));
    for (const t of (await get("types")).types.slice(0, 10)) hashes.push("#/types/" + encodeURIComponent(t.name), "#/new?type=" + encodeURIComponent(t.name));
    await page.waitForSelector(".connection.live");
    for (const hash of hashes) {
        await show(page, hash);
        // Retention may drop a job between the list and its page.
        if (!hash.startsWith("#/job/")) assert.deepEqual(await page.locator("main .callout:has-text('That did not work')").allInnerTexts(), [], hash);
        assert.deepEqual(await violations(page), [], hash);
    }
    assert.deepEqual(faults, []);
    await close();
});
