/** The style of the page of `serve`. Each text has a contrast of at least 4.5 to what is behind it, in both themes. */
export const PAGE_CSS = `
:root {
  color-scheme: light dark;
  --back: #f4f6f9; --card: #ffffff; --text: #18202c; --quiet: #525d6d; --line: #d8dee7; --edge: #76808f;
  --link: #1a4fc4; --ok: #10683a; --ok-back: #e4f5ea; --broken: #ab211a; --broken-back: #fdeae8;
  --unknown: #744a00; --unknown-back: #fdf1d7; --waiting: #3f4c60; --waiting-back: #e9edf3;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #0f131a; --card: #181e28; --text: #e8ecf2; --quiet: #a5afbe; --line: #2c3543; --edge: #778396;
    --link: #8db5ff; --ok: #74dfa0; --ok-back: #10301f; --broken: #ffa197; --broken-back: #3d1714;
    --unknown: #f4c973; --unknown-back: #362807; --waiting: #bcc7d6; --waiting-back: #273040;
  }
}
* { box-sizing: border-box; margin: 0; }
[hidden] { display: none !important; }
body {
  background: var(--back); color: var(--text); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif;
  max-width: 1560px; margin: 0 auto; padding: 20px clamp(12px, 2.5vw, 40px) 32px;
}
h1 { font-size: 19px; line-height: 1.3; letter-spacing: -.01em; }
h2 { font-size: 16px; line-height: 1.4; }
h3 { font-size: 14px; line-height: 1.4; }
.mono { font-family: var(--mono); font-size: .87em; }
.mono, h3, p, dd, li, td { overflow-wrap: anywhere; }
a { color: var(--link); text-underline-offset: 2px; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 6px; }
.shapes { position: absolute; width: 0; height: 0; }
.shape { width: 1.25em; height: 1.25em; flex: none; vertical-align: -.25em; stroke-linecap: round;
  stroke-linejoin: round; }
.shape { fill: var(--tone); stroke: var(--tone-back); }
symbol path { fill: none; stroke-width: 2.2; }
symbol circle, symbol rect, symbol .filled { fill: inherit; stroke: none; }
.ok { --tone: var(--ok); --tone-back: var(--ok-back); }
.broken { --tone: var(--broken); --tone-back: var(--broken-back); }
.unknown { --tone: var(--unknown); --tone-back: var(--unknown-back); }
.waiting { --tone: var(--waiting); --tone-back: var(--waiting-back); }
header { display: flex; gap: 12px; align-items: center; justify-content: space-between; margin-bottom: 16px; }
.name { display: flex; flex-wrap: wrap; gap: 0 12px; align-items: baseline; min-width: 0; }
#source, .note, .empty, caption, .label, dt, footer { color: var(--quiet); }
.pill { flex: none; border: 1px solid var(--line); border-radius: 99px; padding: 2px 12px; font-size: 13px;
  background: var(--card); }
.pill.ok, .pill.broken { color: var(--tone); background: var(--tone-back); border-color: transparent;
  font-weight: 600; }
.banner { background: var(--broken-back); color: var(--broken); border-left: 4px solid; border-radius: 6px;
  padding: 10px 14px; margin-bottom: 16px; font-weight: 600; }
main { display: grid; gap: 28px; }
main > *, .columns > *, .wide > * { min-width: 0; }
section > h2, .heading { margin-bottom: 10px; }
.summary { background: var(--tone-back); border-radius: 14px; padding: 18px 20px; display: grid; gap: 4px 32px; }
.summary h2 { color: var(--tone); font-size: clamp(19px, 2.2vw, 26px); line-height: 1.3; margin: 0;
  display: flex; gap: 12px; align-items: center; letter-spacing: -.01em; }
.summary .shape { width: 1.3em; height: 1.3em; }
.summary .label, .summary dt { color: var(--text); font-weight: 600; font-size: 13px; }
.summary .label::after, .summary dt::after { content: ":"; }
.summary dt { margin-right: 6px; }
.facts { display: flex; flex-wrap: wrap; gap: 4px 28px; font-size: 14px; }
.facts dt, .facts dd { display: inline; }
.change { font-size: 14px; }
.hops, .cards, .plain, .resources { list-style: none; padding: 0; }
.hops { display: grid; gap: 22px; }
.hops > li, .cards > li { background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.hops > li { position: relative; padding: 14px 16px; border-top: 4px solid var(--tone); display: grid; gap: 4px;
  align-content: start; }
.hops > li:not(:last-child)::after { content: "\\2193"; content: "\\2193" / ""; position: absolute; bottom: -25px;
  left: 50%; translate: -50% 0; color: var(--quiet); font-size: 17px; }
.verdict { display: inline-flex; gap: 6px; align-items: center; color: var(--tone); font-weight: 650; font-size: 14px; }
.hop-name { display: flex; justify-content: space-between; gap: 2px 10px; align-items: center; flex-wrap: wrap;
  align-self: start; }
.hop-name h3 { font-size: 15px; }
.resources { color: var(--quiet); font-size: 13px; margin-top: 4px; }
.columns { display: grid; gap: 28px; }
.wide { display: grid; gap: 28px; align-content: start; }
.cards { display: grid; gap: 10px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 360px), 1fr)); }
.cards > li { padding: 12px 14px; display: grid; gap: 6px; align-content: start; }
.note { font-size: 14px; margin-bottom: 10px; }
.row { display: flex; flex-wrap: wrap; gap: 6px 10px; align-items: center; }
.row.apart { justify-content: space-between; }
.row.top { align-items: start; }
.row.top > div { flex: 1 1 180px; min-width: 0; }
.quiet { color: var(--quiet); font-size: 14px; }
.quiet.mono { font-size: 12.5px; }
.command { background: var(--back); border-radius: 6px; padding: 6px 8px; font-size: 12.5px; }
.tag { border: 1px solid var(--line); border-radius: 6px; padding: 0 7px; font-size: 13px; }
.tag.unknown { color: var(--tone); background: var(--tone-back); border-color: transparent; }
button { font: inherit; font-size: 14px; color: var(--text); background: var(--card); border: 1px solid var(--edge);
  border-radius: 8px; padding: 5px 12px; min-height: 34px; cursor: pointer; text-align: start; }
button:hover { background: var(--waiting-back); }
button[aria-pressed="true"] { background: var(--waiting-back); border-color: var(--text); font-weight: 600; }
button[aria-disabled="true"] { color: var(--quiet); border-style: dashed; cursor: default; background: none; }
.heading { display: flex; justify-content: space-between; align-items: center; gap: 10px; }
table { width: 100%; border-spacing: 0; font-size: 14px; }
caption { text-align: start; font-size: 14px; padding-bottom: 8px; }
th, td { background: var(--card); border-bottom: 1px solid var(--line); }
th { border-top: 1px solid var(--line); }
tr > :first-child { border-left: 1px solid var(--line); }
tr > :last-child { border-right: 1px solid var(--line); }
th:first-child { border-top-left-radius: 12px; }
th:last-child { border-top-right-radius: 12px; }
tbody tr:last-child td:first-child { border-bottom-left-radius: 12px; }
tbody tr:last-child td:last-child { border-bottom-right-radius: 12px; }
th, td { text-align: start; vertical-align: top; padding: 7px 10px; }
th { font-size: 13px; color: var(--quiet); font-weight: 600; white-space: nowrap; }
td:nth-child(1), td:nth-child(3), td:nth-child(4), td:nth-child(5) { white-space: nowrap; }
td:nth-child(1), td:nth-child(4) { color: var(--quiet); font-variant-numeric: tabular-nums; }
td:nth-child(4), th:nth-child(4) { text-align: end; }
td:nth-child(2) { min-width: 190px; }
td:nth-child(3) { color: var(--tone); font-weight: 650; }
.who { color: var(--quiet); font-size: 13px; }
.plain { display: grid; gap: 4px; }
.plain > li { padding-left: 18px; position: relative; }
.plain > li::before { content: ""; position: absolute; left: 2px; top: .6em; width: 7px; height: 7px;
  background: var(--unknown); rotate: 45deg; }
footer { margin-top: 32px; font-size: 14px; }
.is-ended main { filter: grayscale(1); }
@media (prefers-reduced-motion: no-preference) {
  .hops > li, .summary { transition: background-color .25s, border-color .25s; }
  tr.new, tr.new td { animation: new 1.2s ease-out; }
  @keyframes new { from { background: var(--waiting-back); } }
}
@media (min-width: 600px) and (max-width: 899px) {
  .hops > li { grid-template-columns: minmax(0, 2fr) minmax(0, 3fr) minmax(0, 3fr); gap: 4px 20px; }
  .resources { margin: 0; }
}
@media (min-width: 900px) {
  .summary { grid-template-columns: 1fr auto; }
  .facts { grid-area: 1 / 2 / 3 / 3; flex-direction: column; align-self: center; }
  .hops { grid-template-columns: repeat(5, minmax(0, 1fr)); gap: clamp(20px, 1.8vw, 26px); }
  .hops > li { padding: 12px clamp(10px, 1.1vw, 16px); font-size: 14px; }
  .hops > li:not(:last-child)::after { content: "\\2192"; content: "\\2192" / ""; bottom: auto; top: 9px; left: 100%;
    width: clamp(20px, 1.8vw, 26px); text-align: center; translate: none; }
}
@media (min-width: 1250px) {
  .columns { grid-template-columns: minmax(0, 340px) minmax(0, 1fr); }
}
@media (max-width: 819px) {
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, caption, tbody { display: block; }
  tbody tr { display: grid; grid-template-columns: auto auto 1fr; gap: 2px 12px; background: var(--card);
    border: 1px solid var(--line); border-radius: 10px; padding: 9px 12px; margin-bottom: 8px; }
  td, tr > :first-child, tr > :last-child { padding: 0; border: 0; background: none; }
  td:nth-child(2) { grid-area: 1 / 1 / 2 / 4; }
  td:nth-child(3) { grid-area: 2 / 1; }
  td:nth-child(4) { grid-area: 2 / 2; }
  td:nth-child(5) { grid-area: 2 / 3; }
  td:nth-child(6) { grid-area: 3 / 1 / 4 / 4; }
  td:nth-child(1) { grid-area: 4 / 1 / 5 / 4; font-size: 13px; }
}
`;
