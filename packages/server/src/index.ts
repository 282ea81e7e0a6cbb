export { startApiServer } from "./http/api-server.ts";
export type { ApiServer, ApiServerOptions } from "./http/api-server.ts";
export type { HealthCheck } from "./http/health.ts";
export { createRegistry } from "./registry/create-registry.ts";
export type { RegistryOptions } from "./registry/create-registry.ts";
export type { Registry } from "./registry/registry.ts";
export { acceptStream } from "./streams/accept-stream.ts";
export type { StreamVerb } from "./streams/negotiate.ts";
export type {
  AttachRequest,
  ExecRequest,
  LogRequest,
  PodStreams,
  StreamSession,
  StreamTarget,
  TerminalSize,
} from "./streams/pod-streams.ts";
export { sendLog } from "./streams/send-log.ts";
export type { LogAsk } from "./streams/send-log.ts";
export type { StreamAsk } from "./streams/stream-ask.ts";
export type { Credentials } from "./tls/credentials.ts";
export { ensureCredentials, ensureServerCertificate } from "./tls/ensure-credentials.ts";
export type { EnsureCredentialsOptions, EnsureServerCertificateOptions } from "./tls/ensure-credentials.ts";
export { writeKubeconfig } from "./tls/kubeconfig.ts";
export type { KubeconfigOptions } from "./tls/kubeconfig.ts";
