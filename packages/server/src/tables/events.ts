import type { Event } from "@ordinal/api";
import { timeSince } from "./human-duration.ts";
import { column, wide, type TablePrinter } from "./table.ts";

export const eventTable: TablePrinter<Event> = {
  columns: [
    column("Last Seen", "When it happened last."),
    column("Type", "Normal or Warning."),
    column("Reason", "What happened, in one word."),
    column("Object", "What it happened to."),
    column("Subobject", "Which part of that object.", wide),
    column("Source", "Who reports it.", wide),
    column("Message", "What happened, in a sentence."),
    column("First Seen", "When it happened first.", wide),
    column("Count", "How often it happened.", wide),
    column("Name", "Name of the event.", { ...wide, format: "name" }),
  ],
  cells(event, nowMs) {
    const { involvedObject, series } = event;
    const firstSeen = timeSince(event.firstTimestamp ?? event.eventTime, nowMs);
    const plainLastSeen = event.lastTimestamp === undefined ? firstSeen : timeSince(event.lastTimestamp, nowMs);
    const kind = (involvedObject.kind ?? "").toLowerCase();
    return [
      series === undefined ? plainLastSeen : timeSince(series.lastObservedTime, nowMs),
      event.type ?? "",
      event.reason ?? "",
      involvedObject.name ? `${kind}/${involvedObject.name}` : kind,
      involvedObject.fieldPath ?? "",
      source(event),
      (event.message ?? "").trim(),
      firstSeen,
      series === undefined ? event.count || 1 : (series.count ?? 0),
      event.metadata.name,
    ];
  },
};

function source(event: Event): string {
  const component = event.source?.component || event.reportingComponent || "";
  const instance = event.source?.host || event.reportingInstance || "";
  return instance === "" ? component : `${component}, ${instance}`;
}
