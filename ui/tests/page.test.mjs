// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Each page as it is shown: with data and without, light and dark, wide and narrow, by keyboard, live.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { payloads } from "../mock/data.mjs";
import { all_pages, launch, open, serve, show, violations } from "./browser.mjs";

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

async function with_page(options, use) {
    const mock = await serve(options.mock);
    const opened = await open(browser, mock.base, options.context);
    try {
        await use(opened.page, mock, opened.faults);
        assert.deepEqual(opened.faults, []);
    } finally {
        await opened.close();
        mock.stop();
    }
}

for (const kind of ["full", "empty"]) {
    for (const colorScheme of ["light", "dark"]) {
        test(`every page, ${kind}, ${colorScheme}: no error, nothing serious for axe`, async () => {
            await with_page({ mock: { kind }, context: { colorScheme, bypass: true } }, async (page, { data }) => {
                const found = new Set();
                for (const hash of all_pages(data)) {
                    await show(page, hash);
                    assert.ok((await page.locator("main h1, main .empty").count()) > 0, hash);
                    assert.equal(await page.locator("main .callout[role=alert]:has-text('did not work')").count(), 0, hash);
                    for (const f of await violations(page)) found.add(`${hash}: ${f}`);
                }
                assert.deepEqual([...found], []);
            });
        });
    }
}

test("at 360 px no page is wider than the screen", async () => {
    for (const kind of ["full", "hostile"]) {
        await with_page({ mock: { kind }, context: { viewport: { width: 360, height: 740 } } }, async (page, { data }) => {
            for (const hash of all_pages(data)) {
                await show(page, hash);
                const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
                assert.ok(over <= 0, `${kind} ${hash}: ${over} px too wide`);
            }
        });
    }
});

test("hostile texts in every field stay text", async () => {
    assert.ok(payloads.length >= 200);
    await with_page({ mock: { kind: "hostile" } }, async (page, { data }) => {
        const hashes = [...all_pages(data), ...data.jobs.map((j) => "#/job/" + j.id)];
        for (const p of payloads.slice(0, 20)) hashes.push("#/jobs/all?text=" + encodeURIComponent(p), "#/types/" + encodeURIComponent(p), "#/job/" + encodeURIComponent(p));
        let seen = 0;
        for (const hash of hashes) {
            await show(page, hash);
            const state = await page.evaluate(() => ({
                pwned: window.pwned,
                links: [...document.querySelectorAll("a[href], [src], form[action]")].map((e) => e.getAttribute("href") ?? e.getAttribute("src") ?? e.getAttribute("action") ?? "").filter((u) => !/^(#|assets\/|api\/|metrics$|health\/|https:\/\/logs\.example\.com\/)/.test(u)),
                strange: document.querySelectorAll("#app script, #app iframe, #app object, #app embed, #app [onerror], #app [onload], #app style, #app base, #app math").length,
                shown: (document.body.textContent.match(/window\.pwned=1/g) ?? []).length,
            }));
            assert.equal(state.pwned, undefined, hash);
            assert.deepEqual(state.links, [], hash);
            assert.equal(state.strange, 0, hash);
            seen += state.shown;
        }
        assert.ok(seen > 500, `only ${seen} payloads were seen as text`);
    });
});

test("links under any prefix, and deep ones", async () => {
    await with_page({ mock: { prefix: "/a/b/hangfire" } }, async (page, { data, base }) => {
        const job = data.jobs.find((j) => j.state === "failed");
        await page.goto(base + "#/job/" + job.id);
        await page.reload();
        await page.waitForSelector("text=all jobs with this error");
        await page.click("text=all jobs with this error");
        await page.waitForSelector("table.jobs tbody tr");
        assert.equal(await page.locator("table.jobs tbody tr").count(), Math.min(50, data.jobs.filter((j) => j.state === "failed" && j.error.fingerprint === job.error.fingerprint).length));
    });
});

test("pages of a list, forth and back", async () => {
    await with_page({}, async (page) => {
        await show(page, "#/jobs/succeeded");
        const first = await page.locator("table.jobs tbody tr .job a").first().getAttribute("href");
        await page.click("text=Next");
        await page.waitForFunction((h) => document.querySelector("table.jobs .job a")?.getAttribute("href") !== h, first);
        await page.click("text=Previous");
        await page.waitForSelector(`table.jobs .job a[href="${first}"]`);
    });
});

test("a list of what is rare goes on by itself until it has rows", async () => {
    await with_page({}, async (page, { data }) => {
        let reads = 0;
        const job = data.jobs.find((j) => j.state === "succeeded");
        await page.route("**/api/jobs?*", async (route) => {
            ++reads;
            const last = new URL(route.request().url()).searchParams.get("cursor") === "c3";
            await route.fulfill({ json: { now: job.created, jobs: last ? [job] : [], exact: last, cursor: last ? "" : "c" + reads, reached: job.created } });
        });
        await show(page, "#/jobs/succeeded?type=" + encodeURIComponent(job.type));
        await page.waitForSelector("table.jobs tbody tr");
        assert.equal(reads, 4);
    });
});

test("a list stands still under the pointer", async () => {
    await with_page({}, async (page) => {
        await show(page, "#/jobs/succeeded");
        await page.hover("table.jobs tbody tr");
        await page.waitForSelector("text=Stands still while you are at it");
        await page.mouse.move(0, 0);
        await page.waitForFunction(() => !document.body.textContent.includes("Stands still"));
    });
});

test("search: an id, words, text, a filter that can be taken back", async () => {
    await with_page({}, async (page, { data }) => {
        const job = data.jobs.find((j) => j.state === "succeeded");
        await page.fill("#search", ` ${job.id.toUpperCase()} `);
        await page.press("#search", "Enter");
        await page.waitForSelector(`h1:has-text("${job.display}")`);
        await page.fill("#search", "state:failed queue:images not a JPEG");
        await page.press("#search", "Enter");
        await page.waitForSelector(".chip.on:has-text('text')");
        assert.match(page.url(), /jobs\/failed\?/);
        assert.equal(await page.locator(".chip.on").count(), 2);
        await page.click(".chip.on:has-text('queue') a");
        await page.waitForFunction(() => document.querySelectorAll(".chip.on").length === 1);
        await page.fill("#search", "zzz-nothing");
        await page.press("#search", "Enter");
        await page.waitForSelector("text=No job matches");
    });
});

test("search: what is wrong with it is said, and leads nowhere", async () => {
    await with_page({}, async (page) => {
        await show(page, "#/jobs/failed");
        for (const [text, said] of [["since:yestrday", "is no time"], ["state:broken", "There is no state"], ["id:bef0", "no whole id"]]) {
            await page.fill("#search", text);
            await page.keyboard.press("Enter");
            await page.waitForSelector(`.search-fault:has-text('${said}')`);
            assert.match(page.url(), /#\/jobs\/failed$/);
        }
        await page.fill("#search", "State:Failed Queue:images");
        await page.keyboard.press("Enter");
        await page.waitForFunction(() => location.hash.includes("queue=images"));
        assert.match(page.url(), /jobs\/failed/);
        assert.equal(await page.locator(".search-fault").count(), 0);
    });
});

test("every link of the overview leads to a page", async () => {
    await with_page({}, async (page) => {
        await show(page, "#/overview");
        const links = await page.locator("main a[href^='#']").evaluateAll((list) => [...new Set(list.map((a) => a.getAttribute("href")))]);
        assert.ok(links.includes("#/jobs/parked"));
        for (const hash of links) {
            await show(page, hash);
            assert.equal(await page.locator("main .empty:has-text('There is no such page')").count(), 0, hash);
        }
    });
});

test("an event stream that a proxy holds back is none: it polls", async () => {
    await with_page({}, async (page) => {
        await page.route("**/api/events*", () => undefined); // never answered
        await show(page, "#/overview");
        await page.reload();
        await page.waitForSelector(".connection.polling", { timeout: 15_000 });
        await page.waitForSelector("main .tiles");
    });
});

test("live: progress grows; without event streams it polls", async () => {
    for (const events of [true, false]) {
        await with_page({ mock: { events } }, async (page, { data }) => {
            await page.waitForSelector(events ? ".connection.live" : ".connection.polling");
            const job = data.jobs.find((j) => j.progress && j.progress.done < 100);
            await show(page, "#/job/" + job.id);
            const text = () => page.locator(".running .faint").textContent();
            const was = await text();
            await page.waitForFunction((w) => document.querySelector(".running .faint")?.textContent !== w, was);
        });
    }
});

test("a tab that nobody sees keeps no stream", async () => {
    await with_page({}, async (page, { streams }) => {
        const look = (hidden) => page.evaluate((h) => {
            Object.defineProperty(document, "hidden", { value: h, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }, hidden);
        const settle = async (n) => {
            for (let i = 0; streams.size !== n && i !== 500; ++i) await new Promise((done) => setTimeout(done, 20));
            assert.equal(streams.size, n);
        };
        await page.waitForSelector(".connection.live");
        await settle(1);
        await look(true);
        await settle(0);
        await page.evaluate(() => { location.hash = "#/recurring"; });
        await page.waitForSelector("h1:has-text('Recurring jobs')");
        assert.equal(streams.size, 0);
        await look(false);
        await settle(1);
    });
});

test("a server that stops is said so", async () => {
    const mock = await serve();
    const { page, close } = await open(browser, mock.base);
    mock.stop();
    await page.waitForSelector(".connection.offline");
    await close();
});

test("by keyboard alone", async () => {
    await with_page({}, async (page) => {
        const press = (key) => page.keyboard.press(key);
        await press("Tab");
        assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Skip to the content");
        await press("Enter");
        assert.equal(await page.evaluate(() => document.activeElement?.id), "main");
        await press("g");
        await press("j");
        await page.waitForSelector("table.jobs tbody tr");
        await press("j");
        await press("j");
        await press("k");
        await press("j");
        const second = await page.locator("table.jobs tbody tr").nth(1).locator("[data-row-link]").getAttribute("href");
        assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("href")), second);
        await press("x");
        await page.waitForSelector("text=1 selected");
        await press("Enter");
        await page.waitForFunction((h) => location.hash === h, second);
        await page.waitForFunction(() => document.activeElement?.id === "main"); // which a new page takes
        await press("/");
        assert.equal(await page.evaluate(() => document.activeElement?.id), "search");
        await page.keyboard.type("state:failed");
        await press("Enter");
        await page.waitForSelector(".tabs [aria-current]:has-text('Failed')");
        await press("Escape");
        await press("?");
        await page.waitForSelector("dialog[open]");
        await press("Escape");
        await page.waitForFunction(() => !document.querySelector("dialog[open]"));
        for (const key of ["o", "r", "q", "s", "t"]) {
            await press("g");
            await press(key);
            await page.waitForTimeout(50);
        }
        await page.waitForSelector("h1:has-text('Job types')");
        // Whatever has the focus shows it.
        for (let i = 0; i < 25; ++i) {
            await press("Tab");
            const outline = await page.evaluate(() => {
                const e = document.activeElement;
                return !e || e === document.body || getComputedStyle(e).outlineStyle !== "none";
            });
            assert.ok(outline, `focus ${i} cannot be seen`);
        }
    });
});

test("colours: as the system says, and as one chooses, kept over a reload", async () => {
    await with_page({ context: { colorScheme: "dark" } }, async (page) => {
        const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        const dark = await background();
        await page.click("button[title=Colours]");
        const light = await background();
        assert.notEqual(light, dark);
        await page.reload();
        await page.waitForSelector("main h1");
        assert.equal(await background(), light);
    });
});

test("a viewer sees everything and can change nothing", async () => {
    await with_page({ mock: { role: "viewer" } }, async (page, { data }) => {
        for (const hash of all_pages(data)) {
            await show(page, hash);
            assert.equal(await page.locator("main .danger, main .primary, main button:has-text('Pause'), main button:has-text('Trigger'), main input[type=checkbox]").count(), 0, hash);
        }
    });
});
