// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Failed jobs grouped by what went wrong.

import { useState } from "preact/hooks";
import { get, type ErrorGroup, type GroupPage, type Session } from "../api";
import { count, plural } from "../format";
import { use_data } from "../live";
import { link } from "../router";
import { Empty, JobLink, Loaded, When } from "../parts/basic";
import { parameters_of, type Filter } from "../search";
import { Bulk, type BulkTarget } from "./bulk";

/** Adds the groups of two pages up, the largest first. */
export function add_up(a: readonly ErrorGroup[], b: readonly ErrorGroup[]): ErrorGroup[] {
    const sum = new Map(a.map((g) => [g.fingerprint, g]));
    for (const g of b) {
        const have = sum.get(g.fingerprint);
        sum.set(g.fingerprint, have ? { ...have, count: have.count + g.count } : g);
    }
    return [...sum.values()].sort((x, y) => y.count - x.count);
}

export function Groups({ filter, session }: { filter: Filter; session: Session }) {
    const [more, set_more] = useState<GroupPage | undefined>(undefined);
    const [busy, set_busy] = useState(false);
    const [bulk, set_bulk] = useState<BulkTarget | undefined>(undefined);
    const data = use_data("groups", (signal) => get<GroupPage>("groups", parameters_of(filter), signal), more !== undefined);

    return (
        <Loaded data={data}>
            {(first) => {
                const page = more ?? first;
                const further = async () => {
                    set_busy(true);
                    try {
                        const next = await get<GroupPage>("groups", { ...parameters_of(filter), cursor: page.cursor });
                        set_more({ ...next, groups: add_up(page.groups, next.groups) });
                    } finally {
                        set_busy(false);
                    }
                };
                if (!page.groups.length) {
                    return Object.values(filter).some(Boolean)
                        ? <Empty title="No failed job matches"><p>{page.cursor ? "Not in what was searched so far." : "Take something out of the filter to see more."}</p>
                            {page.cursor && <button type="button" disabled={busy} onClick={() => void further()}>Search further</button>}</Empty>
                        : <Empty title="Nothing has failed"><p>Jobs that used up their attempts come here, grouped by their error, until they are requeued or have been kept long enough.</p></Empty>;
                }
                return (
                    <>
                        <ul class="groups">
                            {page.groups.map((g) => {
                                const rest = { ...filter, fingerprint: g.fingerprint };
                                return (
                                    <li key={g.fingerprint} data-row>
                                        <a class="group-count" href={link(["jobs", "failed"], rest)} data-row-link
                                            aria-label={`${plural(g.count, "job")} of ${g.type} failed: ${g.error.message}`}>
                                            <strong class="num">{count(g.count)}</strong> {g.count === 1 ? "job" : "jobs"}
                                        </a>
                                        <div class="group-text">
                                            <p class="group-message">{g.error.message || g.error.type}</p>
                                            <p class="sub"><span>{g.type}</span><code>{g.error.type}</code><JobLink id={g.latest}>latest</JobLink></p>
                                        </div>
                                        {session.may_write && (
                                            <button type="button" onClick={() => set_bulk({ filter: { ...rest, state: "failed" }, state: "failed" })}>Act…</button>
                                        )}
                                    </li>
                                );
                            })}
                        </ul>
                        <footer class="pager">
                            {page.cursor && <button type="button" disabled={busy} onClick={() => void further()}>Count further back</button>}
                            {page.reached && page.cursor && <span class="faint">Counted back to <When at={page.reached} absolute />.</span>}
                        </footer>
                        {bulk && (
                            <Bulk target={bulk} close={(changed) => {
                                set_bulk(undefined);
                                if (changed) {
                                    set_more(undefined);
                                    data.reload();
                                }
                            }} />
                        )}
                    </>
                );
            }}
        </Loaded>
    );
}
