/** The page of `serve`, without its style and its script. The script fills in what the site does. */
export function pageHtml({ css, script }: { readonly css: string; readonly script: string }): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>alb-web serve</title>
<link rel="icon" href="${ICON}">
<style>${css}</style>
</head>
<body>
${SHAPES}
<header>
  <div class="name">
    <h1>alb-web serve</h1>
    <p id="source" class="mono"></p>
  </div>
  <p id="connection" class="pill">Connecting</p>
</header>
<p id="ended" class="banner" role="alert" hidden></p>
<p id="problem" class="banner" role="alert" hidden></p>
<noscript><p class="banner">This page needs JavaScript.</p></noscript>
<main id="main" hidden>
  ${SUMMARY}
${COLUMNS}
${NOT_MODELED}
</main>
<footer><p>Served on this machine only. Press Ctrl-C in the terminal to end it.</p></footer>
<script>${script}</script>
</body>
</html>
`;
}

const SUMMARY = `<section aria-labelledby="summary" class="summary">
    <h2 id="summary"></h2>
    <p class="change"><span class="label">Last change</span> <span id="changes" role="status">none yet</span></p>
    <dl class="facts">
      <div><dt>Client address</dt><dd id="client" class="mono"></dd></div>
      <div><dt>Clock</dt><dd id="clock"></dd></div>
    </dl>
  </section>
  <section aria-labelledby="path-title">
    <h2 id="path-title">Path of a request</h2>
    <ol id="hops" class="hops"></ol>
  </section>`;

const COLUMNS = `  <div class="columns">
    <section aria-labelledby="urls-title">
      <h2 id="urls-title">URLs to try</h2>
      <ul id="urls" class="cards"></ul>
      <p id="no-urls" class="empty">The file declares no URL.</p>
    </section>
    <div class="wide">
      <section aria-labelledby="targets-title">
        <h2 id="targets-title">Targets</h2>
        <p class="note">Stop a target to see the failover: its health checks fail, and the load balancer sends
          requests to the others.</p>
        <ul id="targets" class="cards"></ul>
        <p id="no-targets" class="empty">No target is registered.</p>
      </section>
      <section aria-labelledby="requests-title">
        <div class="heading">
          <h2 id="requests-title">Requests</h2>
          <button type="button" id="pause" aria-pressed="false">Pause the list</button>
        </div>
        <table role="table" id="requests-table">
          <caption>The last 100 requests, newest first</caption>
          <thead role="rowgroup"><tr role="row">
            <th scope="col" role="columnheader">Time</th>
            <th scope="col" role="columnheader">Request</th>
            <th scope="col" role="columnheader">Status</th>
            <th scope="col" role="columnheader">Duration</th>
            <th scope="col" role="columnheader">Decided by</th>
            <th scope="col" role="columnheader">Why</th>
          </tr></thead>
          <tbody id="requests" role="rowgroup"></tbody>
        </table>
        <p id="no-requests" class="empty">No requests yet. Open one of the URLs to send the first.</p>
      </section>
    </div>
  </div>`;

const NOT_MODELED = `  <section aria-labelledby="not-modeled-title">
    <h2 id="not-modeled-title">Not modeled</h2>
    <p id="not-modeled-note" class="note">On AWS, these behave differently:</p>
    <ul id="not-modeled" class="plain"></ul>
    <p id="no-not-modeled" class="empty">Everything in this file that affects a request is modeled.</p>
  </section>`;

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath fill='none' " +
  "stroke='%232563eb' stroke-width='2' stroke-linecap='round' d='M2 8h4m0 0 4-5h4M6 8l4 5h4'/%3E%3C/svg%3E";

/** A state has a shape of its own, as some people cannot distinguish the colors. */
const SHAPES = `<svg class="shapes" aria-hidden="true" focusable="false">
<symbol id="shape-ok" viewBox="0 0 20 20"><circle cx="10" cy="10" r="9"/><path d="m6 10.5 3 3 5.5-6.5"/></symbol>
<symbol id="shape-broken" viewBox="0 0 20 20"><path class="filled" d="M6.3 1h7.4L19 6.3v7.4L13.7 19H6.3L1 13.7V6.3z"/>
<path d="m6.8 6.8 6.4 6.4m0-6.4-6.4 6.4"/></symbol>
<symbol id="shape-unknown" viewBox="0 0 20 20"><path class="filled" d="m10 .6 9.4 9.4-9.4 9.4L.6 10z"/>
<path d="M7.8 8.2c0-3 4.5-2.9 4.5-.2 0 1.7-2.2 1.8-2.2 3.5m0 2.4v.1"/></symbol>
<symbol id="shape-waiting" viewBox="0 0 20 20"><rect x="1" y="1" width="18" height="18" rx="4"/>
<path d="M5.5 10h.1m4.4 0h.1m4.4 0h.1"/></symbol>
</svg>`;
