// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// The frame around every page: navigation, search, connection, theme, keys.

import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Failure, log_out, read_session, type Session } from "./api";
import { short } from "./format";
import { server_now, start_live, use_live } from "./live";
import { go, link, use_route, type Route } from "./router";
import { search_link } from "./search";
import { install_keys, KeyHelp } from "./keys";
import { cycle_theme, theme, theme_words } from "./theme";
import { Empty, Fault, text_of } from "./parts/basic";
import { complain, Dialog, Notices, Questions } from "./parts/dialog";
import { About } from "./pages/about";
import { JobPage } from "./pages/job";
import { Jobs } from "./pages/jobs";
import { NewJob } from "./pages/new";
import { Overview } from "./pages/overview";
import { QueuesPage } from "./pages/queues";
import { RecurringPage } from "./pages/recurring";
import { ServersPage } from "./pages/servers";
import { TypesPage } from "./pages/types";

const pages: readonly (readonly [string, string, string])[] = [
    ["overview", "Overview", "o"], ["jobs", "Jobs", "j"], ["recurring", "Recurring", "r"],
    ["queues", "Queues", "q"], ["servers", "Servers", "s"], ["types", "Job types", "t"],
];

function Page({ route, session }: { route: Route; session: Session }) {
    const [first = "overview", second] = route.path;
    switch (first) {
        case "overview": return <Overview session={session} />;
        case "jobs": return <Jobs route={route} session={session} />;
        case "job": return second ? <JobPage key={second} id={second} session={session} /> : <Empty title="Which job?" />;
        case "new": return <NewJob key={route.key} route={route} session={session} />;
        case "recurring": return <RecurringPage key={second ?? ""} id={second} session={session} />;
        case "types": return <TypesPage key={second ?? ""} name={second} session={session} />;
        case "queues": return <QueuesPage session={session} />;
        case "servers": return <ServersPage session={session} />;
        case "about": return <About session={session} />;
        default: return <Empty title="There is no such page"><p><a href={link(["overview"])}>To the overview</a></p></Empty>;
    }
}

function Search() {
    const [text, set] = useState("");
    const [fault, set_fault] = useState("");
    const lists = use_route().path[0] === "jobs";
    useEffect(() => {
        if (!lists) set(""); // what was sought is not what is shown
    }, [lists]);
    const search = () => {
        if (!text.trim()) return;
        const found = search_link(text, server_now());
        set_fault("fault" in found ? found.fault : "");
        if ("link" in found) go(found.link);
    };
    return (
        <form role="search" class="search" onSubmit={(e) => { e.preventDefault(); search(); }}>
            <input id="search" type="search" value={text} onInput={(e) => { set(text_of(e)); set_fault(""); }} autocomplete="off" spellcheck={false}
                aria-label="Search jobs" aria-invalid={Boolean(fault)} aria-describedby={fault ? "search-fault" : undefined}
                placeholder="Search: an id, text, queue:images, state:failed, tag:crm, since:2h" />
            {fault && <p id="search-fault" class="fault search-fault" role="alert">{fault}</p>}
        </form>
    );
}

function Connection() {
    const { connection } = use_live();
    const words = { connecting: "connecting", live: "live", polling: "polling", offline: "no connection" };
    return <span class={`connection ${connection}`} role="status">{words[connection]}</span>;
}

function Frame({ session }: { session: Session }) {
    const route = use_route();
    const { overview } = use_live();
    const [help, set_help] = useState(false);
    const [, redraw] = useState({});
    const main = useRef<HTMLElement>(null);
    const first = route.path[0] ?? "overview";
    const current = first === "job" || first === "new" ? "jobs" : first;

    useEffect(() => install_keys(() => set_help(true)), []);
    const place = route.path.join("/");
    const shown = useRef(place);
    useEffect(() => {
        const word = pages.find(([p]) => p === current)?.[1] ?? first;
        document.title = `${word} · ${session.title}`;
        if (shown.current !== place) {
            shown.current = place;
            window.scrollTo(0, 0);
            main.current?.focus({ preventScroll: true });
        }
        // On a phone the bars are wider than the screen.
        for (const a of document.querySelectorAll("nav a[aria-current=page]")) a.scrollIntoView({ block: "nearest", inline: "center" });
    }, [place]);

    const problems = overview?.problems ?? [];
    const number: Record<string, [number, string]> = {
        jobs: [overview?.counts.failed ?? 0, "failed"],
        overview: [problems.length, "problems"],
    };
    return (
        <>
            <a class="skip" href="#main" onClick={(e) => { e.preventDefault(); main.current?.focus(); }}>Skip to the content</a>
            <header class="top">
                <a class="brand" href={link(["overview"])}><img src="assets/favicon.svg" alt="" width={22} height={22} /><span>{session.title || "cofire"}</span></a>
                <Search />
                <div class="top-tools">
                    <Connection />
                    {!session.may_write && <span class="badge s-deleted">{session.read_only ? "read-only" : "viewer"}</span>}
                    <button type="button" class="quiet" onClick={() => { cycle_theme(); redraw({}); }} title="Colours">{theme_words[theme()]}</button>
                    {session.may_log_out && <button type="button" class="quiet" title={`You are ${session.user}`} onClick={() => { log_out().catch((e: unknown) => complain(e)); }}>Log out</button>}
                    <button type="button" class="quiet" onClick={() => set_help(true)} aria-label="Keys and search words">?</button>
                </div>
            </header>
            <nav class="side" aria-label="Pages">
                <ul>
                    {pages.map(([p, word]) => {
                        const n = number[p];
                        return (
                            <li key={p}>
                                <a href={link([p])} aria-current={p === current ? "page" : undefined}>
                                    {word}
                                    {n && n[0] > 0 && <span class="count bad num">{short(n[0])}<span class="hidden"> {n[1]}</span></span>}
                                </a>
                            </li>
                        );
                    })}
                    <li class="nav-about"><a href={link(["about"])} aria-current={current === "about" ? "page" : undefined}>About</a></li>
                </ul>
            </nav>
            <main id="main" ref={main} tabIndex={-1}><Page route={route} session={session} /></main>
            <Notices />
            <Questions />
            {help && <Dialog title="Keys and search words" close={() => set_help(false)}><KeyHelp pages={pages} /></Dialog>}
        </>
    );
}

function App() {
    const [session, set] = useState<Session | undefined>(undefined);
    const [error, set_error] = useState<unknown>(undefined);
    const load = () => {
        read_session().then(
            (s) => { start_live(s); set(s); },
            (e: unknown) => set_error(e),
        );
    };
    useEffect(load, []);
    if (session) return <Frame session={session} />;
    if (error instanceof Failure && error.status === 401) return <main><Empty title="You are not logged in"><p>{error.message}</p></Empty></main>;
    if (error) return <main><Fault error={error} retry={() => { set_error(undefined); load(); }} /></main>;
    return <main><p class="loading" role="status">Loading…</p></main>;
}

const root = document.getElementById("app");
if (root) render(<App />, root);
