export { readSettings } from "./settings.ts";
export type { Settings } from "./settings.ts";
export type { Surroundings } from "./surroundings.ts";
export { wire } from "./wire.ts";
export type { Daemon } from "./wire.ts";
