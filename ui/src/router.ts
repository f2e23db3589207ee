// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Routes live behind the '#': links work under any prefix and behind any proxy, and the server needs no
// rule for them. "#/jobs/failed?queue=images" is the path ["jobs", "failed"] with the query {queue}.

import { useEffect, useState } from "preact/hooks";

export interface Route {
    readonly path: readonly string[];
    readonly query: URLSearchParams;
    readonly key: string;
}

const decode = (s: string): string => {
    try {
        return decodeURIComponent(s);
    } catch {
        return s;
    }
};

function parse(hash: string): Route {
    const text = hash.replace(/^#\/?/, "");
    const at = text.indexOf("?");
    const path = (at < 0 ? text : text.slice(0, at)).split("/").filter(Boolean).map(decode);
    return { path, query: new URLSearchParams(at < 0 ? "" : text.slice(at + 1)), key: text };
}

type Query = Record<string, string | number | undefined | null>;

/** The address of a page. Empty parts of the query are left out. */
export function link(path: readonly string[], query: Query = {}): string {
    const q = new URLSearchParams();
    for (const [k, v] of Object.entries(query)) {
        if (v !== undefined && v !== null && v !== "") q.set(k, String(v));
    }
    const s = q.toString();
    return "#/" + path.map(encodeURIComponent).join("/") + (s ? "?" + s : "");
}

/** Goes to a page; `replace` leaves no step in the browser's history. */
export function go(to: string, replace = false): void {
    if (replace) {
        history.replaceState(null, "", to);
        window.dispatchEvent(new HashChangeEvent("hashchange"));
    } else {
        location.hash = to.replace(/^#/, "");
    }
}

/** The route shown now. */
export function use_route(): Route {
    const [route, set] = useState(() => parse(location.hash));
    useEffect(() => {
        const changed = () => set(parse(location.hash));
        window.addEventListener("hashchange", changed);
        return () => window.removeEventListener("hashchange", changed);
    }, []);
    return route;
}
