import type { Status, TargetStatus, Watched } from "../../cli/serve/status";

/* A site for the page of `serve` to show; its state is what a test sets. */

export interface WatchedSite extends Watched {
  readonly change: (part: Partial<Status>) => void;
  /** Calls of stop and start, such as `stop aws_instance.web[0]`. */
  readonly calls: string[];
  /** How many have subscribed and not unsubscribed. */
  readonly watching: () => number;
}

const AT = "2026-11-30T12:00:00.000Z";

export const TARGETS: readonly TargetStatus[] = [
  {
    id: "aws_instance.web[0]",
    targetGroup: "aws_lb_target_group.web",
    kind: "nginx",
    isRunning: true,
    health: "healthy",
    lastCheck: { at: AT, text: "200 for /healthz in 2 ms" },
  },
  {
    id: "aws_instance.web[1]",
    targetGroup: "aws_lb_target_group.web",
    kind: "stand-in",
    reason: "the boot script uses js_import, which is not on the list of allowed directives",
    isRunning: true,
    health: "healthy",
    lastCheck: { at: AT, text: "200 for /healthz in 1 ms" },
  },
];

export const OK_STATUS: Status = {
  source: "cdktf.out/stacks/web/cdk.tf.json",
  clock: 10,
  client: "203.0.113.7",
  urls: [
    {
      url: "https://www.example.com/",
      connect: "127.0.0.1:40443",
      opensInBrowser: "http://www.example.com.localhost:40080/",
      curl: "curl --cacert ca.pem --connect-to www.example.com:443:127.0.0.1:40443 https://www.example.com/",
    },
    { url: "http://www.example.com/", connect: "127.0.0.1:40081" },
  ],
  hops: [
    {
      hop: "dns",
      verdict: "ok",
      text: "www.example.com is an alias of the load balancer",
      resources: ["aws_route53_record.www"],
    },
    {
      hop: "tls",
      verdict: "ok",
      text: "The certificate covers www.example.com",
      resources: ["aws_acm_certificate.web"],
    },
    {
      hop: "listener",
      verdict: "ok",
      text: "Port 443 forwards, port 80 redirects",
      resources: ["aws_lb_listener.https", "aws_lb_listener.http"],
    },
    {
      hop: "target-group",
      verdict: "ok",
      text: "2 of 2 targets are healthy",
      resources: ["aws_lb_target_group.web"],
    },
    {
      hop: "target",
      verdict: "ok",
      text: "Both targets respond on port 8080",
      resources: ["aws_instance.web[0]", "aws_instance.web[1]"],
    },
  ],
  targets: TARGETS,
  requests: [],
  notModeled: ["aws_wafv2_web_acl_association.web: WAF rules are not applied"],
};

/** Requests of several kinds, the newest first. */
export function requests(count: number): Status["requests"] {
  return Array.from({ length: count }, (_, index) => {
    const at = new Date(Date.parse(AT) + (count - index) * 1000).toISOString();
    return { at, ...(KINDS[index % KINDS.length] ?? KINDS[0]) };
  });
}

const KINDS: readonly [Omit<Status["requests"][number], "at">, ...Omit<Status["requests"][number], "at">[]] = [
  {
    method: "GET",
    url: "https://www.example.com/",
    status: 200,
    ms: 3.4,
    hop: "target",
    text: "aws_lb_listener.https forwards to aws_lb_target_group.web",
    target: "aws_instance.web[0]",
    isAssumed: false,
  },
  {
    method: "GET",
    url: "http://www.example.com/a/long/path?with=a&query=string",
    status: 301,
    ms: 0.4,
    hop: "listener",
    text: "aws_lb_listener.http redirects to HTTPS",
    isAssumed: false,
  },
  {
    method: "POST",
    url: "https://www.example.com/cart",
    status: 200,
    ms: 12,
    hop: "target",
    text: "aws_lb_listener.https forwards to aws_lb_target_group.web",
    target: "aws_instance.web[1]",
    isAssumed: true,
  },
  {
    method: "GET",
    url: "https://www.example.com/missing",
    status: 404,
    ms: 2,
    hop: "target",
    text: "aws_lb_listener.https forwards to aws_lb_target_group.web",
    target: "aws_instance.web[0]",
    isAssumed: false,
  },
  {
    method: "GET",
    url: "https://www.example.com/slow",
    status: 504,
    ms: 1000,
    hop: "target",
    text: "aws_security_group_rule.in allows port 8080 from sg-1 only, so the target never answered",
    isAssumed: false,
  },
  {
    method: "",
    url: "https://*:443",
    ms: 10_000,
    hop: "listener",
    text: "aws_security_group.alb allows port 443 from 198.51.100.0/24 only",
    isAssumed: false,
  },
];

export function watchedSite(first: Status = OK_STATUS): WatchedSite {
  const listeners = new Set<() => void>();
  const calls: string[] = [];
  let status = first;
  const change = (part: Partial<Status>) => {
    status = { ...status, ...part };
    for (const listener of listeners) listener();
  };
  const run = async (action: "stop" | "start", id: string) => {
    calls.push(`${action} ${id}`);
    if (!status.targets.some((it) => it.id === id)) return false;
    change({
      targets: status.targets.map((it) =>
        it.id === id
          ? { ...it, isRunning: action === "start", health: action === "start" ? "initial" : it.health }
          : it,
      ),
    });
    return true;
  };
  return {
    status: () => status,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: (id) => run("stop", id),
    start: (id) => run("start", id),
    change,
    calls,
    watching: () => listeners.size,
  };
}
