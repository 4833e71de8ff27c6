// A field for a time zone, which is found by any word of its name: "chicago", "central", "america".

import { html } from "../lib/html.js";
import { Combobox } from "./combobox.js";
import { TIME_ZONE } from "./words.js";

let zones = null; // computed once, because it takes some 50 ms

const OFTEN = ["New_York", "Chicago", "Denver", "Phoenix", "Los_Angeles", "Anchorage"].map((city) => `America/${city}`).concat("Pacific/Honolulu");

export function TimeZoneField({ label = TIME_ZONE, ...given }) {
  zones ??= [...new Set([...OFTEN, "UTC", ...Intl.supportedValuesOf("timeZone").filter(isPlace)])].map((zone) => ({ value: zone, label: zone, hint: commonName(zone) }));
  return html`<${Combobox} label=${label} options=${zones} free=${false} ...${given} />`;
}

// The service takes UTC and zones of an area and a place.
function isPlace(zone) {
  return zone.includes("/") && !zone.startsWith("Etc/");
}

// "Central Time" for America/Chicago; empty for a zone without a common name.
export function commonName(zone) {
  const parts = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longGeneric" }).formatToParts();
  const name = parts.find((part) => part.type === "timeZoneName").value;
  return name.startsWith("GMT") ? "" : name;
}

// Empty for UTC, which browsers report when they do not know the zone: no district uses UTC.
export function zoneOfThisBrowser() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return zone === "UTC" ? "" : zone;
}
