import { expect } from "chai";
import { routeOf, type Route } from "./route.ts";

describe("routeOf", () => {
  const cases: readonly (readonly [path: string, expected: string])[] = [
    ["/", "paths"],
    ["/version", "version"],
    ["/version/", "version"],
    ["/metrics", "metrics"],
    ["/livez", "health livez"],
    ["/readyz/ping", "health readyz ping"],
    ["/api", "groups api"],
    ["/apis", "groups apis"],
    ["/apis/apps", "group apps"],
    ["/api/v1", "group version  v1"],
    ["/apis/apps/v1", "group version apps v1"],
    ["/openapi/v2", "openapi v2"],
    ["/openapi/v3", "openapi v3"],
    ["/openapi/v3/apis/apps/v1", "openapi v3 document apis/apps/v1"],
    ["/api/v1/pods", "pods"],
    ["/api/v1/namespaces", "namespaces"],
    ["/api/v1/namespaces/a", "namespaces a"],
    ["/api/v1/namespaces/status", "namespaces status"],
    ["/api/v1/namespaces/a/status", "namespaces a status"],
    ["/api/v1/namespaces/a/finalize", "namespaces a finalize"],
    ["/api/v1/namespaces/a/pods", "pods in a"],
    ["/api/v1/namespaces/a/pods/p", "pods in a p"],
    ["/api/v1/namespaces/a/pods/p%2Fq", "pods in a p/q"],
    ["/api/v1/namespaces/a/pods/%ff", "pods in a %ff"],
    ["/api/v1/namespaces/a/pods/p/exec", "pods in a p exec"],
    ["/api/v1/namespaces/a/bindings", "pods in a  binding"],
    ["/apis/apps/v1/namespaces/a/statefulsets/web/scale", "statefulsets in a web scale"],
    ["/api/v1/nodes/n", "nodes n"],
    ["/api/v1/nodes/n/proxy/stats/summary", "node n stats/summary"],
    ["/api/v1/nodes/n/proxy/", "node n "],
    ["/apis/apps/v1/nodes/n/proxy/stats/summary", "nothing"],
    ["/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "review SelfSubjectAccessReview"],
    ["/apis/authorization.k8s.io/v1/namespaces/a/localsubjectaccessreviews", "review LocalSubjectAccessReview in a"],
    ["/apis/authorization.k8s.io/v1/localsubjectaccessreviews", "nothing"],
    ["/api/v1/namespaces/a/nodes", "nothing"],
    ["/api/v1/pods/p", "nothing"],
    ["/api/v1/namespaces/a/pods/p/nosuch", "nothing"],
    ["/api/v1/namespaces/a/pods/p/exec/more", "nothing"],
    ["/api/v2/pods", "nothing"],
    ["/apis/apps/v1/deployments", "nothing"],
    ["/apis//v1/pods", "nothing"],
    ["/constructor", "nothing"],
  ];
  for (const [path, expected] of cases) {
    it(`reads ${path} as ${expected}`, () => expect(say(routeOf(path))).to.equal(expected));
  }
});

function say(route: Route): string {
  if (route.is === "resource") return words(route.kind.plural, inside(route.namespace), route.name, route.subresource);
  if (route.is === "review") return words("review", route.review.kind, inside(route.namespace));
  return words(...Object.values(route));
}

function words(...each: readonly (string | undefined)[]): string {
  return each.filter((word) => word !== undefined).join(" ");
}

function inside(namespace: string | undefined): string | undefined {
  return namespace === undefined ? undefined : `in ${namespace}`;
}
