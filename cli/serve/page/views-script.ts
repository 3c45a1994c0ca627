/**
 * The first part of the script of the page: the elements of a hop, a URL, a target and a request. All text is set with
 * `textContent`, because resources, URLs and reasons come from a file or from a client.
 */
export const VIEWS_SCRIPT = String.raw`
  const HOPS = { dns: "DNS", tls: "TLS", listener: "Listener", "target-group": "Target group", target: "Target" };
  const VERDICTS = { ok: "OK", broken: "Broken", unknown: "Unknown" };
  const KINDS = { nginx: "NGINX", app: "Your app", "stand-in": "Stand-in (assumed)" };
  const HEALTH_TONES = { healthy: "ok", unhealthy: "broken", unavailable: "unknown" };
  const LONGEST = 300;
  const token = location.hash.slice(1);
  const at = (id) => document.getElementById(id);
  let shown;
  let isPaused = false;

  const element = (tag, classes, ...children) => {
    const made = document.createElement(tag);
    if (classes) made.className = classes;
    made.append(...children);
    return made;
  };
  const setText = (node, text) => {
    if (node.textContent !== text) node.textContent = text;
  };
  const setTone = (node, tone) => {
    node.classList.remove("ok", "broken", "unknown", "waiting");
    if (tone) node.classList.add(tone);
  };
  const short = (text) => (text.length > LONGEST ? text.slice(0, LONGEST) + "…" : text);
  const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);
  const timeOf = (text) => {
    const time = new Date(text);
    return Number.isNaN(time.getTime()) ? text : time.toTimeString().slice(0, 8);
  };

  const SVG = "http://www.w3.org/2000/svg";
  const shapeOf = () => {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("class", "shape");
    svg.setAttribute("aria-hidden", "true");
    svg.append(document.createElementNS(SVG, "use"));
    return svg;
  };
  const setShape = (svg, tone) => svg.firstChild.setAttribute("href", "#shape-" + tone);

  /** Keeps the elements of entries that stay, so that focus, selection and a reader's place stay too. */
  const sync = (parent, items, keyOf, make) => {
    const old = parent.views ?? new Map();
    const views = new Map();
    for (const item of items) {
      let key = keyOf(item);
      while (views.has(key)) key += "+";
      const view = old.get(key) ?? make(item);
      views.set(key, view);
      view.update(item);
    }
    for (const [key, { node }] of old) if (!views.has(key)) node.remove();
    let next = parent.firstChild;
    for (const { node } of views.values()) {
      if (node === next) next = next.nextSibling;
      else parent.insertBefore(node, next);
    }
    parent.views = views;
  };

  const resourceItem = (name) => {
    const node = element("li", "mono", name);
    return { node, update: () => {} };
  };

  const hopView = () => {
    const shape = shapeOf();
    const [word, text] = [element("span"), element("p")];
    const name = element("h3");
    const resources = element("ul", "resources");
    const verdict = element("p", "verdict", shape, word);
    const node = element("li", "", element("div", "hop-name", name, verdict), text, resources);
    const update = (hop) => {
      setTone(node, hop.verdict);
      setShape(shape, hop.verdict);
      setText(name, HOPS[hop.hop]);
      setText(word, VERDICTS[hop.verdict]);
      setText(text, hop.text);
      resources.setAttribute("aria-label", "Resources of " + HOPS[hop.hop]);
      resources.hidden = hop.resources.length === 0;
      sync(resources, hop.resources, (it) => it, resourceItem);
    };
    return { node, update };
  };

  const safe = (url) => url !== undefined && /^https?:\/\//i.test(url);

  const copyButton = (label, textOf) => {
    const button = element("button", "", label);
    button.type = "button";
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(textOf());
        setText(button, "Copied");
      } catch {
        setText(button, "Copying failed: select the text");
      }
      setTimeout(() => setText(button, label), 2000);
    });
    return button;
  };

  const urlView = (first) => {
    let now = first;
    const name = element("h3", "mono");
    const link = element("a", "mono");
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    const browser = element("p", "quiet", "In a browser: ", link);
    const connect = element("p", "quiet");
    const command = element("p", "mono command");
    const copyUrl = copyButton("Copy address", () => now.opensInBrowser ?? now.url);
    const copyCurl = copyButton("Copy curl command", () => now.curl ?? "");
    const buttons = element("div", "row", copyUrl, copyCurl);
    const update = (it) => {
      now = it;
      setText(name, it.url);
      browser.hidden = !safe(it.opensInBrowser);
      if (!browser.hidden) link.href = it.opensInBrowser;
      setText(link, it.opensInBrowser ?? "");
      setText(connect, "Listens on " + it.connect);
      connect.hidden = it.curl !== undefined;
      command.hidden = copyCurl.hidden = it.curl === undefined;
      setText(command, it.curl ?? "");
      copyUrl.setAttribute("aria-label", "Copy address of " + it.url);
      copyCurl.setAttribute("aria-label", "Copy curl command for " + it.url);
    };
    return { node: element("li", "", name, browser, connect, command, buttons), update };
  };

  const act = async (button, target) => {
    if (button.getAttribute("aria-disabled") === "true") return;
    const action = target.isRunning ? "stop" : "start";
    button.setAttribute("aria-disabled", "true");
    at("problem").hidden = true;
    try {
      const response = await fetch("/targets/" + action, {
        method: "POST",
        headers: { "content-type": "application/json", "x-alb-web-token": token },
        body: JSON.stringify({ id: target.id }),
      });
      if (!response.ok) throw new Error(await response.text());
    } catch (error) {
      at("problem").hidden = false;
      setText(at("problem"), "Could not " + action + " " + target.id + ": " + error.message);
    }
    if (!document.body.classList.contains("is-ended")) button.removeAttribute("aria-disabled");
  };

  const targetView = (first) => {
    let now = first;
    const shape = shapeOf();
    const [health, name] = [element("span"), element("h3", "mono")];
    const verdict = element("p", "verdict", shape, health);
    const [group, kind, reason, check] = [element("p", "quiet mono"), element("span", "tag"), element("p", "quiet"),
      element("p", "quiet")];
    const button = element("button");
    button.type = "button";
    button.addEventListener("click", () => act(button, now));
    const update = (it) => {
      now = it;
      const tone = HEALTH_TONES[it.health] ?? "waiting";
      setTone(verdict, tone);
      setShape(shape, tone);
      setText(name, it.id);
      setText(health, capital(it.health) + (it.code ? " (" + it.code + ")" : ""));
      setText(group, it.targetGroup);
      setText(kind, KINDS[it.kind] + (it.isRunning ? "" : ", stopped"));
      setTone(kind, it.kind === "stand-in" ? "unknown" : "");
      reason.hidden = it.reason === undefined;
      setText(reason, "Why a stand-in: " + (it.reason ?? ""));
      const last = it.lastCheck;
      setText(check, last ? "Last check " + timeOf(last.at) + ": " + last.text : "Not checked yet");
      const label = it.isRunning ? "Stop, as if it crashed" : "Start again";
      setText(button, label);
      button.setAttribute("aria-label", label + ": " + it.id);
    };
    const top = element("div", "row apart top", element("div", "", name, group), button);
    return { node: element("li", "", top, element("div", "row apart", verdict, kind), check, reason), update };
  };

  const toneOfStatus = (status) =>
    status === undefined ? "broken" : status < 400 ? "ok" : status < 500 ? "unknown" : "broken";

  const duration = (ms) =>
    ms < 1 ? "< 1 ms" : ms < 1000 ? Math.round(ms) + " ms" : (ms / 1000).toFixed(1) + " s";

  const requestView = (it) => {
    const time = element("time", "", timeOf(it.at));
    time.dateTime = it.at;
    const url = element("span", "mono", short((it.method + " " + it.url).trim()));
    const status = it.status === undefined ? "No answer" : String(it.status);
    const target = it.target !== undefined && it.text.includes(it.target) ? undefined : it.target;
    const who = [target, it.isAssumed ? "assumed" : undefined].filter((part) => part !== undefined).join(", ");
    const why = element("td", "", short(it.text));
    if (who !== "") why.append(element("div", "who", who));
    const cells = [element("td", "", time), element("td", "", url), element("td", toneOfStatus(it.status), status),
      element("td", "", duration(it.ms)), element("td", "", HOPS[it.hop]), why];
    for (const cell of cells) cell.setAttribute("role", "cell");
    const node = element("tr", shown === undefined ? "" : "new", ...cells);
    node.setAttribute("role", "row");
    return { node, update: () => {} };
  };
`;
