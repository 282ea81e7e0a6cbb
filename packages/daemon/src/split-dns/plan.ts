import { planByHand, type ByHand } from "./by-hand.ts";
import { planDnsmasq } from "./plan-dnsmasq.ts";
import { planMacos } from "./plan-macos.ts";
import { planResolved, resolvedProblem } from "./plan-resolved.ts";
import { notesOn } from "./notes.ts";
import type { SplitDnsPlan } from "./split-dns-plan.ts";
import type { Survey } from "./survey.ts";
import type { SplitDnsTarget } from "./target.ts";

/** Decides how this host is made to ask Ordinal for its names, from what was found on it; does nothing. */
export function planSplitDns(survey: Survey, target: SplitDnsTarget): SplitDnsPlan | ByHand {
  const notes = notesOn(survey, target);
  if (survey.platform === "macos") return planMacos(target, notes);
  if (survey.resolved !== undefined) {
    const problem = resolvedProblem(survey.resolved, target);
    if (problem !== undefined) return planByHand(survey, target, { why: problem, notes });
    return planResolved(survey.resolved, target, notes);
  }
  if (survey.dnsmasq !== undefined) return planDnsmasq({ ...survey.dnsmasq, init: survey.init }, target, notes);
  const asked = survey.nameservers.join(", ");
  const why =
    asked === ""
      ? "this host asks nobody for names: /etc/resolv.conf names no server"
      : `this host asks ${asked} for every name, and no resolver of its own that could be told to ask Ordinal for some`;
  return planByHand(survey, target, { why, notes });
}
