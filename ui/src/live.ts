// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// What changes while one looks: one event stream, and polling where there is none. Everything that shows
// live data follows from its ticks.

import { useEffect, useRef, useState } from "preact/hooks";
import { Failure, get, type JobDetail, type Overview, type Session } from "./api";

export type Connection = "connecting" | "live" | "polling" | "offline";

/** Rates between two overviews, for the realtime graph. */
export interface Sample {
    at: number;
    succeeded: number;
    failed: number;
}

interface Live {
    overview?: Overview;
    connection: Connection;
    /** Counts the overviews received. */
    tick: number;
    samples: Sample[];
}

export const live: Live = { connection: "connecting", tick: 0, samples: [] };

const sample_limit = 300;
/** The first event comes at once, then at least one every 15 seconds. */
const first_word_ms = 6_000;
const beat_ms = 40_000;
const listeners = new Set<() => void>();
const job_listeners = new Set<(job: JobDetail | undefined) => void>();
let source: EventSource | undefined;
let watched = "";
let poll_timer = 0;
let retry_timer = 0;
let reopen_timer = 0;
let watch_timer = 0;
let poll_ms = 2000;
let offset_ms = 0;
let sampled: Overview | undefined;

/** The server's time, in milliseconds since 1970. */
export const server_now = (): number => Date.now() + offset_ms;

/** A time of the API in milliseconds since 1970. */
export const ms = (time: string): number => Date.parse(time);

function notify(): void {
    for (const f of listeners) f();
}

function connection(c: Connection): void {
    if (live.connection !== c) {
        live.connection = c;
        notify();
    }
}

function receive(overview: Overview): void {
    const before = (sampled ??= overview);
    const at = ms(overview.now);
    offset_ms = at - Date.now();
    const seconds = (at - ms(before.now)) / 1000;
    if (seconds > 0.7) {
        sampled = overview;
        const per_second = (name: string) =>
            Math.max(0, ((overview.totals[name] ?? 0) - (before.totals[name] ?? 0)) / seconds);
        live.samples = [
            ...live.samples.slice(1 - sample_limit),
            { at, succeeded: per_second("succeeded"), failed: per_second("attempts_failed") },
        ];
    }
    live.overview = overview;
    ++live.tick;
    notify();
}

// The stream may have come back while a poll was under way: it has the say then.
const streams = (): boolean => source?.readyState === EventSource.OPEN;

async function poll(): Promise<void> {
    window.clearTimeout(poll_timer);
    if (document.hidden) return; // it goes on when somebody looks again
    try {
        receive(await get<Overview>("overview"));
        if (watched) {
            const id = watched;
            const job = await get<JobDetail>("jobs/" + id);
            if (id === watched) for (const f of job_listeners) f(job);
        }
        if (streams()) return;
        connection("polling");
    } catch (e) {
        if (streams()) return;
        if (e instanceof Failure && e.status === 404) for (const f of job_listeners) f(undefined);
        connection(e instanceof Failure && e.status >= 400 && e.status < 500 ? "polling" : "offline");
    }
    if (document.hidden) return;
    poll_timer = window.setTimeout(() => void poll(), Math.max(poll_ms, 2000));
}

function close(): void {
    source?.close();
    source = undefined;
    for (const timer of [poll_timer, retry_timer, reopen_timer, watch_timer]) window.clearTimeout(timer);
}

function open(): void {
    close();
    if (document.hidden) return; // it opens when somebody looks again
    const s = new EventSource("api/events" + (watched ? "?job=" + encodeURIComponent(watched) : ""));
    source = s;
    const parse = <T>(e: Event): T => JSON.parse((e as MessageEvent<string>).data) as T;
    // A stream that says nothing is none: a proxy holds it back, or nobody is there any more.
    const silent = () => {
        if (source !== s) return;
        s.close();
        void poll();
        retry_timer = window.setTimeout(open, 60_000);
    };
    const expect_word = (within_ms: number) => {
        window.clearTimeout(watch_timer);
        watch_timer = window.setTimeout(silent, within_ms);
    };
    const on = (name: string, f: (e: Event) => void) =>
        s.addEventListener(name, (e) => {
            expect_word(beat_ms);
            f(e);
        });
    expect_word(first_word_ms);
    on("overview", (e) => {
        window.clearTimeout(poll_timer);
        connection("live");
        receive(parse<Overview>(e));
    });
    on("beat", () => undefined);
    // The server is there, but its storage does not answer: what is shown is old.
    on("problem", () => connection("offline"));
    on("job", (e) => {
        for (const f of job_listeners) f(parse<JobDetail>(e));
    });
    on("gone", () => {
        for (const f of job_listeners) f(undefined);
    });
    s.addEventListener("error", () => {
        // A closed stream was refused (too many, or a proxy that cannot): poll, and try again later.
        if (source !== s) return;
        if (s.readyState === EventSource.CLOSED) retry_timer = window.setTimeout(open, 60_000);
        void poll();
    });
}

// Who clicks from job to job shall not leave a stream behind for each: servers bound them.
function reopen(after_ms: number): void {
    window.clearTimeout(reopen_timer);
    reopen_timer = window.setTimeout(open, after_ms);
}

/** Begins to listen. */
export function start_live(session: Session): void {
    poll_ms = session.poll_seconds * 1000;
    offset_ms = ms(session.now) - Date.now();
    open();
    document.addEventListener("visibilitychange", () => {
        // A tab that nobody sees keeps no stream: servers bound them, and so do browsers.
        if (document.hidden) close();
        else open();
    });
}

/** Re-renders at every overview. */
export function use_live(): Live {
    const [, set] = useState({});
    useEffect(() => {
        const f = () => set({});
        listeners.add(f);
        return () => void listeners.delete(f);
    }, []);
    return live;
}

/** Follows one job: calls `changed` with its newest form, or with nothing once it is gone. */
export function use_job_events(id: string, changed: (job: JobDetail | undefined) => void): void {
    const latest = useRef(changed);
    latest.current = changed;
    useEffect(() => {
        const f = (job: JobDetail | undefined) => {
            if (!job || job.id === id) latest.current(job);
        };
        job_listeners.add(f);
        watched = id;
        reopen(250);
        return () => {
            job_listeners.delete(f);
            watched = "";
            reopen(3000);
        };
    }, [id]);
}

/** The server's time, renewed every second. */
export function use_now(): number {
    const [now, set] = useState(server_now());
    useEffect(() => {
        const timer = window.setInterval(() => set(server_now()), 1000);
        return () => window.clearInterval(timer);
    }, []);
    return now;
}

export interface Data<T> {
    value?: T;
    error?: unknown;
    loading: boolean;
    reload(): void;
}

/**
 * What `load` answers, read anew when `key` changes and, unless `hold`, when the server's data changed.
 * The old value stays while the new one is on its way.
 */
export function use_data<T>(key: string, load: (signal: AbortSignal) => Promise<T>, hold = false): Data<T> {
    const [state, set] = useState<{ key: string; value?: T; error?: unknown; loading: boolean }>({ key, loading: true });
    const latest = useRef(load);
    latest.current = load;
    const running = useRef<AbortController | undefined>(undefined);
    const tick = use_live().tick;

    const run = (fresh: boolean) => {
        running.current?.abort();
        const control = new AbortController();
        running.current = control;
        if (fresh) set({ key, loading: true });
        latest.current(control.signal).then(
            (value) => {
                if (!control.signal.aborted) set({ key, value, loading: false });
                if (running.current === control) running.current = undefined;
            },
            (error: unknown) => {
                if (!control.signal.aborted) set((s) => ({ ...s, key, error, loading: false }));
                if (running.current === control) running.current = undefined;
            },
        );
    };

    useEffect(() => {
        run(true);
        return () => running.current?.abort();
    }, [key]);
    const first = useRef(tick);
    useEffect(() => {
        if (tick !== first.current && !hold && !running.current) run(false);
    }, [tick, hold]);

    const own = state.key === key ? state : { loading: true };
    return { ...own, reload: () => run(false) };
}
