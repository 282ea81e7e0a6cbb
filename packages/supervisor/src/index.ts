export { startSupervisor } from "./supervisor.ts";
export type { StopHow, Supervisor, SupervisorOptions } from "./supervisor.ts";
