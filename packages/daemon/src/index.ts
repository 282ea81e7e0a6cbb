export { readSettings } from "./settings.ts";
export type { Settings, Surroundings } from "./settings.ts";
export { wire } from "./wire.ts";
export type { Daemon } from "./wire.ts";
