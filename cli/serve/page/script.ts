import { VIEWS_SCRIPT } from "./views-script";

/** The script of the page of `serve`: receives the status as an event stream and shows it. */
export const PAGE_SCRIPT = `
"use strict";
(() => {
${VIEWS_SCRIPT}
  const summaryOf = (hops) => {
    const broken = hops.filter((it) => it.verdict === "broken");
    const unknown = hops.filter((it) => it.verdict === "unknown");
    const named = (list) => list.map((it) => HOPS[it.hop]).join(", ");
    if (broken.length > 0) return ["broken", "Broken at: " + named(broken)];
    if (unknown.length > 0) return ["unknown", "The file leaves open: " + named(unknown)];
    return ["ok", "All five hops are OK"];
  };

  /** What changed since the last status, for the one live region: the log of requests would never end. */
  const changesOf = (before, now) => {
    const said = [];
    for (const target of now.targets) {
      const old = before.targets.find((it) => it.id === target.id && it.targetGroup === target.targetGroup);
      if (!old) continue;
      if (old.isRunning !== target.isRunning) said.push(target.id + (target.isRunning ? " started" : " stopped"));
      if (old.health !== target.health) said.push(target.id + " is " + target.health);
    }
    now.hops.forEach((hop, index) => {
      if (before.hops[index]?.verdict === hop.verdict) return;
      said.push(HOPS[hop.hop] + " is " + (hop.verdict === "ok" ? "OK" : hop.verdict) + ": " + hop.text);
    });
    return said.length > 6 ? said.slice(0, 6).concat(said.length - 6 + " more changes") : said;
  };

  const heading = shapeOf();
  const headline = element("span");
  at("summary").append(heading, headline);

  const list = (id, items, keyOf, make) => {
    sync(at(id), items, keyOf, make);
    at("no-" + id).hidden = items.length > 0;
  };

  const show = (status) => {
    const [tone, summary] = summaryOf(status.hops);
    const section = at("summary").parentElement;
    setTone(section, tone);
    setShape(heading, tone);
    setText(headline, summary);
    document.title = summary + " · alb-web serve";
    setText(at("source"), status.source);
    setText(at("client"), status.client);
    setText(at("clock"), status.clock === 1 ? "health checks run as fast as on AWS"
      : "health checks run " + status.clock + " times faster than on AWS");
    sync(at("hops"), status.hops, (it) => it.hop, hopView);
    list("urls", status.urls, (it) => it.url, urlView);
    list("targets", status.targets, (it) => it.id + " " + it.targetGroup, targetView);
    if (!isPaused) list("requests", numbered(status.requests), (it) => it.key, requestView);
    at("requests-table").hidden = status.requests.length === 0;
    list("not-modeled", status.notModeled, (it) => it, resourceless);
    at("not-modeled-note").hidden = status.notModeled.length === 0;
    const said = shown === undefined ? [] : changesOf(shown, status);
    if (said.length > 0) setText(at("changes"), said.join(". "));
    shown = status;
    at("main").hidden = false;
  };

  /** Equal requests of the same millisecond are counted from the oldest, whose number must not change. */
  const numbered = (requests) => {
    const counts = new Map();
    return requests.toReversed().map((it) => {
      const text = JSON.stringify(it);
      const count = (counts.get(text) ?? 0) + 1;
      counts.set(text, count);
      return { ...it, key: count + " " + text };
    }).toReversed();
  };

  const resourceless = (text) => ({ node: element("li", "", text), update: () => {} });

  const connection = (text, tone) => {
    setText(at("connection"), text);
    setTone(at("connection"), tone);
  };

  const end = (text) => {
    events.close();
    connection("Ended", "broken");
    document.body.classList.add("is-ended");
    document.title = "Ended · alb-web serve";
    at("ended").hidden = false;
    setText(at("ended"), text);
    for (const button of at("targets").querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
  };

  at("pause").addEventListener("click", () => {
    isPaused = !isPaused;
    at("pause").setAttribute("aria-pressed", String(isPaused));
    if (shown !== undefined) show(shown);
  });

  let failures = 0;
  const events = new EventSource("/events?token=" + encodeURIComponent(token));
  events.addEventListener("open", () => {
    failures = 0;
    connection("Live", "ok");
  });
  events.addEventListener("message", ({ data }) => show(JSON.parse(data)));
  events.addEventListener("end", () => end("serve has ended. This page shows its last state."));
  events.addEventListener("error", () => {
    failures += 1;
    if (events.readyState === EventSource.CLOSED) {
      end("Open the address that alb-web serve printed, with the part after #.");
    } else if (failures < 3) connection("Reconnecting", "");
    else end("serve has ended without closing this page, which shows its last state.");
  });
})();
`;
