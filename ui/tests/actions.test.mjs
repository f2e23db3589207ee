// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Each action, as a person does it, and what reaches the server.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, serve, show } from "./browser.mjs";

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

async function with_page(use) {
    const mock = await serve();
    const opened = await open(browser, mock.base);
    try {
        await use(opened.page, mock);
        assert.deepEqual(opened.faults, []);
    } finally {
        await opened.close();
        mock.stop();
    }
}

const said = (page, text) => page.waitForSelector(`.notice:has-text("${text}")`);
const button = (page, name, inside = "main") => page.locator(inside).getByRole("button", { name, exact: true }).click();
const yes = (page, name) => page.locator("dialog[open] .buttons").getByRole("button", { name, exact: true }).click();

test("a job: requeue, reschedule, cancel, delete", async () => {
    await with_page(async (page, { data, posts }) => {
        const failed = data.jobs.find((j) => j.state === "failed");
        await show(page, "#/job/" + failed.id);
        await button(page, "Requeue");
        await said(page, "Requeued");
        await page.waitForSelector("h1 .s-enqueued");
        await button(page, "Reschedule…");
        await page.fill("dialog[open] input", "nonsense");
        await page.waitForSelector("dialog[open] .fault");
        await page.fill("dialog[open] input", "2 h");
        await yes(page, "Reschedule");
        await page.waitForSelector("h1 .s-scheduled");
        assert.deepEqual(posts.at(-1), { path: `api/jobs/${failed.id}/reschedule`, body: { in_seconds: 7200 } });
        await button(page, "Delete");
        await yes(page, "Keep as it is");
        assert.equal(failed.state, "scheduled");
        await button(page, "Delete");
        await yes(page, "Delete the job");
        await page.waitForSelector("h1 .s-deleted");
        const running = data.jobs.find((j) => j.state === "processing");
        await show(page, "#/job/" + running.id);
        await button(page, "Cancel");
        await yes(page, "Ask it to stop");
        await said(page, "Asked to stop");
    });
});

test("a copy with edited arguments", async () => {
    await with_page(async (page, { data, posts }) => {
        const job = data.jobs.find((j) => j.type === "nightly-backup" && j.state === "succeeded");
        await show(page, "#/job/" + job.id);
        await page.click("main >> text=Run a copy…");
        await page.waitForSelector("h1:has-text('Run a copy')");
        await page.fill(".arguments input >> nth=0", "copied");
        await button(page, "Enqueue");
        await page.waitForFunction((old) => location.hash.startsWith("#/job/") && !location.hash.includes(old), job.id);
        assert.equal(posts.at(-1).path, `api/jobs/${job.id}/copy`);
        assert.equal(JSON.parse(posts.at(-1).body.arguments)[0], "copied");
        assert.equal(posts.at(-1).body.queue, job.queue);
    });
});

test("a new job: wrong and right input", async () => {
    await with_page(async (page, { posts }) => {
        await show(page, "#/new?type=resize_image");
        const width = page.getByLabel("width integer");
        await width.fill("99999999999");
        await page.waitForSelector(".fault:has-text('At most 2147483647')");
        await width.fill("12x");
        await page.waitForSelector(".fault:has-text('A whole number')");
        assert.equal(await page.locator("main").getByRole("button", { name: "Enqueue" }).isDisabled(), true);
        await width.fill("640");
        await page.getByLabel("path string").fill("cats/<b>tom</b>.png");
        await page.getByLabel("height").check();
        await page.getByLabel("height may be empty").or(page.locator(".optional input.number")).first().fill("480");
        await page.locator("summary:has-text('Options')").click();
        await page.getByLabel("Queue").fill("no spaces allowed");
        await page.waitForSelector(".fault:has-text('1 to 128 letters')");
        await page.waitForSelector(".buttons:has-text('queue: 1 to 128 letters')"); // also if the options are folded
        assert.equal(await page.locator("main").getByRole("button", { name: "Enqueue" }).isDisabled(), true);
        await page.getByLabel("Queue").fill("images");
        await page.getByLabel("Tags").fill("a, b");
        await button(page, "In");
        await page.getByLabel("Due in").fill("90 s");
        await button(page, "Schedule");
        await page.waitForSelector("h1 .s-scheduled");
        const { body } = posts.at(-1);
        assert.equal(body.in_seconds, 90);
        assert.deepEqual(body.tags, ["a", "b"]);
        const a = JSON.parse(body.arguments);
        assert.deepEqual([a.path, a.width, a.height, a.format, a.keep_ratio], ["cats/<b>tom</b>.png", 640, 480, "jpeg", true]);
    });
});

test("what the server refuses is shown at its field", async () => {
    await with_page(async (page) => {
        await show(page, "#/new?type=send_login_notification");
        await page.locator(".arguments input").fill("refuse");
        await button(page, "Enqueue");
        await page.waitForSelector(".arguments .field .fault:has-text('may not be')");
        await show(page, "#/new?type=billing%3A%3Aclose_month");
        await page.fill("textarea.json", "[1, 2");
        await page.waitForSelector(".arguments .fault");
        assert.equal(await page.locator("main").getByRole("button", { name: "Enqueue" }).isDisabled(), true);
    });
});

test("64-bit numbers pass through the form as they are", async () => {
    await with_page(async (page, { data, posts }) => {
        const job = data.jobs.find((j) => j.type.startsWith("reports::"));
        await show(page, "#/new?copy=" + job.id);
        await page.fill(".arguments textarea", "x");
        await button(page, "JSON");
        assert.match(await page.inputValue("textarea.json"), /18446744073709551615/);
        await page.fill("textarea.json", "[ 18446744073709551614,\n \"y  \\\" z\"]");
        await button(page, "Enqueue");
        await page.waitForFunction((old) => location.hash.startsWith("#/job/") && !location.hash.includes(old), job.id);
        assert.equal(posts.at(-1).body.arguments, "[18446744073709551614,\"y  \\\" z\"]");
    });
});

test("bulk: some, and all that match, with a count before", async () => {
    await with_page(async (page, { data }) => {
        await show(page, "#/jobs/failed?view=list");
        const boxes = page.locator("table.jobs tbody input[type=checkbox]");
        await boxes.nth(0).check();
        await boxes.nth(2).check();
        await button(page, "Act on selected…");
        await page.waitForSelector("dialog[open] >> text=This concerns 2 jobs");
        await yes(page, "Requeue 2 jobs");
        await page.waitForSelector("dialog[open] >> text=2 changed");
        await yes(page, "Close");
        const left = data.jobs.filter((j) => j.state === "failed");
        assert.equal(left.length, 94);
        await show(page, "#/jobs/failed");
        const groups = await page.locator(".groups li").count();
        const size = Number(await page.locator(".group-count strong").first().textContent());
        await page.locator(".groups li button").first().click();
        await yes(page, `Requeue ${size} jobs`);
        await page.waitForSelector(`dialog[open] >> text=${size} changed`);
        await yes(page, "Close");
        await page.waitForFunction((n) => document.querySelectorAll(".groups li").length === n - 1, groups);
        await show(page, "#/jobs/succeeded");
        const all = data.jobs.filter((j) => j.state === "succeeded").length;
        await button(page, "Act on all succeeded…");
        await yes(page, `Requeue ${all} jobs`);
        await page.waitForSelector("dialog[open] >> text=Done.");
        assert.equal(data.jobs.filter((j) => j.state === "succeeded").length, 0);
        await yes(page, "Close");
        await show(page, "#/jobs/enqueued?queue=mail");
        await button(page, "Act on all that match…");
        await page.locator("dialog[open]").getByLabel("Move to a queue").check();
        await page.locator("dialog[open]").getByLabel("Queue", { exact: true }).fill("critical");
        const n = data.jobs.filter((j) => j.state === "enqueued" && j.queue === "mail").length;
        await yes(page, `Move to a queue ${n} jobs`);
        await page.waitForSelector("dialog[open] >> text=Done.");
        assert.equal(data.jobs.filter((j) => j.state === "enqueued" && j.queue === "mail").length, 0);
    });
});

test("bulk: a count that is far from what it was is shown again", async () => {
    await with_page(async (page, { data, posts }) => {
        await show(page, "#/jobs/succeeded");
        const all = data.jobs.filter((j) => j.state === "succeeded");
        await button(page, "Act on all succeeded…");
        await page.waitForSelector(`dialog[open] >> text=This concerns ${all.length} jobs`);
        for (const j of all.slice(20)) j.state = "deleted";
        await yes(page, `Requeue ${all.length} jobs`);
        await page.waitForSelector("dialog[open] >> text=Look again");
        assert.ok(!posts.some((p) => p.path === "api/bulk"));
        await yes(page, "Requeue 20 jobs");
        await page.waitForSelector("dialog[open] >> text=20 changed");
    });
});

test("recurring: what somebody else has edited meanwhile is not overwritten", async () => {
    await with_page(async (page, { data }) => {
        const one = data.recurring.find((r) => r.id === "nightly/backup");
        const cron = one.definition.cron;
        await show(page, "#/recurring/nightly%2Fbackup");
        await button(page, "Edit");
        await page.getByLabel("Cron expression").fill("15 4 * * *");
        await page.waitForSelector("form .words:has-text('15 4')");
        one.revision = "8";
        await button(page, "Save");
        await page.waitForSelector(".fault:has-text('has changed since')");
        assert.equal(one.definition.cron, cron);
    });
});

test("recurring: pause, resume, trigger, edit, create, remove", async () => {
    await with_page(async (page, { data, posts }) => {
        const one = () => data.recurring.find((r) => r.id === "nightly/backup");
        await show(page, "#/recurring");
        await page.getByRole("button", { name: "Pause nightly/backup" }).click();
        await page.getByRole("button", { name: "Resume nightly/backup" }).click();
        await said(page, "Resumed");
        assert.equal(one().paused, false);
        await page.getByRole("link", { name: "nightly/backup" }).first().click();
        await page.waitForSelector("h1:has-text('nightly/backup')");
        assert.equal(await page.locator(".next-times li").count(), 5);
        await button(page, "Edit");
        await page.getByLabel("Cron expression").fill("not cron");
        await page.waitForSelector(".fault:has-text('column')");
        await page.getByLabel("Cron expression").fill("15 4 * * *");
        await page.getByLabel("Time zone").fill("Mars/Olympus");
        await page.waitForSelector(".fault:has-text('is no time zone')");
        await page.getByLabel("Time zone").fill("Asia/Tehran");
        await page.waitForSelector("form .words:has-text('15 4')");
        await button(page, "Save");
        await said(page, "Saved");
        assert.deepEqual([one().definition.cron, one().definition.zone], ["15 4 * * *", "Asia/Tehran"]);
        await button(page, "Trigger now");
        await page.waitForFunction(() => location.hash.startsWith("#/job/"));
        await show(page, "#/new?when=cron&type=send_login_notification");
        await page.getByRole("textbox", { name: "Id", exact: true }).fill("hourly <ping>");
        await page.waitForSelector(".words");
        await button(page, "Create the recurring job");
        await page.waitForSelector("h1:has-text('hourly <ping>')");
        assert.equal(posts.at(-1).body.type, "send_login_notification");
        await button(page, "Remove");
        await yes(page, "Remove");
        await page.waitForSelector("h1:has-text('Recurring jobs')");
        assert.ok(!data.recurring.some((r) => r.id === "hourly <ping>"));
    });
});

test("queues, limits and servers", async () => {
    await with_page(async (page, { data }) => {
        await show(page, "#/queues");
        await page.getByRole("button", { name: "Pause default" }).click();
        await yes(page, "Pause");
        await page.getByRole("button", { name: "Resume default" }).waitFor();
        assert.equal(data.queues.find((q) => q.name === "default").paused, true);
        await page.getByRole("button", { name: "Resume default" }).click();
        await said(page, "Resumed");
        await page.getByRole("button", { name: "Change the limit gpu" }).click();
        await page.fill("dialog[open] input", "0");
        await page.waitForSelector("dialog[open] .fault");
        await page.fill("dialog[open] input", "4");
        await yes(page, "Save");
        await said(page, "limit was changed");
        assert.equal(data.limits[1].limit, 4);
        await show(page, "#/servers");
        await page.getByRole("button", { name: "Drain web-1/4711" }).click();
        await yes(page, "Drain");
        await page.waitForSelector("text=draining");
        await page.getByRole("button", { name: "Stop web-1/4711" }).click();
        await yes(page, "Stop");
        await page.waitForSelector("text=stopping");
    });
});

test("an action that fails is said, and changes nothing on the page", async () => {
    await with_page(async (page, { data }) => {
        const job = data.jobs.find((j) => j.state === "failed");
        await show(page, "#/job/" + job.id);
        await page.route("**/requeue", (r) => r.fulfill({ status: 503, contentType: "application/problem+json", body: "{\"code\":\"storage\",\"detail\":\"the storage is closed\"}" }));
        await button(page, "Requeue");
        await page.waitForSelector(".notice.bad:has-text('the storage is closed')");
        assert.equal(await page.locator("h1 .s-failed").count(), 1);
    });
});
