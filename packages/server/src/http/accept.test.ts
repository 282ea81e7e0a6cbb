import { isApiError } from "@ordinal/api";
import { expect } from "chai";
import { chooseShape } from "./accept.ts";

const table = "application/json;as=Table;v=v1;g=meta.k8s.io";

describe("chooseShape", () => {
  const cases: readonly (readonly [accept: string | undefined, expected: string])[] = [
    [undefined, "object"],
    ["", "object"],
    ["*/*", "object"],
    ["application/json", "object"],
    ["application/*", "object"],
    ["application/vnd.kubernetes.protobuf,application/json", "object"],
    [`${table},application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json`, "table meta.k8s.io/v1"],
    ["application/json;as=Table;v=v1beta1;g=meta.k8s.io", "table meta.k8s.io/v1beta1"],
    ["application/json; as=Table; g=meta.k8s.io; v=v1", "table meta.k8s.io/v1"],
    ["application/json;as=Table;v=v9;g=meta.k8s.io,application/json", "object"],
    ["application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io", "metadata meta.k8s.io/v1"],
    [`application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io,${table}`, "table meta.k8s.io/v1"],
    ["text/html,application/xhtml+xml,*/*;q=0.8", "object"],
    ["text/html", "NotAcceptable"],
    ["application/json;as=Table;v=v9;g=meta.k8s.io", "NotAcceptable"],
  ];
  for (const [accept, expected] of cases) {
    it(`gives ${expected} for ${accept}`, () => expect(say(accept)).to.equal(expected));
  }
});

function say(accept: string | undefined): string {
  try {
    const shape = chooseShape(accept);
    return shape.as === "object" ? shape.as : `${shape.as} ${shape.apiVersion}`;
  } catch (error) {
    if (isApiError(error)) return error.reason;
    throw error;
  }
}
