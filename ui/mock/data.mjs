// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Made-up jobs for looking at the page: seeded, so that two runs look alike.

const final = new Set(["succeeded", "failed", "deleted"]);

function random(seed) {
    let s = seed >>> 0;
    return () => {
        s = (s + 0x6d2b79f5) >>> 0;
        let t = Math.imul(s ^ (s >>> 15), s | 1);
        t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
}

const tags = ["img", "svg", "video", "audio", "iframe", "object", "embed", "details", "input", "select", "textarea", "marquee", "body", "form", "button", "a", "style", "link", "math", "base"];
const handlers = ["onerror", "onload", "onfocus", "ontoggle", "onmouseover", "onanimationstart", "onpointerenter", "onbegin", "onstart", "oncanplay"];

/** More than 200 texts that must never be more than text. */
export const payloads = [
    ...[
        "<script>window.pwned=1</script>", "<img src=x onerror=window.pwned=1>", "\"><svg onload=window.pwned=1>", "'-alert(1)-'",
        "javascript:window.pwned=1", "<a href=\"javascript:window.pwned=1\">x</a>", "{{constructor.constructor('window.pwned=1')()}}",
        "${window.pwned=1}", "<iframe srcdoc=\"<script>parent.pwned=1</script>\">", "</script><script>window.pwned=1</script>",
        "<style>@import'x'</style>", "\u202egnp.exe", "a\u0000b", "%3Cscript%3Ewindow.pwned=1%3C/script%3E", "../../etc/passwd",
        "<!--", "]]>", "&lt;script&gt;window.pwned=1&lt;/script&gt;", "<math><mtext></form><form><mglyph><style></math><img src onerror=window.pwned=1>",
        "<details open ontoggle=window.pwned=1>", "<body onload=window.pwned=1>", "\\\"};window.pwned=1;//", "<input autofocus onfocus=window.pwned=1>",
        "data:text/html,<script>window.pwned=1</script>", "__proto__", "constructor", "🔥".repeat(40), "x".repeat(300), "'; DROP TABLE jobs; --",
        "<object data=javascript:window.pwned=1>", "#/jobs/../../<b>", "?a=b&c=<i>", "\r\nSet-Cookie: a=b", "\u001b[31mred",
    ],
    ...tags.flatMap((t) => handlers.map((h) => `"'><${t} src=x href=javascript:window.pwned=1 autofocus open ${h}="window.pwned=1">`)),
];

/** One after the other; each is unlike all others. */
export const hostile = (i) => payloads[i % payloads.length] + (i >= payloads.length ? ` #${i}` : "");

const schema_of_call = (name, items, fewest = items.length) =>
    JSON.stringify({ title: name, type: "array", prefixItems: items, items: false, minItems: fewest });
const text = { type: "string" };
const integer = { type: "integer", minimum: -2147483648, maximum: 2147483647 };

const types = [
    { name: "send_login_notification", display: "Notify {0}", argument_version: 1, schema: schema_of_call("send_login_notification", [text]) },
    { name: "nightly-backup", display: "Backup of {0}", argument_version: 2, schema: schema_of_call("nightly-backup", [text, { type: "integer", minimum: 0, maximum: 9 }], 1) },
    {
        name: "resize_image", display: "Resize {path} to {width}", argument_version: 1,
        schema: JSON.stringify({
            title: "resize_image", type: "object",
            properties: {
                path: text, width: integer, height: { anyOf: [integer, { type: "null" }] }, format: { enum: ["jpeg", "png", "webp", "avif"] },
                keep_ratio: { type: "boolean" }, sizes: { type: "array", items: integer }, labels: { type: "object", additionalProperties: text },
                quality: { type: "number" }, wait: { type: "integer", description: "milliseconds" }, anything: {},
            },
            default: { path: "", width: 800, height: null, format: "jpeg", keep_ratio: true, sizes: [], labels: {}, quality: 0.8, wait: 0, anything: null },
            required: ["path"],
        }),
    },
    { name: "mailer::send", display: "Mail to {0}", argument_version: 1, schema: schema_of_call("mailer::send", [text]) },
    { name: "billing::close_month", display: "", argument_version: 1, schema: "" },
    { name: "reports::regenerate_quarterly_revenue_recognition_for_all_subsidiaries", display: "", argument_version: 1, schema: schema_of_call("r", [integer, text]) },
    { name: "index_document", display: "Index {0}", argument_version: 1, schema: schema_of_call("index_document", [text]) },
];

const errors = [
    ["boost::system::system_error", "connect to smtp.internal:587 failed: Connection refused [system:111 at /usr/include/boost/asio/detail/reactive_socket_connect_op.hpp:97]", "8fa3c01b77e2d914"],
    ["std::runtime_error", "image 48213 is not a JPEG", "1c09ab44d2f0e7a3"],
    ["cofire::job_timeout", "the run took longer than 30 s", "5e6d01cc92ab7740"],
    ["pq::deadlock_detected", "deadlock detected\nDETAIL:  Process 18823 waits for ShareLock on transaction 991823; blocked by process 18840.\nProcess 18840 waits for ShareLock on transaction 991822; blocked by process 18823.\nHINT:  See server log for query details.", "93d1f0a7be6655c2"],
    ["std::out_of_range", "map::at", "0b1c2d3e4f506172"],
];

const hex = (r, n) => Array.from({ length: n }, () => Math.floor(r() * 16).toString(16)).join("");

/** All that the mock server knows. `kind`: "full", "empty" or "hostile". */
export function make_data(kind, now = Date.now()) {
    const r = random(42);
    const pick = (list) => list[Math.floor(r() * list.length)];
    const iso = (ms) => new Date(ms).toISOString().replace("Z", "000Z");
    const bad = kind === "hostile";
    let serial = 0;
    const evil = (good) => (bad ? hostile(serial++) : good);
    const new_id = () => {
        const t = (now + serial++).toString(16).padStart(12, "0");
        return `${t.slice(0, 8)}-${t.slice(8)}-7${hex(r, 3)}-a${hex(r, 3)}-${hex(r, 12)}`;
    };
    const data = {
        kind, jobs: [], queues: [], limits: [], servers: [], recurring: [], types: [],
        totals: { inserted: 0, succeeded: 0, attempts_failed: 0, failed: 0, deleted: 0, lost: 0, stale: 0, removed: 0, refused: 0 },
        new_id, iso, r,
    };
    if (kind === "empty") return data;

    data.types = types.map((t) => ({ ...t, name: evil(t.name), display: evil(t.display), servers: 2 }));
    data.types.push({ name: evil("legacy::import_v1"), servers: 0 });
    data.queues = ["critical", "default", "images", "mail", "reports-of-all-subsidiaries-worldwide"].map((n, i) => ({ name: evil(n), paused: i === 3 }));
    data.servers = ["web-1/4711", "worker-eu-central-1b.internal.example.com/1288"].map((n, i) => ({
        instance: String(9007199254740993n + BigInt(i)), name: evil(n), version: evil("0.1.0"), slots: i ? 1000 : 64, held: i ? 37 : 12,
        queues: data.queues.map((q) => q.name), types: data.types.slice(0, -1).map((t) => t.name),
        announced: iso(now - 86_400_000 * (i + 1) - 3_723_000), heartbeat: iso(now - 900), command: "none",
        ...(i ? { executor_lag_seconds: 2.31, executor_lag_at: iso(now - 41_000) } : {}),
    }));
    data.limits = [{ key: evil("tenant-17"), limit: 2, used: 2, parked: 14 }, { key: evil("gpu"), limit: 1, used: 0, parked: 0 }];

    const args_of = (t) => {
        if (bad) return JSON.stringify([evil(""), { [evil("k")]: evil("") }]);
        switch (t) {
            case types[0].name: return JSON.stringify([pick(["alice", "bob", "carol", "dave"])]);
            case types[1].name: return JSON.stringify([pick(["crm", "shop", "warehouse"]), 3]);
            case types[2].name: return JSON.stringify({ path: `uploads/2026/11/${Math.floor(r() * 99999)}.jpg`, width: pick([200, 800, 1600]), height: null, format: "webp", keep_ratio: true, sizes: [1, 2], labels: { team: "web" }, quality: 0.8, wait: 0, anything: { deep: [1, { er: true }] } });
            case types[3].name: return JSON.stringify([`${pick(["ann", "ben", "cleo"])}@example.com`]);
            case types[5].name: return "[18446744073709551615,\"A rather long argument that goes on and on, to see where it is cut, and whether the cut is at a sensible place or not at all\"]";
            default: return JSON.stringify([`doc-${Math.floor(r() * 10_000)}`]);
        }
    };
    const display_of = (name, a) => {
        const v = JSON.parse(a);
        switch (name) {
            case types[0].name: return `Notify ${v[0]}`;
            case types[1].name: return `Backup of ${v[0]}`;
            case types[2].name: return `Resize ${v.path} to ${v.width}`;
            case types[3].name: return `Mail to ${v[0]}`;
            case types[6].name: return `Index ${v[0]}`;
            default: return name;
        }
    };
    const add = (state, age, more = {}) => {
        const t = more.type ?? data.types[Math.floor(r() * (data.types.length - 1))].name;
        const a = args_of(t);
        const created = now - age;
        const started = created + 400 + r() * 3000;
        const run = 0.02 + r() * r() * 40;
        const job = {
            id: new_id(), type: t, display: bad ? evil("") : display_of(t, a), arguments: a, queue: pick(data.queues).name, priority: pick([5, 5, 5, 9, 0]),
            tags: r() < 0.3 ? [evil(pick(["crm", "eu", "nightly", "customer-acme-international"]))] : [], state, attempt: 0, max_attempts: 11, lost: 0,
            created: iso(created), due: iso(created), changed: iso(created),
            argument_version: 1, options: { timeout_seconds: 30, delays_seconds: [15, 60, 300], on_exhausted: "fail" }, epoch: String(9007199254740993n + BigInt(serial)),
            limits: [], parents: [], continuations: [], log: [],
            history: [{ at: iso(created), state: state === "awaiting" ? "awaiting" : "enqueued", attempt: 0, epoch: "0" }],
            ...more,
        };
        if (state === "processing" || final.has(state)) {
            Object.assign(job, { started: iso(started), server: data.servers[1].instance, server_name: data.servers[1].name, lateness_seconds: (started - created) / 1000 });
            job.history.push({ at: iso(started), state: "processing", attempt: 0, epoch: job.epoch, server: job.server });
            if (state !== "processing") {
                job.run_seconds = run;
                job.finished = iso(Math.min(now - 500, started + run * 1000));
                job.changed = job.finished;
            }
        }
        data.jobs.push(job);
        return job;
    };
    const err = (i) => {
        const [type, message, fingerprint] = errors[i % errors.length];
        return { type: evil(type), message: evil(message), fingerprint };
    };

    const n = bad ? 24 : 130;
    for (let i = 0; i < n; ++i) add("enqueued", 1000 + r() * 240_000, { sub_state: i % 9 ? "in_line" : "parked_by_limit", ...(i % 9 ? {} : { limits: [data.limits[0]] }) });
    for (let i = 0; i < 9; ++i) add("enqueued", 4_000_000 + i * 60_000, { type: data.types.at(-1).name, sub_state: "parked_by_type", reason: evil("no running server handles legacy::import_v1") });
    for (let i = 0; i < (bad ? 6 : 17); ++i) {
        const j = add("processing", 3000 + i * i * 900, { sub_state: i === 3 ? "cancelling" : "running" });
        if (i % 3 !== 2) j.progress = { done: Math.floor(r() * 400), total: 400 };
        j.log = Array.from({ length: 14 }, (_, k) => ({ at: iso(now - 3000 + k * 160), attempt: 1, text: evil(pick(["opened the source", "copied 40 of 400 tables", "checksum ok", "a line that is rather long because somebody logged a whole request with its headers: GET /api/v1/things?filter=name HTTP/1.1 host=example.com accept=*/*"])) }));
    }
    for (let i = 0; i < 22; ++i) {
        const retry = i % 2 === 0;
        const j = add("scheduled", 60_000 + i * 7000, retry ? { attempt: 1 + (i % 4), error: err(i) } : {});
        j.due = iso(now + 20_000 + i * i * 60_000);
        if (retry) {
            for (let k = 0; k < j.attempt; ++k) {
                j.history.push({ at: iso(now - 50_000 + k * 12_000), state: "processing", attempt: k, epoch: String(k + 1), server: data.servers[0].instance });
                j.history.push({ at: iso(now - 48_000 + k * 12_000), state: "scheduled", attempt: k + 1, epoch: String(k + 1), reason: "retry", error: err(i), run_seconds: 2 });
            }
        } else {
            j.history.push({ at: j.created, state: "scheduled", attempt: 0, epoch: "0" });
        }
    }
    const parents = data.jobs.filter((j) => j.state === "processing");
    for (let i = 0; i < 6; ++i) {
        const p = pick(parents);
        const j = add("awaiting", 30_000 + i * 5000, { sub_state: "parents" });
        j.parents = [{ id: p.id, on: "on_success", state: p.state, display: p.display }];
        p.continuations.push({ id: j.id, state: "awaiting", display: j.display });
    }
    for (let i = 0; i < (bad ? 24 : 420); ++i) {
        const j = add("succeeded", 5000 + i * 4000 + r() * 3000, { attempt: 1 });
        if (r() < 0.6) j.result = bad ? JSON.stringify(evil("")) : pick(["42", "\"ok\"", "{\"rows\":18231,\"skipped\":[]}", "null"]);
        j.history.push({ at: j.finished, state: "succeeded", attempt: 1, epoch: j.epoch, run_seconds: j.run_seconds });
    }
    for (let i = 0; i < (bad ? 12 : 96); ++i) {
        const j = add("failed", 8000 + i * 61_000, { attempt: 11, error: err(Math.floor(r() * r() * errors.length)), reason: evil("attempts are used up") });
        for (let k = 0; k < 3; ++k) j.history.push({ at: iso(Date.parse(j.started) + k * 1000 + 500), state: k < 2 ? "scheduled" : "failed", attempt: k + 1, epoch: j.epoch, reason: k < 2 ? "retry" : evil("attempts are used up"), error: j.error, run_seconds: 0.4 });
    }
    for (let i = 0; i < 8; ++i) add("deleted", 90_000 + i * 50_000, { reason: evil(pick(["ann: duplicate of 17", "expired: not started within 5 min", "its parent failed"])) });
    const r_of = (id, cron, words, t, more = {}) => ({
        id: evil(id), definition: { id, cron: evil(cron), zone: more.zone ?? "UTC", type: data.types[t].name, arguments: args_of(data.types[t].name), queue: data.queues[1].name, priority: 5, misfire: "once", overlap: "skip", tags: [] },
        origin: "code", display: evil(types[t].name), words: evil(words), paused: false, fired: Math.floor(r() * 9000), skipped: 0, revision: "7",
        last_fired: iso(now - 240_000), last_job: pick(data.jobs).id, last_state: "succeeded", every: 3_600_000, ...more,
    });
    data.recurring = [
        r_of("captcha-cleanup", "*/5 * * * *", "every 5 minutes", 6, { every: 300_000 }),
        r_of("my-daily-job", "0 3 * * *", "at 03:00", 1, { zone: "Asia/Tehran", every: 86_400_000 }),
        r_of("month-end-closing-of-the-books-in-every-subsidiary", "0 22 L * *", "at 22:00 on the last day of the month", 4, { every: 20 * 86_400_000, skipped: 3, last_state: "failed" }),
        r_of("nightly/backup", "30 2 * * 1-5", "at 02:30 on weekdays", 1, { origin: "by_hand", every: 86_400_000, zone: "Europe/Berlin" }),
        r_of("paused-report", "0 * * * *", "every hour", 5, { paused: true, every: 3_600_000 }),
        r_of("broken", "0 4 * * *", "at 04:00", 3, { zone: "Mars/Olympus", error: evil("unknown time zone \"Mars/Olympus\""), every: 86_400_000 }),
    ];
    data.recurring[3].code_definition = { ...data.recurring[3].definition, cron: evil("0 2 * * *"), zone: "UTC" };
    data.problems = [
        { code: "type_parked", severity: "error", subject: data.types.at(-1).name, message: evil("9 jobs of the type legacy::import_v1 are parked: no running server handles it."), cure: evil("Start a server that has it registered, or delete the jobs.") },
        { code: "recurring_error", severity: "error", subject: data.recurring[5].id, message: evil("The recurring job broken does not fire: unknown time zone \"Mars/Olympus\"."), cure: evil("Edit its zone, or install the time zone data.") },
        { code: "queue_paused", severity: "warning", subject: data.queues[3].name, message: evil("The queue mail is paused, and jobs wait in it."), cure: evil("Resume it when they may run.") },
    ];
    Object.assign(data.totals, { inserted: 1_284_113, succeeded: 1_270_442, attempts_failed: 8123, failed: 212, deleted: 410, lost: 3 });
    return data;
}
