// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Queues and limits.

import { useState } from "preact/hooks";
import { get, post, type Limit, type Queue, type Session } from "../api";
import { count, duration, rate } from "../format";
import { use_data } from "../live";
import { link } from "../router";
import { Empty, Field, Head, Loaded, Span, Table, text_of } from "../parts/basic";
import { attempt, confirm, Dialog } from "../parts/dialog";

interface Answer {
    queues: Queue[];
    limits: Limit[];
}

export function QueuesPage({ session }: { session: Session }) {
    const data = use_data("queues", (signal) => get<Answer>("queues", {}, signal));
    const [editing, set] = useState<Limit | undefined>(undefined);
    const turn = async (q: Queue) => {
        if (!q.paused && !(await confirm(`Pause the queue ${q.name}?`, <p>No server takes jobs from it until it is resumed. Running jobs go on.</p>, "Pause", false))) return;
        if (await attempt(() => post(q.paused ? "queues/resume" : "queues/pause", { queue: q.name }), q.paused ? "Resumed." : "Paused.")) data.reload();
    };
    return (
        <>
            <Head title="Queues" />
            <Loaded data={data}>
                {({ queues, limits }) => (
                    <>
                        {!queues.length
                            ? <Empty title="No queues yet"><p>A queue appears with its first job, or with the first server that serves it.</p></Empty>
                            : (
                                <Table caption="Queues" cards class="dense">
                                    <thead><tr>
                                        <th>Queue</th><th class="right">Waiting</th><th class="right">Oldest</th><th class="right">At a limit</th><th class="right">Running</th>
                                        <th class="right" title="the mean of the last five minutes">Runs/s</th><th class="right">Mean run</th><th class="right">Mean late</th><th class="right">Failed, 1 h</th><th class="right">Servers</th>
                                        {session.may_write && <th><span class="hidden">Actions</span></th>}
                                    </tr></thead>
                                    <tbody>
                                        {queues.map((q) => (
                                            <tr key={q.name} data-row>
                                                <td><a data-row-link class="clip" href={link(["jobs", "enqueued"], { queue: q.name })}>{q.name}</a> {q.paused && <span class="badge s-parked">paused</span>}</td>
                                                <td class="right num" data-label="Waiting">{count(q.waiting)}</td>
                                                <td class="right num" data-label="Oldest">{q.oldest_age_seconds !== undefined ? duration(q.oldest_age_seconds * 1000) : "–"}</td>
                                                <td class="right num" data-label="Behind a limit">{count(q.parked_by_limit)}</td>
                                                <td class="right num" data-label="Running">{count(q.processing)}</td>
                                                <td class="right num" data-label="Runs a second">{q.last_minutes?.per_second !== undefined ? rate(q.last_minutes.per_second) : "–"}</td>
                                                <td class="right" data-label="Mean run"><Span seconds={q.last_hour?.mean_run_seconds} /></td>
                                                <td class="right" data-label="Mean lateness"><Span seconds={q.last_hour?.mean_lateness_seconds} /></td>
                                                <td class={`right num ${q.last_hour?.attempts_failed ? "bad-text" : ""}`} data-label="Failed, last hour">{q.last_hour ? count(q.last_hour.attempts_failed) : "–"}</td>
                                                <td class={`right num ${q.served_by ? "" : "bad-text"}`} data-label="Servers">{q.served_by || "none"}</td>
                                                {session.may_write && <td class="right"><button type="button" aria-label={`${q.paused ? "Resume" : "Pause"} ${q.name}`} onClick={() => void turn(q)}>{q.paused ? "Resume" : "Pause"}</button></td>}
                                            </tr>
                                        ))}
                                    </tbody>
                                </Table>
                            )}
                        <section>
                            <h2>Limits</h2>
                            {!limits.length
                                ? <p class="faint">No limits in use. Jobs with the same <code>limit_key</code> run at most so many at a time, over all servers.</p>
                                : (
                                    <Table caption="Limits" cards>
                                        <thead><tr><th>Key</th><th class="right">Limit</th><th class="right">In use</th><th class="right">Waiting for it</th>{session.may_write && <th><span class="hidden">Actions</span></th>}</tr></thead>
                                        <tbody>
                                            {limits.map((l) => (
                                                <tr key={l.key}>
                                                    <td><code class="clip">{l.key}</code></td>
                                                    <td class="right num" data-label="Limit">{count(l.limit)}</td>
                                                    <td class="right num" data-label="In use">{count(l.used ?? 0)}</td>
                                                    <td class="right num" data-label="Waiting">{count(l.parked ?? 0)}</td>
                                                    {session.may_write && <td class="right"><button type="button" aria-label={`Change the limit ${l.key}`} onClick={() => set(l)}>Change…</button></td>}
                                                </tr>
                                            ))}
                                        </tbody>
                                    </Table>
                                )}
                        </section>
                        {editing && <LimitDialog limit={editing} close={(changed) => { set(undefined); if (changed) data.reload(); }} />}
                    </>
                )}
            </Loaded>
        </>
    );
}

function LimitDialog({ limit, close }: { limit: Limit; close: (changed: boolean) => void }) {
    const [value, set] = useState(String(limit.limit));
    const fault = /^[1-9]\d*$/.test(value) && Number(value) <= 1_000_000 ? "" : "1 to 1,000,000.";
    const save = async () => {
        if (await attempt(() => post("limits", { key: limit.key, limit: Number(value) }), "The limit was changed.")) close(true);
    };
    return (
        <Dialog title="Change a limit" close={() => close(false)}>
            <form onSubmit={(e) => { e.preventDefault(); if (!fault) void save(); }}>
                <p><code class="wrap">{limit.key}</code></p>
                <Field label="Jobs at a time" fault={fault} hint="It holds over what the jobs themselves say."><input inputMode="numeric" value={value} onInput={(e) => set(text_of(e))} /></Field>
                <footer class="buttons"><button type="button" onClick={() => close(false)}>Close</button><button class="primary" disabled={Boolean(fault)}>Save</button></footer>
            </form>
        </Dialog>
    );
}
