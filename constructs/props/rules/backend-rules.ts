import { rule, when } from "./prop-rule";

export const backendIsOneKind = rule(["backend"], (_, { backend }) => {
  const kinds = typeof backend === "object" ? Object.values(backend).filter((kind) => kind !== undefined) : ["local"];
  return when(kinds.length !== 1, "backend", backend, 'must be exactly one of "local", { s3: … } and { cloud: … }');
});

/** The bucket that npx alb-web bootstrap creates stores other objects there, and some of them expire. */
export const stateIsInPlaceOfItsOwn = rule(["backend"], ({ backend }) => {
  const key = "s3" in backend ? backend.s3.key : "";
  return [
    ...when(
      /^(alb-web|bootstrap|deploys|plans)\//.test(key),
      "backend.s3.key",
      key,
      "must not begin with alb-web/, bootstrap/, deploys/ or plans/, which contain the bucket's own state and the " +
        "records of reviews and deploys; use another key, or another stack id",
    ),
    ...when(key.endsWith(".tflock"), "backend.s3.key", key, "must not end with .tflock, the suffix of lock files"),
  ];
});
