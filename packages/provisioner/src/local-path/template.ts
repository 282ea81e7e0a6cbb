import type { PersistentVolumeClaim, Result } from "@ordinal/api";

/** What a pattern may speak of. */
export interface TemplateData {
  readonly volumeName: string;
  readonly claim: PersistentVolumeClaim["metadata"];
}

/**
 * Fills in a pattern of rancher's, the part of Go's templates that patterns are made of: `{{ .PVName }}`,
 * `{{ .PVC.Namespace }}`, `{{ .PVC.Labels.app }}`, `{{ index .PVC.Annotations "example.com/path" }}`. Fields may be written
 * with a small letter. A label or annotation that is not there is an error, never an empty text in the middle of a path.
 */
export function fillTemplate(pattern: string, data: TemplateData): Result<string, string> {
  let problem: string | undefined;
  const filled = pattern.replaceAll(/\{\{-?\s*(?<action>[^{}]*?)\s*-?\}\}/g, (...found) => {
    const { action } = found.at(-1) as { readonly action: string };
    const value = valueOf(action, data);
    if (!value.ok) problem ??= value.error;
    return value.ok ? value.value : "";
  });
  if (problem === undefined && /\{\{|\}\}/.test(pattern.replaceAll(/\{\{[^{}]*\}\}/g, "")))
    problem = "an opening {{ or a closing }} is missing";
  return problem === undefined
    ? { ok: true, value: filled }
    : { ok: false, error: `pattern ${JSON.stringify(pattern)}: ${problem}` };
}

function valueOf(action: string, { volumeName, claim }: TemplateData): Result<string, string> {
  const { field, key } = parse(action);
  switch (field) {
    case "PVName":
      return key === undefined ? { ok: true, value: volumeName } : unknown(action);
    case "PVC.Namespace":
      return key === undefined ? { ok: true, value: claim.namespace ?? "" } : unknown(action);
    case "PVC.Name":
      return key === undefined ? { ok: true, value: claim.name } : unknown(action);
    case "PVC.UID":
      return key === undefined ? { ok: true, value: claim.uid } : unknown(action);
    case "PVC.Labels":
      return entry("label", claim.labels, key);
    case "PVC.Annotations":
      return entry("annotation", claim.annotations, key);
    default:
      return unknown(action);
  }
}

function entry(what: string, entries: Readonly<Record<string, string>> = {}, key = ""): Result<string, string> {
  const value = Object.hasOwn(entries, key) ? entries[key] : undefined;
  if (value !== undefined) return { ok: true, value };
  return { ok: false, error: `the claim has no ${what} ${JSON.stringify(key)}` };
}

function unknown(action: string): Result<string, string> {
  const known = '.PVName, .PVC.Namespace, .PVC.Name, .PVC.UID, .PVC.Labels.NAME, index .PVC.Annotations "NAME"';
  return { ok: false, error: `{{ ${action} }} is not known; known are ${known}` };
}

/** A field by its Go name, and the key of a map. */
function parse(action: string): { readonly field: string; readonly key: string | undefined } {
  const indexed = /^index\s+\.PVC\.(?<map>\w+)\s+"(?<key>[^"\\]*)"$/.exec(action)?.groups;
  if (indexed !== undefined) return { field: `PVC.${goName(indexed["map"] ?? "")}`, key: indexed["key"] };
  if (action === ".PVName") return { field: "PVName", key: undefined };
  const dotted = /^\.PVC\.(?<name>\w+)(?:\.(?<key>\w+))?$/.exec(action)?.groups;
  return { field: `PVC.${goName(dotted?.["name"] ?? "")}`, key: dotted?.["key"] };
}

function goName(name: string): string {
  return name.toLowerCase() === "uid" ? "UID" : name.slice(0, 1).toUpperCase() + name.slice(1);
}
