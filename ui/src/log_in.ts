// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// The page to log in: all that somebody without a session gets. The address, with its hash, stays.

const find = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const form = find<HTMLFormElement>("log-in");
const user = find<HTMLInputElement>("user");
const password = find<HTMLInputElement>("password");
const fault = find("fault");
const button = form.querySelector("button");

async function log_in(): Promise<string> {
    let response: Response;
    try {
        response = await fetch("api/log-in", {
            method: "POST",
            headers: { "Content-Type": "application/json" },
            body: JSON.stringify({ user: user.value, password: password.value }),
        });
    } catch {
        return "The server does not answer. Its program may have stopped.";
    }
    if (response.ok) {
        location.reload();
        return "";
    }
    if (response.status === 401) return "The name or the password is not right.";
    const wait = response.headers.get("Retry-After");
    if (wait) return `Please try again in ${wait} s.`;
    try {
        return String(((await response.json()) as { detail?: string }).detail);
    } catch {
        return `The server answered ${response.status}.`;
    }
}

form.addEventListener("submit", (e) => {
    e.preventDefault();
    if (button) button.disabled = true;
    fault.textContent = "";
    void log_in().then((text) => {
        fault.textContent = text;
        if (!text) return;
        if (button) button.disabled = false;
        password.select();
        password.focus();
    });
});
user.focus();

export {};
