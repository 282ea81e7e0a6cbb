import { expect } from "chai";
import { ApiError, isApiError } from "./api-error.ts";

describe("ApiError", () => {
  it("goes over the wire and comes back the same", () => {
    const error = new ApiError("NotFound", 'pods "x" not found', { details: { name: "x", kind: "pods" } });
    const status = error.toStatus();
    expect(status).to.deep.equal({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: 'pods "x" not found',
      reason: "NotFound",
      details: { name: "x", kind: "pods" },
      code: 404,
    });
    const back = ApiError.fromStatus(status);
    expect(back.toStatus()).to.deep.equal(status);
  });

  it("reads a status it does not know as an internal error with its message", () => {
    const error = ApiError.fromStatus({ reason: "toString", message: "odd" });
    expect([error.reason, error.message, error.code]).to.deep.equal(["InternalError", "odd", 500]);
    expect(ApiError.fromStatus({}).message).to.equal("the server gave no message");
  });

  it("is told apart by its reason", () => {
    const error = new ApiError("Conflict", "x", { cause: new Error("why") });
    expect(isApiError(error)).to.equal(true);
    expect(isApiError(error, "NotFound", "Conflict")).to.equal(true);
    expect(isApiError(error, "NotFound")).to.equal(false);
    expect(isApiError(new Error("x"))).to.equal(false);
    expect(error.cause).to.be.an("error");
    expect(error.toStatus()).not.to.have.property("details");
  });
});
