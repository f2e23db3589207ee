// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// A form for a job's arguments, out of the schema that servers announce; a JSON editor otherwise.

import { useRef, useState } from "preact/hooks";
import { json_fault, pretty_json } from "../format";
import { completed, fits, initial, is_object, Num, number_fault, parse, Raw, write, type Schema, type Value } from "../schema";
import { Choice, text_of } from "./basic";

/** The schema out of its text; nothing if there is none that can be read. */
export function schema_of(text: string | undefined): Schema | undefined {
    if (!text) return undefined;
    try {
        const s = JSON.parse(text) as Schema;
        return typeof s === "object" && s !== null && (s.type === "array" || s.type === "object") ? s : undefined;
    } catch {
        return undefined;
    }
}

/** The arguments a form begins with, as JSON text. */
export const first_arguments = (schema: Schema | undefined): string => (schema ? write(initial(schema)) : "[]");

/** `fault_at` is the API's pointer ("arguments/0/name") of the value it refused. */
export function Arguments({ schema, text, change, fault, fault_at }: {
    schema: Schema | undefined;
    text: string;
    change: (text: string) => void;
    fault?: string | undefined;
    fault_at?: string | undefined;
}) {
    // The form keeps its own value: while a number is half typed, its text is no JSON.
    const state = useRef<{ text: string; value: Value | undefined } | undefined>(undefined);
    if (state.current?.text !== text) state.current = { text, value: readable(schema, text) };
    const value = state.current.value;
    const edited = (v: Value) => {
        state.current = { text: write(v), value: v };
        change(state.current.text);
    };
    const [as_json, set] = useState(value === undefined);
    const form = schema && value !== undefined && !as_json;
    const syntax = json_fault(text);
    return (
        <fieldset class="arguments">
            <legend>Arguments</legend>
            {schema && (
                <Choice label="How to edit the arguments" value={form ? "form" : "json"} options={[["form", "Form"], ["json", "JSON"]]}
                    change={(v) => {
                        if (v === "json") change(pretty_json(text));
                        set(v === "json");
                    }} />
            )}
            {form
                ? <Node schema={schema} value={value} name="" path="arguments" change={edited} fault={fault} fault_at={fault_at} />
                : (
                    <>
                        <textarea class="json" rows={Math.min(24, Math.max(4, text.split("\n").length + 1))} spellcheck={false} aria-label="Arguments as JSON"
                            value={text} onInput={(e) => change(text_of(e))} />
                        {syntax && <p class="fault" role="alert">{syntax}</p>}
                        {schema && !syntax && value === undefined && <p class="hint">These arguments do not match the type's form, so it cannot show them.</p>}
                        {!schema && <p class="hint">An array of the arguments in their order, or an object with their names.</p>}
                    </>
                )}
            {fault && (!form || fault_at === "arguments") && <p class="fault" role="alert">{fault_at && fault_at !== "arguments" && !fault.includes(fault_at) ? `${fault_at}: ` : ""}{fault}</p>}
        </fieldset>
    );
}

function readable(schema: Schema | undefined, text: string): Value | undefined {
    if (!schema) return undefined;
    try {
        const v = completed(schema, parse(text));
        return fits(schema, v) ? v : undefined;
    } catch {
        return undefined;
    }
}

interface NodeProps {
    schema: Schema;
    value: Value;
    name: string;
    path: string;
    required?: boolean;
    change: (v: Value) => void;
    fault?: string | undefined;
    fault_at?: string | undefined;
}

const word_of = (s: Schema): string =>
    s.description ?? (s.format === "uuid" ? "a job's id" : s.enum ? "" : s.anyOf ? "may be empty" : s.type ?? "any JSON");

function Node(p: NodeProps) {
    const { schema: s, value: v, change } = p;
    const own_fault = p.fault_at === p.path ? p.fault : undefined;
    const label = p.name;
    const row = (control: preact.JSX.Element, more = "") => (
        <div class={`field ${own_fault || more ? "faulty" : ""}`}>
            <label>
                <span class="label">{label} <span class="faint">{word_of(s)}{p.required ? ", required" : ""}</span></span>
                {control}
            </label>
            {(own_fault || more) && <p class="fault" role="alert">{own_fault || more}</p>}
        </div>
    );
    if (v instanceof Raw) {
        const wrong = json_fault(v.text);
        return row(<textarea class="json" rows={3} spellcheck={false} value={v.text} onInput={(e) => change(new Raw(text_of(e)))} />, wrong);
    }
    if (s.enum) {
        return row(<select value={String(v)} onChange={(e) => change(text_of(e))}>{s.enum.map((x) => <option key={x} value={x}>{x}</option>)}</select>);
    }
    if (s.anyOf) {
        const other = s.anyOf.find((a) => a.type !== "null") ?? {};
        return (
            <div class="optional">
                <label class="check">
                    <input type="checkbox" checked={v !== null} onChange={(e) => change(e.currentTarget.checked ? initial(other) : null)} />
                    <span>{label || "value"} <span class="faint">given</span></span>
                </label>
                {v !== null && <Node {...p} schema={other} />}
            </div>
        );
    }
    if (typeof v === "boolean") {
        return (
            <label class="check field">
                <input type="checkbox" checked={v} onChange={(e) => change(e.currentTarget.checked)} /><span>{label || "value"}</span>
            </label>
        );
    }
    if (v instanceof Num) {
        return row(<input inputMode={s.type === "integer" ? "numeric" : "decimal"} class="number" value={v.raw} onInput={(e) => change(new Num(text_of(e)))} />, number_fault(s, v.raw));
    }
    if (typeof v === "string") {
        return row(<Text value={v} change={change} />);
    }
    if (Array.isArray(v)) return <ListNode {...p} list={v} />;
    if (is_object(v)) return <ObjectNode {...p} object={v} />;
    return row(<span class="faint">null</span>);
}

// Long texts get more room; decided once, so that typing never loses the place.
function Text({ value, change }: { value: string; change: (v: string) => void }) {
    const [long] = useState(value.length > 80 || value.includes("\n"));
    return long
        ? <textarea rows={4} value={value} onInput={(e) => change(text_of(e))} />
        : <input value={value} spellcheck={false} onInput={(e) => change(text_of(e))} />;
}

function ListNode({ schema: s, list, name, path, change, fault, fault_at }: NodeProps & { list: Value[] }) {
    const replaced = (i: number, x: Value) => change(list.map((y, j) => (j === i ? x : y)));
    const variable = !s.prefixItems && s.minItems !== s.maxItems || (!s.prefixItems && s.maxItems === undefined);
    const top = path === "arguments";
    const body = (
        <>
            {list.map((x, i) => (
                <div class="item" key={i}>
                    <Node schema={s.prefixItems?.[i] ?? (s.items || {})} value={x} name={top ? `Argument ${i + 1}` : `${i + 1}`} path={`${path}/${i}`}
                        required={s.prefixItems !== undefined && i < (s.minItems ?? 0)} change={(y) => replaced(i, y)} fault={fault} fault_at={fault_at} />
                    {variable && <button type="button" class="quiet" aria-label={`Remove item ${i + 1}`} onClick={() => change(list.filter((_, j) => j !== i))}>✕</button>}
                </div>
            ))}
            {variable && <button type="button" onClick={() => change([...list, initial(s.items || {})])}>Add an item</button>}
            {top && list.length === 0 && !variable && <p class="hint">This job type takes no arguments.</p>}
        </>
    );
    return top ? body : <fieldset><legend>{name}</legend>{body}</fieldset>;
}

function ObjectNode({ schema: s, object, name, path, change, fault, fault_at }: NodeProps & { object: { [name: string]: Value } }) {
    const [key, set_key] = useState("");
    const map = typeof s.additionalProperties === "object" ? s.additionalProperties : undefined;
    const set = (k: string, x: Value) => change({ ...object, [k]: x });
    const drop = (k: string) => change(Object.fromEntries(Object.entries(object).filter(([n]) => n !== k)));
    const body = (
        <>
            {Object.entries(object).map(([k, x]) => (
                <div class="item" key={k}>
                    <Node schema={s.properties?.[k] ?? map ?? {}} value={x} name={k} path={`${path}/${k}`} required={s.required?.includes(k) ?? false}
                        change={(y) => set(k, y)} fault={fault} fault_at={fault_at} />
                    {map && <button type="button" class="quiet" aria-label={`Remove ${k}`} onClick={() => drop(k)}>✕</button>}
                </div>
            ))}
            {map && (
                <div class="item">
                    <input aria-label="New name" placeholder="name" value={key} onInput={(e) => set_key(text_of(e))} />
                    <button type="button" disabled={!key || key in object} onClick={() => { set(key, initial(map)); set_key(""); }}>Add</button>
                </div>
            )}
        </>
    );
    return path === "arguments" ? body : <fieldset><legend>{name}</legend>{body}</fieldset>;
}
