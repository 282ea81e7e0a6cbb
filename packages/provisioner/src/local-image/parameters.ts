import type { Result, StorageClass } from "@ordinal/api";

/** How the bytes of an image come to be on the host's disk: as they are written, or all beforehand. */
export type Allocation = "thin" | "full";

/** What a StorageClass says about its images. */
export interface ImageParameters {
  readonly allocation: Allocation;
}

/** The names of the file system in upstream's classes: the old one, and that of CSI's provisioners. */
const fileSystemParameters = ["fsType", "csi.storage.k8s.io/fstype"];

/** Reads the parameters of a class. An error names the parameter and what it may be. */
export function readParameters({ parameters = {} }: StorageClass): Result<ImageParameters, string> {
  for (const [name, value] of Object.entries(parameters)) {
    const problem = parameterProblem(name, value);
    if (problem !== undefined) return { ok: false, error: problem };
  }
  return {
    ok: true,
    value: { allocation: isAllocation(parameters["allocation"]) ? parameters["allocation"] : "thin" },
  };
}

function parameterProblem(name: string, value: string): string | undefined {
  const said = `parameter ${JSON.stringify(name)} of the StorageClass`;
  if (fileSystemParameters.includes(name)) {
    return value === "ext4" ? undefined : `${said} is ${JSON.stringify(value)}: local-image volumes hold ext4 only`;
  }
  if (name === "allocation") {
    return isAllocation(value) ? undefined : `${said} is ${JSON.stringify(value)}: it may be "thin" or "full"`;
  }
  return `${said} is unknown: local-image knows "allocation" and "fsType"`;
}

function isAllocation(value: string | undefined): value is Allocation {
  return value === "thin" || value === "full";
}
