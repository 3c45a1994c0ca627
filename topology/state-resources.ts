import { type Json, listOf, objectOf, own } from "./json";

/** The resources of a state's root module and of all modules below it. */
export function* resourcesIn(root: unknown): Iterable<Json> {
  const modules: unknown[] = [root];
  for (let module = modules.pop(); module !== undefined; module = modules.pop()) {
    for (const item of listOf(own(module, "resources"))) yield objectOf(item);
    modules.push(...listOf(own(module, "child_modules")));
  }
}
