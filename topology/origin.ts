import { blocksOf, type Json, listOf, objectOf, own } from "./json";
import { resourcesIn } from "./state-resources";

/** The tag that a `WebStack` puts on everything it creates, by its provider's default tags. */
const OWN_TAG = "alb-web:stack";

/**
 * Whether a plan, a state or a synthesized file comes from a stack of this project, so that findings can be fixed in
 * that stack's props. Only resources that the file creates count: data sources of another configuration can read this
 * project's resources with their tags.
 */
export function isOfThisProject(document: unknown): boolean {
  const { provider, resource_changes: changes, values } = objectOf(document);
  return (
    blocksOf(own(provider, "aws")).some(hasOwnDefaultTag) ||
    listOf(changes).some((it) => isTagged(objectOf(it), own(own(it, "change"), "after"))) ||
    [...resourcesIn(own(values, "root_module"))].some((it) => isTagged(it, own(it, "values")))
  );
}

function hasOwnDefaultTag(provider: unknown): boolean {
  return blocksOf(own(provider, "default_tags")).some((it) => hasOwnTag(own(it, "tags")));
}

function isTagged({ mode }: Json, values: unknown): boolean {
  return mode === "managed" && hasOwnTag(own(values, "tags_all"));
}

function hasOwnTag(tags: unknown): boolean {
  return typeof own(tags, OWN_TAG) === "string";
}
