import { etcd } from "./etcd.ts";
import { postgres } from "./postgres.ts";
import { redis } from "./redis.ts";
import type { Database } from "./session.ts";

/** A database with the pod that runs it, as its image's users would write it. */
export interface Contestant {
  readonly database: Database;
  readonly container: object;
}

const data = (mountPath: string): object => ({ volumeMounts: [{ name: "data", mountPath }] });

export const databases: Readonly<Record<string, Contestant>> = {
  redis: {
    database: redis,
    container: {
      image: "redis:7",
      command: ["redis-server"],
      args: ["--appendonly", "yes", "--appendfsync", "always", "--dir", "/data", "--protected-mode", "no"],
      ports: [{ name: "redis", containerPort: 6379 }],
      readinessProbe: { tcpSocket: { port: "redis" }, periodSeconds: 1 },
      ...data("/data"),
    },
  },
  postgres: {
    database: postgres,
    container: {
      image: "postgres:16",
      env: [
        { name: "POSTGRES_PASSWORD", value: "secret" },
        { name: "PGDATA", value: "/var/lib/postgresql/data/pgdata" },
      ],
      ports: [{ name: "postgres", containerPort: 5432 }],
      readinessProbe: { exec: { command: ["pg_isready", "-U", "postgres", "-h", "127.0.0.1"] }, periodSeconds: 1 },
      ...data("/var/lib/postgresql/data"),
    },
  },
  etcd: {
    database: etcd,
    container: {
      image: "quay.io/coreos/etcd:v3.5.16",
      command: ["etcd"],
      args: [
        "--data-dir=/var/lib/etcd/data",
        "--listen-client-urls=http://0.0.0.0:2379",
        "--advertise-client-urls=http://etcd-0.etcd:2379",
      ],
      ports: [{ name: "client", containerPort: 2379 }],
      readinessProbe: { httpGet: { path: "/health", port: "client" }, periodSeconds: 1 },
      ...data("/var/lib/etcd"),
    },
  },
};

export const podOf = (name: string): string => `${name}-0`;
export const hostOf = (name: string): string => `${podOf(name)}.${name}.default.svc.cluster.local`;

/** A headless service and a StatefulSet of one replica with one claim. */
export function manifestOf(name: string, container: object, storageClass: string): string {
  const selector = { app: name };
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name },
    spec: { clusterIP: "None", selector },
  };
  const claim = {
    metadata: { name: "data" },
    spec: {
      accessModes: ["ReadWriteOnce"],
      storageClassName: storageClass,
      resources: { requests: { storage: "1Gi" } },
    },
  };
  const set = {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name },
    spec: {
      serviceName: name,
      replicas: 1,
      selector: { matchLabels: selector },
      template: {
        metadata: { labels: selector },
        spec: { terminationGracePeriodSeconds: 5, containers: [{ name, ...container }] },
      },
      volumeClaimTemplates: [claim],
    },
  };
  return JSON.stringify({ apiVersion: "v1", kind: "List", items: [service, set] });
}
