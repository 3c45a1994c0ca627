import type { SynthesizedJson } from "../mutant";
import { all } from "../pick";
import { named } from "./site";

export const HASH = "the state of an instance contains only a hash of its user data";

export const NO_CHANGE = "it contains the target configuration, not the changes";

export const NEW_PLAN =
  "a plan of something new changes nothing in place; `__tests__/unit/path/rules/servers.test.ts` holds the rule " +
  "in a plan of a change";

export const instances = (stack: SynthesizedJson) => all(stack, "aws_instance").map(({ body }) => body);

export const template = (stack: SynthesizedJson) => named(stack, "aws_launch_template", "app");

export const subnet = (stack: SynthesizedJson, name: string) => {
  const found = all(stack, "aws_subnet").find(({ address }) => address.includes(`network_${name}_`));
  if (found === undefined) throw new Error(`no subnet ${name}`);
  return `\${${found.address}.id}`;
};

export const encoded = (text: string) => Buffer.from(text).toString("base64");

export const withUserData = (stack: SynthesizedJson, change: (text: string) => string) => {
  for (const it of instances(stack)) it.user_data = change(String(it.user_data));
};

/** Amazon Linux's Docker, and an image from the internet. */
export const containerScript = (port: number) => `#!/bin/bash
dnf install -y docker
systemctl enable --now docker
docker run -d --restart always -p ${port}:80 nginx
`;
