// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Job types: all, and one in numbers.

import { get, type Job, type JobType, type Percentiles, type Session, type TypeDetail } from "../api";
import { count, percent, pretty_json, rate } from "../format";
import { use_data } from "../live";
import { link } from "../router";
import { Empty, Head, JobLink, Loaded, Span, Table, When } from "../parts/basic";

export function TypesPage({ name, session }: { name: string | undefined; session: Session }) {
    return name === undefined ? <All session={session} /> : <One name={name} session={session} />;
}

function All({ session }: { session: Session }) {
    const data = use_data("types", (signal) => get<{ types: JobType[] }>("types", {}, signal));
    return (
        <>
            <Head title="Job types" />
            <Loaded data={data}>
                {({ types }) => !types.length
                    ? <Empty title="No job types yet"><p>A type appears when a server that handles it starts, or with its first job. Register one: <code>registry.add&lt;send_login_notification&gt;();</code></p></Empty>
                    : (
                        <Table caption="Job types" cards>
                            <thead><tr><th>Type</th><th>Shown as</th><th class="right">Servers</th><th class="right">Argument version</th>{session.may_write && <th><span class="hidden">Actions</span></th>}</tr></thead>
                            <tbody>
                                {types.map((t) => (
                                    <tr key={t.name} data-row>
                                        <td><a data-row-link class="clip" href={link(["types", t.name])}>{t.name}</a></td>
                                        <td data-label="Shown as"><span class="clip faint">{t.display || "–"}</span></td>
                                        <td class={`right num ${t.servers ? "" : "warn-text"}`} data-label="Servers">{t.servers || "none"}</td>
                                        <td class="right num" data-label="Version">{t.argument_version ?? "–"}</td>
                                        {session.may_write && <td class="right"><a href={link(["new"], { type: t.name })} aria-label={`New job of ${t.name}`}>New job</a></td>}
                                    </tr>
                                ))}
                            </tbody>
                        </Table>
                    )}
            </Loaded>
        </>
    );
}

function One({ name, session }: { name: string; session: Session }) {
    const data = use_data("type " + name, (signal) => get<TypeDetail>("types/one", { type: name }, signal));
    return (
        <article>
            <p class="crumbs"><a href={link(["types"])}>Job types</a></p>
            <Head title={<span class="wrap">{name}</span>}>
                <a class="button" href={link(["jobs", "all"], { type: name })}>Its jobs</a>
                {session.may_write && <a class="button primary" href={link(["new"], { type: name })}>New job</a>}
            </Head>
            <Loaded data={data}>
                {(t) => (
                    <>
                        {t.servers === 0 && <div class="callout warning"><p><strong>No running server handles this type.</strong> Its jobs are parked until one does.</p></div>}
                        {t.sample === 0
                            ? <Empty title="None of its jobs has ended yet"><p>Run times and failures appear with the first.</p></Empty>
                            : (
                                <>
                                    <p class="lead">From the latest {count(t.sample)} finished jobs{t.since && <>, since <When at={t.since} /></>}.</p>
                                    <ul class="tiles">
                                        <li><div class="tile"><span class="tile-word">An hour</span><strong class="num">{rate(t.per_hour)}</strong></div></li>
                                        <li><div class="tile s-succeeded"><span class="tile-word">Succeeded</span><strong class="num">{count(t.succeeded)}</strong></div></li>
                                        <li><div class={`tile s-failed ${t.failed ? "" : "none"}`}><span class="tile-word">Failed</span><strong class="num">{count(t.failed)}</strong><span class="faint">{percent(t.failed, t.sample)}</span></div></li>
                                    </ul>
                                    <Table caption="Times" cards>
                                        <thead><tr><th /><th class="right">half within</th><th class="right">90% within</th><th class="right">99% within</th><th class="right">longest</th></tr></thead>
                                        <tbody><Times word="Run time" p={t.run_seconds} /><Times word="Started late by" p={t.lateness_seconds} /></tbody>
                                    </Table>
                                    <Some title="Slowest" jobs={t.slowest} />
                                    <Some title="Last errors" jobs={t.last_errors} errors />
                                </>
                            )}
                        {t.schema && <section><details><summary>Argument schema</summary><pre tabIndex={0}>{pretty_json(t.schema)}</pre></details></section>}
                    </>
                )}
            </Loaded>
        </article>
    );
}

function Times({ word, p }: { word: string; p: Percentiles | undefined }) {
    return (
        <tr>
            <th scope="row">{word}</th>
            {([p?.p50, p?.p90, p?.p99, p?.max]).map((s, i) => <td class="right" key={i} data-label={["half within", "90% within", "99% within", "longest"][i]}><Span seconds={s} /></td>)}
        </tr>
    );
}

function Some({ title, jobs, errors = false }: { title: string; jobs: readonly Job[]; errors?: boolean }) {
    if (!jobs.length) return null;
    return (
        <section>
            <h2>{title}</h2>
            <Table caption={title} cards>
                <thead><tr><th>Job</th>{errors && <th>Error</th>}<th class="right">Run</th><th class="right">Ended</th></tr></thead>
                <tbody>
                    {jobs.map((j) => (
                        <tr key={j.id} data-row>
                            <td><JobLink id={j.id}><span class="clip">{j.display || j.type}</span></JobLink></td>
                            {errors && <td data-label="Error"><span class="clip" title={j.error?.message}>{j.error?.message ?? "–"}</span></td>}
                            <td class="right" data-label="Run"><Span seconds={j.run_seconds} /></td>
                            <td class="right nowrap" data-label="Ended"><When at={j.finished} /></td>
                        </tr>
                    ))}
                </tbody>
            </Table>
        </section>
    );
}
