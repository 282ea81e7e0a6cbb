import { expect } from "chai";
import { findKind, kinds } from "../kinds.ts";
import { checkFields, checkType, decodingError, strictDecodingMessage } from "./check-fields.ts";

const statefulSet = { group: "apps", version: "v1", kind: "StatefulSet" } as const;
const podSpec = (spec: object) => ({ spec: { template: { spec } } });
const container = (rest: object) => podSpec({ containers: [{ name: "a" }, rest] });

describe("checkFields", () => {
  const wrong: readonly (readonly [title: string, object: unknown, message: string])[] = [
    [
      "a text for a number",
      { spec: { replicas: "3" } },
      "json: cannot unmarshal string into Go struct field StatefulSetSpec.spec.replicas of type int32",
    ],
    [
      "a fraction for a whole number",
      { spec: { replicas: 1.5 } },
      "json: cannot unmarshal number 1.5 into Go struct field StatefulSetSpec.spec.replicas of type int32",
    ],
    [
      "a number too large",
      { spec: { replicas: 3_000_000_000 } },
      "json: cannot unmarshal number 3000000000 into Go struct field StatefulSetSpec.spec.replicas of type int32",
    ],
    [
      "a number in an environment variable",
      container({ env: [{ name: "A", value: 1 }] }),
      "json: cannot unmarshal number into Go struct field EnvVar.spec.template.spec.containers.env.value of type string",
    ],
    [
      "a number for a label",
      { metadata: { labels: { a: 1 } } },
      "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string",
    ],
    [
      "an object for a list",
      podSpec({ containers: {} }),
      "json: cannot unmarshal object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container",
    ],
    [
      "a list for an object",
      { spec: [] },
      "json: cannot unmarshal array into Go struct field StatefulSet.spec of type v1.StatefulSetSpec",
    ],
    [
      "a text for a map",
      { metadata: { annotations: "x" } },
      "json: cannot unmarshal string into Go struct field ObjectMeta.metadata.annotations of type map[string]string",
    ],
    [
      "a number for a named text",
      podSpec({ restartPolicy: 1 }),
      "json: cannot unmarshal number into Go struct field PodSpec.spec.template.spec.restartPolicy of type v1.RestartPolicy",
    ],
    [
      "a truth value for a port",
      container({ livenessProbe: { httpGet: { port: true } } }),
      "json: cannot unmarshal bool into Go struct field HTTPGetAction.spec.template.spec.containers.livenessProbe.httpGet.port of type int32",
    ],
    [
      "a quantity that is none",
      container({ resources: { requests: { cpu: "lots" } } }),
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
    [
      "a time that is none",
      { metadata: { creationTimestamp: "yesterday" } },
      'parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"',
    ],
    ["a list for the whole", [], "json: cannot unmarshal array into Go value of type v1.StatefulSet"],
  ];
  for (const [title, object, message] of wrong) {
    it(`A6 finds ${title}`, () => expect(checkFields(statefulSet, object).wrongTypes).to.deep.equal([message]));
  }

  it("A6 lists unknown fields with their paths, and drops them", () => {
    const report = checkFields(statefulSet, {
      kindd: "x",
      ...container({ imagez: "x", env: [{ name: "A", Value: "case counts" }] }),
      metadata: { labels: { anything: "goes" } },
    });
    expect(report.unknownFields).to.deep.equal([
      "kindd",
      "spec.template.spec.containers[1].imagez",
      "spec.template.spec.containers[1].env[0].Value",
    ]);
    expect(report.pruned).to.deep.equal({
      ...container({ env: [{ name: "A" }] }),
      metadata: { labels: { anything: "goes" } },
    });
    expect(strictDecodingMessage(["a", "b.c"])).to.equal(
      'strict decoding error: unknown field "a", unknown field "b.c"',
    );
  });

  it("drops nulls, and zero values that say nothing; keeps those that do", () => {
    const given = {
      metadata: { creationTimestamp: null, generateName: "", labels: {}, finalizers: [] },
      spec: {
        replicas: 0,
        serviceName: "",
        minReadySeconds: 0,
        updateStrategy: {},
        template: {
          spec: {
            hostNetwork: false,
            automountServiceAccountToken: false,
            terminationGracePeriodSeconds: 0,
            containers: [],
          },
        },
      },
    };
    expect(checkFields(statefulSet, given).pruned).to.deep.equal({
      metadata: {},
      spec: {
        replicas: 0,
        serviceName: "",
        updateStrategy: {},
        template: { spec: { automountServiceAccountToken: false, terminationGracePeriodSeconds: 0, containers: [] } },
      },
    });
  });

  it("makes of nulls in lists and maps what Go makes of them", () => {
    const given = { metadata: { labels: { a: null }, finalizers: [null] }, ...podSpec({ containers: [null] }) };
    expect(checkFields(statefulSet, given).pruned).to.deep.equal({
      metadata: { labels: { a: "" }, finalizers: [""] },
      ...podSpec({ containers: [{}] }),
    });
  });

  it("puts quantities, times and bytes into their one form", () => {
    const claims = [{ spec: { resources: { requests: { storage: "1024Mi" } } } }];
    const given = {
      metadata: { creationTimestamp: "2026-01-01T02:00:00.5+02:00" },
      spec: { volumeClaimTemplates: claims },
    };
    expect(checkFields(statefulSet, given).pruned).to.deep.equal({
      metadata: { creationTimestamp: "2026-01-01T00:00:00Z" },
      spec: { volumeClaimTemplates: [{ spec: { resources: { requests: { storage: "1Gi" } } } }] },
    });
    const cpu = container({ resources: { requests: { cpu: 0.5 } } });
    expect(checkFields(statefulSet, cpu).pruned).to.deep.equal(container({ resources: { requests: { cpu: "500m" } } }));
    const lease = checkType("coordination/v1.Lease", { spec: { renewTime: "2026-01-01T00:00:00.123Z" } });
    expect(lease.pruned).to.deep.equal({ spec: { renewTime: "2026-01-01T00:00:00.123000Z" } });
  });

  for (const [text, message] of [
    ["eA=", "illegal base64 data at input byte 2"],
    ["e!==", "illegal base64 data at input byte 1"],
  ] as const) {
    it(`finds ${text} not to be base64`, () => {
      expect(checkType("core/v1.Secret", { data: { a: text } }).wrongTypes).to.deep.equal([message]);
    });
  }

  it("treats __proto__, constructor and toString as data or as unknown fields", () => {
    const given: unknown = JSON.parse(
      '{"__proto__":{"polluted":1},"constructor":1,"metadata":{"labels":{"__proto__":"a","toString":"b"}}}',
    );
    const { pruned, unknownFields } = checkFields(statefulSet, given);
    expect(unknownFields).to.deep.equal(["__proto__", "constructor"]);
    expect(JSON.stringify(pruned)).to.equal('{"metadata":{"labels":{"__proto__":"a","toString":"b"}}}');
    expect(Object.getPrototypeOf(pruned)).to.equal(Object.prototype);
  });

  it("refuses free JSON that nests without end", () => {
    let data: unknown = {};
    for (let depth = 0; depth < 5000; depth += 1) data = { data };
    const { wrongTypes } = checkType("apps/v1.ControllerRevision", { data, revision: 1 });
    expect(wrongTypes).to.deep.equal(["exceeded max depth"]);
  });

  it("does not change what it is given", () => {
    const given = Object.freeze({ spec: Object.freeze({ replicas: 1, unknown: 1 }) });
    expect(checkFields(statefulSet, given).pruned).to.deep.equal({ spec: { replicas: 1 } });
  });

  it("knows every served kind", () => {
    for (const kind of kinds) expect(checkFields(kind, { metadata: { name: "x" } }).wrongTypes).to.deep.equal([]);
  });

  it("A6 words the refusal as upstream does", () => {
    const kind = findKind("apps/v1", "StatefulSet");
    const error = decodingError(kind ?? statefulSet, strictDecodingMessage(["spec.replicaz"]));
    expect(error.code).to.equal(400);
    expect(error.message).to.equal(
      'StatefulSet in version "v1" cannot be handled as a StatefulSet: strict decoding error: unknown field "spec.replicaz"',
    );
  });
});
