// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// One action on many jobs: how many it concerns first, then slice by slice with progress.

import { useEffect, useRef, useState } from "preact/hooks";
import { message_of, post, type BulkAnswer, type State } from "../api";
import { count, parse_duration, plural } from "../format";
import { use_live } from "../live";
import { Field, Fault, text_of } from "../parts/basic";
import { Dialog } from "../parts/dialog";

export interface BulkTarget {
    ids?: string[];
    filter?: Record<string, string | undefined>;
    state: State | undefined;
}

type Kind = "requeue" | "delete" | "cancel" | "reschedule" | "reprioritise" | "move";

const words: Record<Kind, string> = {
    requeue: "Requeue", delete: "Delete", cancel: "Cancel", reschedule: "Reschedule", reprioritise: "Change priority", move: "Move to a queue",
};

const explained: Record<Kind, string> = {
    requeue: "They enter the line again, with their attempts counted anew.",
    delete: "Deleted jobs stay requeueable until the storage drops them. A running one ends, and its result is dropped.",
    cancel: "Waiting jobs are deleted. Running handlers are asked to stop; one that succeeds all the same has succeeded.",
    reschedule: "They become due at the time you name.",
    reprioritise: "Waiting jobs enter their line anew, at the end of their priority.",
    move: "Waiting jobs enter the other queue's line, at the end.",
};

function kinds_for(state: State | undefined): Kind[] {
    switch (state) {
        case "enqueued": return ["delete", "cancel", "reschedule", "reprioritise", "move"];
        case "scheduled": return ["requeue", "delete", "reschedule", "reprioritise", "move"];
        case "awaiting": return ["delete", "reprioritise", "move"];
        case "processing": return ["cancel", "delete"];
        case "succeeded": case "failed": case "deleted": return ["requeue", "reschedule"];
        default: return ["requeue", "delete", "cancel", "reschedule", "reprioritise", "move"];
    }
}

const filter_words: Record<string, string> = {
    recurring: "recurring job", fingerprint: "error", from: "inserted from", before: "inserted before", text: "with the text", sub_state: "that are",
};

interface Preview {
    count: number;
    exact: boolean;
}

export function Bulk({ target, close }: { target: BulkTarget; close: (changed: boolean) => void }) {
    const kinds = kinds_for(target.state);
    const [kind, set_kind] = useState<Kind>(kinds[0] ?? "requeue");
    const [wait, set_wait] = useState("5 min");
    const [priority, set_priority] = useState("9");
    const [queue, set_queue] = useState("");
    const [preview, set_preview] = useState<Preview | undefined>(undefined);
    const [stale, set_stale] = useState(false);
    const [error, set_error] = useState<unknown>(undefined);
    const [sum, set_sum] = useState<{ changed: number; skipped: number; running: boolean; stopped?: boolean } | undefined>(undefined);
    const [skipped, set_skipped] = useState<NonNullable<BulkAnswer["skipped_jobs"]>>([]);
    const stop = useRef(false);
    const queues = use_live().overview?.queues ?? [];

    const delay = parse_duration(wait);
    const filter = target.filter && Object.fromEntries(Object.entries(target.filter).filter(([, v]) => v));
    const fault = kind === "reschedule" && delay === undefined ? "A length of time, such as 5 min or 2 h."
        : kind === "move" && !/^[A-Za-z0-9_.:-]{1,128}$/.test(queue) ? "1 to 128 letters, digits, _ . : and -."
            : kind === "reprioritise" && !/^(\d|1[0-5])$/.test(priority) ? "0 to 15, higher first." : "";
    const request = () => ({
        action: kind,
        ...(target.ids ? { ids: target.ids } : { filter }),
        ...(kind === "reschedule" ? { in_seconds: (delay ?? 0) / 1000 } : {}),
        ...(kind === "reprioritise" ? { priority: Number(priority) } : {}),
        ...(kind === "move" ? { queue } : {}),
    });

    useEffect(() => {
        if (fault || sum) return;
        let current = true;
        const timer = window.setTimeout(() => {
            post<Preview>("bulk/preview", request()).then(
                (p) => { if (current) { set_preview(p); set_stale(false); set_error(undefined); } },
                (e: unknown) => { if (current) { set_preview(undefined); set_error(e); } },
            );
        }, 150);
        return () => { current = false; window.clearTimeout(timer); };
    }, [kind, fault, queue, priority, wait]);
    useEffect(() => () => { stop.current = true; }, []);
    // It goes on only while this page is open.
    useEffect(() => {
        if (!sum?.running) return;
        const ask = (e: BeforeUnloadEvent) => e.preventDefault();
        window.addEventListener("beforeunload", ask);
        return () => window.removeEventListener("beforeunload", ask);
    }, [sum?.running]);

    // What was counted may be long ago: where it is far from what it is now, that is shown first.
    const is_stale = async () => {
        const now = await post<Preview>("bulk/preview", request());
        const shown = preview?.count ?? 0;
        const stale = Math.abs(now.count - shown) > Math.max(10, shown / 10);
        if (stale) set_preview(now);
        set_stale(stale);
        return stale;
    };

    const run = async () => {
        try {
            if (await is_stale()) return;
        } catch (e) {
            set_error(e);
            return;
        }
        let changed = 0;
        let left = 0;
        let cursor: string | undefined;
        const body = request();
        set_sum({ changed, skipped: left, running: true });
        try {
            do {
                const a: BulkAnswer = await post<BulkAnswer>("bulk", { ...body, ...(cursor ? { cursor } : {}) });
                changed += a.changed;
                left += a.skipped;
                cursor = a.cursor;
                if (a.skipped_jobs?.length) set_skipped((s) => [...s, ...a.skipped_jobs ?? []].slice(0, 100));
                set_sum({ changed, skipped: left, running: Boolean(cursor) });
            } while (cursor && !stop.current);
            set_sum({ changed, skipped: left, running: false, stopped: Boolean(cursor) });
        } catch (e) {
            set_error(e);
            set_sum({ changed, skipped: left, running: false, stopped: true });
        }
    };

    const number = preview ? `${preview.exact ? "" : "at least "}${plural(preview.count, "job")}` : "…";
    const rest = Object.entries(filter ?? {}).filter(([name]) => name !== "state").map(([name, v]) => `${filter_words[name] ?? name} ${v ?? ""}`);
    const title = target.ids ? plural(target.ids.length, "selected job")
        : `All ${target.state ?? ""} jobs${rest.length ? `: ${rest.join(", ")}` : ""}`.replace("  ", " ");
    return (
        <Dialog title={title} close={() => { stop.current = true; close(sum !== undefined); }}>
            {!sum && (
                <form onSubmit={(e) => { e.preventDefault(); if (!fault) void run(); }}>
                    <fieldset class="radios">
                        <legend>What to do</legend>
                        {kinds.map((k) => (
                            <label key={k} class="check"><input type="radio" name="kind" checked={k === kind} onChange={() => set_kind(k)} /><span>{words[k]}</span></label>
                        ))}
                    </fieldset>
                    <p class="hint">{explained[kind]}</p>
                    {kind === "reschedule" && <Field label="Due in" fault={fault}><input value={wait} onInput={(e) => set_wait(text_of(e))} /></Field>}
                    {kind === "reprioritise" && <Field label="Priority" fault={fault}><input inputMode="numeric" value={priority} onInput={(e) => set_priority(text_of(e))} /></Field>}
                    {kind === "move" && (
                        <Field label="Queue" fault={queue ? fault : ""}>
                            <input value={queue} list="bulk-queues" onInput={(e) => set_queue(text_of(e))} />
                            <datalist id="bulk-queues">{queues.map((q) => <option key={q.name} value={q.name} />)}</datalist>
                        </Field>
                    )}
                    {error !== undefined && <p class="fault" role="alert">{message_of(error)}</p>}
                    <p aria-live="polite" class="preview">This concerns <strong class="num">{number}</strong>{stale ? " by now. Look again before you go on." : "."}</p>
                    <footer class="buttons">
                        <button type="button" onClick={() => close(false)}>Close</button>
                        <button class={kind === "delete" || kind === "cancel" ? "danger" : "primary"} disabled={Boolean(fault) || !preview || preview.count === 0}>
                            {words[kind]} {number}{kind === "delete" ? " (can be requeued)" : ""}
                        </button>
                    </footer>
                </form>
            )}
            {sum && (
                <div aria-live="polite">
                    {sum.running && <progress aria-label="Progress" max={Math.max(1, preview?.count ?? 1)} value={Math.min(sum.changed + sum.skipped, preview?.count ?? 1)} />}
                    <p>
                        <strong class="num">{count(sum.changed)}</strong> changed
                        {sum.skipped > 0 && <>, <strong class="num">{count(sum.skipped)}</strong> left as they are</>}
                        {sum.running ? "… This page does it: keep it open." : sum.stopped ? ". Stopped before the end." : ". Done."}
                    </p>
                    {skipped.length > 0 && (
                        <details>
                            <summary>Why some were left</summary>
                            <ul class="plain-list">
                                {skipped.map((s) => <li key={s.id}><code>{s.id}</code> {s.why.replace("_", " ")}{s.state ? ` (${s.state})` : ""}</li>)}
                            </ul>
                        </details>
                    )}
                    {error !== undefined && <Fault error={error} />}
                    <footer class="buttons">
                        {sum.running
                            ? <button type="button" onClick={() => { stop.current = true; }}>Stop here</button>
                            : <button type="button" class="primary" onClick={() => close(true)}>Close</button>}
                    </footer>
                </div>
            )}
        </Dialog>
    );
}
