import type { SshProps } from "../server-props";
import { flag, idText, list, object, oneOf, text, whole } from "../values";
import type { InstancesProps } from "../web-stack-props";
import { isCidr } from "./ranges-schema";

export const instances = object<InstancesProps>(
  {},
  {
    count: whole(1, 100, ""),
    type: text(
      (it) => /^(?!mac)[a-z][a-z0-9-]*\d[a-z0-9-]*\.(\d*x?large|nano|micro|small|medium|metal[a-z0-9-]*)$/.test(it),
      'must be an EC2 instance type that runs Linux, such as "t3.micro" or "t4g.small"',
    ),
    diskGiB: whole(8, 16384, " of GiB"),
    placement: oneOf(["private", "public"]),
    detailedMonitoring: flag(),
  },
);

export const ssh = object<SshProps>(
  {
    cidrs: list(
      text(
        (it) => isCidr(it, 8, 32),
        'must be an IPv4 range from /8 to /32 without host bits, such as "203.0.113.7/32"',
      ),
      1,
      20,
      "must be a list of 1 to 20 different IPv4 ranges",
    ),
  },
  { keyName: idText((it) => /^[\x20-\x7e]{1,255}$/.test(it), "must be the name of an EC2 key pair") },
);
