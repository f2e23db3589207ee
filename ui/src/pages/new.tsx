// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// A new job, or a copy of one with other arguments.

import { useEffect, useState } from "preact/hooks";
import { Failure, get, message_of, post, type Cron, type JobDetail, type JobType, type Session } from "../api";
import { compact_json, date_time, json_fault, local_input, parse_duration, pretty_json } from "../format";
import { server_now, use_data, use_live } from "../live";
import { go, link, type Route } from "../router";
import { Choice, Empty, Fault, Field, Head, Loaded, text_of } from "../parts/basic";
import { Arguments, first_arguments, schema_of } from "../parts/arguments";
import { say } from "../parts/dialog";
import { CronField } from "./cron_field";

type TypesAnswer = { types: JobType[] };

export function NewJob({ route, session }: { route: Route; session: Session }) {
    const copy = route.query.get("copy") ?? "";
    const types = use_data("types", (signal) => get<TypesAnswer>("types", {}, signal), true);
    const source = use_data("copy " + copy, (signal) => (copy ? get<JobDetail>("jobs/" + encodeURIComponent(copy), {}, signal) : Promise.resolve(undefined)), true);
    if (!session.may_write) return <Empty title="You may look, but not change"><p>{session.read_only ? "This dashboard is read-only." : "Your role is viewer. An operator may create jobs."}</p></Empty>;
    return (
        <Loaded data={types}>
            {({ types: list }) => {
                if (copy && !source.value) return source.error ? <Fault error={source.error} /> : <p class="loading">Loading…</p>;
                return <Form types={list} source={source.value} wanted={route.query.get("type") ?? ""} recurring={route.query.get("when") === "cron"} />;
            }}
        </Loaded>
    );
}

type Way = "now" | "in" | "at" | "cron";

function Form({ types, source, wanted, recurring }: { types: JobType[]; source: JobDetail | undefined; wanted: string; recurring: boolean }) {
    const runnable = types.filter((t) => t.servers > 0);
    const [type, set_type] = useState(source?.type ?? (wanted || (runnable.length === 1 ? runnable[0]?.name : "") || ""));
    const known = types.find((t) => t.name === type);
    const schema_text = known?.schema || (source?.type === type ? source.schema : undefined);
    const schema = schema_of(schema_text);
    const [text, set_text] = useState(source ? pretty_json(source.arguments) : first_arguments(schema));
    const [touched, set_touched] = useState(Boolean(source));
    const [queue, set_queue] = useState(source?.queue ?? "default");
    const [priority, set_priority] = useState(String(source?.priority ?? 5));
    const [attempts, set_attempts] = useState(source ? String(source.max_attempts) : "");
    const [limit, set_limit] = useState(source?.options.timeout_seconds ? `${source.options.timeout_seconds} s` : "");
    const [tags, set_tags] = useState((source?.tags ?? []).join(", "));
    const [key, set_key] = useState("");
    const [way, set_way] = useState<Way>(recurring ? "cron" : "now");
    const [wait, set_wait] = useState("10 min");
    const [at, set_at] = useState(local_input(server_now() + 3_600_000).slice(0, 16));
    const [cron, set_cron] = useState("0 3 * * *");
    const [zone, set_zone] = useState(Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC");
    const [id, set_id] = useState("");
    const [cron_state, set_cron_state] = useState<Cron | undefined>(undefined);
    const [problem, set_problem] = useState<Failure | undefined>(undefined);
    const [busy, set_busy] = useState(false);
    const [options, set_options] = useState(Boolean(source)); // shown
    const queues = use_live().overview?.queues ?? [];

    useEffect(() => {
        if (!touched) set_text(first_arguments(schema));
    }, [type]);

    const fault = (name: string) => (problem?.field === name ? problem.message : undefined);
    const delay = parse_duration(wait);
    const timeout = limit.trim() ? parse_duration(limit) : undefined;
    const faults = {
        type: type ? "" : "Pick or name a type.",
        wait: way === "in" && delay === undefined ? "A length of time, such as 10 min or 2 h." : "",
        at: way === "at" && Number.isNaN(Date.parse(at)) ? "A date and a time." : "",
        limit: limit.trim() && timeout === undefined ? "A length of time, such as 30 s." : "",
        priority: /^(\d|1[0-5])$/.test(priority) ? "" : "0 to 15, higher first.",
        attempts: !attempts || /^[1-9]\d{0,3}$/.test(attempts) ? "" : "1 to 1000.",
        queue: /^[A-Za-z0-9_.:-]{1,128}$/.test(queue) ? "" : "1 to 128 letters, digits, _ . : and -.",
        id: way === "cron" && !id ? "A name by which to know it." : "",
        json: json_fault(text),
    };
    const bad = Object.values(faults).some(Boolean);
    // What is wrong under "Options" must not be folded away.
    const in_options = ["queue", "priority", "max_attempts", "timeout_seconds", "tags", "unique_key"];
    const options_fault = Boolean(faults.queue || faults.priority || faults.attempts || faults.limit) || in_options.includes(problem?.field ?? "");
    useEffect(() => {
        if (options_fault) set_options(true);
    }, [options_fault]);
    const first_fault = type ? Object.entries(faults).find(([, f]) => f) : undefined;

    const send = async () => {
        set_busy(true);
        set_problem(undefined);
        const chosen = {
            arguments: compact_json(text),
            queue,
            priority: Number(priority),
            ...(attempts ? { max_attempts: Number(attempts) } : {}),
            ...(timeout !== undefined ? { timeout_seconds: timeout / 1000 } : {}),
            ...(tags.trim() ? { tags: tags.split(",").map((t) => t.trim()).filter(Boolean) } : source ? { tags: [] } : {}),
        };
        try {
            if (way === "cron") {
                await post("recurring", { id, cron, zone, type, ...(known?.argument_version ? { argument_version: known.argument_version } : {}), ...chosen });
                say("The recurring job was created.");
                go(link(["recurring", id]));
                return;
            }
            const body = {
                ...chosen,
                ...(key ? { unique_key: key } : {}),
                ...(way === "in" ? { in_seconds: (delay ?? 0) / 1000 } : way === "at" ? { at: new Date(at).toISOString() } : {}),
            };
            const answer = source
                ? await post<{ id: string; status: string }>(`jobs/${source.id}/copy`, { ...body, type })
                : await post<{ id: string; status: string }>("jobs", { ...body, type, ...(known?.argument_version ? { argument_version: known.argument_version } : {}) });
            say(answer.status === "held" ? "Another job holds this key: here it is." : "The job was created.");
            go(link(["job", answer.id]));
        } catch (e) {
            set_problem(e instanceof Failure ? e : new Failure(0, "", message_of(e)));
            set_busy(false);
        }
    };

    const shown_at = problem?.field?.startsWith("arguments");
    return (
        <>
            <Head title={source ? "Run a copy" : "New job"} />
            {source && <p class="lead">Like <a href={link(["job", source.id])}>{source.display || source.type}</a>, with what you change below. The old one stays as it is.</p>}
            <form class="new-job" onSubmit={(e) => { e.preventDefault(); if (!bad && !busy) void send(); }}>
                <div class="form-grid">
                    <Field wide label="Type" fault={fault("type")} hint={known ? (known.servers ? undefined : "No running server handles this type: the job would be parked.") : type ? "No server announces this type: the job would be parked until one does." : undefined}>
                        <input list="types" value={type} spellcheck={false} onInput={(e) => set_type(text_of(e))} maxLength={128} required />
                        <datalist id="types">{types.map((t) => <option key={t.name} value={t.name}>{t.display}</option>)}</datalist>
                    </Field>
                </div>
                <Arguments key={schema_text ?? ""} schema={schema} text={text} change={(t) => { set_touched(true); set_text(t); }}
                    fault={shown_at ? problem?.message : undefined} fault_at={problem?.field} />
                <fieldset>
                    <legend>When</legend>
                    <Choice label="When" value={way} options={source ? [["now", "Now"], ["in", "In"], ["at", "At"]] : [["now", "Now"], ["in", "In"], ["at", "At"], ["cron", "Again and again"]]} change={set_way} />
                    {way === "in" && <Field label="Due in" fault={faults.wait || fault("in_seconds")} hint="10 min, 2 h, 1 d 12 h"><input value={wait} onInput={(e) => set_wait(text_of(e))} /></Field>}
                    {way === "at" && <Field label="Due at (your time zone)" fault={faults.at || fault("at")}><input type="datetime-local" value={at} onInput={(e) => set_at(text_of(e))} /></Field>}
                    {way === "cron" && (
                        <>
                            <Field label="Id" fault={fault("id")} hint="The recurring job's name."><input value={id} maxLength={128} required onInput={(e) => set_id(text_of(e))} /></Field>
                            <CronField cron={cron} zone={zone} change={(c, z) => { set_cron(c); set_zone(z); }} checked={set_cron_state} />
                        </>
                    )}
                </fieldset>
                <details open={options} onToggle={(e) => set_options((e.currentTarget as HTMLDetailsElement).open)}>
                    <summary>Options</summary>
                    <div class="form-grid">
                        <Field label="Queue" fault={faults.queue || fault("queue")}>
                            <input value={queue} list="queues" maxLength={128} onInput={(e) => set_queue(text_of(e))} />
                            <datalist id="queues">{queues.map((q) => <option key={q.name} value={q.name} />)}</datalist>
                        </Field>
                        <Field label="Priority" fault={faults.priority || fault("priority")} hint="0 to 15, higher first"><input inputMode="numeric" value={priority} onInput={(e) => set_priority(text_of(e))} /></Field>
                        <Field label="Attempts at most" fault={faults.attempts || fault("max_attempts")} hint="empty: the default"><input inputMode="numeric" value={attempts} onInput={(e) => set_attempts(text_of(e))} /></Field>
                        <Field label="Time limit of a run" fault={faults.limit || fault("timeout_seconds")} hint="empty: none"><input value={limit} onInput={(e) => set_limit(text_of(e))} /></Field>
                        <Field label="Tags" fault={fault("tags")} hint="separated by commas, at most 8"><input value={tags} onInput={(e) => set_tags(text_of(e))} /></Field>
                        {way !== "cron" && <Field label="Unique key" fault={fault("unique_key")} hint="at most one unfinished job of the type holds it"><input value={key} maxLength={256} onInput={(e) => set_key(text_of(e))} /></Field>}
                    </div>
                </details>
                {problem && !shown_at && <p class="fault" role="alert">{problem.field ? `${problem.field}: ` : ""}{problem.message}</p>}
                <footer class="buttons left">
                    <button class="primary" disabled={bad || busy || (way === "cron" && !cron_state)}>
                        {way === "cron" ? "Create the recurring job" : way === "now" ? "Enqueue" : "Schedule"}
                    </button>
                    {way === "in" && delay !== undefined && <span class="faint">due {date_time(server_now() + delay)}</span>}
                    {way === "at" && Date.parse(at) <= server_now() && <span class="faint">this has passed: due at once</span>}
                    {first_fault && <span class="faint">{first_fault[0]}: {first_fault[1]}</span>}
                </footer>
            </form>
        </>
    );
}
