import type { EndpointSlice, Service } from "@ordinal/api";
import { endpointDifference } from "./endpoint-difference.ts";
import type { Fact } from "./fact.ts";
import { endpointFacts, serviceFacts } from "./makers.ts";
import { placesOf, placesWithout } from "./places.ts";
import type { RecordSettings } from "./settings.ts";

/** What was said and what is said instead, as far as it can differ; what is in both may be left out of both. */
export interface FactChange {
  readonly before: readonly Fact[];
  readonly after: readonly Fact[];
}

/** A slice with the service it belongs to. */
export interface OwnedSlice {
  readonly slice: EndpointSlice;
  readonly service: Service | undefined;
}

/** What a slice's change changes. Endpoints that stay as they are cost a comparison. */
export function sliceChange(
  before: OwnedSlice | undefined,
  after: OwnedSlice | undefined,
  settings: RecordSettings,
): FactChange {
  if (before === undefined || after === undefined || !hasSamePlaceAndPorts(before, after)) {
    return { before: ownedFacts(before, settings), after: ownedFacts(after, settings) };
  }
  const { removed, added } = endpointDifference(before.slice.endpoints ?? [], after.slice.endpoints ?? []);
  return {
    before: ownedFacts({ ...before, slice: { ...before.slice, endpoints: removed } }, settings),
    after: ownedFacts({ ...after, slice: { ...after.slice, endpoints: added } }, settings),
  };
}

/** A service, and the settings it is looked at under. */
export interface ServiceUnder {
  readonly service: Service | undefined;
  readonly settings: RecordSettings;
}

/** What a service's change changes, or that of the settings: its own facts, and its slices' where the places of their names do. */
export function serviceChange(before: ServiceUnder, after: ServiceUnder, slices: readonly EndpointSlice[]): FactChange {
  const placesBefore = placesOf(before.service, before.settings);
  const placesAfter = placesOf(after.service, after.settings);
  const gone = placesWithout(placesBefore, placesAfter);
  const come = placesWithout(placesAfter, placesBefore);
  return {
    before: [
      ...serviceFacts(before.service, before.settings),
      ...slices.flatMap((slice) => endpointFacts(slice, gone, before.settings)),
    ],
    after: [
      ...serviceFacts(after.service, after.settings),
      ...slices.flatMap((slice) => endpointFacts(slice, come, after.settings)),
    ],
  };
}

function ownedFacts(owned: OwnedSlice | undefined, settings: RecordSettings): readonly Fact[] {
  return owned === undefined ? [] : endpointFacts(owned.slice, placesOf(owned.service, settings), settings);
}

function hasSamePlaceAndPorts(a: OwnedSlice, b: OwnedSlice): boolean {
  return (
    a.service === b.service &&
    a.slice.addressType === b.slice.addressType &&
    JSON.stringify(a.slice.ports ?? []) === JSON.stringify(b.slice.ports ?? [])
  );
}
