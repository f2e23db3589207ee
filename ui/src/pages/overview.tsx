// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// One glance: is all well, and if not, what and why.

import { useState } from "preact/hooks";
import { get, type Overview as OverviewData, type Problem, type Series, type Session } from "../api";
import { bytes, count, duration, percent, plural, rate, sentence, short } from "../format";
import { ms, use_data, use_live, use_now } from "../live";
import { link } from "../router";
import { Choice, Empty, Head, Loaded, Table } from "../parts/basic";
import { Chart } from "../parts/chart";

/** Where a problem can be looked at. */
function place_of(p: Problem): string {
    switch (p.code) {
        case "queue_not_served": case "queue_paused": return link(["queues"]);
        case "type_parked": return link(["jobs", "parked"]);
        case "recurring_error": return p.subject ? link(["recurring", p.subject]) : link(["recurring"]);
        case "no_server": case "executor_blocked": case "all_slots_busy": return link(["servers"]);
        default: return "";
    }
}

/** The problems, worst first; or that there are none. */
export function Problems({ overview }: { overview: OverviewData }) {
    const list = [...overview.problems].sort((a, b) => Number(b.severity === "error") - Number(a.severity === "error"));
    if (!list.length) {
        return (
            <div class="all-well" role="status">
                <span class="badge s-succeeded">all is well</span>
                <span class="faint">{plural(overview.servers.count, "server")}, {overview.servers.held} of {plural(overview.servers.slots, "slot")} in use, {plural(overview.counts.processing, "job")} running</span>
            </div>
        );
    }
    return (
        <ul class="problems" aria-label="Problems">
            {list.slice(0, 8).map((p, i) => {
                const to = place_of(p);
                return (
                    <li key={i} class={`callout ${p.severity}`}>
                        <p><strong class="wrap">{sentence(p.message)}</strong> <span class="wrap">{sentence(p.cure)}</span></p>
                        {to && <a href={to} aria-label={`Show: ${p.message}`}>Show</a>}
                    </li>
                );
            })}
            {list.length > 8 && <li class="faint">and {list.length - 8} more</li>}
        </ul>
    );
}

export function Overview({ session }: { session: Session }) {
    const { overview } = use_live();
    if (!overview) return <p class="loading" role="status">Loading…</p>;
    const c = overview.counts;
    const tiles: [string, string, number, string][] = [
        ["processing", "Processing", c.processing, `of ${plural(overview.servers.slots, "slot")}`],
        ["enqueued", "Enqueued", c.enqueued, oldest_words(overview)],
        ["scheduled", "Scheduled", c.scheduled, ""],
        ["awaiting", "Awaiting", c.awaiting, ""],
        ["failed", "Failed", c.failed, ""],
        ["succeeded", "Succeeded", c.succeeded, overview.totals.succeeded ? `${short(overview.totals.succeeded)} in all` : ""],
    ];
    const empty = Object.values(c).every((n) => n === 0) && (overview.totals.inserted ?? 0) === 0;
    return (
        <>
            <Head title="Overview" />
            <Problems overview={overview} />
            {empty && (
                <Empty title="No job has been enqueued yet">
                    <p>Enqueue one from your program: <code>co_await jobs.enqueue&lt;send_login_notification&gt;("alice");</code></p>
                    {session.may_write && <p>or <a href={link(["new"])}>create one by hand</a>.</p>}
                </Empty>
            )}
            <ul class="tiles">
                {tiles.map(([state, word, n, note]) => (
                    <li key={state}>
                        <a href={link(["jobs", state])} class={`tile s-${state} ${n ? "" : "none"}`}>
                            <span class="tile-word">{word}</span>
                            <strong class="num" title={count(n)}>{short(n)}</strong>
                            <span class="faint">{note || "\u00a0"}</span>
                        </a>
                    </li>
                ))}
            </ul>
            <div class="columns">
                <section class="panel"><Realtime /></section>
                <section class="panel"><History /></section>
            </div>
            <section>
                <Head level={2} title="Queues"><a href={link(["queues"])}>all queues</a></Head>
                <QueueHealth overview={overview} />
            </section>
            <StoreLine overview={overview} />
        </>
    );
}

function oldest_words(o: OverviewData): string {
    const ages = o.queues.map((q) => q.oldest_age_seconds ?? 0);
    const most = Math.max(0, ...ages);
    return most > 0 ? `oldest ${duration(most * 1000)}` : "";
}

function Realtime() {
    const { samples: measured } = use_live();
    const now = use_now();
    const end = now / 1000;
    // No news is no change: an overview comes only when something happened.
    const last = measured.at(-1);
    const quiet = last !== undefined && now - last.at > 5000;
    const samples = quiet ? [...measured, { at: last.at + 1000, succeeded: 0, failed: 0 }, { at: now, succeeded: 0, failed: 0 }] : measured;
    const latest = samples.at(-1);
    return (
        <>
            <Head level={2} title="Right now">
                <span class="faint num">{latest ? `${rate(latest.succeeded)} a second succeed, ${rate(latest.failed)} fail` : "measuring…"}</span>
            </Head>
            <Chart label="Runs a second, of the last two minutes" unit="/s" from={end - 120} to={end}
                at={samples.map((s) => s.at / 1000)}
                lines={[
                    { label: "succeeded", colour: "c-succeeded", values: samples.map((s) => s.succeeded) },
                    { label: "failed attempts", colour: "c-failed", values: samples.map((s) => s.failed) },
                ]} />
        </>
    );
}

type Range = "hour" | "day" | "week" | "month";

/** Points without gaps: steps in which nothing happened are zero. The last step has not ended: left out. */
export function filled(s: Series): { at: number[]; succeeded: number[]; failed: number[] } {
    const from = ms(s.from) / 1000;
    const steps = Math.min(5000, Math.max(1, Math.floor((ms(s.now) / 1000 - from) / s.step_seconds)));
    const at = Array.from({ length: steps }, (_, i) => from + i * s.step_seconds);
    const succeeded = at.map(() => 0);
    const failed = at.map(() => 0);
    for (const p of s.points) {
        const i = Math.round((ms(p.at) / 1000 - from) / s.step_seconds);
        if (i >= 0 && i < steps) {
            succeeded[i] = p.succeeded;
            failed[i] = p.attempts_failed;
        }
    }
    return { at, succeeded, failed };
}

const step_words: Record<Range, string> = { hour: "a minute", day: "in 5 minutes", week: "an hour", month: "an hour" };

function History() {
    const [range, set] = useState<Range>("hour");
    const data = use_data("series " + range, (signal) => get<Series>("series", { span: range }, signal));
    return (
        <>
            <Head level={2} title="History">
                <Choice label="Length" value={range} options={[["hour", "Hour"], ["day", "Day"], ["week", "Week"], ["month", "Month"]]} change={set} />
            </Head>
            <Loaded data={data}>
                {(s) => {
                    const f = filled(s);
                    const good = f.succeeded.reduce((a, b) => a + b, 0);
                    const bad = f.failed.reduce((a, b) => a + b, 0);
                    return (
                        <>
                            <Chart label={`Runs ${step_words[range]}`} height={136} at={f.at} from={f.at[0] ?? 0} to={ms(s.now) / 1000}
                                lines={[
                                    { label: "succeeded", colour: "c-succeeded", values: f.succeeded },
                                    { label: "failed attempts", colour: "c-failed", values: f.failed },
                                ]} />
                            <p class="faint num chart-note">{count(good)} succeeded, {count(bad)} failed attempts ({percent(bad, good + bad)}); runs {step_words[range]}</p>
                        </>
                    );
                }}
            </Loaded>
        </>
    );
}

function QueueHealth({ overview }: { overview: OverviewData }) {
    if (!overview.queues.length) return <Empty title="No queues yet"><p>A queue appears with its first job, or with the first server that serves it.</p></Empty>;
    return (
        <Table caption="Queues" cards>
            <thead><tr><th>Queue</th><th class="right">Waiting</th><th class="right">Oldest</th><th class="right">Running</th><th class="right" title="the mean of the last five minutes">Runs/s</th><th class="right">Failed, 1 h</th><th class="right">Servers</th></tr></thead>
            <tbody>
                {overview.queues.slice(0, 20).map((q) => (
                    <tr key={q.name} data-row>
                        <td><a data-row-link class="clip" href={link(["jobs", "enqueued"], { queue: q.name })}>{q.name}</a> {q.paused && <span class="badge s-parked">paused</span>}</td>
                        <td class="right num" data-label="Waiting">{count(q.waiting)}</td>
                        <td class="right num" data-label="Oldest">{q.oldest_age_seconds !== undefined ? duration(q.oldest_age_seconds * 1000) : "–"}</td>
                        <td class="right num" data-label="Running">{count(q.processing)}</td>
                        <td class="right num" data-label="Runs a second">{q.last_minutes?.per_second !== undefined ? rate(q.last_minutes.per_second) : "–"}</td>
                        <td class={`right num ${q.last_hour?.attempts_failed ? "bad-text" : ""}`} data-label="Failed, last hour">{q.last_hour ? count(q.last_hour.attempts_failed) : "–"}</td>
                        <td class={`right num ${q.served_by ? "" : "bad-text"}`} data-label="Servers">{q.served_by || "none"}</td>
                    </tr>
                ))}
            </tbody>
        </Table>
    );
}

function StoreLine({ overview: { health: h, recurring: r, parked } }: { overview: OverviewData }) {
    return (
        <p class="faint store">
            The store holds {plural(h.jobs, "job")}{h.job_limit ? ` of at most ${count(h.job_limit)}` : ""}, about {bytes(h.bytes)}{h.byte_limit ? ` of ${bytes(h.byte_limit)}` : ""}.
            {" "}<a href={link(["recurring"])}>{plural(r.count, "recurring job")}</a>{r.paused ? `, ${r.paused} paused` : ""}{r.in_error ? `, ${r.in_error} in error` : ""}.
            {parked.by_type > 0 && <>{" "}<a href={link(["jobs", "parked"])}>{parked.exact ? "" : "At least "}{plural(parked.by_type, "job")} parked by type</a>.</>}
            {parked.by_limit > 0 && <>{" "}<a href={link(["jobs", "enqueued"], { sub_state: "parked_by_limit" })}>{plural(parked.by_limit, "job")} parked by a limit</a>.</>}
        </p>
    );
}

