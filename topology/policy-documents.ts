import type { Fields } from "./fields";
import { Deferred } from "./fields";
import type { Resource, Source } from "./source";
import { type Attr, Unknown } from "./value";

/* Policies assembled by a data source. */

/** Reads a policy's text; for an `aws_iam_policy_document` its resulting text. */
export function policyReader(source: Source): (resource: Resource, argument: string) => Attr<string> {
  const documents = new Map(source.ofType("data.aws_iam_policy_document").map((it) => [it.address, it]));
  return ({ fields }, argument) => {
    const text = fields.text(argument);
    if (typeof text === "string" && text.trimStart().startsWith("{")) return text;
    const document = [...fields.through(argument)]
      .map((address) => documents.get(address))
      .find((it) => it !== undefined);
    if (document !== undefined) return textOf(document);
    return typeof text === "string" ? new Unknown(fields.address, argument, "its text is known after apply") : text;
  };
}

function textOf({ fields, address }: Resource): Attr<string> {
  const json = fields.text("json");
  if (typeof json === "string" && json.trimStart().startsWith("{")) return json;
  const beside = ["source_policy_documents", "override_policy_documents", "source_json", "override_json"].find((it) =>
    fields.isSet(it),
  );
  if (beside !== undefined) return new Unknown(address, beside, "other documents are merged into it");
  const { items, open } = fields.blocks("statement");
  if (open !== undefined) return open;
  const statements = items.map((it) => ({
    Effect: it.text("effect") ?? "Allow",
    ...listed(it, "actions", "Action"),
    ...listed(it, "not_actions", "NotAction"),
    ...listed(it, "resources", "Resource"),
    ...listed(it, "not_resources", "NotResource"),
    ...principals(it, "principals", "Principal"),
    ...principals(it, "not_principals", "NotPrincipal"),
  }));
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

function listed(block: Fields, argument: string, name: string): Record<string, unknown> {
  return block.isSet(argument) ? { [name]: texts(block, argument) } : {};
}

/** The references of a text; the text around them is not in a plan. */
function texts(block: Fields, argument: string): string[] {
  const raw = block.raw(argument);
  const items: readonly unknown[] = Array.isArray(raw) ? raw : [raw];
  return items.flatMap((it) => {
    if (typeof it === "string") return [it];
    const symbols =
      it instanceof Deferred ? it.resolve(undefined).values.filter((value) => typeof value === "string") : [];
    return [
      symbols.length === 1 && symbols[0]?.startsWith("arn:") === true
        ? symbols[0]
        : `\${${symbols.map((symbol) => symbol.replace(/^\$\{|\}$/g, "")).join(" and ") || "left open"}}…`,
    ];
  });
}

function principals(block: Fields, argument: string, name: string): Record<string, unknown> {
  const { items, open } = block.blocks(argument);
  if (items.length === 0 && open === undefined) return {};
  const byType = new Map<string, string[]>();
  for (const it of items) {
    const type = it.text("type");
    const key = typeof type === "string" ? (type === "*" ? "AWS" : type) : "AWS";
    byType.set(key, [...(byType.get(key) ?? []), ...texts(it, "identifiers")]);
  }
  if (open !== undefined) byType.set("AWS", [...(byType.get("AWS") ?? []), "${left open}…"]);
  return { [name]: Object.fromEntries(byType) };
}
