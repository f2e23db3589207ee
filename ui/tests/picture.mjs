// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Makes docs/dashboard.png, the README's picture, from made-up data: node ui/tests/picture.mjs. Takes two minutes, until
// the realtime graph is full.

import { launch, open, serve } from "./browser.mjs";

const browser = await launch();
const mock = await serve();
mock.data.problems = mock.data.problems.slice(1, 2);
const { page } = await open(browser, mock.base, { viewport: { width: 1280, height: 820 } });
await page.waitForTimeout(121_000);
await page.screenshot({ path: new URL("../../docs/dashboard.png", import.meta.url).pathname });
await browser.close();
mock.stop();
