// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// The JSON API as docs/dashboard_api.yaml describes it: its types, and one function to ask it.
// All addresses are relative to the page's, so that any prefix works.

export type State = "enqueued" | "scheduled" | "awaiting" | "processing" | "succeeded" | "failed" | "deleted";
export const states: readonly State[] = [
    "enqueued", "scheduled", "awaiting", "processing", "succeeded", "failed", "deleted",
];
export const is_state = (s: string | undefined): s is State => states.includes(s as State);
export const is_final = (s: State): boolean => s === "succeeded" || s === "failed" || s === "deleted";

export interface Session {
    user: string;
    role: "viewer" | "operator";
    may_write: boolean;
    read_only: boolean;
    csrf: string;
    may_log_out?: boolean;
    title: string;
    version: string;
    poll_seconds: number;
    redacts: boolean;
    links?: { label: string; url: string }[];
    now: string;
}

export type Counts = Record<State, number>;

export interface QueueRates {
    inserted: number;
    succeeded: number;
    attempts_failed: number;
    failed: number;
    mean_run_seconds?: number;
    mean_lateness_seconds?: number;
    per_second?: number;
}

export interface Queue {
    name: string;
    paused: boolean;
    waiting: number;
    parked_by_limit: number;
    processing: number;
    oldest?: string;
    oldest_age_seconds?: number;
    served_by: number;
    last_hour?: QueueRates;
    last_minutes?: QueueRates;
}

export interface Limit {
    key: string;
    limit: number;
    used?: number;
    parked?: number;
}

export interface Problem {
    code: string;
    severity: "error" | "warning";
    subject?: string;
    message: string;
    cure: string;
}

export interface Overview {
    now: string;
    counts: Counts;
    totals: Record<string, number>;
    health: { ok: boolean; message?: string; jobs: number; job_limit: number; bytes: number; byte_limit: number };
    queues: Queue[];
    servers: { count: number; slots: number; held: number };
    recurring: { count: number; paused: number; in_error: number };
    parked: { by_type: number; by_limit: number; exact: boolean };
    problems: Problem[];
}

export interface SeriesPoint {
    at: string;
    inserted: number;
    succeeded: number;
    attempts_failed: number;
    failed: number;
    deleted: number;
    runs: number;
    run_seconds: number;
    lateness_seconds: number;
}

export interface Series {
    now: string;
    from: string;
    step_seconds: number;
    points: SeriesPoint[];
}

export interface JobError {
    type: string;
    message: string;
    fingerprint?: string;
}

export interface Progress {
    done: number;
    total: number;
}

export interface Job {
    id: string;
    type: string;
    display: string;
    arguments: string;
    clipped?: boolean;
    queue: string;
    priority: number;
    tags: string[];
    state: State;
    sub_state?: string;
    attempt: number;
    max_attempts: number;
    lost: number;
    created: string;
    due: string;
    started?: string;
    finished?: string;
    changed: string;
    run_seconds?: number;
    lateness_seconds?: number;
    server?: string;
    server_name?: string;
    progress?: Progress;
    error?: JobError;
    result?: string;
    reason?: string;
    recurring_id?: string;
}

export interface JobPage {
    now: string;
    jobs: Job[];
    cursor?: string;
    exact: boolean;
    reached?: string;
}

export interface HistoryEntry {
    at: string;
    state: State;
    attempt: number;
    epoch: string;
    server?: string;
    reason?: string;
    error?: JobError;
    run_seconds?: number;
}

export interface RelatedJob {
    id: string;
    on?: string;
    state?: State;
    display?: string;
}

export type Action = "requeue" | "delete" | "cancel" | "reschedule" | "copy";

export interface JobDetail extends Job {
    now: string;
    argument_version: number;
    schema?: string;
    options: {
        timeout_seconds?: number;
        expires_seconds?: number;
        delays_seconds?: number[];
        on_exhausted: "fail" | "delete";
        durability?: string;
    };
    expires_at?: string;
    epoch: string;
    unique_key?: string;
    limits: Limit[];
    occurrence?: string;
    parents: RelatedJob[];
    continuations: RelatedJob[];
    history: HistoryEntry[];
    log: { at: string; attempt: number; text: string }[];
    waits?: { code: string; message: string; until?: string; jobs?: string[] };
    actions: Action[];
}

export interface ErrorGroup {
    fingerprint: string;
    count: number;
    type: string;
    error: JobError;
    latest: string;
}

export interface GroupPage {
    now: string;
    groups: ErrorGroup[];
    cursor?: string;
    exact: boolean;
    reached?: string;
}

export interface ParkedType {
    type: string;
    count: number;
    reason?: string;
    oldest: string;
    latest: string;
    argument_versions: number[];
}

export interface Definition {
    id: string;
    cron: string;
    zone: string;
    type: string;
    arguments: string;
    argument_version?: number;
    queue?: string;
    priority?: number;
    max_attempts?: number;
    timeout_seconds?: number;
    tags?: string[];
    misfire?: string;
    overlap?: string;
}

export interface Recurring {
    id: string;
    definition: Definition;
    origin: "code" | "by_hand";
    code_definition?: Definition;
    display: string;
    words: string;
    next?: string;
    next_times?: string[];
    next_times_local?: string[];
    paused: boolean;
    error?: string;
    last_fired?: string;
    last_job?: string;
    last_state?: State;
    fired: number;
    skipped: number;
    revision: string;
}

export interface Cron {
    canonical: string;
    words: string;
    next_times: string[];
    next_times_local: string[];
}

export interface Timeline {
    now: string;
    until: string;
    truncated: boolean;
    /** With `count`: so many from `at` to `until`, or more if that is not exact. */
    occurrences: { id: string; at: string; until?: string; count?: number; exact?: boolean }[];
}

export interface JobType {
    name: string;
    servers: number;
    argument_version?: number;
    schema?: string;
    display?: string;
}

export interface Percentiles {
    p50: number;
    p90: number;
    p99: number;
    max: number;
}

export interface TypeDetail {
    now: string;
    name: string;
    servers: number;
    schema?: string;
    sample: number;
    since?: string;
    succeeded: number;
    failed: number;
    per_hour: number;
    run_seconds?: Percentiles;
    lateness_seconds?: Percentiles;
    slowest: Job[];
    last_errors: Job[];
}

export interface Server {
    instance: string;
    name: string;
    version: string;
    slots: number;
    held: number;
    queues: string[];
    types: string[];
    announced: string;
    heartbeat: string;
    heartbeat_age_seconds: number;
    executor_lag_seconds?: number;
    executor_lag_at?: string;
    command: "none" | "drain" | "stop";
}

export interface BulkAnswer {
    changed: number;
    skipped: number;
    skipped_jobs?: { id: string; why: string; state?: State }[];
    cursor?: string;
}

/** A refused or failed request, in words. */
export class Failure extends Error {
    constructor(
        readonly status: number,
        readonly code: string,
        message: string,
        readonly field?: string,
    ) {
        super(message);
    }
}

export type Parameters = Record<string, string | number | undefined>;

/** The address of an API path with its parameters; empty ones are left out. */
export function address(path: string, parameters: Parameters = {}): string {
    const q = new URLSearchParams();
    for (const [k, v] of Object.entries(parameters)) {
        if (v !== undefined && v !== "") q.set(k, String(v));
    }
    const s = q.toString();
    return "api/" + path + (s ? "?" + s : "");
}

async function answer<T>(response: Response): Promise<T> {
    const text = await response.text();
    let body: unknown;
    try {
        body = text ? JSON.parse(text) : {};
    } catch {
        body = undefined;
    }
    if (response.status === 401 && has_session) location.reload(); // it has ended: log in anew
    if (!response.ok) {
        const p = (body ?? {}) as { code?: string; title?: string; detail?: string; field?: string };
        throw new Failure(
            response.status,
            p.code ?? String(response.status),
            p.detail || p.title || `The server answered ${response.status} ${response.statusText}.`,
            p.field,
        );
    }
    if (body === undefined) throw new Failure(response.status, "bad_answer", "The server's answer is not JSON.");
    return body as T;
}

async function ask(url: string, init: RequestInit): Promise<Response> {
    try {
        return await fetch(url, { credentials: "same-origin", cache: "no-store", ...init });
    } catch (e) {
        if (e instanceof DOMException && e.name === "AbortError") throw e;
        throw new Failure(0, "offline", "The server does not answer. Its program may have stopped.");
    }
}

const pause = (ms: number) => new Promise((done) => window.setTimeout(done, ms));

/** Reads. A connection that breaks is tried again: the server may have closed it between two requests. */
export async function get<T>(path: string, parameters: Parameters = {}, signal?: AbortSignal): Promise<T> {
    for (const wait of [200, 800, 0]) {
        try {
            return await answer<T>(await ask(address(path, parameters), signal ? { signal } : {}));
        } catch (e) {
            if (!wait || !(e instanceof Failure) || e.status !== 0) throw e;
            await pause(wait);
        }
    }
    throw new Failure(0, "offline", "The server does not answer.");
}

let csrf = "";
let has_session = false;

/** Who is asking; also renews the token that writes need. */
export async function read_session(): Promise<Session> {
    const s = await get<Session>("session");
    csrf = s.csrf;
    has_session = s.may_log_out === true;
    return s;
}

/** Ends the session, and shows the page to log in. */
export async function log_out(): Promise<void> {
    await post("log-out");
    location.reload();
}

/** Writes. A token that has grown old is renewed once. */
export async function post<T>(path: string, body: object = {}): Promise<T> {
    const send = async () =>
        answer<T>(
            await ask("api/" + path, {
                method: "POST",
                headers: { "Content-Type": "application/json", "X-Cofire-CSRF": csrf },
                body: JSON.stringify(body),
            }),
        );
    try {
        return await send();
    } catch (e) {
        if (!(e instanceof Failure) || e.code !== "csrf") throw e;
        await read_session();
        return send();
    }
}

/** What went wrong, for a person. */
export const message_of = (e: unknown): string => (e instanceof Error ? e.message : String(e));
