// A time zone by its name, found by any word of it: "chicago", "central", "america".

import { html } from "../lib/html.js";
import { Combobox } from "./combobox.js";

let zones = null; // found out once: it takes some 50 ms

export function TimeZoneField({ label = "Time zone", ...given }) {
  zones ??= Intl.supportedValuesOf("timeZone").map((zone) => ({ value: zone, label: zone, hint: commonName(zone) }));
  return html`<${Combobox} label=${label} options=${zones} free=${false} ...${given} />`;
}

// "Central Time" of America/Chicago; empty where people have no name for it.
export function commonName(zone) {
  const parts = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longGeneric" }).formatToParts();
  const name = parts.find((part) => part.type === "timeZoneName").value;
  return name.startsWith("GMT") ? "" : name;
}

// Empty where the browser tells none: no district lives by UTC.
export function zoneOfThisBrowser() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return zone === "UTC" ? "" : zone;
}
