// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Numbers, times and JSON as a person reads them. Times are milliseconds since 1970, in the viewer's zone.

const whole = new Intl.NumberFormat("en");
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** "12,345". */
export const count = (n: number): string => whole.format(n);

/** The text as a sentence: with a capital letter and an end. */
export function sentence(text: string): string {
    const t = text.trim();
    return t ? t[0]?.toUpperCase() + t.slice(1) + (/[.!?:…]$/.test(t) ? "" : ".") : "";
}

/** "12.3K" from 100,000 on, whole below. */
export const short = (n: number): string => (Math.abs(n) < 100_000 ? whole.format(n) : compact.format(n));

/** "1 job", "2 jobs". */
export const plural = (n: number, one: string, many = one + "s"): string => `${count(n)} ${n === 1 ? one : many}`;

/** A rate for a person: "0", "0.3", "12", "1,234". */
export const rate = (n: number): string =>
    n === 0 ? "0" : n < 10 ? n.toFixed(n < 1 ? 2 : 1) : whole.format(Math.round(n));

/** A share of the whole: "0%", "<1%", "12%". */
export function percent(part: number, of: number): string {
    if (of <= 0 || part <= 0) return "0%";
    const p = (100 * part) / of;
    return p < 1 ? "<1%" : `${Math.round(p)}%`;
}

/** "1.2 MB". */
export function bytes(n: number): string {
    const units = ["B", "KB", "MB", "GB", "TB"];
    let i = 0;
    while (n >= 1000 && i + 1 < units.length) {
        n /= 1000;
        ++i;
    }
    return `${i && n < 10 ? n.toFixed(1) : Math.round(n)} ${units[i]}`;
}

/** A length of time in its two largest units: "820 us", "12 ms", "3.4 s", "2 min 5 s", "3 d 4 h". */
export function duration(ms: number): string {
    const sign = ms < 0 ? "-" : "";
    const v = Math.abs(ms);
    if (v === 0) return "0 ms";
    if (v < 1) return `${sign}${Math.max(1, Math.round(v * 1000))} µs`;
    if (v < 999.5) return `${sign}${v < 10 ? v.toFixed(1) : Math.round(v)} ms`;
    if (v < 59_950) return `${sign}${(v / 1000).toFixed(1).replace(/\.0$/, "")} s`;
    const s = Math.round(v / 1000);
    const two = (a: number, ua: string, b: number, ub: string) => `${sign}${a} ${ua}${b ? ` ${b} ${ub}` : ""}`;
    if (s < 3600) return two(Math.floor(s / 60), "min", s % 60, "s");
    if (s < 86_400) return two(Math.floor(s / 3600), "h", Math.floor((s % 3600) / 60), "min");
    return two(Math.floor(s / 86_400), "d", Math.floor((s % 86_400) / 3600), "h");
}

/** "just now", "in 4 min", "3 d 2 h ago". */
export function relative(at: number, now: number): string {
    const d = at - now;
    if (Math.abs(d) < 1000) return "just now";
    return d > 0 ? `in ${coarse(d)}` : `${coarse(-d)} ago`;
}

function coarse(ms: number): string {
    const s = Math.round(ms / 1000);
    if (s < 60) return `${s} s`;
    if (s < 600) return duration(s * 1000);
    if (s < 3600) return `${Math.floor(s / 60)} min`;
    if (s < 86_400 * 2) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60) || ""}${s % 3600 >= 60 ? " min" : ""}`.trim();
    return `${Math.floor(s / 86_400)} d`;
}

const pad = (n: number, w = 2): string => String(n).padStart(w, "0");

/** "14:03:21". */
export function clock(at: number, millis = false): string {
    const d = new Date(at);
    const base = `${pad(d.getHours())}:${pad(d.getMinutes())}:${pad(d.getSeconds())}`;
    return millis ? `${base}.${pad(d.getMilliseconds(), 3)}` : base;
}

/** "2026-11-22 14:03:21". */
export function date_time(at: number): string {
    const d = new Date(at);
    return `${d.getFullYear()}-${pad(d.getMonth() + 1)}-${pad(d.getDate())} ${clock(at)}`;
}

/** The exact time with the zone, for a tooltip: local time, then UTC. */
export function exact(at: number): string {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    return `${date_time(at)}.${pad(new Date(at).getMilliseconds(), 3)} ${zone}\n${new Date(at).toISOString()}`;
}

/** The value for an <input type=datetime-local>, in the viewer's zone. */
export function local_input(at: number): string {
    return date_time(at).replace(" ", "T");
}

/** A UUID shortened to what tells it from its neighbours: its end (the beginning is the time). */
export const short_id = (id: string): string => (id.length > 12 ? `…${id.slice(-8)}` : id);

/**
 * JSON text with line breaks and indentation. The text's own numbers stay as they are written (no trip
 * through a double), and what is not JSON comes back unchanged.
 */
export function pretty_json(text: string): string {
    try {
        JSON.parse(text);
    } catch {
        return text;
    }
    let out = "";
    let depth = 0;
    const line = () => "\n" + "  ".repeat(depth);
    for (const token of text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? []) {
        if (token === "{" || token === "[") {
            ++depth;
            out += token + line();
        } else if (token === "}" || token === "]") {
            --depth;
            out = /[{[]\s*$/.test(out.slice(-2 * depth - 6)) ? out.trimEnd() + token : out + line() + token;
        } else if (token === ",") {
            out += token + line();
        } else if (token === ":") {
            out += ": ";
        } else {
            out += token;
        }
    }
    return out;
}

/** JSON text without the white space between its parts; what is not JSON comes back unchanged. */
export function compact_json(text: string): string {
    return json_fault(text) ? text : text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, "$1");
}

/** Why a text is not JSON; empty if it is. */
export function json_fault(text: string): string {
    try {
        JSON.parse(text);
        return "";
    } catch (e) {
        return e instanceof Error ? e.message : String(e);
    }
}

/** A length of time a person wrote, in milliseconds: "90 s", "5min", "1h30m", "250 ms"; nothing if it is none. */
export function parse_duration(text: string): number | undefined {
    const units: Record<string, number> = {
        ms: 1, s: 1000, sec: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000,
    };
    const t = text.trim().toLowerCase();
    if (!/^(\d+(\.\d+)?\s*(ms|s|sec|m|min|h|d)\s*)+$/.test(t)) return undefined;
    let sum = 0;
    for (const part of t.matchAll(/(\d+(?:\.\d+)?)\s*(ms|sec|s|min|m|h|d)/g)) sum += Number(part[1]) * (units[part[2]!] ?? 0);
    return sum;
}
