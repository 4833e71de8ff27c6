// One sentence about a student, for a principal or a parent who asks.

import { nameOfParts } from "../../lib/student_names.js";
import { SENTENCES, STUDENT } from "./words.js";

const LANGUAGE = "en-US";

// receipt: of the API; `now` is the present
export function sentenceAbout(receipt, { sis: sisName, time_zone: zone }, now = new Date()) {
  const who = nameOfParts(receipt.names) || STUDENT.student(receipt.student_id);
  const sis = sisName || SENTENCES.sis;
  const { status, held, exported } = receipt;
  const when = exported && momentInSentence(exported.exported_at, zone, now);
  if (status === "exported" || (status === "left_out" && receipt.exported_before)) {
    if (!exported) return receipt.message;
    if (status === "left_out") return SENTENCES.leftOutSentBefore(who, sis, when);
    const files = [...new Set(exported.files.map((file) => file.path.split("/").at(-1)))];
    return SENTENCES.exported(who, sis, when, files);
  }
  if (status === "held") {
    const fields = [...new Set(held.reasons.map(({ field, file }) => (field === "rows" ? file : SENTENCES.fieldIn(field, file))))];
    return exported ? SENTENCES.heldSentBefore(who, sis, when, fields) : SENTENCES.held(who, sis, fields);
  }
  if (status === "due" && exported) return SENTENCES.dueSentBefore(who, sis, when);
  return SENTENCES[status]?.(who, sis) ?? receipt.message;
}

// "today at 12:52 PM", "on Monday, November 23, 2026 at 9:00 PM"
export function momentInSentence(at, zone, now) {
  const moment = new Date(at);
  const format = (options, date = moment) => new Intl.DateTimeFormat(LANGUAGE, { ...options, timeZone: zone }).format(date);
  const time = format({ hour: "numeric", minute: "2-digit" });
  const day = format({ dateStyle: "full" });
  const before = new Date(now.getTime() - 86_400_000);
  if (day === format({ dateStyle: "full" }, now)) return SENTENCES.today(time);
  if (day === format({ dateStyle: "full" }, before)) return SENTENCES.yesterday(time);
  return SENTENCES.onDay(day, time);
}
