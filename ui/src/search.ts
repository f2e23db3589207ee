// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// One box for everything: ids, "queue:images", "state:failed", "since:2h", and text in between.

import { is_state, type Parameters } from "./api";
import { parse_duration } from "./format";
import { link } from "./router";

/** The filter of a job list, by the API's names. */
export interface Filter {
    queue?: string;
    type?: string;
    tag?: string;
    recurring?: string;
    fingerprint?: string;
    from?: string;
    before?: string;
    text?: string;
    sub_state?: string;
}

export const filter_names = [
    "queue", "type", "tag", "recurring", "fingerprint", "from", "before", "text", "sub_state",
] as const;

/** What is set of a filter, out of an address. */
export function filter_of(query: URLSearchParams): Filter {
    const filter: Filter = {};
    for (const name of filter_names) {
        const v = query.get(name);
        if (v) filter[name] = v;
    }
    return filter;
}

/** The filter as the API's parameters. */
export const parameters_of = (filter: Filter): Parameters => ({ ...filter });

const id_form = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function time_of(text: string, now: number): string | undefined {
    const ago = parse_duration(text);
    if (ago !== undefined) return new Date(now - ago).toISOString();
    const t = Date.parse(/^\d{4}-\d\d-\d\d$/.test(text) ? text + "T00:00" : text);
    return Number.isNaN(t) ? undefined : new Date(t).toISOString();
}

/** Where a search leads: to a job, or to a list. Or what is wrong with it, in words. */
export function search_link(input: string, now: number): { link: string } | { fault: string } {
    const text = input.trim();
    if (id_form.test(text)) return { link: link(["job", text.toLowerCase()]) };
    const filter: Filter = {};
    let state = "all";
    const rest: string[] = [];
    for (const m of text.matchAll(/(?:([a-z]+):)?(?:"([^"]*)"|(\S+))/gi)) {
        const [whole, word, quoted, plain] = m;
        const name = word?.toLowerCase();
        const value = quoted ?? plain ?? "";
        if (name === "state") {
            state = value.toLowerCase();
            if (!is_state(state) && state !== "parked" && state !== "retries") return { fault: `There is no state "${value}".` };
        }
        else if (name === "queue" || name === "type" || name === "tag" || name === "recurring" || name === "text") filter[name] = value;
        else if (name === "error") filter.fingerprint = value;
        else if (name === "id") {
            if (!id_form.test(value)) return { fault: `"${value}" is no whole id.` };
            return { link: link(["job", value.toLowerCase()]) };
        } else if (name === "since" || name === "after" || name === "before" || name === "until") {
            const t = time_of(value, now);
            if (!t) return { fault: `"${value}" is no time. Try ${name}:2h, ${name}:1d or ${name}:2026-01-31.` };
            if (name === "since" || name === "after") filter.from = t;
            else filter.before = t;
        } else rest.push(name ? whole : value);
    }
    if (rest.length) filter.text = rest.join(" ");
    return { link: link(["jobs", state], { ...filter }) };
}
