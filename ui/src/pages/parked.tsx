// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Types that no running server handles.

import { get, type ParkedType } from "../api";
import { count } from "../format";
import { use_data } from "../live";
import { link } from "../router";
import { Empty, JobLink, Loaded, Table, When } from "../parts/basic";

export function Parked() {
    const data = use_data("parked", (signal) => get<{ types: ParkedType[]; exact: boolean }>("parked", {}, signal));
    return (
        <Loaded data={data}>
            {({ types, exact }) => !types.length
                ? <Empty title="No parked jobs"><p>A job whose type no running server handles, or whose arguments none can read, is parked here. It waits and does not fail; it runs as soon as a server that knows it starts.</p></Empty>
                : (
                    <>
                        <p class="lead">No running server can run these. Start one that has the handler registered, or delete them.</p>
                        <Table caption="Parked job types" cards>
                            <thead><tr><th>Type</th><th class="right">Jobs</th><th>Why</th><th class="right">Argument versions</th><th class="right">Oldest</th><th>Latest</th></tr></thead>
                            <tbody>
                                {types.map((t) => (
                                    <tr key={t.type} data-row>
                                        <td><a data-row-link class="clip" href={link(["jobs", "parked"], { type: t.type })}>{t.type}</a></td>
                                        <td class="right num" data-label="Jobs">{count(t.count)}</td>
                                        <td data-label="Why"><span class="clip" title={t.reason}>{t.reason || "no running server handles it"}</span></td>
                                        <td class="right num" data-label="Argument versions">{t.argument_versions.join(", ")}</td>
                                        <td class="right nowrap" data-label="Oldest"><When at={t.oldest} /></td>
                                        <td data-label="Latest"><JobLink id={t.latest}>show</JobLink></td>
                                    </tr>
                                ))}
                            </tbody>
                        </Table>
                        {!exact && <p class="faint">Only the latest 5,000 parked jobs were counted.</p>}
                    </>
                )}
        </Loaded>
    );
}
