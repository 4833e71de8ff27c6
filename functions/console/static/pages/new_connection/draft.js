// The fields of the wizard: of a new connection, of a copy, or of one that exists already.

import { zoneOfThisBrowser } from "../../components/time_zone_field.js";
import { NO_SECRETS } from "../settings/draft.js";
import { ABOUT } from "./words.js";

export function emptyDraft(person) {
  return {
    connection_id: "",
    name: "",
    sis: "",
    district: person.districts[0] ?? "",
    time_zone: zoneOfThisBrowser(),
    delivery: "sftp",
    host: "",
    port: "22",
    username: "",
    folder: "SISData/exports/{school_year}",
    importer: "unknown",
    done_file: false,
    write_in_place: false,
    keep_links: false,
    programs: null, // set when the programs are loaded: to all of them
    signInWith: "password",
    secrets: NO_SECRETS,
  };
}

// The settings of a copy: no secret can be copied, and its students are those that it will get.
export function copyOf(source) {
  if (!source) return null;
  const { connection_id, name, example_students, deletion, setup, sign_in, port, ...settings } = source;
  return { ...settings, name: ABOUT.copyOf(name), port: String(port) };
}

// Only the fields that the wizard has: the others stay as they are stored.
export function draftOfStored(person, stored) {
  const draft = emptyDraft(person);
  const names = Object.keys(draft).filter((name) => name in stored);
  return { ...draft, ...Object.fromEntries(names.map((name) => [name, stored[name]])), port: String(stored.port) };
}
