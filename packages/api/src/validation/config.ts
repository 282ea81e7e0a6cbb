import type { ConfigMap, Secret } from "../types.ts";
import { invalidEach } from "./causes.ts";
import type { Causes } from "./causes.ts";
import { isSame } from "./equal.ts";
import { field } from "./field-errors.ts";
import { configKeyProblems } from "./formats.ts";

const maxBytes = 1024 * 1024;
/** Keys that a type of secret must have; of `basic-auth` one is enough. */
const neededKeys: Readonly<Record<string, readonly string[]>> = {
  "kubernetes.io/dockercfg": [".dockercfg"],
  "kubernetes.io/dockerconfigjson": [".dockerconfigjson"],
  "kubernetes.io/ssh-auth": ["ssh-privatekey"],
  "kubernetes.io/tls": ["tls.crt", "tls.key"],
};

/** Source: `ValidateConfigMap`. */
export function* configMapCauses(map: ConfigMap): Causes {
  const { data = {}, binaryData = {} } = map;
  for (const key of Object.keys(data)) {
    yield* invalidEach(`data[${key}]`, key, configKeyProblems(key));
    if (Object.hasOwn(binaryData, key))
      yield field.invalid(`data[${key}]`, key, "duplicate of key present in binaryData");
  }
  for (const key of Object.keys(binaryData)) yield* invalidEach(`binaryData[${key}]`, key, configKeyProblems(key));
  const texts = Object.values(data).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (texts + decodedBytes(binaryData) > maxBytes) yield field.tooLong("", maxBytes);
}

export function* configMapUpdateCauses(next: ConfigMap, before: ConfigMap): Causes {
  if (before.immutable === true) yield* frozenCauses(next, before);
  yield* configMapCauses(next);
}

/** Source: `ValidateSecret`. */
export function* secretCauses(secret: Secret): Causes {
  const { data = {}, type = "Opaque" } = secret;
  for (const key of Object.keys(data)) yield* invalidEach(`data[${key}]`, key, configKeyProblems(key));
  if (decodedBytes(data) > maxBytes) yield field.tooLong("data", maxBytes);
  for (const key of neededKeys[type] ?? []) if (!data[key]) yield field.required(`data[${key}]`);
  if (type === "kubernetes.io/basic-auth" && data["username"] === undefined && data["password"] === undefined) {
    yield field.required("data[username]");
    yield field.required("data[password]");
  }
  const account = "kubernetes.io/service-account.name";
  if (type === "kubernetes.io/service-account-token" && !secret.metadata.annotations?.[account]) {
    yield field.required(`metadata.annotations[${account}]`);
  }
}

export function* secretUpdateCauses(next: Secret, before: Secret): Causes {
  if (next.type !== before.type) yield field.invalid("type", next.type, "field is immutable");
  if (before.immutable === true) yield* frozenCauses(next, before);
  yield* secretCauses(next);
}

function* frozenCauses(next: ConfigMap | Secret, before: ConfigMap | Secret): Causes {
  const message = "field is immutable when `immutable` is set";
  if (next.immutable !== true) yield field.forbidden("immutable", message);
  if (!isSame(next.data, before.data)) yield field.forbidden("data", message);
  const [binary, binaryBefore] = [next, before].map((each) => ("binaryData" in each ? each.binaryData : undefined));
  if (!isSame(binary, binaryBefore)) yield field.forbidden("binaryData", message);
}

function decodedBytes(data: Readonly<Record<string, string>>): number {
  return Object.values(data).reduce((sum, text) => sum + Buffer.byteLength(text, "base64"), 0);
}
