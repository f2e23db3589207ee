// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Arguments between JSON text and a form. Numbers stay as they are written: a 64-bit integer does not fit
// into a double.

/** The subset of JSON Schema that servers announce. */
export interface Schema {
    title?: string;
    description?: string;
    type?: "boolean" | "integer" | "number" | "string" | "array" | "object" | "null";
    format?: string;
    enum?: string[];
    minimum?: number;
    maximum?: number;
    anyOf?: Schema[];
    items?: Schema | false;
    prefixItems?: Schema[];
    minItems?: number;
    maxItems?: number;
    properties?: Record<string, Schema>;
    required?: string[];
    additionalProperties?: Schema | boolean;
    default?: unknown;
}

/** A number as it is written. */
export class Num {
    constructor(readonly raw: string) {}
}

/** Any JSON, as text. */
export class Raw {
    constructor(readonly text: string) {}
}

export type Value = null | boolean | string | Num | Raw | Value[] | { [name: string]: Value };

export const is_object = (v: Value | undefined): v is { [name: string]: Value } =>
    typeof v === "object" && v !== null && !Array.isArray(v) && !(v instanceof Num) && !(v instanceof Raw);

/** JSON text as a value; throws what JSON.parse throws. */
export function parse(text: string): Value {
    const revive = (_: string, v: unknown, context?: { source?: string }) =>
        typeof v === "number" ? new Num(context?.source ?? String(v)) : v;
    return JSON.parse(text, revive as (k: string, v: unknown) => unknown) as Value;
}

/** The value as JSON text. */
export function write(v: Value): string {
    if (v instanceof Num) return v.raw.trim() || "0";
    if (v instanceof Raw) return v.text.trim() || "null";
    if (Array.isArray(v)) return "[" + v.map(write).join(",") + "]";
    if (is_object(v)) return "{" + Object.entries(v).map(([k, x]) => JSON.stringify(k) + ":" + write(x)).join(",") + "}";
    return JSON.stringify(v);
}

const plain_to_value = (v: unknown): Value => parse(JSON.stringify(v));

/** What a form begins with. */
export function initial(s: Schema): Value {
    if (s.default !== undefined && s.default !== null) {
        const given = plain_to_value(s.default);
        if (s.properties && is_object(given)) {
            return Object.fromEntries(Object.entries(s.properties).map(([k, p]) => [k, given[k] ?? initial(p)]));
        }
        return given;
    }
    if (s.enum) return s.enum[0] ?? "";
    if (s.anyOf) return s.anyOf.some((a) => a.type === "null") ? null : initial(s.anyOf[0] ?? {});
    switch (s.type) {
        case "boolean": return false;
        case "integer": case "number": return new Num("0");
        case "string": return "";
        case "array":
            if (s.prefixItems) return s.prefixItems.map(initial);
            return Array.from({ length: Math.min(s.minItems ?? 0, 64) }, () => initial(s.items || {}));
        case "object":
            return Object.fromEntries(Object.entries(s.properties ?? {}).map(([k, p]) => [k, initial(p)]));
        default: return new Raw("null");
    }
}

/** True if the form for the schema can show the value. */
export function fits(s: Schema, v: Value): boolean {
    if (v instanceof Raw) return true;
    if (s.enum) return typeof v === "string" && s.enum.includes(v);
    if (s.anyOf) return s.anyOf.some((a) => (a.type === "null" ? v === null : fits(a, v)));
    switch (s.type) {
        case "boolean": return typeof v === "boolean";
        case "integer": case "number": return v instanceof Num;
        case "string": return typeof v === "string";
        case "array":
            if (!Array.isArray(v)) return false;
            if (s.prefixItems) return v.length <= s.prefixItems.length && v.every((x, i) => fits(s.prefixItems?.[i] ?? {}, x));
            return v.every((x) => fits(s.items || {}, x));
        case "object":
            return is_object(v) && Object.entries(v).every(([k, x]) => {
                const p = s.properties?.[k] ?? (typeof s.additionalProperties === "object" ? s.additionalProperties : undefined);
                return p !== undefined && fits(p, x);
            });
        default: return true;
    }
}

/** Adds what the stored arguments lack: missing members and trailing arguments. */
export function completed(s: Schema, v: Value): Value {
    if (s.type === "array" && s.prefixItems && Array.isArray(v)) return s.prefixItems.map((p, i) => (i < v.length ? completed(p, v[i] ?? null) : initial(p)));
    if (s.properties && is_object(v)) {
        return Object.fromEntries(Object.entries(s.properties).map(([k, p]) => [k, k in v ? completed(p, v[k] ?? null) : initial(p)]));
    }
    if (s.type === undefined && !s.enum && !s.anyOf && !(v instanceof Raw)) return new Raw(write(v));
    return v;
}

/** What is wrong with a number that was typed; empty if nothing is. */
export function number_fault(s: Schema, raw: string): string {
    const form = s.type === "integer" ? /^-?(0|[1-9]\d*)$/ : /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
    if (!form.test(raw.trim())) return s.type === "integer" ? "A whole number." : "A number.";
    if (s.minimum !== undefined && Number(raw) < s.minimum) return `At least ${s.minimum}.`;
    if (s.maximum !== undefined && Number(raw) > s.maximum) return `At most ${s.maximum}.`;
    return "";
}
