export { createInformers } from "./informers.ts";
export type { Informers, InformersOptions } from "./informers.ts";
export type { ControllerOptions } from "./controller-options.ts";
export { startBindingController } from "./binding/binding-controller.ts";
export { startEndpointsController } from "./endpoints/endpoints-controller.ts";
export { startScheduler } from "./schedule/scheduler.ts";
export { startStatefulSetController } from "./statefulset/statefulset-controller.ts";
