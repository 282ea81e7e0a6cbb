export { ApiError, isApiError } from "./api-error.ts";
export type { Cause, Reason, Status, StatusDetails } from "./api-error.ts";
export { withDefaults } from "./defaults/with-defaults.ts";
export { isJsonObject } from "./json.ts";
export type { JsonObject } from "./json.ts";
export { apiVersionOf, findKind, kindOf, kinds, qualifiedResource } from "./kinds.ts";
export type { Kind, ResourceName, Subresource } from "./kinds.ts";
export {
  annotations,
  finalizers,
  labelNameProblem,
  labels,
  ordinalPrefix,
  serviceNameProblem,
  subdomainNameProblem,
  wellKnown,
} from "./names.ts";
export { controllerOf, controllerReference } from "./owner.ts";
export {
  areContainersReady,
  areGatesOpen,
  claimNameOfVolume,
  claimNamesOf,
  foreignClaimProblem,
  isPodFinished,
  isPodReady,
  isTerminating,
  isWaitingForNames,
  namesNotServed,
  podCondition,
} from "./pods.ts";
export { parseQuantity, parseQuantityMilli, quantityValue } from "./quantity.ts";
export { resizeStatusOf, withResize } from "./resize.ts";
export type { ResizeChange, ResizeCondition, ResizeConditionType, ResizeStatus } from "./resize.ts";
export { amountOf, amountsOf, greatestOf, showAmount, sumOf } from "./quota/amounts.ts";
export type { Amount, Amounts } from "./quota/amounts.ts";
export { podResources } from "./quota/pod-resources.ts";
export { QuotaLedger } from "./quota/quota-ledger.ts";
export { computeUsage, isCheckedOnUpdate, isCounted } from "./quota/usage.ts";
export type { Result } from "./result.ts";
export { checkFields, checkType, decodingError, strictDecodingMessage } from "./schema/check-fields.ts";
export type { FieldReport } from "./schema/check-fields.ts";
export { listMergeOf } from "./schema/merge-keys.ts";
export type { ListMerge } from "./schema/merge-keys.ts";
export { descriptionsOf, fieldsOf, typeNameOf, typeNames } from "./schema/schema.ts";
export type { Field, Fields, FieldType, ValueType } from "./schema/schema.ts";
export {
  matches,
  parseFieldSelector,
  parseLabelSelector,
  selectorOf,
  selectorOfMap,
  showSelector,
} from "./selectors.ts";
export type { Requirement, Selector } from "./selectors.ts";
export { classNameOf, defaultClassOf, isDefaultClass, namesClass } from "./storage-classes.ts";
export type {
  ConfigMap,
  Container,
  ContainerPort,
  ContainerState,
  ContainerStatus,
  ControllerRevision,
  DeepReadonly,
  Draft,
  Endpoint,
  Endpoints,
  EndpointSlice,
  Event,
  KubeObject,
  LabelSelector,
  Lease,
  LimitRange,
  Namespace,
  Node,
  ObjectMeta,
  ObjectOf,
  ObjectReference,
  ObjectTypes,
  OwnerReference,
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeClaimTemplate,
  Pod,
  PodCondition,
  PodSpec,
  PodStatus,
  PodTemplate,
  Probe,
  ResourceQuota,
  Scale,
  Secret,
  Service,
  ServiceAccount,
  StatefulSet,
  StorageClass,
  Volume,
  VolumeMount,
  VolumeSnapshot,
  VolumeSnapshotClass,
  VolumeSnapshotContent,
} from "./types.ts";
export { invalid } from "./validation/field-errors.ts";
export { validateCreate, validateUpdate } from "./validation/validate.ts";
