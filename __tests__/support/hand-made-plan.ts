/* A plan as terraform writes it, with no more in it than a test is about. */

type Expressions = Readonly<Record<string, unknown>>;

interface PlannedBlock {
  readonly expressions?: Expressions;
  /** One instance for each key; absent for a block without `count` and `for_each`. */
  readonly keys?: readonly (string | number)[];
  /** What is known of every instance. */
  readonly after?: Readonly<Record<string, unknown>>;
  /** As a plan's `after_unknown`; absent: all arguments of `expressions`. */
  readonly unknown?: Readonly<Record<string, unknown>>;
  readonly forEach?: unknown;
  readonly count?: unknown;
}

export interface PlannedModule {
  /** By type and name, such as `aws_lb.web`. */
  readonly blocks?: Readonly<Record<string, PlannedBlock>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly calls?: Readonly<Record<string, PlannedCall>>;
}

interface PlannedCall {
  readonly expressions?: Expressions;
  readonly module: PlannedModule;
  readonly count?: unknown;
  readonly dependsOn?: readonly string[];
  /** Whether its `count` makes it. @default true */
  readonly isMade?: boolean;
}

/** An expression that refers to these, the most special first, as terraform lists them. */
export const refs = (...references: readonly string[]): object => ({ references });

export const constant = (value: unknown): object => ({ constant_value: value });

/** @param read data sources that were read for the plan, by type and name, with their values */
export function handMadePlan(
  root: PlannedModule,
  read: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {},
): Record<string, unknown> {
  const resources = Object.entries(read).map(([address, values]) => ({
    address: `data.${address}`,
    mode: "data",
    ...partsOf(address),
    values,
  }));
  return {
    format_version: "1.2",
    terraform_version: "1.11.4",
    resource_changes: changesOf(root, ""),
    prior_state: { values: { root_module: { resources } } },
    configuration: { provider_config: {}, root_module: configurationOf(root) },
  };
}

function configurationOf({
  blocks = {},
  outputs = {},
  variables = {},
  calls = {},
}: PlannedModule): Record<string, unknown> {
  return {
    resources: Object.entries(blocks).map(([address, block]) => ({
      address,
      mode: "managed",
      ...partsOf(address),
      provider_config_key: "aws",
      expressions: block.expressions ?? {},
      ...(block.forEach !== undefined && { for_each_expression: block.forEach }),
      ...(block.count !== undefined && { count_expression: block.count }),
    })),
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, expression]) => [name, { expression }])),
    variables,
    module_calls: Object.fromEntries(
      Object.entries(calls).map(([name, call]) => [
        name,
        {
          source: "./x",
          expressions: call.expressions ?? {},
          module: configurationOf(call.module),
          ...(call.count !== undefined && { count_expression: call.count }),
          ...(call.dependsOn !== undefined && { depends_on: call.dependsOn }),
        },
      ]),
    ),
  };
}

function changesOf({ blocks = {}, calls = {} }: PlannedModule, prefix: string): object[] {
  const own = Object.entries(blocks).flatMap(([address, block]) =>
    (block.keys ?? [undefined]).map((key) => ({
      address: `${prefix}${address}${key === undefined ? "" : `[${JSON.stringify(key)}]`}`,
      ...(prefix !== "" && { module_address: prefix.slice(0, -1) }),
      mode: "managed",
      ...partsOf(address),
      ...(key !== undefined && { index: key }),
      change: {
        actions: ["create"],
        before: null,
        after: block.after ?? {},
        after_unknown:
          block.unknown ?? Object.fromEntries(Object.keys(block.expressions ?? {}).map((name) => [name, true])),
      },
    })),
  );
  return [
    ...own,
    ...Object.entries(calls).flatMap(([name, call]) =>
      call.isMade === false ? [] : changesOf(call.module, `${prefix}module.${name}.`),
    ),
  ];
}

function partsOf(address: string): { readonly type: string; readonly name: string } {
  const [type = "", name = ""] = address.split(".");
  return { type, name };
}
