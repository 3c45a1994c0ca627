/** An action that the roles' policies allow though no rehearsal of a deploy, plan and destroy calls it. */
export interface NotRecorded {
  /** `by an edit`: terraform calls it for a change of a site that stands; `never`: AWS checks it along with another call. */
  readonly called: "by an edit" | "never";
  /** Along with which call AWS checks it, or what the edit is. */
  readonly why: string;
}

/** What the roles may do beyond what rehearsals recorded; nothing else may stand in their policies. */
export const NOT_RECORDED: Readonly<Record<string, NotRecorded>> = {
};
