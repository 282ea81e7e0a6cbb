import { parse } from "yaml";

/** Any YAML document as plain values. A file of its own, so that it is loaded only where it is needed. */
export function parseYaml(text: string): unknown {
  return parse(text) as unknown;
}
