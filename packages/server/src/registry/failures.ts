import { ApiError, qualifiedResource, type Kind, type StatusDetails } from "@ordinal/api";

/** `pods "x" not found`. Texts here: apimachinery `api/errors`. */
export function notFound(kind: Kind, name: string): ApiError {
  return about(kind, name).error("NotFound", "not found");
}

/** `pods "x" already exists`. */
export function alreadyExists(kind: Kind, name: string): ApiError {
  return about(kind, name).error("AlreadyExists", "already exists");
}

/** Without a reason: somebody else changed the object since it was read. */
export function conflict(kind: Kind, name: string, why: string = modified): ApiError {
  const message = `Operation cannot be fulfilled on ${qualifiedResource(kind)} "${name}": ${why}`;
  return new ApiError("Conflict", message, { details: about(kind, name).details });
}

/** `pods "x" is forbidden: …`. */
export function forbidden(kind: Kind, name: string, why: string): ApiError {
  const quoted = name === "" ? "" : ` "${name}"`;
  return new ApiError("Forbidden", `${qualifiedResource(kind)}${quoted} is forbidden: ${why}`, {
    details: about(kind, name).details,
  });
}

const modified = "the object has been modified; please apply your changes to the latest version and try again";

function about(kind: Kind, name: string) {
  const details: StatusDetails = {
    name,
    ...(kind.group === "" ? {} : { group: kind.group }),
    kind: kind.plural,
  };
  return {
    details,
    error: (reason: "NotFound" | "AlreadyExists", what: string): ApiError =>
      new ApiError(reason, `${qualifiedResource(kind)} "${name}" ${what}`, { details }),
  };
}
