// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Serves dist/ and a made-up API, for developing the page and for its tests. Never shipped.
//   node mock/server.mjs [--port 8080] [--data full|empty|hostile] [--role viewer] [--prefix /cofire] [--no-events]

import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { make_data } from "./data.mjs";

const here = new URL(".", import.meta.url).pathname;
const headers = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store",
};
const mime = { html: "text/html; charset=utf-8", js: "text/javascript; charset=utf-8", css: "text/css; charset=utf-8", svg: "image/svg+xml" };
const states = ["enqueued", "scheduled", "awaiting", "processing", "succeeded", "failed", "deleted"];
const final = new Set(["succeeded", "failed", "deleted"]);
const allowed = {
    requeue: (j) => final.has(j.state) || j.state === "scheduled",
    delete: (j) => !final.has(j.state),
    cancel: (j) => !final.has(j.state),
    reschedule: (j) => j.state !== "processing" && j.state !== "awaiting",
    reprioritise: (j) => !final.has(j.state) && j.state !== "processing",
    move: (j) => !final.has(j.state) && j.state !== "processing",
};

class Problem {
    constructor(status, code, detail, field) {
        Object.assign(this, { status, body: { type: "about:blank", title: code, status, code, detail, ...(field ? { field } : {}) } });
    }
}

export function make_server({ kind = "full", role = "operator", prefix = "/cofire", events = true } = {}) {
    const data = make_data(kind);
    const streams = new Set();
    const posts = [];
    const { iso } = data;
    const now = () => iso(Date.now());
    const by_id = (id) => {
        const job = data.jobs.find((j) => j.id === id);
        if (!job) throw new Problem(404, "unknown_job", `no job has the id ${id}`);
        return job;
    };
    const counts = () => Object.fromEntries(states.map((s) => [s, data.jobs.filter((j) => j.state === s).length]));
    const queue = (q) => {
        const own = data.jobs.filter((j) => j.queue === q.name);
        const waiting = own.filter((j) => j.state === "enqueued");
        const oldest = waiting.map((j) => Date.parse(j.due)).sort((a, b) => a - b)[0];
        const rates = { inserted: 1812, succeeded: 1790, attempts_failed: q.paused ? 0 : 14, failed: 2, mean_run_seconds: 0.84, mean_lateness_seconds: 0.012 };
        return {
            ...q, waiting: waiting.length, parked_by_limit: waiting.filter((j) => j.sub_state === "parked_by_limit").length, processing: own.filter((j) => j.state === "processing").length,
            ...(oldest ? { oldest: iso(oldest), oldest_age_seconds: (Date.now() - oldest) / 1000 } : {}), served_by: data.servers.length, last_hour: rates, last_minutes: { ...rates, per_second: q.paused ? 0 : 12.4 },
        };
    };
    const overview = () => {
        const c = counts();
        return {
            now: now(), counts: c, totals: data.totals, health: { ok: true, jobs: data.jobs.length, job_limit: 1_000_000, bytes: data.jobs.length * 1431, byte_limit: 0 },
            queues: data.queues.map(queue), servers: { count: data.servers.length, slots: data.servers.reduce((a, s) => a + s.slots, 0), held: c.processing },
            recurring: { count: data.recurring.length, paused: data.recurring.filter((r) => r.paused).length, in_error: data.recurring.filter((r) => r.error).length },
            parked: { by_type: data.jobs.filter((j) => j.sub_state === "parked_by_type").length, by_limit: data.jobs.filter((j) => j.sub_state === "parked_by_limit").length, exact: true },
            problems: data.problems ?? [],
        };
    };
    const matches = (f) => (j) =>
        (!f.state || j.state === f.state) && (!f.sub_state || j.sub_state === f.sub_state) && (!f.queue || j.queue === f.queue) && (!f.type || j.type === f.type) &&
        (!f.tag || j.tags.includes(f.tag)) && (!f.recurring || j.recurring_id === f.recurring) && (!f.fingerprint || j.error?.fingerprint === f.fingerprint) &&
        (!f.from || j.created >= f.from) && (!f.before || j.created < f.before) &&
        (!f.text || (j.type + j.arguments + (j.error?.message ?? "")).toLowerCase().includes(f.text.toLowerCase()));
    const row = (j) => {
        const { history, log, parents, continuations, options, limits, epoch, argument_version, ...rest } = j;
        return { ...rest, arguments: j.arguments.slice(0, 200), ...(j.arguments.length > 200 ? { clipped: true } : {}) };
    };
    const detail = (j) => ({
        ...j, now: now(), schema: data.types.find((t) => t.name === j.type)?.schema || undefined,
        actions: role === "viewer" ? [] : [...Object.keys(allowed).slice(0, 4).filter((a) => allowed[a](j)), "copy"],
        ...(j.state === "enqueued" ? { waits: j.sub_state === "parked_by_type" ? { code: "parked_by_type", message: "No running server handles its type. Start one that does." } : j.sub_state === "parked_by_limit" ? { code: "parked_by_limit", message: "Two jobs with the limit key tenant-17 run already." } : { code: "in_line", message: "It is in line: 12 jobs are before it." } }
            : j.state === "scheduled" ? { waits: { code: "due_later", message: "It is not due yet.", until: j.due } }
                : j.state === "awaiting" ? { waits: { code: "parents", message: "It waits for 1 job to end.", jobs: j.parents.map((p) => p.id) } } : {}),
    });
    const to_state = (j, state, more = {}) => {
        Object.assign(j, { state, changed: now(), sub_state: undefined, ...more });
        j.history.push({ at: now(), state, attempt: j.attempt, epoch: j.epoch, reason: more.reason });
    };
    const apply = (action, j, body) => {
        if (!allowed[action](j)) return false;
        if (action === "requeue") to_state(j, "enqueued", { sub_state: "in_line", due: now(), attempt: 0, error: undefined, finished: undefined, reason: "requeued" });
        else if (action === "delete" || action === "cancel") to_state(j, "deleted", { finished: now(), reason: body.reason ?? "by hand", progress: undefined });
        else if (action === "reschedule") to_state(j, "scheduled", { due: body.at ?? iso(Date.now() + body.in_seconds * 1000), finished: undefined });
        else if (action === "reprioritise") j.priority = body.priority;
        else j.queue = body.queue;
        return true;
    };
    const check_arguments = (text, type) => {
        let v;
        try {
            v = JSON.parse(text ?? "[]");
        } catch {
            throw new Problem(400, "bad_arguments", "not JSON", "arguments");
        }
        if (Array.isArray(v) && v[0] === "refuse") throw new Problem(400, "bad_arguments", `argument 0 of ${type} may not be "refuse"`, "arguments/0");
    };
    const create = (body, base = {}) => {
        const type = body.type ?? base.type;
        if (!type) throw new Problem(400, "bad_parameter", "a type is needed", "type");
        check_arguments(body.arguments ?? base.arguments, type);
        if (body.queue && !/^[\w.:-]{1,128}$/.test(body.queue)) throw new Problem(400, "bad_queue", `"${body.queue}" is no queue's name`, "queue");
        const later = body.at || body.in_seconds;
        const at = now();
        const job = {
            id: data.new_id(), type, display: type, arguments: body.arguments ?? base.arguments ?? "[]", queue: body.queue ?? "default", priority: body.priority ?? 5, tags: body.tags ?? [],
            state: later ? "scheduled" : "enqueued", attempt: 0, max_attempts: body.max_attempts ?? 11, lost: 0, created: at, due: body.at ?? (later ? iso(Date.now() + body.in_seconds * 1000) : at), changed: at,
            argument_version: 1, options: { on_exhausted: "fail" }, epoch: "0", limits: [], parents: [], continuations: [], log: [], history: [{ at, state: later ? "scheduled" : "enqueued", attempt: 0, epoch: "0" }],
        };
        data.jobs.unshift(job);
        ++data.totals.inserted;
        return { status: 201, id: job.id, body: { id: job.id, status: "inserted" } };
    };
    const recurring = (r) => {
        const { every, ...rest } = r;
        const first = Math.ceil(Date.now() / every) * every;
        const times = r.error || r.paused ? [] : Array.from({ length: 5 }, (_, i) => iso(first + i * every));
        return { ...rest, ...(times.length ? { next: times[0], next_times: times, next_times_local: times.map((t) => t.slice(0, 19)) } : {}) };
    };
    const find_recurring = (id) => {
        const r = data.recurring.find((x) => x.id === id);
        if (!r) throw new Problem(404, "unknown_recurring", `no recurring job has the id ${id}`, "id");
        return r;
    };
    const cron = (expression, zone) => {
        if (!/^[\w*/,?#L -]+$/.test(expression) || ![5, 6].includes(expression.trim().split(/\s+/).length)) throw new Problem(400, "bad_cron", `"${expression}": minute, column 1: a number, *, list, range or step is expected`, "expression");
        try {
            Intl.DateTimeFormat("en", { timeZone: zone });
        } catch {
            throw new Problem(400, "unknown_zone", `"${zone}" is no time zone`, "zone");
        }
        const times = Array.from({ length: 5 }, (_, i) => iso(Math.ceil(Date.now() / 3_600_000 + i) * 3_600_000));
        return { canonical: expression, words: `as "${expression}" says, every hour`, next_times: times, next_times_local: times.map((t) => t.slice(0, 19)) };
    };
    const percentiles = (list) => {
        const s = list.filter((x) => x !== undefined).sort((a, b) => a - b);
        const at = (p) => s[Math.min(s.length - 1, Math.floor(p * s.length))];
        return s.length ? { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: s.at(-1) } : undefined;
    };

    const get = {
        session: () => ({ user: kind === "hostile" ? "<b>ann</b>" : "ann", role, may_write: role === "operator", read_only: false, csrf: "token-1", title: kind === "hostile" ? "<i>title</i>" : "cofire", version: "0.1.0", poll_seconds: 1, redacts: false, links: [{ label: "Logs", url: "https://logs.example.com/search?q={id}&from={started}" }, { label: "bad", url: "javascript:window.pwned=1//{id}" }], now: now() }),
        overview: () => overview(),
        series: (q) => {
            const [length, step] = { hour: [3600, 60], day: [86_400, 300], week: [604_800, 3600], month: [2_592_000, 3600] }[q.span ?? "hour"];
            const from = Math.floor((Date.now() / 1000 - length) / step) * step;
            const points = [];
            if (kind !== "empty") {
                for (let i = 0; i * step < length; ++i) {
                    const wave = 1 + Math.sin(((from + i * step) % 86_400) / 86_400 * 6.28 - 1.9);
                    const noise = Math.abs(Math.sin(i * 12.9898) * 43758.5453) % 1;
                    points.push({ at: iso((from + i * step) * 1000), inserted: 0, succeeded: Math.round(step * (wave * 6 + noise * 2)), attempts_failed: noise > 0.93 ? Math.round(step * noise) : Math.round(noise * step / 60), failed: 0, deleted: 0, runs: 0, run_seconds: 0, lateness_seconds: 0 });
                }
            }
            return { now: now(), from: iso(from * 1000), step_seconds: step, points };
        },
        jobs: (q) => {
            const all = data.jobs.filter(matches(q)).sort((a, b) => (q.order === "oldest" ? a.changed.localeCompare(b.changed) : b.changed.localeCompare(a.changed)));
            const at = Number(q.cursor ?? 0);
            const rows = Number(q.rows ?? 50);
            return { now: now(), jobs: all.slice(at, at + rows).map(row), ...(at + rows < all.length ? { cursor: String(at + rows) } : {}), exact: true };
        },
        groups: (q) => {
            const groups = new Map();
            for (const j of data.jobs.filter(matches({ ...q, state: "failed" }))) {
                const g = groups.get(j.error.fingerprint) ?? { fingerprint: j.error.fingerprint, count: 0, type: j.type, error: j.error, latest: j.id };
                ++g.count;
                groups.set(j.error.fingerprint, g);
            }
            return { now: now(), groups: [...groups.values()].sort((a, b) => b.count - a.count), exact: true };
        },
        parked: () => {
            const types = new Map();
            for (const j of data.jobs.filter((x) => x.sub_state === "parked_by_type")) {
                const t = types.get(j.type) ?? { type: j.type, count: 0, reason: j.reason, oldest: j.created, latest: j.id, argument_versions: [1] };
                ++t.count;
                types.set(j.type, t);
            }
            return { now: now(), types: [...types.values()], exact: true };
        },
        recurring: (q) => ({ now: now(), recurring: q.id === undefined ? data.recurring.map(recurring) : [recurring(find_recurring(q.id))] }),
        "recurring/timeline": () => {
            const until = Date.now() + 86_400_000;
            const occurrences = data.recurring.filter((r) => !r.error && !r.paused).flatMap((r) => {
                const first = Math.ceil(Date.now() / r.every) * r.every;
                const times = Math.max(0, Math.floor((until - first) / r.every) + 1);
                if (r.every <= 86_400_000 / 500) return [{ id: r.id, at: iso(first), until: iso(until), count: times, exact: true }];
                return Array.from({ length: times }, (_, i) => ({ id: r.id, at: iso(first + i * r.every) }));
            });
            return { now: now(), until: iso(until), truncated: false, occurrences };
        },
        cron: (q) => cron(q.expression, q.zone ?? "UTC"),
        types: () => ({ now: now(), types: data.types }),
        "types/one": (q) => {
            const t = data.types.find((x) => x.name === q.type);
            if (!t) throw new Problem(404, "unknown_type", `no type is named ${q.type}`, "type");
            const ended = data.jobs.filter((j) => j.type === q.type && (j.state === "succeeded" || j.state === "failed"));
            return {
                now: now(), ...t, sample: ended.length, ...(ended.length ? { since: ended.map((j) => j.finished).sort()[0] } : {}), succeeded: ended.filter((j) => j.state === "succeeded").length, failed: ended.filter((j) => j.state === "failed").length, per_hour: ended.length * 1.3,
                run_seconds: percentiles(ended.map((j) => j.run_seconds)), lateness_seconds: percentiles(ended.map((j) => j.lateness_seconds)),
                slowest: [...ended].sort((a, b) => b.run_seconds - a.run_seconds).slice(0, 5).map(row), last_errors: ended.filter((j) => j.error).slice(0, 5).map(row),
            };
        },
        queues: () => ({ now: now(), queues: data.queues.map(queue), limits: data.limits }),
        servers: () => ({ now: now(), servers: data.servers.map((s) => ({ ...s, heartbeat: now(), heartbeat_age_seconds: 0.4 })) }),
    };
    const changed = { changed: true };
    const post = {
        jobs: (b) => create(b),
        "bulk/preview": (b) => {
            const list = b.ids ? b.ids.map(by_id) : data.jobs.filter(matches(b.filter));
            return { count: list.filter(allowed[b.action]).length, exact: true };
        },
        bulk: (b) => {
            const list = b.ids ? b.ids.map(by_id) : data.jobs.filter(matches(b.filter)).filter(allowed[b.action]);
            const slice = b.ids ? list : list.slice(0, 40);
            let n = 0;
            const skipped_jobs = [];
            for (const j of slice) {
                if (apply(b.action, j, b)) ++n;
                else skipped_jobs.push({ id: j.id, why: "wrong_state", state: j.state });
            }
            return { changed: n, skipped: skipped_jobs.length, skipped_jobs, ...(list.length > slice.length ? { cursor: "more" } : {}) };
        },
        recurring: (b) => {
            const old = data.recurring.find((r) => r.id === b.id);
            if (old && b.revision === undefined) throw new Problem(409, "recurring_exists", `there is a recurring job "${b.id}" already`, "id");
            if (old && b.revision !== old.revision) throw new Problem(409, "revision_differs", `the recurring job "${b.id}" has changed since: look at it again`, "revision");
            delete b.revision;
            const d = old?.definition ?? {};
            const c = cron(b.cron ?? d.cron, b.zone ?? d.zone ?? "UTC");
            if (b.arguments) check_arguments(b.arguments, b.type);
            const fresh = { ...d, misfire: "once", overlap: "skip", ...b };
            if (old) Object.assign(old, { definition: fresh, revision: String(Number(old.revision) + 1), code_definition: old.code_definition ?? d, origin: "by_hand", words: c.words, error: undefined });
            else data.recurring.push({ id: b.id, definition: fresh, origin: "by_hand", display: b.type, words: c.words, paused: false, fired: 0, skipped: 0, revision: "1", every: 3_600_000 });
            return recurring(find_recurring(b.id));
        },
        "recurring/trigger": (b) => create({ type: find_recurring(b.id).definition.type }),
        "recurring/pause": (b) => (find_recurring(b.id).paused = true, changed),
        "recurring/resume": (b) => (find_recurring(b.id).paused = false, changed),
        "recurring/remove": (b) => (data.recurring.splice(data.recurring.indexOf(find_recurring(b.id)), 1), changed),
        "queues/pause": (b) => (data.queues.find((q) => q.name === b.queue).paused = true, changed),
        "queues/resume": (b) => (data.queues.find((q) => q.name === b.queue).paused = false, changed),
        limits: (b) => (data.limits.find((l) => l.key === b.key).limit = b.limit, changed),
    };

    const route = (method, path, query, body) => {
        if (method === "GET") {
            const one = /^jobs\/([^/]+)$/.exec(path);
            if (one) return detail(by_id(decodeURIComponent(one[1])));
            if (get[path]) return get[path](query);
        } else {
            const act = /^jobs\/([^/]+)\/(requeue|delete|cancel|reschedule|copy)$/.exec(path);
            if (act?.[2] === "copy") return create(body, by_id(act[1]));
            if (act) {
                const j = by_id(act[1]);
                if (!apply(act[2], j, body)) throw new Problem(409, "wrong_state", `the job is ${j.state}`);
                return changed;
            }
            const order = /^servers\/([^/]+)\/(drain|stop)$/.exec(path);
            if (order) return data.servers.find((s) => s.instance === order[1]).command = order[2], changed;
            if (post[path]) return post[path](body);
        }
        throw new Problem(404, "not_found", `there is no ${path}`);
    };

    const server = createServer(async (request, response) => {
        const url = new URL(request.url, "http://localhost");
        const send = (status, type, body, more = {}) => {
            response.writeHead(status, { ...headers, "Content-Type": type, ...more });
            response.end(body);
        };
        if (url.pathname === prefix) return send(308, "text/plain", "", { Location: prefix.split("/").at(-1) + "/" });
        if (!url.pathname.startsWith(prefix + "/")) return send(404, "text/plain", "not here");
        const path = url.pathname.slice(prefix.length + 1);
        const file = path === "" ? "index.html" : /^assets\/([\w.]+)$/.exec(path)?.[1];
        if (file) {
            try {
                return send(200, mime[file.split(".").at(-1)], readFileSync(`${here}../dist/${file}`));
            } catch {
                return send(404, "text/plain", "no such file");
            }
        }
        if (path === "api/events") {
            if (!events) return send(503, "application/problem+json", "{}");
            response.writeHead(200, { ...headers, "Content-Type": "text/event-stream" });
            const stream = { response, job: url.searchParams.get("job") };
            streams.add(stream);
            request.on("close", () => streams.delete(stream));
            push(stream);
            return undefined;
        }
        try {
            let body = {};
            if (request.method === "POST") {
                let text = "";
                for await (const chunk of request) text += chunk;
                body = JSON.parse(text);
                posts.push({ path, body });
                if (request.headers["x-cofire-csrf"] !== "token-1") throw new Problem(403, "csrf", "the token is not right");
                if (role === "viewer" && path !== "api/bulk/preview") throw new Problem(403, "role", "viewers may not");
            }
            const answer = route(request.method, path.replace(/^api\//, ""), Object.fromEntries(url.searchParams), body);
            send(answer.status && answer.body ? answer.status : 200, "application/json", JSON.stringify(answer.body && answer.status ? answer.body : answer));
        } catch (e) {
            if (!(e instanceof Problem)) console.error(e);
            const p = e instanceof Problem ? e : new Problem(500, "error", String(e));
            send(p.status, "application/problem+json", JSON.stringify(p.body));
        }
    });
    const push = (s) => {
        s.response.write(`event: overview\ndata: ${JSON.stringify(overview())}\n\n`);
        if (s.job) {
            const j = data.jobs.find((x) => x.id === s.job);
            s.response.write(j ? `event: job\ndata: ${JSON.stringify(detail(j))}\n\n` : `event: gone\ndata: {"id":"${s.job}"}\n\n`);
        }
    };
    let beat = 0;
    const timer = setInterval(() => {
        ++beat;
        if (kind !== "empty") {
            data.totals.succeeded += 30 + Math.round(9 * Math.sin(beat / 3));
            data.totals.attempts_failed += beat % 7 === 0 ? 4 : 0;
            for (const j of data.jobs) if (j.progress && j.progress.done < j.progress.total) j.progress.done += 1;
        }
        for (const s of streams) push(s);
    }, 1000);
    timer.unref();
    server.on("close", () => clearInterval(timer));
    return { server, data, posts, streams, stop: () => { for (const s of streams) s.response.end(); server.closeAllConnections(); server.close(); } };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
    const option = (name, otherwise) => {
        const i = process.argv.indexOf("--" + name);
        return i < 0 ? otherwise : process.argv[i + 1];
    };
    const prefix = option("prefix", "/cofire");
    const { server } = make_server({ kind: option("data", "full"), role: option("role", "operator"), prefix, events: !process.argv.includes("--no-events") });
    server.listen(Number(option("port", "8080")), "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}${prefix}/`));
}
