// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// The small things every page is made of.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { message_of, type State } from "../api";
import { count, date_time, duration, exact, pretty_json, relative } from "../format";
import { ms, use_now } from "../live";
import { link } from "../router";

type Children = { children?: ComponentChildren };

/** A state as a coloured dot and a word; the sub-state, if it says more. */
export function Badge({ state, sub }: { state: State | string; sub?: string | undefined }) {
    const more: Record<string, string> = {
        parked_by_type: "parked",
        parked_by_limit: "waits for a limit",
        reserved: "reserved",
        cancelling: "cancelling",
    };
    const word = (sub && more[sub]) || state;
    return <span class={`badge s-${sub === "parked_by_type" ? "parked" : state}`}>{word}</span>;
}

/** A time as its distance from now, exact on hover. */
export function When({ at, absolute = false }: { at: string | undefined; absolute?: boolean }) {
    const now = use_now();
    if (!at) return <span class="faint">–</span>;
    const t = ms(at);
    if (Number.isNaN(t)) return <span>{at}</span>;
    return (
        <time dateTime={at} title={exact(t)}>
            {absolute ? date_time(t) : relative(t, now)}
        </time>
    );
}

/** A length of time given in seconds. */
export function Span({ seconds }: { seconds: number | undefined }) {
    if (seconds === undefined) return <span class="faint">–</span>;
    return <span class="num" title={`${seconds} s`}>{duration(seconds * 1000)}</span>;
}

/** How long ago a time was, growing while one looks. */
export function Since({ at }: { at: string | undefined }) {
    const now = use_now();
    if (!at) return <span class="faint">–</span>;
    return <span class="num" title={exact(ms(at))}>{duration(Math.max(0, now - ms(at)))}</span>;
}

/** A link to a job. */
export function JobLink({ id, children }: { id: string } & Children) {
    return <a href={link(["job", id])}>{children ?? <code title={id}>{id}</code>}</a>;
}

/** A progress bar with its share in words. */
export function Bar({ done, total, label }: { done: number; total: number; label: string }) {
    const share = total > 0 ? Math.min(1, Math.max(0, done / total)) : 0;
    return (
        <span class="bar">
            <progress max={1} value={share} aria-label={label} />
            <span class="num" title={`${done} of ${total}`}>{Math.floor(share * 100)}%</span>
        </span>
    );
}

/** Nothing to show, and what to do about it. */
export function Empty({ title, children }: { title: string } & Children) {
    return (
        <div class="empty">
            <p class="empty-title">{title}</p>
            {children && <div class="empty-text">{children}</div>}
        </div>
    );
}

/** What went wrong. */
export function Fault({ error, retry }: { error: unknown; retry?: () => void }) {
    return (
        <div class="callout error" role="alert">
            <p><strong>That did not work.</strong> {message_of(error)}</p>
            {retry && <button type="button" onClick={retry}>Try again</button>}
        </div>
    );
}

/** What to show of data on its way: the fault, a quiet sign of waiting, or the children. */
export function Loaded<T>({ data, children }: {
    data: { value?: T; error?: unknown; loading: boolean; reload(): void };
    children: (value: T) => ComponentChildren;
}) {
    if (data.value === undefined) {
        if (data.error) return <Fault error={data.error} retry={data.reload} />;
        return <p class="loading" role="status">Loading…</p>;
    }
    return (
        <>
            {data.error !== undefined && <Fault error={data.error} retry={data.reload} />}
            {children(data.value)}
        </>
    );
}

/** JSON text, readable; long ones can be opened. */
export function Json({ text, label }: { text: string; label: string }) {
    const pretty = pretty_json(text);
    const [open, set] = useState(false);
    const long = pretty.length > 6000;
    return (
        <div class="code-box">
            <Copy text={text} label={`Copy ${label}`} />
            <pre tabIndex={0} aria-label={label}>{long && !open ? pretty.slice(0, 6000) + "…" : pretty}</pre>
            {long && !open && (
                <button type="button" onClick={() => set(true)}>Show all {count(pretty.length)} characters</button>
            )}
        </div>
    );
}

/** Copies a text. */
export function Copy({ text, label }: { text: string; label: string }) {
    const [done, set] = useState(false);
    useEffect(() => {
        if (!done) return;
        const timer = window.setTimeout(() => set(false), 1500);
        return () => window.clearTimeout(timer);
    }, [done]);
    const copy = () => {
        navigator.clipboard?.writeText(text).then(() => set(true), () => set(false));
    };
    return (
        <button type="button" class="quiet copy" aria-label={label} title={label} onClick={copy}>
            {done ? "copied" : "copy"}
        </button>
    );
}

/** A table that scrolls sideways inside its own box, with a caption for screen readers. */
export function Table({ caption, children, cards = false, class: name = "" }: { caption: string; cards?: boolean; class?: string } & Children) {
    return (
        <div class={`table-box ${cards ? "cards" : ""}`} tabIndex={cards ? undefined : 0} role="group" aria-label={caption}>
            <table class={name}>
                <caption class="hidden">{caption}</caption>
                {children}
            </table>
        </div>
    );
}

/** A heading with its controls at the right. */
export function Head({ title, children, level = 1 }: { title: ComponentChildren; level?: 1 | 2 } & Children) {
    return (
        <header class="head">
            {level === 1 ? <h1>{title}</h1> : <h2>{title}</h2>}
            {children && <div class="head-tools">{children}</div>}
        </header>
    );
}

/** Label, control, hint and fault of one field of a form. */
export function Field({ label, hint, fault, children, wide = false }: {
    label: string;
    hint?: ComponentChildren;
    fault?: string | undefined;
    wide?: boolean;
} & Children) {
    return (
        <div class={`field ${wide ? "wide" : ""} ${fault ? "faulty" : ""}`}>
            <label>
                <span class="label">{label}</span>
                {children}
            </label>
            {hint && <p class="hint">{hint}</p>}
            {fault && <p class="fault" role="alert">{fault}</p>}
        </div>
    );
}

/** Choices of which one is on. */
export function Choice<T extends string>({ label, value, options, change }: {
    label: string;
    value: T;
    options: readonly (readonly [T, string])[];
    change: (value: T) => void;
}) {
    return (
        <div class="choice" role="group" aria-label={label}>
            {options.map(([v, text]) => (
                <button type="button" key={v} aria-pressed={v === value} onClick={() => change(v)}>{text}</button>
            ))}
        </div>
    );
}

/** The text of an input's event. */
export const text_of = (e: { currentTarget: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement }): string =>
    e.currentTarget.value;
