export { startSupervisor } from "./supervisor.ts";
export type { StopHow, Supervisor, SupervisorOptions } from "./supervisor.ts";
export { createSandboxRuntime } from "./runtime/sandbox/create-sandbox-runtime.ts";
export type { SandboxRuntimeOptions } from "./runtime/sandbox/create-sandbox-runtime.ts";
export type { PodRuntime } from "./pod-runtime.ts";
