export { createRegistry } from "./registry/create-registry.ts";
export type { RegistryOptions } from "./registry/create-registry.ts";
export type { Registry } from "./registry/registry.ts";
