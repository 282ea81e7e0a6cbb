export { createInformers } from "./informers.ts";
export type { Informers, InformersOptions } from "./informers.ts";
export type { ControllerOptions } from "./controller-options.ts";
