import type { ConfigMap, Secret, ServiceAccount } from "@ordinal/api";
import { timeSince } from "./human-duration.ts";
import { ageColumn, column, nameColumn, type TablePrinter } from "./table.ts";

export const configMapTable: TablePrinter<ConfigMap> = {
  columns: [nameColumn, column("Data", "How many values it has."), ageColumn],
  cells: (configMap, nowMs) => [
    configMap.metadata.name,
    size(configMap.data) + size(configMap.binaryData),
    timeSince(configMap.metadata.creationTimestamp, nowMs),
  ],
};

export const secretTable: TablePrinter<Secret> = {
  columns: [
    nameColumn,
    column("Type", "What the values are for."),
    column("Data", "How many values it has."),
    ageColumn,
  ],
  cells: (secret, nowMs) => [
    secret.metadata.name,
    secret.type ?? "",
    size(secret.data),
    timeSince(secret.metadata.creationTimestamp, nowMs),
  ],
};

export const serviceAccountTable: TablePrinter<ServiceAccount> = {
  columns: [nameColumn, column("Secrets", "How many secrets belong to the account."), ageColumn],
  cells: (account, nowMs) => [
    account.metadata.name,
    account.secrets?.length ?? 0,
    timeSince(account.metadata.creationTimestamp, nowMs),
  ],
};

function size(values: Readonly<Record<string, unknown>> | undefined): number {
  return Object.keys(values ?? {}).length;
}
