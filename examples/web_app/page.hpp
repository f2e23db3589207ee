// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef WEB_APP_PAGE_HPP
#define WEB_APP_PAGE_HPP

#include <string_view>

// The page at /, its script and its style. Everything that comes from a job is put into the page as
// text, never as HTML.

/// {{origin}} stands for http://127.0.0.1:<port>.
inline constexpr std::string_view page_html = R"html(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>A small CRM with background jobs</title>
<link rel="stylesheet" href="/page.css">
<script src="/page.js" defer></script>
</head>
<body>
<h1>A small CRM with background jobs</h1>
<p>Each button sends a request. The server answers at once and leaves the work to
<b>cofire</b>: the jobs below. They are held in memory and end with the process.</p>

<section>
<h2>Requests</h2>
<div class="request">
<button data-path="/login" data-body='{"username":"alice"}'>Log in</button>
<span>sends a login notification</span>
<pre>curl -d '{"username":"alice"}' -H 'Content-Type: application/json' {{origin}}/login</pre>
</div>
<div class="request">
<button data-path="/signup"
data-body='{"username":"bob","email":"bob@example.com","phone":"+49 30 123456"}'>Sign up</button>
<span>sends an e-mail, confirms the phone, and reminds a minute later</span>
<pre>curl -d '{"username":"bob","email":"bob@example.com","phone":"+49 30 123456"}' \
     -H 'Content-Type: application/json' {{origin}}/signup</pre>
</div>
<div class="request">
<button data-path="/backup" data-body='{"database":"crm"}'>Back up</button>
<span>blocks a thread of its own for a while; then a report follows</span>
<pre>curl -d '{"database":"crm"}' -H 'Content-Type: application/json' {{origin}}/backup</pre>
</div>
<div class="request">
<button data-path="/flaky" data-body="{}">Flaky</button>
<span>fails twice, waits 1 and 2 seconds, then succeeds</span>
<pre>curl -X POST {{origin}}/flaky</pre>
</div>
<p id="answer" role="status"></p>
</section>

<section>
<h2>Jobs</h2>
<table>
<thead><tr><th>type</th><th>state</th><th>attempts</th><th>due</th><th>finished</th><th>id</th></tr></thead>
<tbody id="jobs"></tbody>
</table>
<pre>curl {{origin}}/jobs
curl {{origin}}/jobs/<i>id</i></pre>
<pre id="job" hidden></pre>
</section>

<section>
<h2>Recurring jobs</h2>
<table>
<thead><tr><th>id</th><th>cron</th><th>zone</th><th>next</th><th>last job</th></tr></thead>
<tbody id="recurring"></tbody>
</table>
<pre>curl {{origin}}/recurring
curl {{origin}}/health</pre>
</section>
</body>
</html>
)html";

inline constexpr std::string_view page_js = R"js('use strict';

const byId = (id) => document.getElementById(id);
let shown = null; // the job whose details are shown

async function get(path) {
  const answer = await fetch(path);
  return answer.json();
}

function time(text) {
  return text === null ? '' : new Date(text).toLocaleTimeString();
}

function cell(text) {
  const td = document.createElement('td');
  td.textContent = text;
  return td;
}

function jobCell(id) {
  const td = document.createElement('td');
  if (id !== null) {
    const button = document.createElement('button');
    button.className = 'link';
    button.textContent = '…' + id.slice(-8);
    button.title = id;
    button.addEventListener('click', () => { shown = id; refresh(); });
    td.append(button);
  }
  return td;
}

function row(...cells) {
  const tr = document.createElement('tr');
  tr.append(...cells);
  return tr;
}

async function refresh() {
  try {
    const jobs = (await get('/jobs')).jobs;
    byId('jobs').replaceChildren(...jobs.map((job) => {
      const tr = row(cell(job.type), cell(job.state), cell(job.attempt), cell(time(job.due)),
        cell(time(job.finished)), jobCell(job.id));
      tr.className = job.state;
      return tr;
    }));
    const recurring = (await get('/recurring')).recurring;
    byId('recurring').replaceChildren(...recurring.map((r) => row(cell(r.id), cell(r.cron),
      cell(r.zone), cell(r.next === null ? '' : new Date(r.next).toLocaleString()),
      jobCell(r.last_job))));
    if (shown !== null) {
      byId('job').textContent = JSON.stringify(await get('/jobs/' + shown), null, 2);
      byId('job').hidden = false;
    }
  } catch (error) {
    byId('answer').textContent = 'The server does not answer: ' + error.message;
  }
}

for (const button of document.querySelectorAll('button[data-path]')) {
  button.addEventListener('click', async () => {
    try {
      const answer = await fetch(button.dataset.path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: button.dataset.body,
      });
      const said = await answer.json();
      byId('answer').textContent = answer.status + ' ' + JSON.stringify(said.jobs ?? said);
      if (said.jobs) {
        shown = Object.values(said.jobs)[0];
      }
    } catch (error) {
      byId('answer').textContent = 'The server does not answer: ' + error.message;
    }
    refresh();
  });
}

refresh();
setInterval(refresh, 1000);
)js";

inline constexpr std::string_view page_css = R"css(:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 2rem; }
pre { overflow-x: auto; padding: 0.5rem; border: 1px solid #8886; border-radius: 4px; font-size: 13px; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: 0.2rem 0.6rem 0.2rem 0; border-bottom: 1px solid #8886; }
button { font: inherit; padding: 0.2rem 0.9rem; cursor: pointer; }
button.link { border: 0; padding: 0; background: none; color: inherit; text-decoration: underline;
  font-family: monospace; }
.request span { margin-left: 0.5rem; }
#answer { font-family: monospace; font-size: 13px; overflow-wrap: anywhere; min-height: 1.5em; }
tr.failed td:nth-child(2) { color: #d33; }
tr.succeeded td:nth-child(2) { color: #293; }
)css";

#endif
