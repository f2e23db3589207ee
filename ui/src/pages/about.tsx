// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

import type { Session } from "../api";
import { Head } from "../parts/basic";

declare const PREACT_LICENCE: string;
declare const UPLOT_LICENCE: string;

export function About({ session }: { session: Session }) {
    return (
        <article class="prose">
            <Head title="About" />
            <p>This is the dashboard of <strong>cofire</strong> {session.version}, a library for reliable background jobs. It is under the Boost Software License, version 1.0.</p>
            <p>You are <strong class="wrap">{session.user || "not named"}</strong>, with the role {session.role}{session.read_only ? ", and this dashboard is read-only" : ""}. The page talks to the server it came from and to nobody else.</p>
            <p>Everything on it is also there as JSON under <a href="api/overview">api/overview</a>, as Prometheus metrics under <a href="metrics">metrics</a>, and for probes under <a href="health/ready">health/ready</a>.</p>
            <h2>Parts by others</h2>
            <h3>Preact</h3>
            <pre tabIndex={0}>{PREACT_LICENCE}</pre>
            <h3>uPlot</h3>
            <pre tabIndex={0}>{UPLOT_LICENCE}</pre>
        </article>
    );
}
