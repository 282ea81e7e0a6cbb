export { startProvisioner } from "./provisioner.ts";
export type { ProvisionerOptions } from "./provisioner.ts";
export { parseLocalPathConfig } from "./local-path/parse-config.ts";
export type { ClassPaths, LocalPathConfig, LocalPathSettings } from "./local-path/local-path-config.ts";
