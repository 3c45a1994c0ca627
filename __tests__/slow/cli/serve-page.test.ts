import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { startPage } from "../../../cli/serve/page-server";
import type { Status, TargetStatus } from "../../../cli/serve/status";
import { startChromium } from "../../support/chromium";
import { weakContrasts } from "../../support/contrast";
import { OK_STATUS, requests, TARGETS, type WatchedSite, watchedSite } from "../../support/watched-site";

/* The page of `serve` in a real browser. */

let browser: Browser;
let site: WatchedSite;
let served: Awaited<ReturnType<typeof startPage>>;
/** Errors of the console and violations of the policy, of all pages of a test. */
let problems: string[];

beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser?.close());
beforeEach(async () => {
  site = watchedSite();
  served = await startPage(site);
  problems = [];
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((it) => it.close()));
  await served.close();
  expect(problems).toEqual([]);
});

async function opened(options: BrowserContextOptions = {}, url = served.url): Promise<Page> {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.on("console", (it) => it.type() !== "log" && problems.push(it.text()));
  page.on("pageerror", (it) => problems.push(String(it)));
  await page.exposeFunction("violated", (it: string) => problems.push(it));
  await page.addInitScript(
    `addEventListener("securitypolicyviolation", (it) => violated(it.violatedDirective + " " + it.blockedURI))`,
  );
  await page.goto(url);
  await page.getByRole("heading", { level: 1, name: "alb-web serve" }).waitFor();
  return page;
}

const EVERY_HEALTH: readonly TargetStatus[] = (
  ["initial", "healthy", "unhealthy", "unused", "draining", "unavailable"] as const
).map((health, index) => ({
  id: `aws_instance.web[${index}]`,
  targetGroup: "aws_lb_target_group.web",
  kind: (["nginx", "app", "stand-in"] as const)[index % 3] ?? "nginx",
  ...(index % 3 === 2 ? { reason: "no boot script" } : {}),
  isRunning: index !== 2,
  health,
  ...(index === 1 ? {} : { code: "Target.Timeout" }),
}));

/** All words, colors and shapes that there are. */
const EVERYTHING: Status = {
  ...OK_STATUS,
  hops: OK_STATUS.hops.map((it, index) => ({
    ...it,
    verdict: (["ok", "unknown", "broken"] as const)[index % 3] ?? "ok",
  })),
  targets: EVERY_HEALTH,
  requests: requests(12),
};

describe("the page shows", () => {
  test("the path, the targets, the requests, the URLs and the limits, with names for a screen reader", async () => {
    site.change({ requests: requests(6) });
    const page = await opened();
    await page.getByText("Live").waitFor();
    const tree = await page.locator("body").ariaSnapshot();
    const parts = [
      "- banner:",
      "- main:",
      "- contentinfo:",
      '- heading "All five hops are OK" [level=2]',
      "- status: none yet",
      "health checks run 10 times faster than on AWS",
      "203.0.113.7",
      '- region "Path of a request"',
      '- heading "DNS" [level=3]',
      '- heading "Target group" [level=3]',
      "2 of 2 targets are healthy",
      '- list "Resources of Listener"',
      '- region "URLs to try"',
      '- heading "https://www.example.com/" [level=3]',
      '- link "http://www.example.com.localhost:40080/"',
      '- button "Copy curl command for https://www.example.com/"',
      '- region "Targets"',
      'button "Stop, as if it crashed: aws_instance.web[0]"',
      "Stand-in (assumed)",
      "Why a stand-in: the boot script uses js_import",
      "200 for /healthz in 2 ms",
      '- region "Requests"',
      '- table "The last 100 requests, newest first"',
      '- columnheader "Decided by"',
      '- cell "No answer"',
      '- cell "GET https://www.example.com/slow"',
      '- region "Not modeled"',
      "WAF rules are not applied",
    ];
    expect(parts.filter((part) => !tree.includes(part))).toEqual([]);
    expect(await page.title()).toBe("All five hops are OK · alb-web serve");
  });

  test("the five hops from left to right, and from top to bottom where there is no room", async () => {
    const boxesAt = async (width: number) => {
      const page = await opened({ viewport: { width, height: 800 } });
      const hops = page.getByRole("region", { name: "Path of a request" }).locator("ol > li");
      await hops.nth(4).waitFor();
      const boxes = await Promise.all([0, 1, 2, 3, 4].map(async (index) => (await hops.nth(index).boundingBox())!));
      return { x: boxes.map((it) => it.x), y: boxes.map((it) => it.y) };
    };
    const rising = (list: number[]) => list.every((it, index) => index === 0 || it > list[index - 1]!);
    const [wide, narrow] = [await boxesAt(1600), await boxesAt(360)];
    expect([rising(wide.x), new Set(wide.y).size]).toEqual([true, 1]);
    expect([rising(narrow.y), new Set(narrow.x).size]).toEqual([true, 1]);
  });

  test("each verdict and each health as a word and a shape, not by color alone", async () => {
    site.change(EVERYTHING);
    const page = await opened();
    await page.getByText("Unavailable (Target.Timeout)").waitFor();
    const shown = await page
      .locator(".verdict")
      .evaluateAll((all) => all.map((it) => `${it.querySelector("use")?.getAttribute("href")} ${it.textContent}`));
    expect(shown).toEqual([
      "#shape-ok OK",
      "#shape-unknown Unknown",
      "#shape-broken Broken",
      "#shape-ok OK",
      "#shape-unknown Unknown",
      "#shape-waiting Initial (Target.Timeout)",
      "#shape-ok Healthy",
      "#shape-broken Unhealthy (Target.Timeout)",
      "#shape-waiting Unused (Target.Timeout)",
      "#shape-waiting Draining (Target.Timeout)",
      "#shape-unknown Unavailable (Target.Timeout)",
    ]);
    expect(await page.title()).toBe("Broken at: Listener · alb-web serve");
  });

  test("the newest request on top, at most what the status has, and none of it in a live region", async () => {
    site.change({ requests: requests(100) });
    const page = await opened();
    const rows = page.locator("#requests tr");
    await rows.nth(99).waitFor();
    const kept = await rows.nth(0).elementHandle();
    const [newest] = requests(1);
    const next = { ...newest!, url: "https://www.example.com/newest" };
    site.change({ requests: [next, ...requests(100).slice(0, 99)] });
    await page.getByRole("cell", { name: "GET https://www.example.com/newest" }).waitFor();
    expect(await rows.count()).toBe(100);
    expect(await rows.nth(0).textContent()).toContain("/newest");
    // The row of the request that is now second is the same element, so a reader's place and a selection stay.
    expect(await rows.nth(1).evaluate((row, before) => row === before, kept)).toBe(true);
    expect(await page.locator("[aria-live] #requests, [role=status] #requests, [role=alert] #requests").count()).toBe(
      0,
    );
  });

  test("no more requests while the list is paused", async () => {
    site.change({ requests: requests(2) });
    const page = await opened();
    await page.getByRole("button", { name: "Pause the list" }).click();
    site.change({ requests: requests(3), source: "changed" });
    await page.getByText("changed").waitFor();
    expect(await page.locator("#requests tr").count()).toBe(2);
    await page.getByRole("button", { name: "Pause the list", pressed: true }).click();
    await page.locator("#requests tr").nth(2).waitFor();
  });

  test("what to do where there is nothing yet", async () => {
    site.change({ urls: [], targets: [], notModeled: [] });
    const page = await opened();
    await page.getByText("No requests yet. Open one of the URLs to send the first.").waitFor();
    await page.getByText("The file declares no URL.").waitFor();
    await page.getByText("No target is registered.").waitFor();
    await page.getByText("Everything in this file that affects a request is modeled.").waitFor();
    expect(await page.getByRole("table").count()).toBe(0);
  });
});

describe("a target", () => {
  test("is stopped and started by its button, and what changes is announced", async () => {
    const page = await opened();
    const announced = page.getByRole("status");
    await page.getByRole("button", { name: "Stop, as if it crashed: aws_instance.web[0]" }).click();
    await announced.getByText("aws_instance.web[0] stopped").waitFor();
    await page.getByText("NGINX, stopped").waitFor();
    expect(site.calls).toEqual(["stop aws_instance.web[0]"]);
    site.change({
      targets: [{ ...TARGETS[0]!, isRunning: false, health: "unhealthy", code: "Target.Timeout" }, TARGETS[1]!],
      hops: OK_STATUS.hops.map((it) =>
        it.hop === "target-group" ? { ...it, verdict: "broken", text: "1 of 2 targets is healthy" } : it,
      ),
    });
    await announced
      .getByText("aws_instance.web[0] is unhealthy. Target group is broken: 1 of 2 targets is healthy")
      .waitFor();
    await page.getByRole("button", { name: "Start again: aws_instance.web[0]" }).click();
    await announced.getByText("aws_instance.web[0] started").waitFor();
    expect(site.calls).toEqual(["stop aws_instance.web[0]", "start aws_instance.web[0]"]);
  });

  test("that cannot be stopped is an alert", async () => {
    await served.close();
    served = await startPage({ ...site, stop: () => Promise.reject(new Error("it does not end")) });
    const page = await opened();
    await page.getByRole("button", { name: "Stop, as if it crashed: aws_instance.web[0]" }).click();
    await page.getByRole("alert").getByText("Could not stop aws_instance.web[0]: it does not end").waitFor();
    // The browser itself reports the status code.
    expect(problems.splice(0)).toEqual([expect.stringContaining("500")]);
  });
});

test("everything works with the keyboard, in the order of the page, and the focus is visible and stays", async () => {
  const page = await opened();
  await page.getByText("Live").waitFor();
  const focused: string[] = [];
  for (let count = 0; count < 7; count += 1) {
    await page.keyboard.press("Tab");
    const focus = page.locator(":focus");
    focused.push(await focus.evaluate((it) => it.getAttribute("aria-label") ?? it.textContent ?? ""));
    expect(await page.evaluate("getComputedStyle(document.activeElement).outline")).toMatch(/solid 3px$/);
  }
  expect(focused).toEqual([
    "http://www.example.com.localhost:40080/",
    "Copy address of https://www.example.com/",
    "Copy curl command for https://www.example.com/",
    "Copy address of http://www.example.com/",
    "Stop, as if it crashed: aws_instance.web[0]",
    "Stop, as if it crashed: aws_instance.web[1]",
    "Pause the list",
  ]);
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("status").getByText("aws_instance.web[1] stopped").waitFor();
  const focus = page.locator(":focus");
  expect(await focus.getAttribute("aria-label")).toBe("Start again: aws_instance.web[1]");
  await page.waitForFunction("document.activeElement.ariaDisabled === null");
  await page.keyboard.press("Space");
  await page.getByRole("status").getByText("aws_instance.web[1] started").waitFor();
  expect(site.calls).toEqual(["stop aws_instance.web[1]", "start aws_instance.web[1]"]);
});

test("the curl command and the address can be copied", async () => {
  const page = await opened({ permissions: ["clipboard-read", "clipboard-write"] });
  const copied = () => page.evaluate("navigator.clipboard.readText()");
  await page.getByRole("button", { name: "Copy curl command for https://www.example.com/" }).click();
  await page.getByText("Copied").waitFor();
  expect(await copied()).toBe(OK_STATUS.urls[0]?.curl);
  await page.getByRole("button", { name: "Copy address of https://www.example.com/" }).click();
  await page.getByText("Copied").nth(1).waitFor();
  expect(await copied()).toBe("http://www.example.com.localhost:40080/");
});

describe("the looks", () => {
  const expectContrast = async (page: Page) => {
    const { weak, texts } = await weakContrasts(page);
    expect(weak).toEqual([]);
    expect(texts).toBeGreaterThan(60);
  };

  test.each(["light", "dark"] as const)("have enough contrast in the %s theme", async (colorScheme) => {
    site.change(EVERYTHING);
    const page = await opened({ colorScheme });
    await page.getByText("Unavailable (Target.Timeout)").waitFor();
    const back = await page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    expect(Number(/\d+/.exec(back)?.[0]) < 128).toBe(colorScheme === "dark");
    await expectContrast(page);
    for (const verdict of ["unknown", "ok"] as const) {
      site.change({ hops: OK_STATUS.hops.map((it) => ({ ...it, verdict })) });
      await page
        .getByRole("heading", { level: 2, name: verdict === "ok" ? "All five hops are OK" : "leaves open" })
        .waitFor();
      await expectContrast(page);
    }
    await served.close();
    await page.getByRole("alert").getByText("serve has ended").waitFor();
    await expectContrast(page);
  });

  test.each([320, 360, 600, 820, 900, 1000, 1250, 1600])("need no scrolling sideways at %i px", async (width) => {
    const long = `module.${"x".repeat(200)}.aws_instance.web[0]`;
    site.change({
      ...EVERYTHING,
      source: `/${"long/".repeat(60)}plan.json`,
      client: "2001:0db8:85a3:0000:0000:8a2e:0370:7334",
      targets: [{ ...EVERY_HEALTH[2]!, id: long, targetGroup: long, code: "Target.FailedHealthChecks" }],
      hops: EVERYTHING.hops.map((it) => ({ ...it, text: "y".repeat(300), resources: [long] })),
      requests: requests(6).map((it) => ({ ...it, url: `https://www.example.com/${"z".repeat(2000)}`, text: long })),
      notModeled: [long],
      urls: [{ url: `https://${"a".repeat(60)}.${"b".repeat(60)}.example.com/`, connect: "127.0.0.1:1", curl: long }],
    });
    const page = await opened({ viewport: { width, height: 800 } });
    await page.getByText("Unhealthy (Target.FailedHealthChecks)").waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
  });

  test("do not move for who prefers that", async () => {
    site.change({ requests: requests(2) });
    const moving = async (reducedMotion: "reduce" | "no-preference") => {
      const page = await opened({ reducedMotion });
      await page.locator("#requests tr").nth(1).waitFor();
      site.change({ requests: requests(site.status().requests.length + 1) });
      await page.locator("#requests tr.new").first().waitFor();
      return page.evaluate(
        `[...document.querySelectorAll("*")].map((it) => getComputedStyle(it)).some(
          (it) => it.animationName !== "none" || it.transitionDuration !== "0s",
        )`,
      );
    };
    expect([await moving("reduce"), await moving("no-preference")]).toEqual([false, true]);
  });
});

test("text of others is shown as it is and does nothing", async () => {
  const image = `<img src="x" onerror="window.hit=1"><script>window.hit=1</script>\u202e\u0007`;
  const shown = `<img src="x" onerror="window.hit=1"><script>window.hit=1</script>\\u{202e}\\u{7}`;
  site.change({
    source: image,
    client: image,
    urls: [{ url: image, connect: image, opensInBrowser: `javascript:window.hit=1//${image}`, curl: image }],
    hops: OK_STATUS.hops.map((it) => ({ ...it, text: image, resources: [image] })),
    targets: [
      {
        ...TARGETS[1]!,
        id: image,
        targetGroup: image,
        code: image,
        reason: image,
        lastCheck: { at: image, text: image },
      },
    ],
    requests: requests(1).map((it) => ({ ...it, at: image, method: image, url: image, text: image, target: image })),
    notModeled: [image],
  });
  const page = await opened();
  await page.getByText("Live").waitFor();
  expect(await page.getByText(shown).count()).toBeGreaterThanOrEqual(20);
  expect(await page.locator("img, main script, main [onerror]").count()).toBe(0);
  expect(await page.locator("a[href]").count()).toBe(0);
  await page.getByRole("button", { name: "Stop, as if it crashed" }).click();
  await page.getByRole("status").getByText("stopped").waitFor();
  expect(site.calls).toEqual([`stop ${image}`]);
  expect(await page.evaluate("window.hit")).toBeUndefined();
});

describe("the connection", () => {
  test("ends with serve, and the page says so", async () => {
    const page = await opened();
    await page.getByText("Live").waitFor();
    await served.close();
    await page.getByRole("alert").getByText("serve has ended. This page shows its last state.").waitFor();
    expect(
      await page.getByRole("button", { name: "Stop, as if it crashed" }).first().getAttribute("aria-disabled"),
    ).toBe("true");
    expect(await page.title()).toBe("Ended · alb-web serve");
    await page.getByRole("button", { name: "Stop, as if it crashed" }).first().press("Enter");
    expect(site.calls).toEqual([]);
  });

  test("needs the part of the URL after #", async () => {
    const page = await opened({}, served.url.replace(/#.*/, "#other"));
    await page.getByRole("alert").getByText("Open the address that alb-web serve printed").waitFor();
    expect(await page.getByRole("main").count()).toBe(0);
    expect(problems.splice(0)).toEqual([expect.stringContaining("403")]);
  });

  test("is made again if it breaks, and the page notices if serve is gone", async () => {
    const { port: behind, hash } = { port: Number(new URL(served.url).port), hash: new URL(served.url).hash };
    const sockets = new Set<Socket>();
    const relay = createServer((socket) => {
      const upstream = connect(behind, "127.0.0.1");
      for (const it of [socket, upstream]) {
        sockets.add(it.on("error", () => {}));
        it.once("close", () => [socket, upstream].forEach((both) => both.destroy()));
      }
      // The server requires its own port in Host.
      socket.on("data", (chunk) =>
        upstream.write(chunk.toString("latin1").replaceAll(`127.0.0.1:${front}`, `127.0.0.1:${behind}`)),
      );
      upstream.pipe(socket);
    }).listen(0, "127.0.0.1");
    await once(relay, "listening");
    const { port: front } = relay.address() as AddressInfo;
    const cut = () => sockets.forEach((it) => it.destroy());

    const page = await opened({}, `http://127.0.0.1:${front}/${hash}`);
    await page.getByText("Live").waitFor();
    cut();
    await page.getByText("Reconnecting").waitFor();
    site.change({ source: "changed meanwhile" });
    await page.getByText("changed meanwhile").waitFor();
    await page.getByText("Live").waitFor();
    relay.close();
    cut();
    await page.getByRole("alert").getByText("serve has ended without closing this page").waitFor();
    problems = problems.filter((it) => !/net::ERR_(?:CONNECTION|INCOMPLETE|EMPTY)/.test(it));
  });
});
