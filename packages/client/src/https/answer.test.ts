import { expect } from "chai";
import { errorOf, warningsOf } from "./answer.ts";

describe("errorOf", () => {
  const cases: readonly (readonly [says: string, code: number, body: string, reason: string, message: string])[] = [
    ["a Status", 404, status({ reason: "NotFound", message: 'pods "x" not found' }), "NotFound", 'pods "x" not found'],
    ["a conflict by its reason", 409, status({ reason: "AlreadyExists", message: "m" }), "AlreadyExists", "m"],
    ["410 Gone as Expired", 410, status({ reason: "Gone", message: "too old", code: 410 }), "Expired", "too old"],
    ["an unknown reason by its code", 504, status({ reason: "Puzzled", message: "m" }), "Timeout", "m"],
    ["a Status without reason", 503, status({ message: "not ready" }), "ServiceUnavailable", "not ready"],
    ["a proxy's page", 502, "<html>\n<b>Bad</b>", "ServiceUnavailable", "the server answered 502: <html> <b>Bad</b>"],
    ["an empty body", 401, "", "Unauthorized", "the server answered 401"],
    ["JSON that is no Status", 400, "null", "BadRequest", "the server answered 400: null"],
    ["a code nobody knows", 599, "{}", "InternalError", "the server answered 599: {}"],
  ];
  for (const [says, code, body, reason, message] of cases) {
    it(`reads ${says}`, () => {
      expect(errorOf({ code, body })).to.include({ reason, message });
    });
  }

  it("keeps the details", () => {
    const details = { name: "web", kind: "StatefulSet", causes: [{ reason: "r", message: "m", field: "spec" }] };
    expect(errorOf({ code: 422, body: status({ reason: "Invalid", details }) }).details).to.deep.equal(details);
  });
});

describe("warningsOf", () => {
  it("reads quoted texts, several in one header, and passes over what is none", () => {
    const headers = [
      '299 - "unknown field \\"spec.a\\"", 299 - "second"',
      '199 - "other"',
      "nonsense",
      '299 - "third"',
    ];
    expect(warningsOf(headers)).to.deep.equal(['unknown field "spec.a"', "second", "third"]);
  });
});

function status(fields: object): string {
  return JSON.stringify({ kind: "Status", status: "Failure", ...fields });
}
