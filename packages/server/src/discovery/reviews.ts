/** A resource that is only asked and never stored. Source: Kubernetes v1.33 discovery. */
export interface Review {
  readonly group: "authentication.k8s.io" | "authorization.k8s.io";
  readonly version: "v1";
  readonly kind: ReviewKind;
  readonly plural: string;
  readonly singular: string;
  readonly namespaced: boolean;
}

type ReviewKind =
  | "LocalSubjectAccessReview"
  | "SelfSubjectAccessReview"
  | "SelfSubjectReview"
  | "SelfSubjectRulesReview"
  | "SubjectAccessReview"
  | "TokenReview";

const review = (group: Review["group"], kind: ReviewKind): Review => ({
  group,
  version: "v1",
  kind,
  plural: `${kind.toLowerCase()}s`,
  singular: kind.toLowerCase(),
  namespaced: kind === "LocalSubjectAccessReview",
});

/** Who am I, and what may I do: the questions behind `kubectl auth`. */
export const reviews: readonly Review[] = [
  review("authentication.k8s.io", "SelfSubjectReview"),
  review("authentication.k8s.io", "TokenReview"),
  review("authorization.k8s.io", "LocalSubjectAccessReview"),
  review("authorization.k8s.io", "SelfSubjectAccessReview"),
  review("authorization.k8s.io", "SelfSubjectRulesReview"),
  review("authorization.k8s.io", "SubjectAccessReview"),
];
