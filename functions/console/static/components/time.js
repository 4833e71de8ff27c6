// Times and numbers as the district reads them: always in the district's zone, never the reader's.

import { html } from "../lib/html.js";
import { TIMES } from "./words.js";

const LANGUAGE = "en-US";
const NUMBER = new Intl.NumberFormat(LANGUAGE);
// The words are English, but a clock has 12 or 24 hours as in this browser, which decides it for time fields, too.
const { hourCycle } = new Intl.DateTimeFormat(navigator.language, { hour: "numeric" }).resolvedOptions();
/** @type {Intl.DateTimeFormatOptions} */
const CLOCK = { hour: "numeric", minute: "2-digit", hourCycle };
const SIZE = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 1 });

export const number = (value) => NUMBER.format(value);

// A number, or the least that it can be.
export function atLeast(value, isBounded) {
  return isBounded ? TIMES.atLeast(number(value)) : number(value);
}

// "1 row", "1,204 rows"
export function count(value, one, many = `${one}s`) {
  return `${number(value)} ${value === 1 ? one : many}`;
}

export function bytes(value) {
  const [size, unit] =
    value < 1000 ? [value, "bytes"] : value < 1e6 ? [value / 1e3, "kB"] : [value / 1e6, "MB"];
  return `${SIZE.format(size)} ${unit}`;
}

// "Today, 9:00 PM CST", "Yesterday, …", "Mon, Nov 23, 9:00 PM CST"; with the year if it is not this one.
export function momentText(at, zone, now = new Date()) {
  const moment = new Date(at);
  const time = zonedClockText(at, zone);
  const days = (dayNumber(moment, zone) - dayNumber(now, zone)) / 86_400_000;
  const near = TIMES.near[days];
  if (near) return `${near}, ${time}`;
  const sameYear = parts(moment, zone, { year: "numeric" }) === parts(now, zone, { year: "numeric" });
  const day = { weekday: "short", month: "short", day: "numeric" };
  return `${parts(moment, zone, sameYear ? day : { ...day, year: "numeric" })}, ${time}`;
}

const NEAR = new RegExp(`^(${Object.values(TIMES.near).join("|")}), `);

// The same inside a sentence: "today at 9:00 PM CST", "Mon, Nov 23, 9:00 PM CST".
const insideText = (text) => text.replace(NEAR, (_, day) => TIMES.inside(day));

// The same without the zone: "today at 9:00 PM", "Mon, Nov 23, 9:00 PM".
export const momentInText = (at, zone) => insideText(momentText(at, zone)).replace(/(\d [AP]M) .*$/, "$1");

// "Mon, Nov 23, 2026, 9:00 PM CST": also for a text that stays while time passes, such as a title.
export function wholeMomentText(at, zone) {
  const day = { weekday: "short", month: "short", day: "numeric", year: "numeric" };
  return parts(new Date(at), zone, { ...day, ...CLOCK, timeZoneName: "short" });
}

// "9:00 PM CST", or "21:00 CST"
export function zonedClockText(at, zone) {
  return parts(new Date(at), zone, { ...CLOCK, timeZoneName: "short" });
}

// A time of day of the API, 21:00, as "9:00 PM" or "21:00".
export function clockText(time) {
  return parts(new Date(`1970-01-01T${time}Z`), "UTC", CLOCK);
}

// A day of the API, 2026-06-30, as "Tue, Jun 30, 2026"; another text, such as a pasted year of five digits, as it is.
export function dayText(day) {
  const noon = new Date(`${day}T12:00:00Z`);
  const options = { weekday: "short", month: "short", day: "numeric", year: "numeric" };
  return Number.isNaN(noon.getTime()) ? day : parts(noon, "UTC", options);
}

// The day of a moment: "Nov 3"; with the year if it is not this one.
export function dayOf(at, zone, now = new Date()) {
  const [day, today] = [new Date(at), now].map((moment) => parts(moment, zone, { year: "numeric" }));
  const options = { month: "short", day: "numeric" };
  return parts(new Date(at), zone, day === today ? options : { ...options, year: "numeric" });
}

// `inside`: of a sentence.
export function Time({ at, zone, inside = false }) {
  const moment = new Date(at);
  const text = momentText(at, zone);
  const whole = parts(moment, zone, { dateStyle: "full", timeStyle: "long", hourCycle });
  return html`<time datetime=${moment.toISOString()} title=${whole}>${inside ? insideText(text) : text}</time>`;
}

// "3 s", "2 min 5 s"
export function duration(from, to) {
  const seconds = Math.max(0, Math.round((new Date(to).getTime() - new Date(from).getTime()) / 1000));
  return seconds < 60 ? TIMES.seconds(seconds) : TIMES.minutes(Math.floor(seconds / 60), seconds % 60);
}

function parts(moment, zone, options) {
  return new Intl.DateTimeFormat(LANGUAGE, { ...options, timeZone: zone }).format(moment);
}

function dayNumber(moment, zone) {
  const day = new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(moment);
  return Date.parse(`${day}T00:00:00Z`);
}
