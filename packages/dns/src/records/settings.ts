/** Which records there are, as far as that is a matter of choice. */
export interface RecordSettings {
  /**
   * Names of pods by their dashed address: none; any address, made up when asked for; or the addresses of the pods there are.
   * Source: CoreDNS plugin/kubernetes, `pods`.
   */
  readonly podNames: "disabled" | "insecure" | "verified";
  /** Whether there is a zone that services are seen in from outside. */
  readonly hasExternalZones: boolean;
  /** An endpoint without hostname is called as its pod. Defaults to false. Source: CoreDNS `endpoint_pod_names`. */
  readonly endpointPodNames?: boolean;
}
