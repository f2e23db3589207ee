// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Light, dark, or as the system says.

export type Theme = "auto" | "light" | "dark";

export const theme_words: Record<Theme, string> = { auto: "auto", light: "light", dark: "dark" };

/** The choice in force. */
export function theme(): Theme {
    const t = document.documentElement.dataset["theme"];
    return t === "light" || t === "dark" ? t : "auto";
}

function put(t: Theme): void {
    if (t === "auto") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = t;
    window.dispatchEvent(new Event("cofire-theme"));
}

/** Goes to the next choice and keeps it. */
export function cycle_theme(): void {
    const next: Record<Theme, Theme> = { auto: "light", light: "dark", dark: "auto" };
    const t = next[theme()];
    put(t);
    try {
        localStorage.setItem("cofire-theme", t);
    } catch {
        // Without a store the choice lasts as long as the page.
    }
}

try {
    const kept = localStorage.getItem("cofire-theme");
    if (kept === "light" || kept === "dark") put(kept);
} catch {
    // As above.
}
