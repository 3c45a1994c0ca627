import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BrokenPathError, type WebStack } from "../../../constructs/web-stack";
import { RULES } from "../../../path/rules/all";
import { trace } from "../../../path/trace/trace";
import { closeInstances, errorsOf, onVisit, override, stackOf, validatedJson, writeApp } from "../../support/synth";

/* A stack whose path is broken is refused where it is synthesized, unless somebody knows better. */

const DOMAIN = { domainName: "www.example.com" };
const SHOP = { domainName: "www.example.org" };
const KNOWN_BETTER = [{ finding: "P33", reason: "a peered VPC's proxy asks on 8080" }];

const AT_WEB = [{ finding: "P33", address: "aws_security_group.web", reason: "x" }];

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "alb-web-accept-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A listener of one's own, on a port that the site has already. */
function addListener(stack: WebStack): void {
  const action = { type: "fixed-response", fixed_response: { content_type: "text/plain", status_code: "200" } };
  stack.addOverride("resource.aws_lb_listener.mine", {
    load_balancer_arn: stack.site.loadBalancer.arn,
    port: 80,
    protocol: "HTTP",
    default_action: [action],
  });
}

/** Two findings of one id: a listener on each port of the site. */
function addListeners(stack: WebStack): void {
  addListener(stack);
  const action = { type: "fixed-response", fixed_response: { content_type: "text/plain", status_code: "200" } };
  stack.addOverride("resource.aws_lb_listener.other", {
    load_balancer_arn: stack.site.loadBalancer.arn,
    port: 443,
    protocol: "HTTP",
    default_action: [action],
  });
}

function refusalOf(work: () => unknown): BrokenPathError {
  try {
    work();
  } catch (error) {
    if (error instanceof BrokenPathError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

const written = () =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => statSync(join(folder, path)).isFile());

describe("a broken path is refused before any file is written", () => {
  test("by what was overridden, with finding, place, both values, fix, and how to let it pass", () => {
    const { messages: errors, message } = refusalOf(() => writeApp(folder, { web: DOMAIN }, closeInstances));
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(
      /^web: P33: aws_security_group\.\S+, ingress: got .*8080.*; required: tcp 80.*\. Props: .*$/,
    );
    expect(message).toBe(
      `1 error on the path of requests; nothing was written\n  ${errors[0]}\n  To accept a finding, add ` +
        `accept: [{ finding: "P…", reason: "…" }] to the stack.`,
    );
    expect(written()).toEqual([]);
  });

  test("by what was added", () => {
    const { messages: errors } = refusalOf(() => writeApp(folder, { web: DOMAIN }, addListener));
    expect(errors.join("\n")).toMatch(/^web: P27: /m);
    expect(written()).toEqual([]);
  });

  test("with the findings of all stacks, those that are well left out", () => {
    const { messages: errors } = refusalOf(() =>
      writeApp(folder, { web: DOMAIN, shop: SHOP, well: { domainName: "www.example.net" } }, (stack) => {
        if (stack.node.id === "web") closeInstances(stack);
        if (stack.node.id === "shop") addListener(stack);
      }),
    );
    expect(new Set(errors.map((error) => error.split(":").slice(0, 2).join(":")))).toEqual(
      new Set(["web: P33", "shop: P27"]),
    );
    expect(written()).toEqual([]);
  });

  test("with the same findings as a trace of the file", () => {
    const stack = stackOf(DOMAIN, closeInstances);
    const ids = trace(stack.toTerraform())
      .findings.filter(({ severity }) => severity === "error")
      .map(({ id, address, attribute }) => `web: ${id}: ${address}, ${attribute}`);
    const { messages: errors } = refusalOf(() => writeApp(folder, { web: DOMAIN }, closeInstances));
    expect(errors.map((error) => error.split(": got ")[0])).toEqual(ids);
  });

  test("of one stack among others, by an aspect too", () => {
    expect(() =>
      writeApp(folder, { web: DOMAIN }, (stack) => onVisit(stack, (each) => each === stack && closeInstances(stack))),
    ).toThrow(/1 error on the path of requests; the stack was not written\n {2}web: P33: /);
    expect(written()).toEqual([]);
  });

  test("by an aspect on one of several stacks, without which cdktf deploys none", () => {
    const spoilShop = (stack: WebStack) =>
      stack.node.id === "shop" && onVisit(stack, (each) => each === stack && closeInstances(stack));
    expect(() => writeApp(folder, { web: DOMAIN, shop: SHOP }, spoilShop)).toThrow(/shop: P33: /);
    expect(written()).toEqual([join("stacks", "web", "cdk.tf.json")]); // no manifest, by which cdktf finds the stacks
  });

  test("by Testing.synth with validations, and not without", () => {
    expect(() => validatedJson(stackOf(DOMAIN, closeInstances))).toThrow(/web: P33: /);
    expect(() =>
      validatedJson(stackOf(DOMAIN, (stack) => onVisit(stack, (each) => each === stack && closeInstances(stack)))),
    ).toThrow(/web: P33: /);
    expect(() => validatedJson(stackOf(DOMAIN))).not.toThrow();
  });

  test("again where a stack is synthesized a second time with more in it", () => {
    const stack = stackOf(DOMAIN);
    expect(() => validatedJson(stack)).not.toThrow();
    closeInstances(stack);
    expect(() => validatedJson(stack)).toThrow(/web: P33: /);
  });
});

describe("nothing is refused", () => {
  test("that only could be broken", () => {
    const leaveOpen = (stack: WebStack) =>
      override(
        stack,
        "aws_vpc_security_group_ingress_rule",
        (block) => block.referenced_security_group_id !== undefined,
        { from_port: "${var.port}", to_port: "${var.port}" },
      );
    expect(trace(stackOf(DOMAIN, leaveOpen).toTerraform()).verdict).toBe("unknown");
    writeApp(folder, { web: DOMAIN }, leaveOpen);
    expect(written()).toContain(join("stacks", "web", "cdk.tf.json"));
  });

  test("while a zone waits for its registrar, and there is no site", () => {
    writeApp(folder, { web: { ...DOMAIN, hostedZone: { create: true, delegated: false } } });
    expect(written()).toContain(join("stacks", "web", "cdk.tf.json"));
  });
});

describe("what is accepted", () => {
  const accepting = { ...DOMAIN, accept: KNOWN_BETTER };

  test("passes, and nothing else does", () => {
    writeApp(folder, { web: accepting }, closeInstances);
    expect(written()).toContain(join("stacks", "web", "cdk.tf.json"));
    const { messages: errors } = refusalOf(() =>
      writeApp(folder, { web: accepting }, (stack) => (closeInstances(stack), addListener(stack))),
    );
    expect(errors.map((error) => error.slice(0, 9))).toEqual(errors.map(() => "web: P27:"));
  });

  test("in one stack is not accepted in another", () => {
    const everywhere = refusalOf(() =>
      writeApp(
        folder,
        { web: accepting, shop: { ...SHOP, accept: KNOWN_BETTER } },
        (stack) => stack.node.id === "web" && closeInstances(stack),
      ),
    );
    expect(everywhere.messages).toEqual([
      expect.stringMatching(/^shop: accept must list only findings .* \(got "P33"\); /),
    ]);
  });

  test("is reported by cdktf with each synth, with its reason", () => {
    writeApp(folder, { web: accepting }, closeInstances);
    const { stacks } = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")) as {
      stacks: Record<string, { annotations: { level: string; message: string }[] }>;
    };
    expect(stacks.web?.annotations).toContainEqual(
      expect.objectContaining({ level: "@cdktf/warn", message: "P33 is accepted: a peered VPC's proxy asks on 8080" }),
    );
  });

  describe("of an id that is found at several addresses", () => {
    const addresses = [
      ...new Set(
        trace(stackOf(DOMAIN, addListeners).toTerraform())
          .findings.filter(({ id }) => id === "P27")
          .map(({ address }) => address),
      ),
    ];
    const ids = (errors: readonly string[]) => errors.map((error) => /^web: (P\d\d: [^,:]*|accept)/.exec(error)?.[1]);
    const others = refusalOf(() =>
      writeApp(mkdtempSync(join(tmpdir(), "alb-web-accept-")), { web: DOMAIN }, addListeners),
    ).messages;

    test("is none without an address, and the addresses are listed", () => {
      expect(addresses.length).toBeGreaterThan(1);
      const { messages: errors } = refusalOf(() =>
        writeApp(folder, { web: { ...DOMAIN, accept: [{ finding: "P27", reason: "x" }] } }, addListeners),
      );
      expect(errors).toEqual([
        ...others,
        `web: accept must name one finding (got "P27", which is found at ${addresses.join(", ")}); add the ` +
          "address of each that you accept",
      ]);
      expect(written()).toEqual([]);
    });

    test("is the one at the address, and no other", () => {
      const [address = ""] = addresses;
      const { messages: errors } = refusalOf(() =>
        writeApp(folder, { web: { ...DOMAIN, accept: [{ finding: "P27", address, reason: "x" }] } }, addListeners),
      );
      expect(ids(errors)).toEqual(ids(others.filter((it) => !it.startsWith(`web: P27: ${address},`))));
    });

    test("is each that is named", () => {
      const accept = addresses.map((address) => ({ finding: "P27", address, reason: `at ${address}` }));
      const left = others.filter((it) => !it.startsWith("web: P27: "));
      if (left.length > 0)
        expect(refusalOf(() => writeApp(folder, { web: { ...DOMAIN, accept } }, addListeners)).messages).toEqual(left);
      else writeApp(folder, { web: { ...DOMAIN, accept } }, addListeners);
    });

    test("is an error at an address where it is not", () => {
      const accept = [
        ...addresses.map((address) => ({ finding: "P27", address, reason: "x" })),
        { finding: "P27", address: "aws_lb_listener.gone", reason: "x" },
      ];
      expect(refusalOf(() => writeApp(folder, { web: { ...DOMAIN, accept } }, addListeners)).messages).toContain(
        'web: accept must list only findings that the path has (got "P27" at aws_lb_listener.gone); remove this entry',
      );
    });
  });

  test("at an address is reported with it", () => {
    const [address = ""] = trace(stackOf(DOMAIN, closeInstances).toTerraform())
      .findings.filter(({ id }) => id === "P33")
      .map((it) => it.address);
    writeApp(
      folder,
      { web: { ...DOMAIN, accept: [{ finding: "P33", address, reason: "a proxy asks" }] } },
      closeInstances,
    );
    expect(readFileSync(join(folder, "manifest.json"), "utf8")).toContain(
      `P33 at ${address} is accepted: a proxy asks`,
    );
    expect(JSON.parse(readFileSync(join(folder, "stacks", "web", "cdk.tf.json"), "utf8"))).toMatchObject({
      "//": { metadata: { accepted: [{ finding: "P33", address, reason: "a proxy asks" }] } },
    });
  });

  test("leaves nothing in a stack that accepts nothing", () => {
    writeApp(folder, { web: DOMAIN });
    expect(readFileSync(join(folder, "stacks", "web", "cdk.tf.json"), "utf8")).not.toContain("accepted");
  });
});

describe("it is an error to accept", () => {
  test("what is not found, or not any more", () => {
    const { messages: errors } = refusalOf(() =>
      writeApp(
        folder,
        { web: { ...DOMAIN, accept: [...KNOWN_BETTER, { finding: "P11", reason: "a CDN has the certificate" }] } },
        closeInstances,
      ),
    );
    expect(errors).toEqual(['web: accept must list only findings that the path has (got "P11"); remove this entry']);
    expect(() => writeApp(folder, { web: { ...DOMAIN, accept: KNOWN_BETTER } })).toThrow(
      /web: accept must list only findings that the path has \(got "P33"\); /,
    );
    expect(written()).toEqual([]);
  });

  test("nothing of what a site will have while it waits for its zone", () => {
    writeApp(folder, { web: { ...DOMAIN, accept: KNOWN_BETTER, hostedZone: { create: true, delegated: false } } });
    expect(written()).toContain(join("stacks", "web", "cdk.tf.json"));
  });

  test.each<[what: string, accept: unknown, error: RegExp]>([
    [
      "without a reason",
      [{ finding: "P33" }],
      /^web: accept\.0\.reason must be a string of 1 to 500 characters \(got nothing\); explain why the finding is acceptable here$/,
    ],
    [
      "for an empty reason",
      [{ finding: "P33", reason: " " }],
      /^web: accept\.0\.reason must be a string .* \(got " "\)/,
    ],
    [
      "an id that does not exist",
      [{ finding: "P00", reason: "x" }],
      /^web: accept\.0\.finding must be the id of a rule, from P01 to P\d\d, such as "P33" \(got "P00"\)$/,
    ],
    ["an id in other letters", [{ finding: "p33", reason: "x" }], /^web: accept\.0\.finding must be .* \(got "p33"\)$/],
    ["one thing twice", [...KNOWN_BETTER, ...KNOWN_BETTER], /^web: accept/],
    [
      "one thing for two reasons",
      [...KNOWN_BETTER, { finding: "P33", reason: "y" }],
      /^web: accept\.1\.finding must occur only once in accept \(got "P33"\)$/,
    ],
    [
      "one thing at one address twice",
      [...AT_WEB, ...AT_WEB],
      /^web: accept\.1\.finding must occur only once in accept at aws_security_group\.web \(got "P33"\)$/,
    ],
    [
      "one thing at an address and everywhere",
      [...AT_WEB, ...KNOWN_BETTER],
      /^web: accept\.1\.finding must occur only once in accept \(got "P33"\)$/,
    ],
    [
      "at no address",
      [{ finding: "P33", address: "web", reason: "x" }],
      /^web: accept\.0\.address must be the address that the finding reports, such as "aws_security_group\.web" \(got "web"\)$/,
    ],
    [
      "an id alone",
      ["P33"],
      /^web: accept\.0 must be an object with finding, reason and optionally address \(got "P33"\)$/,
    ],
    [
      "no list",
      { finding: "P33", reason: "x" },
      /^web: accept must be a list of \{ finding, reason \} or \{ finding, address, reason \} entries \(got .*\)$/,
    ],
    [
      "with more",
      [{ finding: "P33", reason: "x", until: "2030" }],
      /^web: accept\.0\.until is not a prop \(got a string of 4 characters\); the props are finding, reason, address$/,
    ],
  ])("%s", (_, accept, error) => {
    expect(errorsOf({ ...DOMAIN, accept })).toEqual([expect.stringMatching(error)]);
  });

  test("any id but those of the rules", () => {
    const allowed = Array.from({ length: 101 }, (_, number) => `P${String(number).padStart(2, "0")}`).filter(
      (finding) => errorsOf({ ...DOMAIN, accept: [{ finding, reason: "x" }] }).length === 0,
    );
    expect(allowed).toEqual(RULES.map(({ id }) => id));
  });
});
