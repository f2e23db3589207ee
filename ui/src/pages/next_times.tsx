// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// The next times of a recurring job, in its own zone.

import { exact } from "../format";
import { ms } from "../live";
import { When } from "../parts/basic";

export function NextTimes({ times, local, zone }: { times: readonly string[] | undefined; local?: readonly string[] | undefined; zone: string }) {
    if (!times?.length) return <p class="fault">It never falls due.</p>;
    return (
        <ol class="next-times" aria-label={`Next times, in ${zone}`}>
            {times.map((t, i) => (
                <li key={t} title={exact(ms(t))}>
                    <span class="num">{(local?.[i] ?? t).replace("T", " ").slice(0, 19)}</span> <span class="faint"><When at={t} /></span>
                </li>
            ))}
        </ol>
    );
}
