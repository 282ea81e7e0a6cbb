import type { KubeObject } from "@ordinal/api";
import { unreachable } from "@ordinal/runtime";
import type { Cell, Column, RowCondition, TablePrinter } from "./table.ts";

/** Source: `metav1.Table`. */
export interface Table {
  readonly kind: "Table";
  readonly apiVersion: string;
  readonly metadata: TableMetadata;
  /** Null in all but the first table of a watch. */
  readonly columnDefinitions: readonly Column[] | null;
  readonly rows: readonly TableRow[];
}

export interface TableMetadata {
  readonly resourceVersion?: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

interface TableRow {
  readonly cells: readonly Cell[];
  readonly conditions?: readonly RowCondition[];
  readonly object?: unknown;
}

export interface TableOptions {
  /** `meta.k8s.io/v1`, or `v1beta1` for a client that knows no other. */
  readonly apiVersion: string;
  /** What stands beside the cells of a row; the metadata by default. */
  readonly includeObject: "None" | "Metadata" | "Object";
  readonly metadata: TableMetadata;
  /** Ages count up to this time. */
  readonly nowMs: number;
  /** Whether the columns are described; false for all but the first table of a watch. */
  readonly withColumns: boolean;
}

/** Shows objects as rows. */
export function renderTable<T extends KubeObject>(
  printer: TablePrinter<T>,
  objects: readonly T[],
  options: TableOptions,
): Table {
  const { apiVersion, metadata, includeObject, nowMs, withColumns } = options;
  return {
    kind: "Table",
    apiVersion,
    metadata,
    columnDefinitions: withColumns ? printer.columns : null,
    rows: objects.map((object) => {
      const conditions = printer.conditions?.(object);
      return {
        cells: printer.cells(object, nowMs),
        ...(conditions === undefined ? {} : { conditions }),
        ...rowObject(object, { includeObject, apiVersion }),
      };
    }),
  };
}

function rowObject(
  object: KubeObject,
  options: Pick<TableOptions, "includeObject" | "apiVersion">,
): { object?: unknown } {
  switch (options.includeObject) {
    case "None":
      return {};
    case "Metadata":
      return { object: partialMetadata(object, options.apiVersion) };
    case "Object":
      return { object };
    default:
      return unreachable(options.includeObject);
  }
}

/** Only who the object is. Source: `metav1.PartialObjectMetadata`. */
export function partialMetadata(object: KubeObject, apiVersion: string): KubeObject {
  return { kind: "PartialObjectMetadata", apiVersion, metadata: object.metadata };
}
