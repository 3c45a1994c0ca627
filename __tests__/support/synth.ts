import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, Aspects, TerraformStack, Testing } from "cdktf";
// The types of the matchers that `Testing.setupJest()` adds.
import "cdktf/lib/testing/adapters/jest";
import { Construct } from "constructs";
import { checkProps, throwIfAnyError } from "../../constructs/props/app-check";
import {
  InvalidPropsError,
  WebStack,
  type WebStackProps,
  WebTopology,
  type WebTopologyProps,
} from "../../constructs/web-stack";

/** The arguments of one resource or data source. */
export type Block = Readonly<Record<string, unknown>>;
type Blocks = Readonly<Record<string, Readonly<Record<string, Block>>>>;

/** A synthesized stack. */
export interface StackJson {
  readonly terraform: Block;
  readonly provider: { readonly aws: readonly Block[] };
  readonly resource?: Blocks;
  readonly data?: Blocks;
  readonly output?: Readonly<Record<string, { readonly value: unknown }>>;
}

// cdktf makes a folder for every app, though these tests write nothing into it.
const outdir = mkdtempSync(join(tmpdir(), "alb-web-synth-"));
const removed = () => rmSync(outdir, { recursive: true, force: true });
// Programs that write generated files use it outside jest.
if (typeof afterAll === "function") afterAll(removed);
else process.once("exit", removed);

/** What a stack with these props synthesizes to, as cdktf's matchers take it; throws where it is refused. */
export function synthText(props: WebStackProps, id = "web"): string {
  return withoutStackTraces(() => Testing.synth(new WebStack(Testing.app({ outdir }), id, props), true));
}

/** The same, parsed. */
export function synthOf(props: WebStackProps, id = "web"): StackJson {
  return parsed(synthText(props, id));
}

/** For what cdktf's matchers are too loose for: they pass if any resource of a type has the properties. */
export function parsed(text: string): StackJson {
  return JSON.parse(text) as StackJson;
}

/** The same for several stacks of one app, by their ids. */
export function synthAll<Id extends string>(stacks: Readonly<Record<Id, WebStackProps>>): Record<Id, StackJson> {
  return withoutStackTraces(() => {
    const app = Testing.app({ outdir });
    const made = Object.entries<WebStackProps>(stacks).map(
      ([id, props]) => [id, new WebStack(app, id, props)] as const,
    );
    return Object.fromEntries(made.map(([id, stack]) => [id, JSON.parse(Testing.synth(stack, true))])) as Record<
      Id,
      StackJson
    >;
  });
}

/** cdktf takes a whole one at every reference, and in jest's own context that is half of a synth's time. */
function withoutStackTraces<T>(work: () => T): T {
  const { captureStackTrace } = Error;
  Error.captureStackTrace = () => {};
  try {
    return work();
  } finally {
    Error.captureStackTrace = captureStackTrace;
  }
}

/**
 * The error with which an app of these stacks is refused; nothing if it is not. Nothing is built, which is what takes
 * time.
 */
export function refusalOf(stacks: Readonly<Record<string, unknown>>): InvalidPropsError | undefined {
  return refusalIn((app) => Object.entries(stacks).map(([id, props]) => [app, id, props]));
}

/** The same for stacks of one id, each in a place of its own. */
export function refusalOfOneId(id: string, ...stacks: readonly unknown[]): InvalidPropsError | undefined {
  return refusalIn((app) => stacks.map((props, index) => [new Construct(app, `place-${index}`), id, props]));
}

function refusalIn(
  stacksOf: (app: App) => [scope: Construct, id: string, props: unknown][],
): InvalidPropsError | undefined {
  const app = Testing.app({ outdir });
  try {
    for (const [scope, id, props] of stacksOf(app))
      checkProps(new TerraformStack(scope, id), id, props as WebStackProps);
    throwIfAnyError(app);
    return undefined;
  } catch (error) {
    if (error instanceof InvalidPropsError) return error;
    throw error;
  }
}

/** What is said against these props; nothing if they are fine. */
export function errorsOf(props: unknown): readonly string[] {
  return refusalOf({ web: props })?.messages ?? [];
}

/**
 * Writes an app's files as main.ts would.
 * @param change what a person does to each stack once it is made
 */
export function writeApp(
  folder: string,
  stacks: Readonly<Record<string, unknown>>,
  change: (stack: WebStack) => unknown = () => undefined,
): void {
  withoutStackTraces(() => {
    const app = new App({ outdir: folder });
    for (const [id, props] of Object.entries(stacks)) change(new WebStack(app, id, props as WebStackProps));
    app.synth();
  });
}

/** A user's own stack `shop`, with a provider and a `WebTopology` with these props. */
export function ownStackWith(props: WebTopologyProps): StackJson {
  return withoutStackTraces(() => {
    const stack = new TerraformStack(Testing.app({ outdir }), "shop");
    new AwsProvider(stack, "aws", { region: props.region });
    new WebTopology(stack, "site", props);
    return JSON.parse(Testing.synth(stack, true)) as StackJson;
  });
}

/** A stack that was changed after it was made, and not synthesized yet. */
export function stackOf(props: WebStackProps, change: (stack: WebStack) => unknown = () => undefined): WebStack {
  return withoutStackTraces(() => {
    const stack = new WebStack(Testing.app({ outdir }), "web", props);
    change(stack);
    return stack;
  });
}

/** What `Testing.synth` makes of a stack when it validates; throws where it is refused. */
export function validatedJson(stack: WebStack): StackJson {
  return withoutStackTraces(() => JSON.parse(Testing.synth(stack, true)) as StackJson);
}

/** Has an aspect look at all that a stack holds, when it is synthesized. */
export function onVisit(stack: WebStack, visit: (each: unknown) => unknown): void {
  Aspects.of(stack).add({ visit: (each) => void visit(each) });
}

/** The instances allow traffic that nothing sends. */
export function closeInstances(stack: WebStack): void {
  override(stack, "aws_vpc_security_group_ingress_rule", (block) => block.referenced_security_group_id !== undefined, {
    from_port: 8080,
    to_port: 8080,
  });
}

/** As a person's `addOverride` on the resources of a type. */
export function override(
  stack: WebStack,
  type: string,
  isIt: (block: Readonly<Record<string, unknown>>) => boolean,
  values: Readonly<Record<string, unknown>>,
): void {
  const blocks = stack.toTerraform().resource[type] as Record<string, Record<string, unknown>>;
  for (const [name, block] of Object.entries(blocks)) {
    if (isIt(block))
      for (const [key, value] of Object.entries(values)) stack.addOverride(`resource.${type}.${name}.${key}`, value);
  }
}

/** Each block of a type (`aws_lb`, `data.aws_vpc`), with its address. */
export function addressed(json: StackJson, type: string): [address: string, block: Block][] {
  const blocks = type.startsWith("data.") ? json.data?.[type.slice("data.".length)] : json.resource?.[type];
  return Object.entries(blocks ?? {}).map(([name, block]) => [`${type}.${name}`, block]);
}

/** All blocks of a type. */
export function all(json: StackJson, type: string): Block[] {
  return addressed(json, type).map(([, block]) => block);
}

/** The one block of a type; more or fewer fail the test. */
export function theOnly(json: StackJson, type: string): Block {
  return onlyOne(json, type)[1];
}

/** Reference to an attribute of the one block of a type. */
export function refTo(json: StackJson, type: string, attribute: string): string {
  return `\${${onlyOne(json, type)[0]}.${attribute}}`;
}

function onlyOne(json: StackJson, type: string): [address: string, block: Block] {
  const [found, ...others] = addressed(json, type);
  if (found === undefined || others.length > 0)
    throw new Error(`expected one ${type}, got ${addressed(json, type).length}`);
  return found;
}

/** All rules of all security groups in words, sorted: `ec2-target-group-security-group takes 80 from …`. */
export function rulesOf(json: StackJson): string[] {
  const nameOf = new Map(
    addressed(json, "aws_security_group").map(([address, { tags }]) => [
      `\${${address}.id}`,
      (tags as { Name: string }).Name,
    ]),
  );
  const inWords = (type: string, verb: string, preposition: string) =>
    all(json, type).map((rule) => {
      const {
        security_group_id: group,
        from_port: from,
        to_port: to,
        referenced_security_group_id: peerGroup,
        cidr_ipv4: cidr,
        ip_protocol: protocol,
      } = rule;
      const peer = peerGroup === undefined ? (cidr ?? "S3") : nameOf.get(peerGroup as string);
      const ports = from === to ? String(from) : `${String(from)}-${String(to)}`;
      return (
        `${nameOf.get(group as string)} ${verb} ${protocol === "tcp" ? "" : String(protocol)}${ports} ` +
        `${preposition} ${String(peer)}`
      );
    });
  return [
    ...inWords("aws_vpc_security_group_ingress_rule", "takes", "from"),
    ...inWords("aws_vpc_security_group_egress_rule", "sends", "to"),
  ].sort();
}

/** That packets get from one group to the other on a port: it takes a rule in each. */
export function expectOpen(json: StackJson, { from, to, port }: { from: string; to: string; port: number }): void {
  expect(rulesOf(json)).toEqual(
    expect.arrayContaining([`${from} sends ${port} to ${to}`, `${to} takes ${port} from ${from}`]),
  );
}

export const ALB_GROUP = "alb-security-group";
export const EC2_GROUP = "ec2-target-group-security-group";

/** An existing network, as a prop. */
export const EXISTING_NETWORK = {
  vpcId: "vpc-0123456789abcdef0",
  publicSubnetIds: ["subnet-0a00000000000001", "subnet-0a00000000000002"],
  privateSubnetIds: ["subnet-0b00000000000001", "subnet-0b00000000000002"],
} as const;
