// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Lines over time, drawn by uPlot; the same numbers as a sentence for who cannot see them.

import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { clock, date_time, rate } from "../format";

export interface Line {
    label: string;
    /** The name of a colour of the page: --<name>. */
    colour: string;
    values: (number | null)[];
}

const colour_of = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();

// Times below the axis: as fine as the steps between them, the date at midnight.
function tick_words(_: uPlot, at: number[]): string[] {
    const step = (at[1] ?? 0) - (at[0] ?? 0);
    return at.map((t) => {
        const hour = clock(t * 1000);
        if (step < 60) return hour;
        return hour === "00:00:00" ? date_time(t * 1000).slice(5, 10) : hour.slice(0, 5);
    });
}

/** `at` in seconds since 1970; the lines have as many values. */
export function Chart({ label, at, lines, height = 160, from, to, unit = "" }: {
    label: string;
    at: number[];
    lines: Line[];
    height?: number;
    from?: number;
    to?: number;
    unit?: string;
}) {
    const box = useRef<HTMLDivElement>(null);
    const plot = useRef<uPlot | undefined>(undefined);
    const data: uPlot.AlignedData = [at, ...lines.map((l) => l.values)];
    const newest = useRef(data);
    newest.current = data;
    const range = useRef<[number, number] | undefined>(undefined);
    range.current = from !== undefined && to !== undefined ? [from, to] : undefined;

    useEffect(() => {
        const element = box.current;
        if (!element) return;
        const build = () => {
            plot.current?.destroy();
            const faint = colour_of("faint");
            const grid = { stroke: colour_of("line"), width: 1 };
            plot.current = new uPlot(
                {
                    width: Math.max(200, element.clientWidth),
                    height,
                    cursor: { y: false, points: { size: 6 } },
                    padding: [10, 10, 0, 0],
                    legend: { live: true },
                    scales: {
                        x: { range: (_, a, b) => range.current ?? [a, b] },
                        y: { range: (_, __, high) => [0, Math.max(1, high * 1.1)] },
                    },
                    axes: [
                        { stroke: faint, grid, ticks: grid, font: "11px system-ui", size: 30, space: 64, values: tick_words },
                        { stroke: faint, grid, ticks: grid, font: "11px system-ui", size: 46, values: (_, v) => v.map(rate) },
                    ],
                    series: [
                        { label: "time", value: (_: uPlot, v: number | null) => (v === null ? "–" : date_time(v * 1000)) },
                        ...lines.map((l) => ({
                            label: l.label,
                            stroke: colour_of(l.colour),
                            fill: colour_of(l.colour) + "22",
                            width: 1.5,
                            spanGaps: true,
                            points: { show: false },
                            value: (_: uPlot, v: number | null) => (v === null ? "–" : rate(v) + unit),
                        })),
                    ],
                },
                newest.current,
                element,
            );
        };
        build();
        const resized = new ResizeObserver(() => {
            plot.current?.setSize({ width: Math.max(200, element.clientWidth), height });
        });
        resized.observe(element);
        const dark = window.matchMedia("(prefers-color-scheme: dark)");
        dark.addEventListener("change", build);
        window.addEventListener("cofire-theme", build);
        return () => {
            resized.disconnect();
            dark.removeEventListener("change", build);
            window.removeEventListener("cofire-theme", build);
            plot.current?.destroy();
            plot.current = undefined;
        };
    }, [height, lines.map((l) => l.label + l.colour).join()]);

    useEffect(() => plot.current?.setData(data));

    const latest = lines.map((l) => `${l.label} ${rate(l.values.at(-1) ?? 0)}${unit}`).join(", ");
    return (
        <figure class="chart">
            <div ref={box} aria-hidden="true" />
            <figcaption class="hidden">{`${label}. Latest: ${latest}.`}</figcaption>
        </figure>
    );
}
