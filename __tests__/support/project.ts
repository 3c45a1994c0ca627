import { join, resolve } from "node:path";

/** The project's folder. */
export const PROJECT = resolve(__dirname, "../..");
export const FIXTURES = join(PROJECT, "__tests__/fixtures");
