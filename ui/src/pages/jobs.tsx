// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Jobs by state, filtered, page by page.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get, is_state, type Job, type JobPage, type Session, type State } from "../api";
import { count, date_time, pretty_json, short, short_id } from "../format";
import { ms, use_data, use_live } from "../live";
import { go, link, type Route } from "../router";
import { Badge, Bar, Choice, Empty, Fault, Head, Loaded, Since, Span, Table, text_of, When } from "../parts/basic";
import { filter_names, filter_of, parameters_of, type Filter } from "../search";
import { Bulk, type BulkTarget } from "./bulk";
import { Groups } from "./groups";
import { Parked } from "./parked";

type Tab = State | "retries" | "parked" | "all";

const tabs: readonly (readonly [Tab, string])[] = [
    ["enqueued", "Enqueued"], ["processing", "Processing"], ["scheduled", "Scheduled"], ["retries", "Retries"],
    ["awaiting", "Awaiting"], ["succeeded", "Succeeded"], ["failed", "Failed"], ["deleted", "Deleted"],
    ["parked", "Parked"], ["all", "All"],
];

const filter_words: Record<keyof Filter, string> = {
    queue: "queue", type: "type", tag: "tag", recurring: "recurring job", fingerprint: "error", from: "since",
    before: "before", text: "text", sub_state: "",
};

const empty_words: Record<Tab, [string, string]> = {
    enqueued: ["Nothing waits", "Every enqueued job has been taken. Jobs appear here when they come in faster than they run."],
    processing: ["Nothing runs right now", "Running jobs appear here with their progress."],
    scheduled: ["Nothing is scheduled", "Delayed jobs and retries wait here until they are due."],
    retries: ["Nothing waits for a retry", "Jobs whose last attempt failed wait here for the next one."],
    awaiting: ["No continuations wait", "A job made with continue_with waits here until its parents end."],
    succeeded: ["Nothing has succeeded yet", "Finished jobs stay here for as long as the storage keeps them."],
    failed: ["Nothing has failed", "Jobs that used up their attempts come here, until they are requeued or have been kept long enough."],
    deleted: ["Nothing was deleted", "Deleted, cancelled and expired jobs stay here for a while and can be requeued."],
    parked: ["No parked jobs", "Jobs of a type that no running server handles are parked here: they wait, and do not fail."],
    all: ["No jobs yet", "Enqueue one from your program, or create one by hand."],
};

/** The page "Jobs". */
export function Jobs({ route, session }: { route: Route; session: Session }) {
    const tab = (tabs.find(([t]) => t === route.path[1])?.[0] ?? "enqueued") as Tab;
    const filter = filter_of(route.query);
    const overview = use_live().overview;
    const filtered = Object.keys(filter).length > 0;
    const grouped = tab === "failed" && route.query.get("view") !== "list" && !filter.fingerprint;
    const counts = overview?.counts;
    const parked = (overview?.problems ?? []).some((p) => p.code === "type_parked");

    const number_of = (t: Tab) => (counts && is_state(t) ? counts[t] : undefined);
    return (
        <>
            <Head title="Jobs">
                {session.may_write && <a class="button primary" href={link(["new"])}>New job</a>}
            </Head>
            <nav class="tabs" aria-label="States">
                {tabs.map(([t, word]) => {
                    const n = number_of(t);
                    return (
                        <a key={t} href={link(["jobs", t], { ...filter, sub_state: undefined })} aria-current={t === tab ? "page" : undefined}
                            class={t === "failed" && n ? "has-failed" : ""}>
                            {word}
                            {n !== undefined && <span class="num count" title={count(n)}>{short(n)}</span>}
                            {t === "parked" && parked && <span class="count warn">!</span>}
                        </a>
                    );
                })}
            </nav>
            <FilterBar tab={tab} filter={filter}>
                {tab === "failed" && !filter.fingerprint && (
                    <Choice label="How to show failures" value={grouped ? "groups" : "list"}
                        options={[["groups", "By error"], ["list", "One by one"]]}
                        change={(v) => go(link(["jobs", "failed"], { ...filter, view: v === "list" ? "list" : "" }), true)} />
                )}
                {tab === "enqueued" && overview && overview.queues.length > 1 && (
                    <div class="chips" role="group" aria-label="Queues">
                        <a class="chip" aria-current={!filter.queue ? "true" : undefined} href={link(["jobs", tab], { ...filter, queue: "" })}>all queues</a>
                        {overview.queues.slice(0, 24).map((q) => (
                            <a class="chip" key={q.name} aria-current={filter.queue === q.name ? "true" : undefined}
                                href={link(["jobs", tab], { ...filter, queue: q.name })}>
                                <span class="clip">{q.name}</span> <span class="num faint">{short(q.waiting)}</span>{q.paused && <span class="warn-text"> paused</span>}
                            </a>
                        ))}
                    </div>
                )}
            </FilterBar>
            {tab === "parked" && !filtered ? <Parked />
                : grouped ? <Groups key={route.key} filter={filter} session={session} />
                    : <List key={route.key} tab={tab} filter={filter} order={route.query.get("order") === "oldest" ? "oldest" : "newest"} session={session} />}
        </>
    );
}

/** The filter in force as removable words, and a form for those who do not type "queue:images". */
function FilterBar({ tab, filter, children }: { tab: Tab; filter: Filter; children: ComponentChildren }) {
    const [open, set] = useState(false);
    const set_names = filter_names.filter((n) => filter[n] && n !== "sub_state" && !(n === "queue" && tab === "enqueued"));
    const without = (name: keyof Filter) => link(["jobs", tab], { ...filter, [name]: "" });
    const shown = (n: keyof Filter) => (n === "from" || n === "before" ? date_time(ms(filter[n] ?? "")) : filter[n]);
    return (
        <div class="filter">
            <div class="filter-row">
                <button type="button" aria-expanded={open} onClick={() => set(!open)}>Filter {open ? "▴" : "▾"}</button>
                {children}
                {set_names.map((n) => (
                    <span class="chip on" key={n}>
                        <span class="faint">{filter_words[n]}</span> <span class="clip">{shown(n)}</span>
                        <a href={without(n)} aria-label={`Remove the filter ${filter_words[n]}`}>✕</a>
                    </span>
                ))}
                {set_names.length > 1 && <a href={link(["jobs", tab])}>clear all</a>}
            </div>
            {open && <FilterForm tab={tab} filter={filter} close={() => set(false)} />}
        </div>
    );
}

function FilterForm({ tab, filter, close }: { tab: Tab; filter: Filter; close: () => void }) {
    const [edited, set] = useState<Filter>(filter);
    const queues = use_live().overview?.queues ?? [];
    const input = (name: "queue" | "type" | "tag" | "recurring" | "text", label: string) => (
        <label class="field" key={name}>
            <span class="label">{label}</span>
            <input value={edited[name] ?? ""} maxLength={name === "text" ? 256 : 128} list={name === "queue" ? "filter-queues" : undefined}
                onInput={(e) => set({ ...edited, [name]: text_of(e) })} />
        </label>
    );
    const time = (name: "from" | "before", label: string) => (
        <label class="field" key={name}>
            <span class="label">{label}</span>
            <input type="datetime-local" value={edited[name] ? date_time(ms(edited[name] ?? "")).slice(0, 16).replace(" ", "T") : ""}
                onInput={(e) => {
                    const t = Date.parse(text_of(e));
                    set({ ...edited, [name]: Number.isNaN(t) ? "" : new Date(t).toISOString() });
                }} />
        </label>
    );
    return (
        <form class="filter-form" onSubmit={(e) => { e.preventDefault(); close(); go(link(["jobs", tab], { ...edited })); }}>
            {input("queue", "Queue")}
            <datalist id="filter-queues">{queues.map((q) => <option key={q.name} value={q.name} />)}</datalist>
            {input("type", "Job type")}
            {input("tag", "Tag")}
            {input("recurring", "Recurring job")}
            {input("text", "Text in type, arguments or error")}
            {time("from", "Inserted since")}
            {time("before", "Inserted before")}
            <div class="buttons"><button class="primary">Apply</button></div>
        </form>
    );
}

interface Shown extends JobPage {
    /** Jobs looked at for the tab "retries", which the page itself picks out of the scheduled. */
    looked: number;
    /** How many reads it took: what is sought may be far apart. */
    reads: number;
}

/** How long a page is searched for by itself. */
const search_ms = 4_000;

async function read_page(tab: Tab, filter: Filter, order: string, cursor: string, signal: AbortSignal): Promise<Shown> {
    const state = is_state(tab) ? tab : tab === "retries" ? "scheduled" : tab === "parked" ? "enqueued" : undefined;
    const parameters = {
        ...parameters_of(filter),
        state,
        sub_state: tab === "parked" ? "parked_by_type" : filter.sub_state,
        order: order === "newest" ? undefined : order,
        rows: tab === "retries" ? 500 : 50,
        cursor: cursor || undefined,
    };
    let page = await get<JobPage>("jobs", parameters, signal);
    if (tab === "retries") return { ...page, looked: page.jobs.length, reads: 1, jobs: page.jobs.filter((j) => j.attempt + j.lost > 0) };
    // One read looks at some thousand jobs. A queue or a type is what one wants to see, so it goes on; text is slow.
    let reads = 1;
    for (const end = performance.now() + search_ms; !filter.text && !page.exact && page.cursor && page.jobs.length < 50 && performance.now() < end; ++reads) {
        const next: JobPage = await get<JobPage>("jobs", { ...parameters, rows: 50 - page.jobs.length, cursor: page.cursor }, signal);
        page = { ...next, jobs: [...page.jobs, ...next.jobs] };
    }
    return { ...page, looked: page.jobs.length, reads };
}

function List({ tab, filter, order, session }: { tab: Tab; filter: Filter; order: "newest" | "oldest"; session: Session }) {
    const [cursors, set_cursors] = useState<string[]>([]);
    const [selected, select] = useState<ReadonlySet<string>>(new Set());
    const [bulk, set_bulk] = useState<BulkTarget | undefined>(undefined);
    const cursor = cursors.at(-1) ?? "";
    const [far, set_far] = useState(false); // it took a long search
    const [inside, set_inside] = useState(false); // who points at a row shall not have it move away
    const hold = cursors.length > 0 || selected.size > 0 || Boolean(filter.text) || far;
    const read = async (signal: AbortSignal) => {
        const page = await read_page(tab, filter, order, cursor, signal);
        set_far(page.reads > 2);
        return page;
    };
    const data = use_data(cursor, read, hold || inside);
    useEffect(() => select(new Set()), [cursor]);

    const state: State | undefined = is_state(tab) ? tab : tab === "retries" ? "scheduled" : tab === "parked" ? "enqueued" : undefined;
    const whole: Record<string, string | undefined> = { ...filter, state };
    if (tab === "parked") whole.sub_state = "parked_by_type";
    const filtered = Object.keys(filter).length > 0;
    const may_all = tab !== "retries" && (state !== undefined || filtered);

    return (
        <Loaded data={data}>
            {(page) => {
                const toggle = (id: string) => {
                    const next = new Set(selected);
                    if (!next.delete(id)) next.add(id);
                    select(next);
                };
                const all = page.jobs.length > 0 && page.jobs.every((j) => selected.has(j.id));
                const [title, text] = filtered
                    ? ["No job matches", page.exact ? "Try fewer words, or another state." : "Not in what was searched so far. Search further back below."]
                    : empty_words[tab];
                return (
                    <>
                        {session.may_write && page.jobs.length > 0 && (
                            <div class={`bulk-bar ${selected.size ? "on" : ""}`} role="group" aria-label="Actions on many jobs">
                                <label class="check">
                                    <input type="checkbox" checked={all}
                                        onChange={() => select(all ? new Set() : new Set(page.jobs.map((j) => j.id)))} />
                                    <span>{selected.size ? `${count(selected.size)} selected` : "Select page"}</span>
                                </label>
                                <button type="button" disabled={!selected.size} onClick={() => set_bulk({ ids: [...selected], state })}>Act on selected…</button>
                                {may_all && (
                                    <button type="button" class="quiet" onClick={() => set_bulk({ filter: whole, state })}>
                                        Act on all {filtered ? "that match" : state ?? ""}…
                                    </button>
                                )}
                                <span class="grow" />
                                <a href={link(["jobs", tab], { ...filter, view: tab === "failed" ? "list" : "", order: order === "newest" ? "oldest" : "" })}>
                                    {order === "newest" ? "Show the oldest first" : "Show the newest first"}
                                </a>
                            </div>
                        )}
                        {page.jobs.length === 0
                            ? <Empty title={title ?? ""}><p>{text}</p></Empty>
                            : (
                                <div onMouseEnter={() => set_inside(true)} onMouseLeave={() => set_inside(false)}
                                    onFocusIn={() => set_inside(true)} onFocusOut={() => set_inside(false)}>
                                    <JobTable tab={tab} jobs={page.jobs} selected={session.may_write ? selected : undefined} toggle={toggle} />
                                </div>
                            )}
                        <footer class="pager">
                            {cursors.length > 0 && <button type="button" onClick={() => set_cursors([])}>First page</button>}
                            {cursors.length > 0 && <button type="button" onClick={() => set_cursors(cursors.slice(0, -1))}>Previous</button>}
                            {page.cursor && (
                                <button type="button" onClick={() => set_cursors([...cursors, page.cursor ?? ""])}>
                                    {page.exact ? "Next" : "Search further"}
                                </button>
                            )}
                            {page.reached && !page.exact && <span class="faint">Searched back to <When at={page.reached} absolute />.</span>}
                            {tab === "retries" && <span class="faint">Picked from {count(page.looked)} scheduled jobs{page.cursor ? " on this page" : ""}.</span>}
                            {hold && <button type="button" class="quiet" onClick={data.reload}>Refresh</button>}
                            {inside && !hold && tab !== "processing" && <span class="faint" aria-hidden="true">Stands still while you are at it.</span>}
                        </footer>
                        {bulk && (
                            <Bulk target={bulk} close={(changed) => {
                                set_bulk(undefined);
                                if (changed) {
                                    select(new Set());
                                    data.reload();
                                }
                            }} />
                        )}
                        {data.loading && data.error !== undefined && <Fault error={data.error} />}
                    </>
                );
            }}
        </Loaded>
    );
}

const time_head: Partial<Record<Tab, string>> = {
    enqueued: "Waits", scheduled: "Due", retries: "Next attempt", awaiting: "Since", processing: "Runs for",
    parked: "Waits",
};

/** Jobs as a table; on a phone as cards. */
export function JobTable({ tab, jobs, selected, toggle }: {
    tab: Tab;
    jobs: readonly Job[];
    selected?: ReadonlySet<string> | undefined;
    toggle?: (id: string) => void;
}) {
    const mixed = tab === "all";
    return (
        <Table caption={`Jobs: ${tab}`} cards class="jobs">
            <thead>
                <tr>
                    {selected && <th class="tick"><span class="hidden">Selected</span></th>}
                    <th>Job</th>
                    {mixed && <th>State</th>}
                    <th>Queue</th>
                    <Columns tab={tab} />
                    <th class="right">{time_head[tab] ?? "When"}</th>
                </tr>
            </thead>
            <tbody>
                {jobs.map((j) => (
                    <tr key={j.id} class={selected?.has(j.id) ? "selected" : ""} data-row>
                        {selected && (
                            <td class="tick">
                                <input type="checkbox" checked={selected.has(j.id)} aria-label={`Select ${j.display}, ${short_id(j.id)}`} onChange={() => toggle?.(j.id)} />
                            </td>
                        )}
                        <td class="job">
                            <a href={link(["job", j.id])} data-row-link class="clip">{j.display || j.type}</a>
                            <span class="sub">
                                {j.display !== j.type && <span class="clip">{j.type}</span>}
                                <code title={j.id}>{short_id(j.id)}</code>
                                {!mixed && (j.sub_state === "cancelling" || j.sub_state === "reserved" || j.sub_state === "parked_by_limit" || j.sub_state === "parked_by_type") && tab !== "parked" && <Badge state={j.state} sub={j.sub_state} />}
                                <code class="args clip" title={j.clipped ? j.arguments + "…" : pretty_json(j.arguments)}>{j.arguments}</code>
                                {j.tags.map((t) => <a key={t} class="tag" href={link(["jobs", tab], { tag: t })}>{t}</a>)}
                            </span>
                        </td>
                        {mixed && <td><Badge state={j.state} sub={j.sub_state} /></td>}
                        <td data-label="Queue"><a class="plain clip" href={link(["jobs", tab], { queue: j.queue })}>{j.queue}</a></td>
                        <Cells tab={tab} job={j} />
                        <td class="right nowrap" data-label={time_head[tab] ?? "When"}><Moment tab={tab} job={j} /></td>
                    </tr>
                ))}
            </tbody>
        </Table>
    );
}

function Moment({ tab, job }: { tab: Tab; job: Job }) {
    if (tab === "enqueued" || tab === "parked") return <Since at={job.due} />;
    if (tab === "processing") return <Since at={job.started} />;
    if (tab === "scheduled" || tab === "retries") return <When at={job.due} />;
    if (tab === "awaiting") return <Since at={job.created} />;
    return <When at={job.finished ?? job.changed} />;
}

function Columns({ tab }: { tab: Tab }) {
    switch (tab) {
        case "processing": return <><th>Progress</th><th>Server</th></>;
        case "succeeded": return <><th>Result</th><th class="right">Run</th><th class="right">Late</th></>;
        case "failed": case "retries": return <><th>Error</th><th class="right">Attempts</th></>;
        case "scheduled": return <th class="right">Attempts</th>;
        case "deleted": return <th>Reason</th>;
        case "parked": case "awaiting": return <th>Why</th>;
        case "enqueued": return <th class="right">Priority</th>;
        default: return <></>;
    }
}

function Cells({ tab, job: j }: { tab: Tab; job: Job }) {
    const attempts = <td class="right num" data-label="Attempts">{j.attempt} of {j.max_attempts}</td>;
    switch (tab) {
        case "processing":
            return (
                <>
                    <td data-label="Progress">{j.progress ? <Bar done={j.progress.done} total={j.progress.total} label={`Progress of ${j.display}`} /> : <span class="faint">–</span>}</td>
                    <td data-label="Server"><span class="clip">{j.server_name ?? j.server ?? "–"}</span></td>
                </>
            );
        case "succeeded":
            return (
                <>
                    <td data-label="Result"><code class="clip">{j.result ?? "–"}</code></td>
                    <td class="right" data-label="Run"><Span seconds={j.run_seconds} /></td>
                    <td class="right" data-label="Late"><Span seconds={j.lateness_seconds} /></td>
                </>
            );
        case "failed": case "retries":
            return (
                <>
                    <td class="error-cell" data-label="Error">
                        <span class="clip" title={j.error?.message}>{j.error?.message || j.reason || "–"}</span>
                        {j.error && <span class="sub"><code class="clip">{j.error.type}</code></span>}
                    </td>
                    {attempts}
                </>
            );
        case "scheduled": return attempts;
        case "deleted": case "parked": return <td data-label="Why"><span class="clip" title={j.reason}>{j.reason || "–"}</span></td>;
        case "awaiting": return <td data-label="Why"><span class="clip">{j.reason || "its parents have not ended"}</span></td>;
        case "enqueued": return <td class="right num" data-label="Priority">{j.priority}</td>;
        default: return <></>;
    }
}
