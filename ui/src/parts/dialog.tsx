// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Dialogs and short notices, opened from anywhere.

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { message_of } from "../api";

/** A modal dialog: the browser's own, which keeps the focus inside and closes at Escape. */
export function Dialog({ title, close, children }: { title: string; close: () => void; children: ComponentChildren }) {
    const ref = useRef<HTMLDialogElement>(null);
    useEffect(() => {
        const before = document.activeElement;
        ref.current?.showModal();
        return () => {
            if (before instanceof HTMLElement) before.focus();
        };
    }, []);
    return (
        <dialog ref={ref} aria-label={title} onCancel={(e) => { e.preventDefault(); close(); }}>
            <header class="head">
                <h2>{title}</h2>
                <button type="button" class="quiet" aria-label="Close" onClick={close}>✕</button>
            </header>
            {children}
        </dialog>
    );
}

interface Notice {
    id: number;
    text: string;
    bad: boolean;
}

let notices: Notice[] = [];
let next_id = 1;
let changed: () => void = () => undefined;

function put(text: string, bad: boolean): void {
    const id = next_id++;
    notices = [...notices.slice(-3), { id, text, bad }];
    changed();
    window.setTimeout(() => drop(id), bad ? 12_000 : 5000);
}

function drop(id: number): void {
    notices = notices.filter((n) => n.id !== id);
    changed();
}

/** Says that something was done. */
export const say = (text: string): void => put(text, false);

/** Says that something went wrong. */
export const complain = (e: unknown): void => put(message_of(e), true);

/** Where notices appear. One per page. */
export function Notices() {
    const [, set] = useState({});
    changed = () => set({});
    return (
        <div class="notices" role="status" aria-live="polite">
            {notices.map((n) => (
                <div key={n.id} class={`notice ${n.bad ? "bad" : ""}`}>
                    <span>{n.text}</span>
                    <button type="button" class="quiet" aria-label="Dismiss" onClick={() => drop(n.id)}>✕</button>
                </div>
            ))}
        </div>
    );
}

interface Question {
    title: string;
    text: ComponentChildren;
    yes: string;
    danger: boolean;
    done: (yes: boolean) => void;
}

let question: Question | undefined;
let question_changed: () => void = () => undefined;

/** Asks before something that cannot simply be taken back. */
export function confirm(title: string, text: ComponentChildren, yes: string, danger = true): Promise<boolean> {
    return new Promise((done) => {
        question?.done(false);
        question = { title, text, yes, danger, done };
        question_changed();
    });
}

/** Where questions appear. One per page. */
export function Questions() {
    const [, set] = useState({});
    question_changed = () => set({});
    if (!question) return null;
    const q = question;
    const end = (yes: boolean) => {
        question = undefined;
        set({});
        q.done(yes);
    };
    return (
        <Dialog title={q.title} close={() => end(false)}>
            <div class="dialog-text">{q.text}</div>
            <footer class="buttons">
                <button type="button" onClick={() => end(false)}>Keep as it is</button>
                <button type="button" class={q.danger ? "danger" : "primary"} onClick={() => end(true)}>{q.yes}</button>
            </footer>
        </Dialog>
    );
}

/** Runs an action: says `done` when it worked, complains when it did not. True if it worked. */
export async function attempt(action: () => Promise<unknown>, done: string): Promise<boolean> {
    try {
        await action();
        say(done);
        return true;
    } catch (e) {
        complain(e);
        return false;
    }
}
