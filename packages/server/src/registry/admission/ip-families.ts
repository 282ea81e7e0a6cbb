import { invalid, kindOf, type Cause, type Service } from "@ordinal/api";

/** Services have IPv4 addresses only; asking for more is refused as upstream does on a cluster of one family. */
export function checkFamilies(service: Service): void {
  const { clusterIP, selector = {}, ipFamilyPolicy, ipFamilies = [], clusterIPs = [] } = service.spec;
  // Whoever keeps the endpoints of a service by hand may say of them what they like.
  if (clusterIP === "None" && Object.keys(selector).length === 0) return;
  const causes: Cause[] = ipFamilies.flatMap((family, index) =>
    family === "IPv4" ? [] : [cause(`spec.ipFamilies[${index}]`, family, "not configured on this cluster")],
  );
  if (ipFamilyPolicy === "RequireDualStack") {
    const why = "this cluster is not configured for dual-stack services";
    causes.push(cause("spec.ipFamilyPolicy", ipFamilyPolicy, why));
  }
  for (const [index, address] of clusterIPs.entries()) {
    if (address.includes(":"))
      causes.push(cause(`spec.clusterIPs[${index}]`, address, "IPv6 is not configured on this cluster"));
  }
  if (causes.length > 0) throw invalid(kindOf("services"), service.metadata.name, causes);
}

function cause(field: string, value: string, why: string): Cause {
  return { reason: "FieldValueInvalid", message: `Invalid value: ${JSON.stringify(value)}: ${why}`, field };
}
