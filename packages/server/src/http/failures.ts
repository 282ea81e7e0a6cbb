import { ApiError } from "@ordinal/api";

/** What upstream says about paths it does not know. */
export function unknownPath(): ApiError {
  return new ApiError("NotFound", "the server could not find the requested resource", { details: {} });
}

export function methodNotAllowed(): ApiError {
  return new ApiError("MethodNotAllowed", "the server does not allow this method on the requested resource", {
    details: {},
  });
}

/** A stream that was asked for without the headers that open one. Source: apiserver `util/proxy`. */
export function upgradeRequired(): ApiError {
  return new ApiError("BadRequest", "Upgrade request required");
}
