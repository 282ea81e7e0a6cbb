import { labels, type EndpointSlice } from "@ordinal/api";

/** The service a slice belongs to, as `namespace/service`: nothing for a slice without the label. */
export function serviceKeysOfSlice({ metadata }: EndpointSlice): readonly string[] {
  const service = metadata.labels?.[labels.serviceName];
  return service === undefined ? [] : [`${metadata.namespace}/${service}`];
}
