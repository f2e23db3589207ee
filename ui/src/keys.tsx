// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Everything by keyboard: / searches, j and k walk through rows, x selects, g goes, ? explains.

import { go, link } from "./router";

const places: Record<string, string> = {
    o: link(["overview"]), j: link(["jobs"]), f: link(["jobs", "failed"]), r: link(["recurring"]),
    q: link(["queues"]), s: link(["servers"]), t: link(["types"]), n: link(["new"]),
};

function walk(step: 1 | -1): void {
    const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")];
    if (!rows.length) return;
    const now = rows.findIndex((r) => r.contains(document.activeElement));
    const next = rows[now < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, now + step))];
    const target = next?.querySelector<HTMLElement>("[data-row-link], a, button");
    target?.focus();
    target?.scrollIntoView({ block: "nearest" });
}

/** Listens until the returned function is called. */
export function install_keys(help: () => void): () => void {
    let going = 0;
    const pressed = (e: KeyboardEvent) => {
        if (e.ctrlKey || e.metaKey || e.altKey || document.querySelector("dialog[open]")) return;
        const at = e.target;
        if (at instanceof HTMLElement && at.matches("input:not([type=checkbox]):not([type=radio]), textarea, select")) {
            if (e.key === "Escape") at.blur();
            return;
        }
        if (going && Date.now() - going < 1500) {
            going = 0;
            const to = places[e.key];
            if (to) {
                e.preventDefault();
                go(to);
            }
            return;
        }
        switch (e.key) {
            case "/":
                e.preventDefault();
                document.getElementById("search")?.focus();
                break;
            case "?": help(); break;
            case "g": going = Date.now(); break;
            case "j": walk(1); break;
            case "k": walk(-1); break;
            case "x":
                document.activeElement?.closest("[data-row]")?.querySelector<HTMLInputElement>("input[type=checkbox]")?.click();
                break;
            default: break;
        }
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
}

/** What the keys and the words of the search box do. */
export function KeyHelp({ pages }: { pages: readonly (readonly [string, string, string])[] }) {
    const keys: [string, string][] = [
        ["/", "search"], ["j, k", "next, previous row"], ["Enter", "open the row"], ["x", "select the row"],
        ...pages.map(([, word, key]): [string, string] => [`g ${key}`, word]),
        ["g f", "Failed jobs"], ["g n", "New job"], ["Esc", "close, leave a field"], ["?", "this help"],
    ];
    const words: [string, string][] = [
        ["an id", "goes to the job"], ["queue:images", "of a queue"], ["type:backup", "of a job type"], ["tag:crm", "with a tag"],
        ["state:failed", "in a state"], ["recurring:nightly", "occurrences of a recurring job"], ["since:2h, before:2026-11-01", "by the time of insert"],
        ["\"some words\"", "in type, arguments or last error"],
    ];
    const list = (rows: [string, string][]) => (
        <dl class="keys">{rows.map(([k, w]) => <div key={k}><dt><kbd>{k}</kbd></dt><dd>{w}</dd></div>)}</dl>
    );
    return <div class="help"><section><h3>Keys</h3>{list(keys)}</section><section><h3>Search</h3>{list(words)}</section></div>;
}
