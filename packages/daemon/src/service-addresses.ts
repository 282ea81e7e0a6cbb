/** Addresses at fixed places of the service range: `kubernetes` at .1 and cluster DNS at .10, as in kubeadm's clusters. */
export function fixedAddresses(serviceCidr: string): { readonly kubernetes: string; readonly dns: string } {
  return { kubernetes: addressAt(serviceCidr, 1), dns: addressAt(serviceCidr, 10) };
}

/** The address `index` places into a range. */
export function addressAt(cidr: string, index: number): string {
  const [base = "", length = "16"] = cidr.split("/");
  const number = base.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const size = 2 ** (32 - Number(length));
  const address = number - (number % size) + index;
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}
