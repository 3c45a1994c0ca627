import type { TargetGroup } from "../../topology/model";
import { mayBeUnset, numberOr } from "./arguments";
import type { Answer, Backend, Cause, Picked, WeightedGroup } from "./decisions";
import type { TargetHealth } from "./health";

/* Which target receives a request. */

/** A registered target and its health. */
export interface Member {
  /** The id of its backend. */
  readonly id: Backend["id"];
  readonly health: TargetHealth;
  /** The target as it is reached now; the node that forwards the request is another one each time. */
  readonly backend: () => Backend;
}

/** A target group as a load balancer uses it. */
export interface Pool {
  readonly group: TargetGroup;
  readonly members: readonly Member[];
  /** Why nothing in it can be used, such as an AWS error that prevents a registration. */
  readonly refused?: Cause;
  /** What its requests need that is not modeled. */
  readonly notModeled?: Cause;
}

type Forward = Extract<Answer, { kind: "forward" }>;

/** Cookies that AWS documents for stickiness. */
const TARGET_COOKIE = "AWSALB";
const GROUP_COOKIE = "AWSALBTG";
/** AWS's default duration of target group stickiness by cookie. */
const DAY_SEC = 86_400;

/** Distributes requests; one for each load balancer. */
export class Balancing {
  private readonly turns = new Map<string, number>();
  private readonly outstanding = new Map<string, number>();

  constructor(
    private readonly poolOf: (arn: string) => Pool | undefined,
    private readonly random: () => number,
  ) {}

  pick(answer: Forward, cookies: ReadonlyMap<string, string>): Picked {
    const chosen = this.groupFor(answer, cookies.get(GROUP_COOKIE));
    if (chosen === undefined) return none(answer.cause.address, "all weights of the forward action are 0");
    const pool = this.poolOf(chosen.arn);
    if (pool === undefined)
      return {
        kind: "not-modeled",
        cause: { hop: "target-group", address: chosen.address, text: `${chosen.address} is not in the file` },
      };
    if (pool.notModeled !== undefined) return { kind: "not-modeled", cause: pool.notModeled };
    if (pool.refused !== undefined) return { kind: "none", cause: pool.refused };
    return this.memberOf(pool, answer, chosen, cookies.get(TARGET_COOKIE));
  }

  private groupFor({ groups, groupStickinessSec }: Forward, cookie: string | undefined): WeightedGroup | undefined {
    const weighted = groups.filter(({ weight }) => weight > 0);
    // A client stays with a group only while it receives any requests.
    const kept = groupStickinessSec === undefined ? undefined : weighted.find(({ arn }) => tokenOf(arn) === cookie);
    if (kept !== undefined) return kept;
    let left = this.random() * weighted.reduce((sum, { weight }) => sum + weight, 0);
    return weighted.find(({ weight }) => (left -= weight) < 0) ?? weighted.at(-1);
  }

  private memberOf(pool: Pool, answer: Forward, chosen: WeightedGroup, cookie: string | undefined): Picked {
    const usable = pool.members.filter(({ health }) => health.state !== "unused");
    const { address } = pool.group;
    if (usable.length === 0) {
      const why = pool.members.length === 0 ? "has no registered targets" : "has only unused targets";
      return none(address, `${address} ${why}`);
    }
    const healthy = usable.filter(({ health }) => health.state === "healthy" || health.state === "unavailable");
    // Fail-open: without a healthy target, every target receives requests.
    const backend = this.backendOf(pool.group, healthy.length > 0 ? healthy : usable, cookie);
    this.outstanding.set(backend.id, (this.outstanding.get(backend.id) ?? 0) + 1);
    let isDone = false;
    return {
      kind: "backend",
      backend,
      group: address,
      cookies: cookiesFor(pool.group, answer, chosen, backend),
      done: () => {
        if (isDone) return;
        isDone = true;
        this.outstanding.set(backend.id, (this.outstanding.get(backend.id) ?? 1) - 1);
      },
    };
  }

  private backendOf(group: TargetGroup, members: readonly Member[], cookie: string | undefined): Backend {
    if (group.stickiness !== undefined && cookie !== undefined) {
      const kept = members.find(({ id }) => tokenOf(id) === cookie);
      if (kept !== undefined) return kept.backend();
    }
    const turn = (this.turns.get(group.address) ?? -1) + 1;
    this.turns.set(group.address, turn);
    const inTurn = members[turn % members.length] as Member;
    switch (mayBeUnset(group.algorithm)) {
      case "least_outstanding_requests": {
        const load = ({ id }: Member) => this.outstanding.get(id) ?? 0;
        return members.reduce((least, it) => (load(it) < load(least) ? it : least), inTurn).backend();
      }
      case "weighted_random":
        return (members[Math.floor(this.random() * members.length)] ?? inTurn).backend();
      default:
        return inTurn.backend();
    }
  }
}

function none(address: string, text: string): Picked {
  return { kind: "none", cause: { hop: "target-group", address, text } };
}

function cookiesFor(group: TargetGroup, { groupStickinessSec }: Forward, chosen: WeightedGroup, { id }: Backend) {
  const cookies: string[] = [];
  const add = (name: string, value: string, seconds: number) => {
    const expires = new Date(Date.now() + seconds * 1000).toUTCString();
    // The second one is for requests from other origins.
    cookies.push(`${name}=${value}; Expires=${expires}; Path=/`);
    cookies.push(`${name}CORS=${value}; Expires=${expires}; Path=/; SameSite=None; Secure`);
  };
  if (groupStickinessSec !== undefined) add(GROUP_COOKIE, tokenOf(chosen.arn), groupStickinessSec);
  if (group.stickiness !== undefined) add(TARGET_COOKIE, tokenOf(id), numberOr(group.stickiness.durationSec, DAY_SEC));
  return cookies;
}

/** The content of a cookie; AWS encrypts it. */
function tokenOf(id: string): string {
  return encodeURIComponent(id);
}
