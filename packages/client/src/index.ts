export { keyOf, refOf } from "./client.ts";
export type {
  Client,
  DeleteOptions,
  List,
  CreateOptions,
  ListOptions,
  Patch,
  PatchType,
  Ref,
  ReplaceOptions,
  UpdateOptions,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from "./client.ts";
export { createEventRecorder } from "./events.ts";
export type { EventRecorder, EventRecorderOptions, Happening } from "./events.ts";
export { startInformer } from "./informer.ts";
export type { Change, Informer, InformerOptions } from "./informer.ts";
export type { ClusterAccess, Credentials } from "./https/cluster-access.ts";
export { createHttpsClient } from "./https/https-client.ts";
export type { HttpsClient, HttpsClientOptions } from "./https/https-client.ts";
export { loadKubeconfig } from "./https/kubeconfig.ts";
export type { KubeconfigOptions } from "./https/kubeconfig.ts";
