import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { propErrors } from "../../../constructs/props/errors";
import { isPrivateRange } from "../../../constructs/props/schema/ranges-schema";
import { installs } from "../../../path/analysis/boot-scripts/fetches";
import { coversInternet, EVERY_ADDRESS, holdsPublic, rangesOf, without } from "../../../path/analysis/network/ipv4";
import { entriesOf } from "../../../path/analysis/requests/entries";
import { routeOf } from "../../../path/analysis/requests/route";
import type { Target } from "../../../path/analysis/requests/traced-path";
import type { FindingDetails } from "../../../path/rules/rule";
import { P55 } from "../../../path/rules/target/P55-health-check-path";
import { trace } from "../../../path/trace/trace";
import { isMatcher } from "../../../topology/health-check-values";
import { PRIVATE_RANGES, RESERVED_RANGES } from "../../../topology/reserved-ranges";
import { readTopology } from "../../../topology/topology";
import { baseStack } from "../../mutants/bases";
import { the } from "../../mutants/pick";
import { PROJECT } from "../../support/project";

/* What two places must answer alike: which addresses are private, and which health checks are allowed. */

describe("which addresses are on the internet", () => {
  const rangeOf = (cidr: string) => rangesOf(cidr)[0] ?? EVERY_ADDRESS;

  test.each(RESERVED_RANGES)("%s is not, for a trace", (cidr) => {
    expect(holdsPublic(rangeOf(cidr))).toBe(false);
  });

  test.each(PRIVATE_RANGES)("%s is private for props, in whole and in part", (cidr) => {
    expect([isPrivateRange(cidr), isPrivateRange(cidr.replace(/\/\d+$/, "/24"))]).toEqual([true, true]);
    expect(
      propErrors("web", { domainName: "www.example.com", network: { cidr: cidr.replace(/\/\d+$/, "/16") } }),
    ).toEqual([]);
  });

  test.each([
    "8.8.8.0/24",
    "100.63.0.0/16",
    "100.128.0.0/16",
    "198.17.0.0/16",
    "198.20.0.0/16",
    "192.0.2.0/24",
    "198.51.100.0/24",
    "203.0.113.0/24",
  ])("%s is, for both", (cidr) => {
    expect([holdsPublic(rangeOf(cidr)), isPrivateRange(cidr)]).toEqual([true, false]);
  });

  test("what is open to all of them is open to everyone", () => {
    const reserved = RESERVED_RANGES.flatMap(rangesOf);
    const others = without(EVERY_ADDRESS, reserved);
    expect(coversInternet(others)).toBe(true);
    expect(coversInternet(others.slice(1))).toBe(false);
    expect(others.every(holdsPublic)).toBe(true);
  });

  test.each([
    ["100.64.0.9", 0],
    ["198.18.0.9", 0],
    ["10.0.0.9", 0],
    ["169.254.169.254", 0],
    ["localhost", 0],
    ["repo.internal", 0],
    ["203.0.113.9", 1],
    ["10.example.com", 1],
  ])("a boot script that fetches from %s", (host, count) => {
    expect(installs(`#!/bin/bash\ncurl -o /tmp/app.tar http://${host}/app.tar\n`)).toHaveLength(count);
  });

  test("no other file has a list of its own", () => {
    const files = ["constructs", "path", "topology", "cli", "machine", "rehearsal"].flatMap((room) =>
      readdirSync(join(PROJECT, room), { recursive: true, encoding: "utf8" })
        .filter((it) => it.endsWith(".ts"))
        .map((it) => join(room, it)),
    );
    const listing = files.filter((file) =>
      /\b192\\?\.168\b|\b100\\?\.64\b/.test(readFileSync(join(PROJECT, file), "utf8")),
    );
    expect(listing).toEqual([join("topology", "reserved-ranges.ts")]);
  });
});

describe("what P55 proposes is what props take:", () => {
  const MATCHERS = ["200", "200,204", "200-299", "200-299,403", "200, 204", "200-499", "404"];
  const topology = readTopology(baseStack("site"));
  const [entry] = entriesOf(topology);
  if (entry === undefined) throw new Error("the site has no way in");
  const path = routeOf(entry, topology);
  /** What the rule says of targets whose server answers like this. */
  const found = (matcher: string, answer: string): FindingDetails[] => {
    const reported: FindingDetails[] = [];
    const targets = path.targets.map(
      ({ targetGroup, server, ...it }): Target => ({
        ...it,
        targetGroup: { ...targetGroup, healthCheck: { ...targetGroup.healthCheck, matcher } },
        ...(server !== undefined && {
          server: {
            ...server,
            userData:
              `#!/bin/bash\ndnf install -y nginx\ncat >/etc/nginx/conf.d/site.conf <<'END'\nserver {\n  listen ` +
              `80;\n  location = /health {\n    ${answer}\n  }\n}\nEND\n`,
          },
        }),
      }),
    );
    P55.check.targets?.({ ...path, targets }, { finding: (it) => reported.push(it), open: () => {}, assume: () => {} });
    return reported;
  };
  const healthCheck = (props: string): object | undefined => {
    const [, name = "", value] = /^`healthCheck: \{ (matcher|path): (".*") \}`$/.exec(props) ?? [];
    return value === undefined ? undefined : { [name]: JSON.parse(value) as unknown };
  };

  test.each(MATCHERS)("for each code where %s is expected", (matcher) => {
    const reported = new Set<number>();
    for (let code = 200; code <= 599; code++) {
      for (const { fix } of found(matcher, `return ${code};`)) {
        reported.add(code);
        const proposed = healthCheck(fix.props);
        expect([code, proposed !== undefined, fix.edits.length > 0]).toEqual([code, code <= 499, code <= 499]);
        // Of the server's own script nothing is known here, so that any code may be its answer.
        if (proposed !== undefined)
          expect([
            code,
            propErrors("web", {
              domainName: "www.example.com",
              server: { userData: "#!/bin/sh\ntrue\n" },
              healthCheck: proposed,
            }),
          ]).toEqual([code, []]);
      }
    }
    expect(reported.size).toBeGreaterThan(0);
  });

  test.each([
    ["/up", true],
    ["/a;b", false],
    ["/a//b", false],
    ["/$status", false],
  ])("a path that answers, %s", (path, isTaken) => {
    const [first] = found("200", `return 404;\n  }\n  location = ${path} {\n    return 200;`);
    expect(healthCheck(first?.fix.props ?? "")).toEqual(isTaken ? { path } : { matcher: "200,404" });
  });

  test("each matcher that is not called wrong is taken by props, and none other", () => {
    const parts = [
      "200",
      "299",
      "499",
      "500",
      "199",
      "20",
      "2000",
      "200-299",
      "299-200",
      "200-500",
      "301-302",
      "",
      " ",
      "x",
      "200-",
      "-200",
    ];
    for (const one of parts) {
      for (const other of [undefined, ...parts]) {
        const matcher = other === undefined ? one : `${one},${other}`;
        const stack = baseStack("site");
        Object.assign(the(stack, "aws_lb_target_group").body.health_check as object, { matcher });
        const isWrong = trace(stack).findings.some(({ id }) => id === "P56");
        const isRefused =
          propErrors("web", {
            domainName: "www.example.com",
            server: { userData: "#!/bin/sh\ntrue\n" },
            healthCheck: { matcher },
          }).length > 0;
        expect([matcher, isRefused, isMatcher(matcher)]).toEqual([matcher, isWrong, !isWrong]);
      }
    }
  });
});
