import { ApiError } from "@ordinal/api";
import { expect } from "chai";
import { encodeStatus, statusOfExit, statusOfFailure } from "./command-status.ts";

describe("the status of a command", () => {
  it("is a bare success for code 0", () => {
    expect(statusOfExit(0)).to.deep.equal({ metadata: {}, status: "Success" });
  });

  it("carries any other code as kubectl looks for it", () => {
    expect(statusOfExit(137)).to.deep.equal({
      metadata: {},
      status: "Failure",
      reason: "NonZeroExitCode",
      message: "command terminated with non-zero exit code: exit status 137",
      details: { causes: [{ reason: "ExitCode", message: "137" }] },
      code: 500,
    });
  });

  it("says what kept the command from running", () => {
    expect(statusOfFailure(new ApiError("NotFound", "no such thing"))).to.include({ reason: "NotFound", code: 404 });
    expect(statusOfFailure(new Error("it broke", { cause: new Error("why") })).message).to.equal(
      "Internal error occurred: error executing command in container: it broke: why",
    );
  });

  const failure = statusOfExit(3);
  const cases: readonly (readonly [subprotocol: string, success: string, failure: string])[] = [
    ["v5.channel.k8s.io", '{"metadata":{},"status":"Success"}', JSON.stringify(failure)],
    ["v4.channel.k8s.io", '{"metadata":{},"status":"Success"}', JSON.stringify(failure)],
    ["v4.base64.channel.k8s.io", '{"metadata":{},"status":"Success"}', JSON.stringify(failure)],
    ["v3.channel.k8s.io", "", "command terminated with non-zero exit code: exit status 3"],
    ["channel.k8s.io", "", "command terminated with non-zero exit code: exit status 3"],
    ["", "", "command terminated with non-zero exit code: exit status 3"],
  ];
  for (const [subprotocol, success, failed] of cases) {
    it(`is written as ${JSON.stringify(subprotocol)} has it`, () => {
      expect([encodeStatus(statusOfExit(0), subprotocol), encodeStatus(failure, subprotocol)]).to.deep.equal([
        success,
        failed,
      ]);
    });
  }
});
