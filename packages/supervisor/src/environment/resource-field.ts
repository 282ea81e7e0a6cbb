import { parseQuantityMilli, type Container, type Pod, type Result } from "@ordinal/api";

export interface ResourceSelector {
  /** `limits.memory`, `requests.cpu`, … */
  readonly resource: string;
  readonly divisor?: string;
  /** Which container; needed in volumes. */
  readonly containerName?: string;
}

/** What a limit means where none is set. */
export interface NodeCapacity {
  readonly cpus: number;
  readonly memoryBytes: number;
}

/** Reads a `resourceFieldRef`, in units of the divisor and rounded up. Source: `ExtractContainerResourceValue`. */
export function readResourceField(
  selector: ResourceSelector,
  { pod, container, capacity }: { readonly pod: Pod; readonly container?: Container; readonly capacity: NodeCapacity },
): Result<string, string> {
  const { containerName } = selector;
  const named = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].find(
    (each) => each.name === containerName,
  );
  const from = containerName === undefined || containerName === "" ? container : named;
  if (from === undefined) return { ok: false, error: `container ${containerName ?? ""} not found` };
  const [kind, ...rest] = selector.resource.split(".");
  const name = rest.join(".");
  if ((kind !== "limits" && kind !== "requests") || name === "") {
    return { ok: false, error: `Unsupported container resource : ${selector.resource}` };
  }
  const divisor = milli(selector.divisor, 1000n);
  const wanted = milli(from.resources?.[kind]?.[name], kind === "limits" ? milliOfNode(name, capacity) : 0n);
  return { ok: true, value: String((wanted + divisor - 1n) / divisor) };
}

function milli(quantity: string | undefined, otherwise: bigint): bigint {
  if (quantity === undefined) return otherwise;
  const parsed = parseQuantityMilli(quantity);
  return parsed.ok && parsed.value > 0n ? parsed.value : otherwise;
}

function milliOfNode(resource: string, { cpus, memoryBytes }: NodeCapacity): bigint {
  if (resource === "cpu") return BigInt(cpus) * 1000n;
  return resource === "memory" ? BigInt(memoryBytes) * 1000n : 0n;
}
