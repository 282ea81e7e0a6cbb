import { join } from "node:path";
import type { Client } from "@ordinal/client";
import {
  createInformers,
  startBindingController,
  startBootstrapController,
  startEndpointsController,
  startEphemeralController,
  startGarbageCollector,
  startNamespaceController,
  startQuotaController,
  startRecycler,
  startScheduler,
  startStatefulSetController,
  startStorageProtection,
} from "@ordinal/controllers";
import { startProvisioner } from "@ordinal/provisioner";
import { createStopStack, hasCode, systemClock, type Logger, type StopStack } from "@ordinal/runtime";
import {
  createRegistry,
  ensureCredentials,
  ensureServerCertificate,
  startApiServer,
  writeKubeconfig,
  type ApiServer,
  type ApiServerOptions,
} from "@ordinal/server";
import { openStore } from "@ordinal/store";
import { startSupervisor } from "@ordinal/supervisor";
import { keepCompanions } from "./companions.ts";
import type { DataDir } from "./data-dir.ts";
import { certificateHosts, isEncrypted } from "./dns-arguments.ts";
import type { TlsFiles } from "./dns-settings.ts";
import { followLocalPathConfig } from "./follow-local-path-config.ts";
import { startManifestSource } from "./manifests/manifest-source.ts";
import { ensureSystemObjects } from "./manifests/system-objects.ts";
import { openPodRuntime } from "./pod-runtime.ts";
import { configDir } from "./project-paths.ts";
import { readRunFile, writeRunFile, type RunFile } from "./run-file.ts";
import type { Settings } from "./settings.ts";
import { UsageError } from "./usage-error.ts";
import { kubernetesVersion, ordinalVersion } from "./version.ts";

/** The whole of Ordinal, running. */
export interface Daemon {
  readonly run: RunFile;
  /** Ends pods, DNS and the daemon in this order; with `keepPods` the daemon alone. */
  stop(how: { readonly keepPods: boolean }): Promise<void>;
}

const clock = systemClock;

/** How far back a watch can begin. A client that was away for longer lists again. */
const keptChanges = { keepEvents: 5_000, keepCharacters: 4 * 2 ** 20 };

/** The API is for this machine alone. */
const apiHost = "127.0.0.1";

/** Constructs every part and connects them. What was started is stopped again when a later part cannot start. */
export async function wire(settings: Settings, { dir, log }: { dir: DataDir; log: Logger }): Promise<Daemon> {
  const report = { clock, log };
  const parts = createStopStack(report); // stops in reverse order; also if a later line throws
  return await parts.guard(async () => {
    const earlier = await readRunFile(dir.runFile);
    const localPath = await followed(parts, settings.localPathConfig, log.child({ part: "provisioner" }));
    // Beside each other, because one waits for the disk and the other for programs.
    const opening = openStore({ dir: dir.store, ...keptChanges });
    // Told below, where it is waited for; it may fail before.
    opening.catch(() => {});
    const pods = await openPodRuntime(settings, { dir, log: log.child({ part: "runtime" }), clock }).finally(async () =>
      parts.add(await opening, "store"),
    );
    parts.add(pods.runtime, "runtime");
    const store = await opening;
    const client = await createRegistry({
      store,
      clock,
      log: log.child({ part: "registry" }),
      serviceRange: pods.serviceCidr,
    });
    const [supervisor, credentials] = await Promise.all([
      startSupervisor({
        client,
        runtime: pods.runtime,
        clock,
        log: log.child({ part: "supervisor" }),
        dataDir: dir.root,
        images: [join(configDir, "images"), ...settings.images],
        clusterDomain: settings.clusterDomain,
        dnsAddress: pods.dnsAddress,
        hostIP: pods.hostAddress,
        version: ordinalVersion,
      }).then((started) => parts.add(stopOnce(started), "supervisor")),
      ensureCredentials({
        dir: dir.pki,
        clock,
        serviceAddress: pods.kubernetesAddress,
        clusterDomain: settings.clusterDomain,
        otherDomains: settings.dns.zones.slice(1),
      }),
    ]);
    const server = parts.add(
      await listening(settings.apiPort, {
        registry: client,
        streams: supervisor.streams,
        node: { get: (path) => (path === "stats/summary" ? supervisor.volumeUsage.summary() : undefined) },
        credentials,
        listen: { host: apiHost, port: portToTry(settings, earlier) },
        clock,
        log: log.child({ part: "server" }),
        version: `${kubernetesVersion}+ordinal${ordinalVersion}`,
      }),
      "server",
    );
    supervisor.volumeUsage.addTo(server.metrics);
    const access = { server: `https://${apiHost}:${server.port}`, credentials };
    await Promise.all([dir.kubeconfig, dir.companionAccess].map((path) => writeKubeconfig(path, access)));
    // Early, because a process takes longer to start than everything below.
    const companions = parts.add(
      stopOnce(
        keepCompanions(settings, {
          dir,
          log,
          clock,
          podDnsAddress: pods.runtime.kind === "sandbox" ? pods.dnsAddress : undefined,
          ownRanges: [pods.podCidr, pods.serviceCidr],
          issued: await dnsCertificate(settings, dir),
        }),
      ),
      "DNS and proxy",
    );
    await startControllers(parts, {
      client,
      log,
      apiPort: server.port,
      serviceAddress: pods.kubernetesAddress,
      dataDir: dir.root,
    });
    const provisioner = parts.add(
      stopOnce(
        await startProvisioner({
          client,
          clock,
          log: log.child({ part: "provisioner" }),
          volumesDir: dir.volumes,
          trash: settings.trash,
          ...(localPath === undefined ? {} : { localPath }),
        }),
      ),
      "provisioner",
    );
    await ensureSystemObjects(client, join(configDir, "manifests"));
    const dns = await companions.dns;
    const run: RunFile = {
      apiPort: server.port,
      runtime: pods.runtime.kind,
      runtimeReason: pods.reason,
      clusterDomain: settings.clusterDomain,
      dns: dns.addresses,
      dnsHttp: dns.http,
      dnsTls: dns.tls,
      dnsHttps: dns.https,
      zones: dns.zones ?? settings.dns.zones,
      podCidr: pods.podCidr,
      serviceCidr: pods.serviceCidr,
    };
    await writeRunFile(dir.runFile, run);
    const manifests = parts.add(
      stopOnce(
        await startManifestSource({ client, clock, log: log.child({ part: "manifests" }), dir: settings.manifests }),
      ),
      "manifests",
    );
    return {
      run,
      async stop({ keepPods }) {
        // From the last line to the first; each also when one before it has failed.
        const order = createStopStack(report);
        if (!keepPods) order.add({ stop: () => pods.runtime.tearDown() }, "the pods' network");
        order.add(parts, "the parts");
        order.add({ stop: () => companions.stop(keepPods ? "release" : "end") }, "DNS and proxy");
        order.add({ stop: () => supervisor.stop({ keepPods }) }, "supervisor");
        order.add(provisioner, "provisioner"); // copies that it makes hold volumes, which pods let go of
        order.add(manifests, "manifests");
        await order.stop();
      },
    };
  });
}

async function followed(parts: StopStack, path: string | undefined, log: Logger) {
  return path === undefined
    ? undefined
    : parts.add(await followLocalPathConfig(path, { log }), "local-path's configuration");
}

/** A certificate of our own for DNS over TLS and HTTPS, where it needs one and the user has named none. */
async function dnsCertificate({ dns }: Settings, { pki }: DataDir): Promise<TlsFiles | undefined> {
  if (!isEncrypted(dns) || dns.tlsFiles !== undefined) return undefined;
  return await ensureServerCertificate({ dir: pki, clock, name: "dns", hosts: certificateHosts(dns) });
}

async function listening(wantedPort: number, options: ApiServerOptions): Promise<ApiServer> {
  try {
    return await startApiServer(options);
  } catch (error) {
    if (!hasCode(error, "EADDRINUSE")) throw error;
    // A port we drew ourselves some other time may be taken by now; one that the user named is the user's to free.
    if (wantedPort === 0 && options.listen.port !== 0)
      return await listening(0, { ...options, listen: { ...options.listen, port: 0 } });
    const place = `${options.listen.host}:${options.listen.port}`;
    throw new UsageError(
      `the API cannot listen on ${place}, because another program does; stop that one, or choose another port with --api-port PORT (0: any free one)`,
      { cause: error },
    );
  }
}

/** A free port that was given once is kept, so that kubeconfigs and companions stay valid over a restart. */
function portToTry(settings: Settings, earlier: RunFile | undefined): number {
  return settings.apiPort === 0 ? (earlier?.apiPort ?? 0) : settings.apiPort;
}

async function startControllers(
  parts: StopStack,
  {
    client,
    log,
    apiPort,
    serviceAddress,
    dataDir,
  }: { client: Client; log: Logger; apiPort: number; serviceAddress: string; dataDir: string },
): Promise<void> {
  const informers = parts.add(createInformers({ client, clock, log: log.child({ part: "controllers" }) }), "informers");
  const options = { client, informers, clock, log: log.child({ part: "controllers" }) };
  const bootstrap = parts.add(
    startBootstrapController({ ...options, apiPort, apiAddress: apiHost, serviceAddress }),
    "bootstrap",
  );
  await bootstrap.ready;
  parts.add(startNamespaceController(options), "namespace controller");
  parts.add(startGarbageCollector(options), "garbage collector");
  parts.add(startScheduler(options), "scheduler");
  parts.add(startBindingController(options), "binding controller");
  parts.add(startStorageProtection(options), "storage protection");
  parts.add(startRecycler({ ...options, dataDir }), "recycler");
  parts.add(startEphemeralController(options), "ephemeral volumes");
  parts.add(startQuotaController(options), "quota controller");
  parts.add(startEndpointsController(options), "endpoints controller");
  parts.add(startStatefulSetController(options), "StatefulSet controller");
}

/** The first call stops the part, in its own way; the stack's later one finds it done. */
function stopOnce<T extends { stop(how?: never): Promise<void> }>(part: T): T {
  let stopped: Promise<void> | undefined;
  return { ...part, stop: (how?: never) => (stopped ??= part.stop(how)) };
}
