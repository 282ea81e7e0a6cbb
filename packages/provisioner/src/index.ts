export { startProvisioner } from "./provisioner.ts";
export type { ProvisionerOptions } from "./provisioner.ts";
