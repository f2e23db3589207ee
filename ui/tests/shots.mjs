// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Pictures of every page, to look at: node tests/shots.mjs [full|empty|hostile] [light|dark] [desktop|phone] [page...]

import { mkdir } from "node:fs/promises";
import { chromium } from "playwright-core";
import { make_server } from "../mock/server.mjs";

const [kind = "full", colours = "light", device = "desktop", ...only] = process.argv.slice(2);
const out = new URL("out/", import.meta.url).pathname;
await mkdir(out, { recursive: true });
const { server, data, stop } = make_server({ kind });
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const base = `http://127.0.0.1:${server.address().port}/cofire/`;
const of = (state, test = () => true) => data.jobs.find((j) => j.state === state && test(j))?.id ?? "none";
const pages = {
    overview: "#/overview", enqueued: "#/jobs/enqueued", processing: "#/jobs/processing", scheduled: "#/jobs/scheduled", retries: "#/jobs/retries",
    succeeded: "#/jobs/succeeded", failed: "#/jobs/failed", failed_list: "#/jobs/failed?view=list", deleted: "#/jobs/deleted", parked: "#/jobs/parked", awaiting: "#/jobs/awaiting", all: "#/jobs/all",
    job_failed: "#/job/" + of("failed"), job_running: "#/job/" + of("processing"), job_retry: "#/job/" + of("scheduled", (j) => j.attempt > 2), job_awaiting: "#/job/" + of("awaiting"),
    new: "#/new?type=resize_image", recurring: "#/recurring", recurring_one: "#/recurring/nightly%2Fbackup", types: "#/types", type: "#/types/resize_image", queues: "#/queues", servers: "#/servers", about: "#/about",
};
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: device === "phone" ? { width: 360, height: 740 } : { width: 1360, height: 860 }, colorScheme: colours, timezoneId: "Europe/Berlin" });
page.on("pageerror", (e) => console.log("error:", e.message));
page.on("console", (m) => m.type() === "error" && console.log("console:", m.text()));
await page.goto(base);
for (const [name, hash] of Object.entries(pages)) {
    if (only.length && !only.includes(name)) continue;
    await page.evaluate((h) => { location.hash = h; }, hash);
    await page.waitForFunction(() => !document.querySelector(".loading"));
    await page.waitForTimeout(name === "overview" ? 4000 : 250);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 0) console.log(`${name}: ${wide} px too wide`);
    await page.screenshot({ path: `${out}${kind}-${colours}-${device}-${name}.png` });
}
await browser.close();
stop();
