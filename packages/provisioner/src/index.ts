export { startProvisioner } from "./provisioner.ts";
export type { ProvisionerOptions } from "./provisioner.ts";
export { parseLocalPathConfig } from "./local-path/parse-config.ts";
export type { ClassPaths, LocalPathConfig, LocalPathSettings } from "./local-path/local-path-config.ts";
export { emptyEntry, lookIntoTrash } from "./trash/browse.ts";
export { parseDuration, showDuration } from "./trash/duration.ts";
export type { Stray, TrashEntry } from "./trash/entries.ts";
export { parseFreeSpace } from "./trash/free-space.ts";
export type { FreeSpace } from "./trash/free-space.ts";
