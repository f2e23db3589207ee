// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// A cron expression, told back in words with its next five times.

import { useEffect, useState } from "preact/hooks";
import { Failure, get, message_of, type Cron } from "../api";
import { Field, text_of } from "../parts/basic";
import { NextTimes } from "./next_times";

const zones = (): string[] => {
    const list = (Intl as { supportedValuesOf?: (key: string) => string[] }).supportedValuesOf?.("timeZone") ?? [];
    return ["UTC", ...list.filter((z) => z !== "UTC")];
};

export function CronField({ cron, zone, change, checked }: {
    cron: string;
    zone: string;
    change: (cron: string, zone: string) => void;
    checked: (state: Cron | undefined) => void;
}) {
    const [state, set_state] = useState<Cron | undefined>(undefined);
    const [problem, set_problem] = useState<unknown>(undefined);
    useEffect(() => {
        const control = new AbortController();
        const timer = window.setTimeout(() => {
            get<Cron>("cron", { expression: cron, zone }, control.signal).then(
                (c) => { set_state(c); set_problem(undefined); checked(c); },
                (e: unknown) => {
                    if (control.signal.aborted) return;
                    set_state(undefined);
                    set_problem(e);
                    checked(undefined);
                },
            );
        }, 200);
        return () => { window.clearTimeout(timer); control.abort(); };
    }, [cron, zone]);
    const zone_fault = problem instanceof Failure && problem.code === "unknown_zone";
    const fault = problem === undefined ? "" : message_of(problem);
    return (
        <>
            <div class="form-grid">
                <Field label="Cron expression" fault={zone_fault ? "" : fault} hint="minute hour day month weekday; seconds may come first">
                    <input class="code" value={cron} spellcheck={false} maxLength={256} required onInput={(e) => change(text_of(e), zone)} />
                </Field>
                <Field label="Time zone" fault={zone_fault ? fault : ""}>
                    <input value={zone} list="zones" spellcheck={false} required onInput={(e) => change(cron, text_of(e))} />
                    <datalist id="zones">{zones().map((z) => <option key={z} value={z} />)}</datalist>
                </Field>
            </div>
            <div aria-live="polite">
                {state && <p class="words">{state.words}</p>}
                {state && <NextTimes times={state.next_times} local={state.next_times_local} zone={zone} />}
            </div>
        </>
    );
}
