import { join, resolve } from "node:path";

/** The project's folder: three above this file, whether it runs from src or from dist. */
export const projectDir: string = resolve(import.meta.dirname, "../../..");

/** What a user may change: settings, image profiles, manifests. */
export const configDir: string = join(projectDir, "config");
