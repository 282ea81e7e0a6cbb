export { keyOf, refOf } from "./client.ts";
export type {
  Client,
  DeleteOptions,
  List,
  ListOptions,
  Patch,
  PatchType,
  Ref,
  UpdateOptions,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from "./client.ts";
export { createEventRecorder } from "./events.ts";
export type { EventRecorder, EventRecorderOptions, Happening } from "./events.ts";
export { startInformer } from "./informer.ts";
export type { Change, Informer, InformerOptions } from "./informer.ts";
