import { invalid, kindOf, type Cause, type Service } from "@ordinal/api";
import type { Admitted } from "./admission.ts";
import { checkFamilies } from "./ip-families.ts";
import { addressAt, firstDynamicOffset, offsetOf, parseRange, type ServiceRange } from "./service-range.ts";

/** Addresses that only one service may have, by their place in the range. */
const kept: ReadonlyMap<number, string> = new Map([
  [1, "default/kubernetes"],
  [10, "kube-system/kube-dns"],
]);

/** Hands out the service addresses of the cluster, each to one service at a time. Knows what `hold` and `letGo` told it. */
export class ServiceAddresses {
  readonly #range: ServiceRange;
  readonly #holders = new Map<string, string>();
  readonly #random: () => number;

  /** `cidr` such as `10.96.0.0/16`; `random` as Math.random. */
  constructor(cidr: string, random: () => number = Math.random) {
    this.#range = parseRange(cidr);
    this.#random = random;
  }

  /** Notes the address of a stored service. */
  hold(service: Service): void {
    const address = addressOf(service);
    if (address !== undefined) this.#holders.set(address, holderOf(service));
  }

  /** Frees the address of a service that is gone, or that has another one now. */
  letGo(before: Service, after: Service | undefined): void {
    const address = addressOf(before);
    if (address === undefined || (after !== undefined && addressOf(after) === address)) return;
    if (this.#holders.get(address) === holderOf(before)) this.#holders.delete(address);
  }

  /** The service with its address and what follows from it; throws ApiError Invalid when it cannot have that address. */
  reserve(next: Service, before: Service | undefined): Admitted {
    if (next.spec.type === "ExternalName") return { object: next, undo() {} };
    checkFamilies(next);
    const asked = next.spec.clusterIP ?? next.spec.clusterIPs?.[0] ?? "";
    if (asked === "None") return { object: withAddress(next, asked), undo() {} };
    const isOurs = asked !== "" && before !== undefined && addressOf(before) === asked;
    if (isOurs) return { object: withAddress(next, asked), undo() {} };

    const holder = holderOf(next);
    const address = asked === "" ? this.#pick(next, holder) : this.#checkAsked(next, asked);
    this.#holders.set(address, holder);
    return { object: withAddress(next, address), undo: () => void this.#holders.delete(address) };
  }

  #checkAsked(service: Service, asked: string): string {
    const offset = offsetOf(this.#range, asked);
    if (offset === undefined) {
      const why = `the provided IP (${asked}) is not in the valid range. The range of valid IPs is ${this.#range.cidr}`;
      throw cannotHave(service, asked, why);
    }
    const owner = kept.get(offset);
    const isKept = owner !== undefined && owner !== nameOf(service);
    if (isKept || this.#holders.has(asked)) throw cannotHave(service, asked, "provided IP is already allocated");
    return asked;
  }

  /** Any free address: from the upper part while there is one, from a random place on. */
  #pick(service: Service, holder: string): string {
    const own = [...kept].find(([, name]) => name === nameOf(service))?.[0];
    if (own !== undefined && this.#isFree(own, holder)) return addressAt(this.#range, own);
    const first = firstDynamicOffset(this.#range);
    const upper = this.#pickBetween(first, this.#range.size) ?? this.#pickBetween(1, first - 1);
    if (upper === undefined) throw cannotHave(service, "", "range is full");
    return upper;
  }

  #pickBetween(low: number, high: number): string | undefined {
    const count = high - low + 1;
    const start = Math.floor(this.#random() * count);
    for (let step = 0; step < count; step += 1) {
      const offset = low + ((start + step) % count);
      if (!kept.has(offset) && this.#isFree(offset)) return addressAt(this.#range, offset);
    }
    return undefined;
  }

  #isFree(offset: number, holder?: string): boolean {
    const present = this.#holders.get(addressAt(this.#range, offset));
    return present === undefined || present === holder;
  }
}

function addressOf(service: Service): string | undefined {
  const address = service.spec.clusterIP ?? "";
  return address === "" || address === "None" ? undefined : address;
}

function nameOf({ metadata }: Service): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function holderOf(service: Service): string {
  return `${nameOf(service)}/${service.metadata.uid}`;
}

function withAddress(service: Service, address: string): Service {
  const { ipFamilies = ["IPv4"], ipFamilyPolicy = "SingleStack" } = service.spec;
  return {
    ...service,
    spec: { ...service.spec, clusterIP: address, clusterIPs: [address], ipFamilies, ipFamilyPolicy },
  };
}

/** Upstream prints the list in Go's syntax. */
function cannotHave(service: Service, asked: string, why: string): Error {
  const list = asked === "" ? "[]string(nil)" : `[]string{${JSON.stringify(asked)}}`;
  const problem = asked === "" ? `failed to allocate a serviceIP: ${why}` : `failed to allocate IP ${asked}: ${why}`;
  const cause: Cause = {
    reason: "FieldValueInvalid",
    message: `Invalid value: ${list}: ${problem}`,
    field: "spec.clusterIPs",
  };
  return invalid(kindOf("services"), service.metadata.name, [cause]);
}
