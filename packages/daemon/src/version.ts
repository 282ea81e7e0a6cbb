/** Of every package here; they are released together. */
export const ordinalVersion = "0.1.0";

/** The API that is spoken: what `/version` says as gitVersion, with our own version behind the plus sign. */
export const kubernetesVersion = "v1.33.1";
