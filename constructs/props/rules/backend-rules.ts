import { rule, when } from "./prop-rule";

export const backendIsOneKind = rule(["backend"], (_, { backend }) => {
  const kinds = typeof backend === "object" ? Object.values(backend).filter((kind) => kind !== undefined) : ["local"];
  return when(kinds.length !== 1, "backend", backend, 'must be one of "local", { s3: … } and { cloud: … }');
});

/** The bucket that npx alb-web bootstrap makes has other things there, and lets some of them expire. */
export const stateIsInPlaceOfItsOwn = rule(["backend"], ({ backend }) => {
  const key = "s3" in backend ? backend.s3.key : "";
  return [
    ...when(
      /^(alb-web|bootstrap|deploys|plans)\//.test(key),
      "backend.s3.key",
      key,
      "must be a key outside alb-web/, bootstrap/, deploys/ and plans/, where the bucket keeps its own state " +
        "and what was reviewed and deployed; give another key, or the stack another id",
    ),
    ...when(key.endsWith(".tflock"), "backend.s3.key", key, "must not end with .tflock, as the key of a lock does"),
  ];
});
