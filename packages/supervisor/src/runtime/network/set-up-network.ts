import { stat } from "node:fs/promises";
import { hasCode } from "@ordinal/runtime";
import { mustRun, runCommand } from "../commands/run-command.ts";
import { parseLinks, parseRoutes } from "./parse-ip.ts";
import type { Link } from "./parse-ip.ts";
import { otherNetworks, planNetwork } from "./plan-network.ts";
import type { PodNetwork } from "./plan-network.ts";

/** Makes what is missing of the network. Rejects, saying what to change, when its addresses are somebody else's. */
export async function setUpNetwork(ip: string, network: PodNetwork): Promise<void> {
  let links = await readLinks(ip);
  for (const { bridge, stateDir, ports } of otherNetworks(network, links)) {
    // A daemon whose directory was deleted has left it, and will not come back for it.
    if (ports > 0 || (await exists(stateDir))) continue;
    await runCommand([ip, "link", "del", bridge]);
    links = links.filter(({ name }) => name !== bridge);
  }
  const routes = parseRoutes(await mustRun([ip, "-json", "-4", "route", "show", "table", "all"]));
  const plan = planNetwork(network, { links, routes });
  if (!plan.ok) throw new Error(plan.message);
  await mustRun([ip, "-batch", "-"], { input: `${plan.batch.join("\n")}\n` });
  const isNamed = links.some(({ name, alias }) => name === network.bridge && alias === network.alias);
  if (!isNamed) await mustRun([ip, "link", "set", "dev", network.bridge, "alias", network.alias]);
}

/** Removes the network; what of it is not there does not matter. */
export async function removeNetwork(ip: string, { bridge, podCidr, serviceCidr }: PodNetwork): Promise<void> {
  await runCommand([ip, "-force", "-batch", "-"], {
    input: `link del ${bridge}\nroute del blackhole ${podCidr}\nroute del local ${serviceCidr} dev lo\n`,
  });
}

/** All interfaces of the host. */
export async function readLinks(ip: string): Promise<readonly Link[]> {
  return parseLinks(await mustRun([ip, "-json", "-4", "-details", "addr", "show"]));
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false;
    throw error;
  }
}
