import { type ServedDoor, type Site, siteOf } from "../../../../path/serve/site";
import { readTopology } from "../../../../topology/topology";
import {
  type Blocks,
  fixedResponse,
  forwardTo,
  group,
  listener,
  type SiteOptions,
  site,
} from "../../../serve-cases/site";

/* What a file contains that can be served. */

const read = (options: SiteOptions = {}): Site => siteOf(readTopology(site(options)));
const door = ({ balancer, port, protocol, listener: its, refused }: ServedDoor) =>
  `${balancer.address}:${port} ${protocol} ${its?.address ?? "no listener"}${refused === undefined ? "" : `: ${refused.text}`}`;
const doors = (options?: SiteOptions) => read(options).doors.map(door);
const urls = (options?: SiteOptions) => read(options).urls.map(({ url }) => url.href);
const HTTP = "aws_lb.web:80 HTTP aws_lb_listener.http";
const HTTPS = "aws_lb.web:443 HTTPS aws_lb_listener.https";

describe("doors", () => {
  test("are the ports of the listeners", () => {
    expect(doors()).toEqual([HTTP, HTTPS]);
  });

  test("are one for each port, that of the first listener", () => {
    const second = { "aws_lb_listener.second": listener(443, fixedResponse(200)) };
    expect(doors({ with: [second] }).filter((it) => it.includes(":443 "))).toEqual([
      expect.stringMatching(/^aws_lb.web:443 HTTPS aws_lb_listener.https: .* \(P27\)$/),
    ]);
  });

  test("are absent for a port that is not known", () => {
    expect(doors({ change: { "aws_lb_listener.http": { port: "${var.port}" } } })).not.toContain(HTTP);
  });

  test("are of Application Load Balancers only", () => {
    const network: Blocks = {
      "aws_lb.tcp": { load_balancer_type: "network", subnets: ["${aws_subnet.public_a.id}"] },
      "aws_lb_listener.tcp": {
        load_balancer_arn: "${aws_lb.tcp.arn}",
        port: 22,
        protocol: "TCP",
        default_action: [forwardTo("web")],
      },
    };
    expect(doors({ with: [network] })).toEqual([HTTP, HTTPS]);
  });

  test("use TLS if their listener does, or if its protocol is not known and it has a certificate", () => {
    const protocol = (text: string | undefined) => ({ change: { "aws_lb_listener.https": { protocol: text } } });
    expect(doors(protocol("https"))[1]).toMatch(/^aws_lb.web:443 HTTPS/);
    expect(doors(protocol("${var.protocol}"))[1]).toMatch(/^aws_lb.web:443 HTTPS/);
    expect(doors(protocol("HTTP"))[1]).toMatch(/^aws_lb.web:443 HTTP /);
    expect(doors(protocol(undefined))[1]).toMatch(/^aws_lb.web:443 HTTP /);
    expect(doors({ change: { "aws_lb_listener.http": { protocol: "${var.protocol}" } } })[0]).toMatch(
      /^aws_lb.web:80 HTTP /,
    );
  });

  test("without a listener are added where a URL needs them, and say why", () => {
    const without = ["aws_lb_listener.https"];
    const change = { "aws_lb_listener.http": { default_action: [forwardTo("web")] } };
    expect(doors({ without })).toEqual([
      HTTP,
      "aws_lb.web:443 HTTPS no listener: aws_lb.web has no listener on port 443",
    ]);
    expect(doors({ without, change })[0]).toBe(HTTP);
  });

  test("without a listener name what is not known of it", () => {
    const all = doors({ change: { "aws_lb_listener.https": { port: "${var.port}" } } });
    expect(all[1]).toMatch(/^aws_lb.web:443 HTTPS no listener: aws_lb_listener.https: port is not known: /);
  });
});

describe("URLs", () => {
  test("are those of the names, and of the load balancer's own on the ports without TLS", () => {
    expect(urls()).toEqual([
      "http://www.example.com/",
      "https://www.example.com/",
      "http://web-0000000001.us-east-1.elb.amazonaws.com/",
    ]);
    expect(read().urls.map(({ isOwnName }) => isOwnName)).toEqual([false, false, true]);
    expect(read().urls.map((it) => door(it.door))).toEqual([HTTP, HTTPS, HTTP]);
  });

  test("of a load balancer without a record are its own, once", () => {
    const all = read({ without: ["aws_route53_record.www_example_com"] });
    expect(all.urls.every(({ isOwnName }) => isOwnName)).toBe(true);
    const texts = all.urls.map(({ url }) => url.href);
    expect(new Set(texts).size).toBe(texts.length);
    expect(texts).toContain("http://web-0000000001.us-east-1.elb.amazonaws.com/");
  });

  test("have the port of their listener", () => {
    const other = { "aws_lb_listener.other": listener(8080, fixedResponse(200)) };
    expect(urls({ with: [other] })).toContain("http://web-0000000001.us-east-1.elb.amazonaws.com:8080/");
  });

  test("of names that are not names are left out", () => {
    const change = { "aws_route53_record.www_example_com": { name: "a b.example.com" } };
    expect(urls({ change }).filter((it) => !it.includes("elb.amazonaws.com"))).toEqual([]);
  });

  test("of another load balancer lead to its doors", () => {
    const other: Blocks = {
      "aws_lb.other": { name: "other", subnets: ["${aws_subnet.public_a.id}", "${aws_subnet.public_b.id}"] },
      "aws_lb_listener.other": { ...listener(80, fixedResponse(200)), load_balancer_arn: "${aws_lb.other.arn}" },
    };
    const all = read({ with: [other] });
    const own = all.urls.filter(({ url }) => url.hostname.startsWith("other-"));
    expect(own.map((it) => door(it.door).replace(/: .*/, ""))).toEqual(["aws_lb.other:80 HTTP aws_lb_listener.other"]);
    expect(own.map(({ isOwnName }) => isOwnName)).toEqual([true]);
  });
});

describe("target groups", () => {
  test("that no listener forwards to are read and not used", () => {
    const { used, members } = read({ with: [group("spare", { port: 8080 })] });
    expect([...used].map(({ address }) => address)).toEqual(["aws_lb_target_group.web"]);
    expect([...members].map(([{ address }, its]) => [address, its.length])).toEqual([
      ["aws_lb_target_group.web", 2],
      ["aws_lb_target_group.spare", 1],
    ]);
  });

  test("of a data source are read only if a listener forwards to them", () => {
    const data: Blocks = { "data.aws_lb_target_group.old": { name: "old" } };
    const addresses = ({ members }: Site) => [...members.keys()].map(({ address }) => address);
    expect(addresses(read({ with: [data] }))).toEqual(["aws_lb_target_group.web"]);
    const action = { type: "forward", target_group_arn: "${data.aws_lb_target_group.old.arn}" };
    expect(
      addresses(read({ with: [data], change: { "aws_lb_listener.https": { default_action: [action] } } })),
    ).toEqual(["data.aws_lb_target_group.old", "aws_lb_target_group.web"]);
  });
});

test("each path has its report", () => {
  const { paths, report } = read();
  expect(paths.map(({ path, report: its }) => [path.url.href, its.url])).toEqual(
    report.paths.map(({ url }) => [new URL(url).href, url]),
  );
  expect(paths.map(({ report: its }) => its)).toEqual(report.paths);
});
