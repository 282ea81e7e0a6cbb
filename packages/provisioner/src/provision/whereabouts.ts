import { labels, matches, type Node, type PersistentVolume, type Requirement } from "@ordinal/api";

/** The annotation under which rancher's provisioner keeps the node a volume was made on. */
export const madeOnNode = "local.path.provisioner/selected-node";

/** Where a volume's bytes are: on this node, on another one that exists, or on one that does not exist any more. */
export type Whereabouts = "here" | "elsewhere" | "gone";

interface Nodes {
  /** This node's name. */
  readonly nodeName: string;
  get(name: string): Node | undefined;
  list(): readonly Node[];
}

/** A volume without node affinity can be reached from everywhere, so it is here. Source: rancher `getPathAndNodeForPV`. */
export function whereabouts(volume: PersistentVolume, nodes: Nodes): Whereabouts {
  const terms = volume.spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  if (terms.length === 0) return "here";
  const madeOn = volume.metadata.annotations?.[madeOnNode] ?? "";
  if (madeOn === nodes.nodeName) return "here";
  if (madeOn !== "") return nodes.get(madeOn) === undefined ? "gone" : "elsewhere";
  const own = nodes.get(nodes.nodeName)?.metadata.labels ?? { [labels.hostname]: nodes.nodeName };
  if (fits(terms, own)) return "here";
  return nodes.list().some((node) => fits(terms, node.metadata.labels ?? {})) ? "elsewhere" : "gone";
}

type Terms = NonNullable<
  NonNullable<NonNullable<PersistentVolume["spec"]["nodeAffinity"]>["required"]>["nodeSelectorTerms"]
>;

function fits(terms: Terms, nodeLabels: Readonly<Record<string, string>>): boolean {
  return terms.some(({ matchExpressions = [] }) =>
    matchExpressions.every((expression) => {
      const requirement = requirementOf(expression);
      return requirement !== undefined && matches([requirement], nodeLabels);
    }),
  );
}

/** Undefined for the comparisons of numbers, which no volume of ours has. */
function requirementOf({
  key,
  operator,
  values = [],
}: NonNullable<Terms[number]["matchExpressions"]>[number]): Requirement | undefined {
  switch (operator) {
    case "In":
      return { operator: "in", key, values };
    case "NotIn":
      return { operator: "notin", key, values };
    case "Exists":
      return { operator: "exists", key };
    case "DoesNotExist":
      return { operator: "absent", key };
    default:
      return undefined;
  }
}
