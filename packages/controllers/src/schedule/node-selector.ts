import type { Node, PersistentVolume, StorageClass } from "@ordinal/api";

type NodeSelector = NonNullable<NonNullable<PersistentVolume["spec"]["nodeAffinity"]>["required"]>;
type Term = NonNullable<NodeSelector["nodeSelectorTerms"]>[number];
type Requirement = NonNullable<Term["matchExpressions"]>[number];
type Topologies = NonNullable<StorageClass["allowedTopologies"]>;

/** Whether a node meets one of the selector's terms. Source: `component-helpers/scheduling/corev1/nodeaffinity`. */
export function selectsNode({ nodeSelectorTerms }: NodeSelector, node: Node): boolean {
  return nodeSelectorTerms.some((term) => meetsTerm(term, node));
}

/** Whether a volume can be reached from a node. Source: `CheckNodeAffinity`. */
export function isReachable({ spec }: PersistentVolume, node: Node): boolean {
  const required = spec.nodeAffinity?.required;
  return required === undefined || selectsNode(required, node);
}

/** Whether volumes of a class may be made for a node; a class that says nothing allows all. Source: `MatchTopologySelectorTerms`. */
export function allowsNode(topologies: Topologies = [], { metadata: { labels = {} } }: Node): boolean {
  if (topologies.length === 0) return true;
  return topologies.some(({ matchLabelExpressions = [] }) =>
    matchLabelExpressions.every(({ key, values }) => values.includes(labels[key] ?? "")),
  );
}

/** A term that asks for nothing is met by nothing. */
function meetsTerm({ matchExpressions = [], matchFields = [] }: Term, { metadata }: Node): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false;
  const fields = { "metadata.name": metadata.name };
  return (
    matchExpressions.every((requirement) => meets(requirement, metadata.labels ?? {})) &&
    matchFields.every((requirement) => meets(requirement, fields))
  );
}

function meets({ key, operator, values = [] }: Requirement, facts: Readonly<Record<string, string>>): boolean {
  const fact = Object.hasOwn(facts, key) ? facts[key] : undefined;
  switch (operator) {
    case "In":
      return fact !== undefined && values.includes(fact);
    case "NotIn":
      return fact === undefined || !values.includes(fact);
    case "Exists":
      return fact !== undefined;
    case "DoesNotExist":
      return fact === undefined;
    case "Gt":
      return isInteger(fact) && BigInt(fact) > BigInt(values[0] ?? 0);
    case "Lt":
      return isInteger(fact) && BigInt(fact) < BigInt(values[0] ?? 0);
    default:
      return false;
  }
}

function isInteger(fact: string | undefined): fact is string {
  return fact !== undefined && /^-?\d+$/.test(fact);
}
