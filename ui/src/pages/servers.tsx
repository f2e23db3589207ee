// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Servers: what they run, and how to drain or stop one.

import { get, post, type Server, type Session } from "../api";
import { count, duration } from "../format";
import { use_data } from "../live";
import { link } from "../router";
import { Bar, Empty, Head, Loaded, Since } from "../parts/basic";
import { attempt, confirm } from "../parts/dialog";

export function ServersPage({ session }: { session: Session }) {
    const data = use_data("servers", (signal) => get<{ servers: Server[] }>("servers", {}, signal));
    const order = async (s: Server, command: "drain" | "stop") => {
        const text = command === "drain"
            ? <p>{s.name} takes no more jobs and finishes what it runs. To take jobs again its program must be started anew.</p>
            : <p>{s.name} stops: running jobs are asked to stop and are handed back to other servers.</p>;
        if (await confirm(command === "drain" ? "Drain this server?" : "Stop this server?", text, command === "drain" ? "Drain" : "Stop", command === "stop")) {
            if (await attempt(() => post(`servers/${s.instance}/${command}`), command === "drain" ? "Told to drain." : "Told to stop.")) data.reload();
        }
    };
    return (
        <>
            <Head title="Servers" />
            <Loaded data={data}>
                {({ servers }) => !servers.length
                    ? <Empty title="No server runs"><p>Jobs wait until one does. Start one in your program: <code>co_await server.run();</code> or <code>jobs.start();</code></p></Empty>
                    : (
                        <ul class="servers">
                            {servers.map((s) => (
                                <li key={s.instance} class="panel" data-row>
                                    <Head level={2} title={<span class="wrap">{s.name || `server ${s.instance}`}</span>}>
                                        {s.command !== "none" && <span class="badge s-parked">{s.command === "drain" ? "draining" : "stopping"}</span>}
                                        {session.may_write && s.command === "none" && <button type="button" onClick={() => void order(s, "drain")} aria-label={`Drain ${s.name}`}>Drain</button>}
                                        {session.may_write && s.command !== "stop" && <button type="button" class="danger" onClick={() => void order(s, "stop")} aria-label={`Stop ${s.name}`}>Stop</button>}
                                    </Head>
                                    <Bar done={s.held} total={s.slots} label="Slots in use" />
                                    <dl class="facts wide">
                                        <div><dt>Slots in use</dt><dd class="num">{count(s.held)} of {count(s.slots)}</dd></div>
                                        <div><dt>Up for</dt><dd><Since at={s.announced} /></dd></div>
                                        <div><dt>Last heard of</dt><dd class="num">{duration(s.heartbeat_age_seconds * 1000)} ago</dd></div>
                                        <div><dt>Executor late by</dt><dd class={`num ${(s.executor_lag_seconds ?? 0) >= 1 ? "bad-text" : ""}`}>{s.executor_lag_at ? <>{duration((s.executor_lag_seconds ?? 0) * 1000)} <span class="faint">(<Since at={s.executor_lag_at} /> ago)</span></> : <span class="faint">not measured</span>}</dd></div>
                                        <div><dt>Version</dt><dd>{s.version || "–"}</dd></div>
                                        <div><dt>Instance</dt><dd><code class="wrap">{s.instance}</code></dd></div>
                                    </dl>
                                    <p class="sub"><span class="faint">Queues, in its order</span>{s.queues.map((q) => <a key={q} class="tag" href={link(["jobs", "enqueued"], { queue: q })}>{q}</a>)}</p>
                                    <details><summary>Handles {count(s.types.length)} types</summary><p class="sub">{s.types.map((t) => <a key={t} class="tag" href={link(["types", t])}>{t}</a>)}</p></details>
                                </li>
                            ))}
                        </ul>
                    )}
            </Loaded>
        </>
    );
}
