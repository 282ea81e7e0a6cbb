import { apiVersionOf } from "@ordinal/api";
import { unreachable } from "@ordinal/runtime";
import type { Review } from "../discovery/reviews.ts";
import type { User } from "./authenticate.ts";
import { isObject, readObject, type WireObject } from "./body.ts";
import { created, type Answer, type Exchange } from "./exchange.ts";
import { readWriteOptions } from "./options.ts";

/** POST of a question about who may do what: everybody whom the API lets in may do everything. */
export async function answerReview(exchange: Exchange, review: Review): Promise<Answer> {
  const body = await readObject(exchange, review, readWriteOptions(exchange.query, exchange.warn));
  const metadata = isObject(body["metadata"]) ? body["metadata"] : {};
  return created({
    kind: review.kind,
    apiVersion: apiVersionOf(review),
    metadata: { creationTimestamp: null, ...metadata },
    ...(body["spec"] === undefined ? {} : { spec: body["spec"] }),
    status: statusOf(review, { user: exchange.user, body }),
  });
}

function statusOf(review: Review, { user, body }: { readonly user: User; readonly body: WireObject }): unknown {
  switch (review.kind) {
    case "SelfSubjectReview":
      return { userInfo: { username: user.name, groups: user.groups } };
    case "TokenReview":
      return { authenticated: false, user: {}, error: "this server knows no tokens, only client certificates" };
    case "SelfSubjectRulesReview":
      return rules;
    case "SelfSubjectAccessReview":
      return { allowed: true, reason: "clients with a certificate of this cluster may do everything" };
    case "SubjectAccessReview":
    case "LocalSubjectAccessReview":
      return accessOf(body["spec"], user);
    default:
      return unreachable(review.kind);
  }
}

/** Only the certificates of this cluster are let in, so that of other users nothing is known. */
function accessOf(spec: unknown, user: User): unknown {
  const asked = isObject(spec) ? spec["user"] : undefined;
  const allowed = asked === user.name;
  return allowed ? { allowed } : { allowed, reason: `no user ${JSON.stringify(asked ?? "")} is known` };
}

const rules = {
  resourceRules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }],
  nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }],
  incomplete: false,
} as const;
