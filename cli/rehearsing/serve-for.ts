import { readFile } from "node:fs/promises";
import { HOW_TO_GET_NGINX } from "../../machine/setup/nginx";
import type { Serve } from "../../rehearsal/served";
import { CACHE } from "../project/project";
import { CLIENT, serveDocument } from "../serve/serve";
import { STAND_IN_HEADER } from "../serve/targets/stand-in";

export interface ServeForOptions {
  /** Why NGINX could not be installed. */
  readonly withoutNginx?: string;
  /** The folder of an authority for this run; the user's own need not be writable. */
  readonly authorityFolder: string;
}

/**
 * Serves the sites of a rehearsal as `alb-web serve` does.
 * @param source what is served, such as `stack web`
 */
export function serveFor(source: string, { withoutNginx, authorityFolder }: ServeForOptions): Serve {
  return async (document, { clock }) => {
    const place = { client: CLIENT, cacheDir: CACHE, env: process.env, authorityFolder };
    const served = await serveDocument(document, { source, clock, ...place });
    try {
      const lacking = served.targets.find(({ reason }) => reason?.includes(HOW_TO_GET_NGINX))?.reason;
      return {
        ...served,
        ca: await readFile(served.ca, "utf8"),
        standInHeader: STAND_IN_HEADER,
        withoutNginx: lacking === undefined ? undefined : (withoutNginx ?? lacking),
        status: () => served.status().targets,
      };
    } catch (error) {
      await served.close();
      throw error;
    }
  };
}
