// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Recurring jobs: all, and one.

import { useState } from "preact/hooks";
import { Failure, get, message_of, post, type Cron, type Definition, type JobType, type Recurring as Entry, type Session, type Timeline } from "../api";
import { compact_json, count, clock, json_fault, plural, pretty_json } from "../format";
import { ms, use_data, use_live, use_now } from "../live";
import { go, link } from "../router";
import { Badge, Empty, Field, Head, JobLink, Json, Loaded, Table, text_of, When } from "../parts/basic";
import { Arguments, schema_of } from "../parts/arguments";
import { attempt, confirm, say } from "../parts/dialog";
import { CronField } from "./cron_field";
import { NextTimes } from "./next_times";

interface List {
    now: string;
    recurring: Entry[];
}

export function RecurringPage({ id, session }: { id: string | undefined; session: Session }) {
    const data = use_data("recurring " + (id ?? ""), (signal) => get<List>("recurring", id === undefined ? {} : { id }, signal));
    if (id !== undefined) {
        return (
            <Loaded data={data}>
                {(list) => {
                    const r = list.recurring[0];
                    return r ? <One key={r.id} r={r} session={session} reload={data.reload} /> : <Empty title="There is no such recurring job" />;
                }}
            </Loaded>
        );
    }
    return (
        <>
            <Head title="Recurring jobs">
                {session.may_write && <a class="button primary" href={link(["new"], { when: "cron" })}>New recurring job</a>}
            </Head>
            <Loaded data={data}>
                {(list) => !list.recurring.length
                    ? <Empty title="No recurring jobs yet"><p>Define one in your program: <code>co_await jobs.recurring&lt;daily_report&gt;("my-daily-job", cofire::cron::daily(3), "all");</code></p></Empty>
                    : <><All list={list.recurring} session={session} reload={data.reload} /><Day list={list.recurring} /></>}
            </Loaded>
        </>
    );
}

function Status({ r }: { r: Entry }) {
    if (r.error) return <span class="badge s-failed">in error</span>;
    if (r.paused) return <span class="badge s-parked">paused</span>;
    return <span class="badge s-succeeded">active</span>;
}

async function act(path: string, id: string, done: string, reload: () => void): Promise<void> {
    if (await attempt(() => post("recurring/" + path, { id }), done)) reload();
}

async function trigger(id: string): Promise<void> {
    await attempt(async () => {
        const job = await post<{ id: string }>("recurring/trigger", { id });
        go(link(["job", job.id]));
    }, "Triggered.");
}

function All({ list, session, reload }: { list: Entry[]; session: Session; reload: () => void }) {
    return (
        <Table caption="Recurring jobs" cards>
            <thead><tr><th>Id</th><th>When</th><th>Next</th><th>Last</th><th class="right">Fired</th><th>Status</th>{session.may_write && <th><span class="hidden">Actions</span></th>}</tr></thead>
            <tbody>
                {list.map((r) => (
                    <tr key={r.id} data-row>
                        <td class="job">
                            <a data-row-link class="clip" href={link(["recurring", r.id])}>{r.id}</a>
                            <span class="sub"><span class="clip">{r.display || r.definition.type}</span>{r.origin === "by_hand" && <span class="tag">{r.code_definition ? "edited" : "created"} by hand</span>}</span>
                        </td>
                        <td class="cron" data-label="When"><span title={`${r.definition.cron} in ${r.definition.zone}`}>{r.words || r.definition.cron}</span><span class="sub"><code>{r.definition.cron}</code> {r.definition.zone}</span></td>
                        <td class="nowrap next" data-label="Next">{r.error ? <span class="bad-text clip" title={r.error}>{r.error}</span> : r.paused ? <span class="faint">–</span> : <When at={r.next} />}</td>
                        <td class="nowrap" data-label="Last">
                            {r.last_job ? <JobLink id={r.last_job}>{r.last_state ? <Badge state={r.last_state} /> : "dropped"}</JobLink> : <span class="faint">never</span>}
                            {r.last_fired && <span class="sub"><When at={r.last_fired} /></span>}
                        </td>
                        <td class="right num" data-label="Fired">{count(r.fired)}{r.skipped > 0 && <span class="sub">{count(r.skipped)} skipped</span>}</td>
                        <td data-label="Status"><Status r={r} /></td>
                        {session.may_write && (
                            <td class="right nowrap">
                                <span class="row-actions">
                                    <button type="button" aria-label={`Trigger ${r.id}`} onClick={() => void trigger(r.id)}>Trigger</button>
                                    {r.paused
                                        ? <button type="button" aria-label={`Resume ${r.id}`} onClick={() => void act("resume", r.id, "Resumed.", reload)}>Resume</button>
                                        : <button type="button" aria-label={`Pause ${r.id}`} onClick={() => void act("pause", r.id, "Paused.", reload)}>Pause</button>}
                                </span>
                            </td>
                        )}
                    </tr>
                ))}
            </tbody>
        </Table>
    );
}

/** The next 24 hours: a line for each recurring job, a mark for each time. */
function Day({ list }: { list: Entry[] }) {
    // Anew each minute, and when a definition or a pause has changed.
    const key = `timeline ${Math.floor(use_now() / 60_000)} ${list.map((r) => `${r.id} ${r.revision} ${r.paused}`).join()}`;
    const data = use_data(key, (signal) => get<Timeline>("recurring/timeline", { hours: 24 }, signal), true);
    return (
        <section>
            <Head level={2} title="The next 24 hours" />
            <Loaded data={data}>
                {(t) => {
                    const from = ms(t.now);
                    const length = Math.max(1, ms(t.until) - from);
                    const by_id = new Map<string, Timeline["occurrences"]>();
                    for (const o of t.occurrences) by_id.set(o.id, [...(by_id.get(o.id) ?? []), o]);
                    const rows = list.filter((r) => by_id.has(r.id));
                    if (!rows.length) return <p class="faint">Nothing falls due.</p>;
                    const hours = Array.from({ length: 8 }, (_, i) => {
                        const first = new Date(from);
                        first.setMinutes(0, 0, 0);
                        return first.getTime() + (i + 1) * 3 * 3_600_000;
                    }).filter((h) => h < from + length);
                    const x = (at: number) => ((at - from) / length) * 1000;
                    return (
                        <div class="day">
                            <div class="day-row" aria-hidden="true">
                                <span />
                                <svg viewBox="0 0 1000 14" preserveAspectRatio="none" class="day-scale">
                                    {hours.map((h) => <line key={h} x1={x(h)} x2={x(h)} y1={9} y2={14} />)}
                                </svg>
                                <div class="day-hours">{hours.map((h) => <HourLabel key={h} left={x(h) / 10} text={clock(h).slice(0, 5)} />)}</div>
                            </div>
                            {rows.slice(0, 60).map((r) => {
                                const marks = by_id.get(r.id) ?? [];
                                const sum = marks.reduce((n, o) => n + (o.count ?? 1), 0);
                                const more = marks.some((o) => o.exact === false);
                                const times = (more ? "more than " : "") + plural(sum, "time");
                                return (
                                    <div class="day-row" key={r.id}>
                                        <a class="clip" href={link(["recurring", r.id])}>{r.id}</a>
                                        <svg viewBox="0 0 1000 14" preserveAspectRatio="none" role="img"
                                            aria-label={`${r.id}: ${times}, first at ${clock(ms(marks[0]!.at)).slice(0, 5)}`}>
                                            <line class="base" x1={0} x2={1000} y1={7} y2={7} />
                                            {marks.map((o) => {
                                                const [at, until] = [ms(o.at), ms(o.until ?? o.at)];
                                                return o.count === undefined
                                                    ? <line key={at} class="mark" x1={x(at)} x2={x(at)} y1={1} y2={13}><title>{clock(at)}</title></line>
                                                    : <rect key={at} class="marks" x={x(at)} width={Math.max(2, x(until) - x(at))} y={1} height={12}><title>{`${clock(at)} to ${clock(until)}: ${o.exact === false ? "more than " : ""}${plural(o.count, "time")}`}</title></rect>;
                                            })}
                                        </svg>
                                        <span class="num faint right" title={times}>{more ? ">\u2009" : ""}{count(sum)}</span>
                                    </div>
                                );
                            })}
                            {t.truncated && <p class="faint">Only the first occurrences are shown.</p>}
                        </div>
                    );
                }}
            </Loaded>
        </section>
    );
}

const HourLabel = ({ left, text }: { left: number; text: string }) => <span style={{ left: `${left}%` }}>{text}</span>;

const policy_words: Record<string, string> = {
    once: "one run for all that were missed", all: "one run for each that was missed", skip: "skip",
    allow: "run both", queue_one: "let one wait",
};

function Facts({ d }: { d: Definition }) {
    const rows: [string, preact.ComponentChildren][] = [
        ["Cron", <code>{d.cron}</code>], ["Zone", d.zone],
        ["Type", <a class="wrap" href={link(["types", d.type])}>{d.type}</a>],
        ["Queue", d.queue ?? "default"], ["Priority", d.priority ?? 5],
        ["Missed times", policy_words[d.misfire ?? "once"] ?? d.misfire],
        ["While the last one runs", policy_words[d.overlap ?? "skip"] ?? d.overlap],
    ];
    if (d.max_attempts) rows.push(["Attempts at most", d.max_attempts]);
    if (d.timeout_seconds) rows.push(["Time limit of a run", `${d.timeout_seconds} s`]);
    if (d.tags?.length) rows.push(["Tags", d.tags.map((t) => <span key={t} class="tag">{t}</span>)]);
    return <dl class="facts">{rows.map(([n, v]) => <div key={n}><dt>{n}</dt><dd>{v}</dd></div>)}</dl>;
}

function One({ r, session, reload }: { r: Entry; session: Session; reload: () => void }) {
    const [editing, set] = useState(false);
    const remove = async () => {
        if (await confirm("Remove this recurring job?", <p>No further occurrence fires. Jobs that it made stay. If your program defines it, it comes back when the program starts again.</p>, "Remove")) {
            if (await attempt(() => post("recurring/remove", { id: r.id }), "Removed.")) go(link(["recurring"]));
        }
    };
    return (
        <article>
            <p class="crumbs"><a href={link(["recurring"])}>Recurring jobs</a></p>
            <Head title={<><span class="wrap">{r.id}</span> <Status r={r} /></>}>
                {session.may_write && (
                    <>
                        <button type="button" class="primary" onClick={() => void trigger(r.id)}>Trigger now</button>
                        {r.paused
                            ? <button type="button" onClick={() => void act("resume", r.id, "Resumed.", reload)}>Resume</button>
                            : <button type="button" onClick={() => void act("pause", r.id, "Paused.", reload)}>Pause</button>}
                        <button type="button" onClick={() => set(!editing)} aria-expanded={editing}>Edit</button>
                        <button type="button" class="danger" onClick={() => void remove()}>Remove</button>
                    </>
                )}
            </Head>
            {r.error && <div class="callout error" role="alert"><p><strong>It does not fire:</strong> <span class="wrap">{r.error}</span></p><p>Edit it, or correct it in your program.</p></div>}
            {r.origin === "by_hand" && r.code_definition && <div class="callout warning"><p>Edited by hand. The edit holds until the program's own definition changes. The program says <code>{r.code_definition.cron}</code> in {r.code_definition.zone}.</p></div>}
            {editing && <Edit r={r} close={(changed) => { set(false); if (changed) reload(); }} />}
            <div class="job-grid">
                <div class="job-main">
                    <section>
                        <h2>When</h2>
                        <p class="words">{r.words || r.definition.cron}</p>
                        {r.paused ? <p class="faint">Paused: nothing fires, and what falls due meanwhile is not made up for.</p>
                            : !r.error && <NextTimes times={r.next_times} local={r.next_times_local} zone={r.definition.zone} />}
                    </section>
                    <section>
                        <h2>Outcomes</h2>
                        <p>
                            Fired {plural(r.fired, "time")}{r.skipped > 0 && <>, skipped {count(r.skipped)}</>}.
                            {r.last_job && <> Last: <JobLink id={r.last_job}>{r.last_state ? <Badge state={r.last_state} /> : "dropped"}</JobLink> <When at={r.last_fired} />.</>}
                            {" "}<a href={link(["jobs", "all"], { recurring: r.id })}>All its jobs</a>
                        </p>
                    </section>
                    <section><h2>Arguments</h2><Json text={r.definition.arguments} label="arguments" /></section>
                </div>
                <aside aria-label="Facts"><Facts d={r.definition} /></aside>
            </div>
        </article>
    );
}

function Edit({ r, close }: { r: Entry; close: (changed: boolean) => void }) {
    const d = r.definition;
    const types = use_data("types", (signal) => get<{ types: JobType[] }>("types", {}, signal), true);
    const schema_text = types.value?.types.find((t) => t.name === d.type && t.argument_version === (d.argument_version ?? 1))?.schema;
    const [revision] = useState(r.revision); // of what this form shows: another's edit is not overwritten
    const [cron, set_cron] = useState(d.cron);
    const [zone, set_zone] = useState(d.zone);
    const [checked, set_checked] = useState<Cron | undefined>(undefined);
    const [text, set_text] = useState(pretty_json(d.arguments));
    const [queue, set_queue] = useState(d.queue ?? "default");
    const [misfire, set_misfire] = useState(d.misfire ?? "once");
    const [overlap, set_overlap] = useState(d.overlap ?? "skip");
    const [problem, set_problem] = useState<Failure | undefined>(undefined);
    const queues = use_live().overview?.queues ?? [];
    const save = async () => {
        try {
            await post("recurring", { id: r.id, revision, cron, zone, arguments: compact_json(text), queue, misfire, overlap });
            say("Saved. The edit holds until the program's own definition changes.");
            close(true);
        } catch (e) {
            set_problem(e instanceof Failure ? e : new Failure(0, "", message_of(e)));
        }
    };
    const option = (v: string) => <option key={v} value={v}>{policy_words[v]}</option>;
    return (
        <form class="panel" onSubmit={(e) => { e.preventDefault(); void save(); }}>
            <CronField cron={cron} zone={zone} change={(c, z) => { set_cron(c); set_zone(z); }} checked={set_checked} />
            <Arguments key={schema_text ?? ""} schema={schema_of(schema_text)} text={text} change={set_text}
                fault={problem?.field?.startsWith("arguments") ? problem.message : undefined} fault_at={problem?.field} />
            <div class="form-grid">
                <Field label="Queue" fault={problem?.field === "queue" ? problem.message : undefined}>
                    <input value={queue} list="edit-queues" onInput={(e) => set_queue(text_of(e))} />
                    <datalist id="edit-queues">{queues.map((q) => <option key={q.name} value={q.name} />)}</datalist>
                </Field>
                <Field label="Missed times"><select value={misfire} onChange={(e) => set_misfire(text_of(e))}>{["once", "all", "skip"].map(option)}</select></Field>
                <Field label="While the last one runs"><select value={overlap} onChange={(e) => set_overlap(text_of(e))}>{["skip", "allow", "queue_one"].map(option)}</select></Field>
            </div>
            {problem && !problem.field?.startsWith("arguments") && problem.field !== "queue" && <p class="fault" role="alert">{problem.message}</p>}
            <footer class="buttons left">
                <button class="primary" disabled={!checked || Boolean(json_fault(text))}>Save</button>
                <button type="button" onClick={() => close(false)}>Close</button>
            </footer>
        </form>
    );
}
