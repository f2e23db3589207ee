// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// All of one job, live.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import {
    Failure, get, is_final, post, type Action, type HistoryEntry, type JobDetail, type RelatedJob, type Session,
} from "../api";
import { clock, date_time, duration, exact, local_input, parse_duration, sentence } from "../format";
import { ms, server_now, use_job_events, use_now } from "../live";
import { link } from "../router";
import { Badge, Bar, Choice, Copy, Empty, Fault, Field, Head, JobLink, Json, Since, Span, text_of, When } from "../parts/basic";
import { attempt, confirm, Dialog } from "../parts/dialog";

/** The page of a job. */
export function JobPage({ id, session }: { id: string; session: Session }) {
    const [job, set_job] = useState<JobDetail | undefined>(undefined);
    const [gone, set_gone] = useState(false);
    const [error, set_error] = useState<unknown>(undefined);
    const load = () => get<JobDetail>("jobs/" + encodeURIComponent(id)).then(
        (j) => { set_job(j); set_error(undefined); set_gone(false); },
        (e: unknown) => (e instanceof Failure && e.status === 404 ? set_gone(true) : set_error(e)),
    );
    useEffect(() => void load(), [id]);
    use_job_events(id, (j) => {
        if (j) set_job(j);
        else set_gone(true);
        set_error(undefined);
    });
    useEffect(() => {
        if (job) document.title = `${job.display} · ${session.title}`;
    }, [job?.display]);

    if (!job) {
        if (gone) return <Empty title="There is no such job"><p><code>{id}</code></p><p>It was never here, or the storage has dropped it: finished jobs are kept for a limited time.</p></Empty>;
        if (error) return <Fault error={error} retry={() => void load()} />;
        return <p class="loading" role="status">Loading…</p>;
    }
    return <Detail job={job} gone={gone} session={session} reload={() => void load()} />;
}

function Detail({ job, gone, session, reload }: { job: JobDetail; gone: boolean; session: Session; reload: () => void }) {
    return (
        <article>
            <p class="crumbs"><a href={link(["jobs", job.state])}>Jobs · {job.state}</a></p>
            <Head title={<><span class="wrap">{job.display || job.type}</span> <Badge state={job.state} sub={job.sub_state} /></>}>
                {session.may_write && <Actions job={job} reload={reload} />}
            </Head>
            <p class="sub id-line"><code>{job.id}</code><Copy text={job.id} label="Copy the id" /></p>
            {gone && <div class="callout warning">The storage has dropped this job meanwhile. This is its last known form.</div>}
            {job.waits && <Waits job={job} waits={job.waits} />}
            {job.error && !is_final(job.state) && <div class="callout warning"><p><strong>The last attempt failed.</strong> <span class="wrap">{job.error.message}</span></p></div>}
            <div class="job-grid">
                <div class="job-main">
                    {job.state === "processing" && <Running job={job} />}
                    {job.error && job.state === "failed" && <JobFault job={job} />}
                    {job.state === "deleted" && job.reason && <div class="callout"><p><strong>Deleted:</strong> {job.reason}</p></div>}
                    {job.result !== undefined && <section><h2>Result</h2><Json text={job.result} label="result" /></section>}
                    <section><h2>Arguments</h2><Json text={job.arguments} label="arguments" /></section>
                    <section><h2>Timeline</h2><Timeline job={job} /></section>
                    <Log job={job} />
                    <Related title="Waits for" jobs={job.parents} />
                    <Related title="Continuations" jobs={job.continuations} />
                </div>
                <aside aria-label="Facts"><Facts job={job} session={session} /></aside>
            </div>
        </article>
    );
}

function Waits({ waits }: { job: JobDetail; waits: NonNullable<JobDetail["waits"]> }) {
    return (
        <div class="callout info">
            <p><strong>Why it is not running:</strong> {sentence(waits.message)} {waits.until && <>(<When at={waits.until} />)</>}</p>
            {waits.jobs && waits.jobs.length > 0 && (
                <p class="sub">{waits.jobs.slice(0, 20).map((id) => <JobLink key={id} id={id} />)}{waits.jobs.length > 20 && `and ${waits.jobs.length - 20} more`}</p>
            )}
        </div>
    );
}

function Running({ job }: { job: JobDetail }) {
    return (
        <section class="running" aria-live="off">
            <p>Runs for <strong><Since at={job.started} /></strong>{job.server && <> on <strong class="wrap">{job.server_name ?? `server ${job.server}`}</strong></>}</p>
            {job.progress && (
                <>
                    <Bar done={job.progress.done} total={job.progress.total} label="Progress" />
                    <p class="faint num">{job.progress.done} of {job.progress.total}</p>
                </>
            )}
        </section>
    );
}

function JobFault({ job }: { job: JobDetail }) {
    const e = job.error;
    if (!e) return null;
    return (
        <section class="callout error">
            <p class="wrap"><strong>{e.message || "No message"}</strong></p>
            <p class="sub"><code class="wrap">{e.type}</code>{e.fingerprint && <a href={link(["jobs", "failed"], { fingerprint: e.fingerprint })}>all jobs with this error</a>}</p>
        </section>
    );
}

/** What a step of the history was, in words. */
function step_words(h: HistoryEntry, first: boolean): string {
    const lost = h.reason === "lost" ? "its server died: " : "";
    switch (h.state) {
        case "enqueued": return lost + (first ? "enqueued" : h.reason ? "in line again" : "in line");
        case "processing": return `run ${h.attempt + 1} started`;
        case "scheduled": return h.reason === "retry" ? "retry scheduled" : lost + "scheduled";
        default: return h.state;
    }
}

function Timeline({ job }: { job: JobDetail }) {
    const h = job.history;
    if (!h.length) return <p class="faint">Nothing has happened yet.</p>;
    return (
        <ol class="timeline">
            {h.map((entry, i) => {
                const next = h[i + 1];
                const gap = next ? ms(next.at) - ms(entry.at) : 0;
                const waited = next && gap >= 1 && (entry.state === "enqueued" || entry.state === "scheduled" || entry.state === "awaiting");
                return (
                    <li key={i} class={`s-${entry.error ? "failed" : entry.state}`}>
                        <p class="step">
                            <strong>{step_words(entry, i === 0)}</strong>
                            {entry.reason && entry.reason !== "retry" && entry.reason !== "lost" && <span class="wrap">{entry.reason}</span>}
                            {entry.run_seconds !== undefined && <span class="faint">after a run of <Span seconds={entry.run_seconds} /></span>}
                            {entry.server && entry.state === "processing" && <span class="faint">server {entry.server}</span>}
                            <time class="num faint" dateTime={entry.at} title={exact(ms(entry.at))}>{date_time(ms(entry.at))}</time>
                        </p>
                        {entry.error && (
                            <details open={i >= h.length - 2}>
                                <summary><code class="wrap">{entry.error.type}</code></summary>
                                <pre class="wrap" tabIndex={0}>{entry.error.message}</pre>
                            </details>
                        )}
                        {waited && <p class="gap faint">waited {duration(gap)}</p>}
                    </li>
                );
            })}
        </ol>
    );
}

function Log({ job }: { job: JobDetail }) {
    if (!job.log.length) return null;
    let attempt_shown = 0;
    return (
        <section>
            <h2>Log</h2>
            <div class="log" tabIndex={0} role="log" aria-label="Log">
                {job.log.map((l, i) => {
                    const fresh = l.attempt !== attempt_shown;
                    attempt_shown = l.attempt;
                    return (
                        <div key={i}>
                            {fresh && <p class="log-run">Run {l.attempt}</p>}
                            <p><time class="faint num" dateTime={l.at} title={exact(ms(l.at))}>{clock(ms(l.at), true)}</time> <span>{l.text}</span></p>
                        </div>
                    );
                })}
            </div>
        </section>
    );
}

const condition: Record<string, string> = { on_success: "on success", on_failure: "on failure", on_any_end: "at any end" };

function Related({ title, jobs }: { title: string; jobs: readonly RelatedJob[] }) {
    if (!jobs.length) return null;
    return (
        <section>
            <h2>{title}</h2>
            <ul class="plain-list">
                {jobs.map((r) => (
                    <li key={r.id} class="sub">
                        {r.state ? <Badge state={r.state} /> : <span class="faint">dropped</span>}
                        <JobLink id={r.id}>{r.display}</JobLink>
                        <code class="clip">{r.id}</code>
                        {r.on && <span class="faint">{condition[r.on] ?? r.on}</span>}
                    </li>
                ))}
            </ul>
        </section>
    );
}

/** A link to the user's own logs, out of the template; only http and https. */
function outside(url: string, job: JobDetail): string | undefined {
    const values: Record<string, string> = {
        id: job.id, type: job.type, queue: job.queue, tag: job.tags[0] ?? "", started: job.started ?? "", finished: job.finished ?? "",
    };
    const filled = url.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ""));
    return /^https?:\/\//i.test(filled) ? filled : undefined;
}

function Facts({ job: j, session }: { job: JobDetail; session: Session }) {
    const o = j.options;
    const rows: [string, ComponentChildren][] = [
        ["Type", <a class="wrap" href={link(["types", j.type])}>{j.type}</a>],
        ["Queue", <a class="wrap" href={link(["jobs", "enqueued"], { queue: j.queue })}>{j.queue}</a>],
        ["Priority", j.priority],
        ["Attempts", `${j.attempt} of ${j.max_attempts}`],
    ];
    if (j.lost) rows.push(["Lost runs", j.lost]);
    rows.push(["Inserted", <When at={j.created} />], ["Due", <When at={j.due} />]);
    if (j.started) rows.push(["Started", <When at={j.started} />]);
    if (j.finished) rows.push(["Ended", <When at={j.finished} />]);
    if (j.run_seconds !== undefined && is_final(j.state)) rows.push(["Run time", <Span seconds={j.run_seconds} />]);
    if (j.lateness_seconds !== undefined) rows.push(["Started late by", <Span seconds={j.lateness_seconds} />]);
    if (j.server) rows.push(["Server", <span class="wrap">{j.server_name ?? j.server}</span>]);
    if (j.tags.length) rows.push(["Tags", j.tags.map((t) => <a key={t} class="tag" href={link(["jobs", "all"], { tag: t })}>{t}</a>)]);
    if (j.recurring_id) rows.push(["Occurrence of", <a class="wrap" href={link(["recurring", j.recurring_id])}>{j.recurring_id}</a>]);
    if (j.occurrence) rows.push(["Planned for", <When at={j.occurrence} absolute />]);
    if (j.unique_key) rows.push(["Unique key", <code class="wrap">{j.unique_key}</code>]);
    for (const l of j.limits) rows.push(["Limit", <span><code class="wrap">{l.key}</code> {l.used !== undefined ? `${l.used} of ${l.limit}` : `at most ${l.limit}`}</span>]);
    if (j.expires_at) rows.push(["Deleted if not started by", <When at={j.expires_at} />]);
    else if (o.expires_seconds) rows.push(["Expires", <>after <Span seconds={o.expires_seconds} /></>]);
    if (o.timeout_seconds) rows.push(["Time limit of a run", <Span seconds={o.timeout_seconds} />]);
    if (o.delays_seconds?.length) rows.push(["Retries after", o.delays_seconds.map((s) => duration(s * 1000)).join(", ")]);
    if (o.on_exhausted === "delete") rows.push(["When attempts are used up", "deleted"]);
    if (o.durability) rows.push(["Durability", o.durability]);
    if (j.argument_version > 1) rows.push(["Argument version", j.argument_version]);
    rows.push(["Epoch", <code>{j.epoch}</code>]);
    const links = (session.links ?? []).map((l) => [l.label, outside(l.url, j)] as const).filter(([, url]) => url);
    return (
        <>
            <dl class="facts">
                {rows.map(([name, value], i) => <div key={i}><dt>{name}</dt><dd>{value}</dd></div>)}
            </dl>
            {links.length > 0 && (
                <ul class="plain-list">
                    {links.map(([label, url]) => <li key={label}><a href={url} rel="noreferrer noopener" target="_blank">{label} ↗</a></li>)}
                </ul>
            )}
        </>
    );
}

function Actions({ job, reload }: { job: JobDetail; reload: () => void }) {
    const [moving, set] = useState(false);
    const may = (a: Action) => job.actions.includes(a);
    const act = async (a: Action, done: string) => {
        if (await attempt(() => post(`jobs/${job.id}/${a}`), done)) reload();
    };
    const remove = async () => {
        const text = job.state === "processing"
            ? <p>It is running: it ends, and its result is dropped. It can be requeued afterwards.</p>
            : <p>It will not run. It can be requeued until the storage drops it.</p>;
        if (await confirm("Delete this job?", text, "Delete the job")) await act("delete", "Deleted.");
    };
    const cancel = async () => {
        if (job.state !== "processing" || (await confirm("Cancel this job?", <p>Its handler is asked to stop. If it succeeds all the same, it has succeeded.</p>, "Ask it to stop"))) {
            await act("cancel", job.state === "processing" ? "Asked to stop." : "Cancelled.");
        }
    };
    return (
        <>
            {may("requeue") && <button type="button" class="primary" onClick={() => void act("requeue", "Requeued.")}>{job.state === "scheduled" ? "Run now" : "Requeue"}</button>}
            {may("reschedule") && <button type="button" onClick={() => set(true)}>Reschedule…</button>}
            {may("copy") && <a class="button" href={link(["new"], { copy: job.id })}>Run a copy…</a>}
            {may("cancel") && <button type="button" onClick={() => void cancel()}>Cancel</button>}
            {may("delete") && <button type="button" class="danger" onClick={() => void remove()}>Delete</button>}
            {moving && <Reschedule job={job} close={(changed) => { set(false); if (changed) reload(); }} />}
        </>
    );
}

function Reschedule({ job, close }: { job: JobDetail; close: (changed: boolean) => void }) {
    const now = use_now();
    const [way, set_way] = useState<"in" | "at">("in");
    const [wait, set_wait] = useState("10 min");
    const [at, set_at] = useState(local_input(server_now() + 3_600_000).slice(0, 16));
    const delay = parse_duration(wait);
    const time = Date.parse(at);
    const due = way === "in" ? (delay === undefined ? NaN : now + delay) : time;
    const fault = Number.isNaN(due) ? (way === "in" ? "A length of time, such as 10 min or 2 h." : "A date and a time.") : "";
    const save = async () => {
        const body = way === "in" ? { in_seconds: (delay ?? 0) / 1000 } : { at: new Date(time).toISOString() };
        if (await attempt(() => post(`jobs/${job.id}/reschedule`, body), "Rescheduled.")) close(true);
    };
    return (
        <Dialog title="Reschedule" close={() => close(false)}>
            <form onSubmit={(e) => { e.preventDefault(); if (!fault) void save(); }}>
                <Choice label="How" value={way} options={[["in", "In"], ["at", "At"]]} change={set_way} />
                {way === "in"
                    ? <Field label="Due in" fault={fault} hint="10 min, 2 h, 1 d 12 h"><input value={wait} onInput={(e) => set_wait(text_of(e))} /></Field>
                    : <Field label="Due at (your time zone)" fault={fault}><input type="datetime-local" value={at} onInput={(e) => set_at(text_of(e))} /></Field>}
                {!fault && <p class="hint">That is {date_time(due)}.</p>}
                <footer class="buttons">
                    <button type="button" onClick={() => close(false)}>Close</button>
                    <button class="primary" disabled={Boolean(fault)}>Reschedule</button>
                </footer>
            </form>
        </Dialog>
    );
}
