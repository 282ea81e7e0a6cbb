import { expect } from "chai";
import { pathOfPattern } from "./path-pattern.ts";

const claim = {
  name: "data",
  namespace: "shop",
  uid: "0b0e",
  resourceVersion: "1",
  creationTimestamp: "",
  labels: { app: "web", up: "../../etc", line: "a\nb", nul: "a\0b", long: "x".repeat(256) },
  annotations: { "example.com/dir": "ssd", absolute: "/etc", empty: "" },
};
const own = "{{ .PVC.Namespace }}/{{ .PVC.Name }}";

describe("pathOfPattern", () => {
  const cases: readonly (readonly [pattern: string, unsafe: boolean, expected: string])[] = [
    [own, false, "shop/data"],
    [`${own}/`, false, "shop/data"],
    ["{{ .PVC.namespace }}/{{ .PVC.name }}/{{ .PVName }}", false, "shop/data/pvc-0b0e"],
    [`${own}/{{ .PVC.Labels.app }}`, false, "shop/data/web"],
    [`${own}/{{ index .PVC.Annotations "example.com/dir" }}`, false, "shop/data/ssd"],
    ["{{- .PVC.Namespace -}}/{{.PVC.Name}}/{{ .PVC.UID }}", false, "shop/data/0b0e"],
    ["{{ .PVC.Labels.app }}/{{ .PVName }}", true, "web/pvc-0b0e"],
  ];
  for (const [pattern, isUnsafe, expected] of cases) {
    it(`S31 makes ${expected} of ${pattern}`, () =>
      expect(pathOfPattern(pattern, { volumeName: "pvc-0b0e", claim }, { isUnsafe })).to.deep.equal({
        ok: true,
        value: expected,
      }));
  }

  const refused: readonly (readonly [pattern: string, unsafe: boolean, problem: RegExp])[] = [
    ["{{ .PVName }}", false, /pathPattern must start with/],
    ["other/{{ .PVC.Name }}", false, /pathPattern must start with/],
    ["{{ .PVC.Namespace }}/{{ .PVC.Name }}-x", false, /pathPattern must start with/],
    [`${own}/../../other/x`, false, /leads out of its base/],
    [`${own}/{{ .PVC.Labels.up }}`, false, /leads out of its base/],
    ["{{ .PVC.Labels.up }}", true, /leads out of its base/],
    ['{{ index .PVC.Annotations "absolute" }}', true, /is absolute/],
    ['{{ index .PVC.Annotations "empty" }}', true, /is empty/],
    ["..", true, /leads out/],
    [".", true, /a dot/],
    [".trash", true, /begins with a dot/],
    ["a//b", true, /empty step/],
    ["a/./b", true, /a dot/],
    ["{{ .PVC.Labels.line }}", true, /control character/],
    ["{{ .PVC.Labels.nul }}", true, /control character/],
    ["{{ .PVC.Labels.long }}", true, /more than 255 bytes/],
    ["ä".repeat(128), true, /more than 255 bytes/],
    ["abc/".repeat(600), true, /longer than 2048 bytes/],
    ["{{ .PVC.Labels.missing }}", true, /no label "missing"/],
    ["{{ .PVC.Spec }}", true, /is not known/],
    ["{{ .PVC.Name", true, /missing/],
    ["{{ .PVC.Labels.constructor }}", true, /no label/],
  ];
  for (const [pattern, isUnsafe, problem] of refused) {
    it(`S31 refuses ${pattern.slice(0, 60)}${isUnsafe ? " though it may be unsafe" : ""}`, () => {
      const result = pathOfPattern(pattern, { volumeName: "pvc-0b0e", claim }, { isUnsafe });
      expect(result.ok ? result.value : result.error).to.match(problem);
    });
  }
});
