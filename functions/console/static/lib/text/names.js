// The words of a name, such as a SIS's header or an Enroll field, in one form: “DT_BIRTH”, “birthDate” and
// “dob” all have the words birth and date. Two names can then be compared, and a typed word be found.

// What one word of a name means, in the words that are compared. "" drops the word.
const MEANINGS = {
  s: "", // of “mother's”
  addr: "address", street: "address", line: "",
  annual: "", autocomm: "", cd: "code", of: "", the: "", is: "", and: "", or: "",
  apartment: "unit", apt: "unit", suite: "unit",
  bdate: "birth date", birthday: "birth date", birthdate: "birth date", born: "birth", dob: "birth date", dt: "date",
  cell: "mobile", cellphone: "mobile phone",
  contact: "guardian", father: "guardian", mother: "guardian", parent: "guardian",
  bldg: "school", building: "school", campus: "school", org: "school", sch: "school",
  contry: "country", nation: "country",
  dist: "district", local: "district", sis: "district",
  begin: "entry", enroll: "entry", enrolled: "entry", enrollment: "entry", start: "entry", entered: "entry",
  el: "ell", english: "ell", lep: "ell",
  ethnic: "ethnicity", latino: "hispanic", latinx: "hispanic", hl: "hispanic",
  first: "first name", fname: "first name", forename: "first name", given: "first name",
  family: "household", home: "household", hh: "household",
  last: "last name", lname: "last name", surname: "last name",
  mi: "middle name", middle: "middle name", minit: "middle name", mname: "middle name",
  frl: "lunch", meal: "lunch",
  grd: "grade", lvl: "level", yog: "graduation year",
  identifier: "id", ident: "id", key: "id", nbr: "id", no: "id", num: "id", number: "id",
  lang: "language", mail: "mailing",
  nick: "nickname", preferred: "nickname",
  asian: "race asian", black: "race black", indian: "race indian", hawaiian: "race hawaiian", haw: "race hawaiian", white: "race white",
  prior: "previous", prev: "previous", former: "previous",
  internt: "internet", direct: "directory", loc: "city",
  perm: "permission", plus4: "", relation: "relationship", relations: "relationship", resides: "lives",
  postal: "zip", postcode: "zip", zipcode: "zip", province: "state", st: "state", town: "city",
  pupil: "student", stdt: "student", stu: "student", stud: "student", user: "student", learner: "student",
  sex: "gender", sms: "phone", ssid: "state student id", tel: "phone", telephone: "phone", ph: "phone",
  syear: "school year", yr: "year",
};

// Meanings of several words together, tried before those of one; each is text between spaces.
const PHRASES = [
  ["e mail", "email"], ["family name", "last name"], ["household name", "last name"], ["nick name", "nickname"],
  ["preferred first name", "nickname"], ["preferred given name", "nickname"], ["preferred name", "nickname"],
  ["perm id", "student id"], ["permanent id", "student id"], ["primary language", "home language"],
  ["native language", "home language"], ["street address", "address"], ["address line", "address"], ["address 1", "address"], ["address 2", "unit"],
  ["grade level", "grade"], ["date of birth", "birth date"], ["zip code", "zip"], ["postal code", "zip"],
  ["post code", "zip"], ["cell phone", "mobile phone"], ["sourced id", "student id"], ["free reduced", "lunch"],
];

// Words that say little: two names that share only these are not alike.
const LIGHT = {
  ...Object.fromEntries(["code", "level", "status"].map((word) => [word, 0.2])),
  ...Object.fromEntries(["data", "demographic", "demographics", "abbreviation"].map((word) => [word, 0.1])),
  ...Object.fromEntries("asian black indian hawaiian white american alaska african native pacific islander other ak am ind nat pac isl".split(" ").map((word) => [word, 0.2])),
  household: 0.3, id: 0.6, name: 0.3, student: 0.25, type: 0.5,
};

const weightOf = (word) => LIGHT[word] ?? (/^\d+$/.test(word) ? 0.4 : 1);

export const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

// “Guardian1_FirstName” → ["guardian", "1", "first", "name"], as it is written.
export function partsOf(name) {
  return name
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1 $2")
    .split(/[^\p{L}\p{M}\p{N}]+|(?<=\p{L})(?=\p{N})|(?<=\p{N})(?=\p{L})/u)
    .filter(Boolean)
    .map(folded);
}

const seen = new Map(); // a list of fields is searched at each key

// The words of a name in one form, each once.
export function wordsOf(name) {
  if (seen.size > 20_000) seen.clear();
  if (!seen.has(name)) seen.set(name, computed(name));
  return seen.get(name);
}

function computed(name) {
  let text = ` ${partsOf(name).flatMap(cut).join(" ")} `;
  for (const [phrase, meaning] of PHRASES) text = text.replaceAll(` ${phrase} `, ` ${meaning} `);
  const meant = text.split(" ").flatMap((word) => (Object.hasOwn(MEANINGS, word) ? MEANINGS[word] : word).split(" "));
  return [...new Set(meant.filter(Boolean))];
}

const WHOLE = new Set(
  [...Object.keys(MEANINGS), ...Object.values(MEANINGS).join(" ").split(" "), ...PHRASES.flat().join(" ").split(" ")]
    .concat("phone", "email", "race", "birth", "city", "mobile", "county", "emergency", "custody", "pickup", "suffix", "title")
    .filter((word) => word.length > 1),
);
const LETTERS_OF_A_PART = 3; // “st” in “street” is no word

// Cuts words that are written as one: “lastname” → ["last", "name"]; and drops the s of a plural.
function cut(word) {
  if (WHOLE.has(word)) return [word];
  if (word.endsWith("s") && WHOLE.has(word.slice(0, -1))) return [word.slice(0, -1)];
  for (let at = LETTERS_OF_A_PART; at <= word.length - 2; at += 1) {
    const rest = word.slice(at);
    if (WHOLE.has(word.slice(0, at)) && (rest.length >= LETTERS_OF_A_PART || rest === "id")) {
      const others = cut(rest);
      if (others.every((one) => WHOLE.has(one))) return [word.slice(0, at), ...others];
    }
  }
  return [word];
}

// How alike two lists of words are, from 0 to 1: the weight of what they share, of all.
export function likeness(some, others) {
  const total = (words) => words.reduce((sum, word) => sum + weightOf(word), 0);
  const all = total(some) + total(others);
  return all === 0 ? 0 : (2 * total(some.filter((word) => others.includes(word)))) / all;
}

const ACRONYMS = new Set(["ell", "frl", "id", "iep", "sms"]);

// The name of a path for people: "student_annual.guardian1_lname" is “Guardian 1 last name”.
export function labelOf(path) {
  const [group, ...rest] = path.split(".");
  const own = rest.length ? rest.join(" ") : group;
  const words = wordsOf(group === "household" && rest.length ? `${group} ${own}` : own);
  const text = words.map((word) => (ACRONYMS.has(word) ? word.toUpperCase() : word)).join(" ");
  return text ? text[0].toUpperCase() + text.slice(1) : path;
}

const GROUPS = [/^entry\./, /^students\./, /^household\./, /guardian|parent|contact/];
const groupRank = (path) => [0, 1, 2, 4][GROUPS.findIndex((pattern) => pattern.test(path))] ?? 3;

// The pattern that only this text matches.
export const escaped = (text) => text.replace(/[.*+?^$|()[\]{}\\]/g, "\\$&");

// The text in parts: [{text, isFound}], where the words that a person typed are found.
export function parted(text, typed) {
  const words = folded(typed).split(/\s+/).filter(Boolean);
  const plain = folded(text);
  if (words.length === 0 || plain.length !== text.length) return [{ text, isFound: false }];
  const pattern = new RegExp(words.map(escaped).sort((a, b) => b.length - a.length).join("|"), "g");
  const parts = [];
  let at = 0;
  for (const { 0: word, index } of plain.matchAll(pattern)) {
    if (index > at) parts.push({ text: text.slice(at, index), isFound: false });
    parts.push({ text: text.slice(index, index + word.length), isFound: true });
    at = index + word.length;
  }
  if (at < text.length) parts.push({ text: text.slice(at), isFound: false });
  return parts;
}

// The options that fit what a person typed, the best first; accents and case do not count, and “first name”
// finds fname. Options of equal rank keep their order.
export function fitting(options, typed) {
  const words = folded(typed).split(/\s+/).filter(Boolean);
  if (words.length === 0) return options;
  const meant = wordsOf(typed);
  const ranked = options.flatMap((option) => {
    const last = folded(option.value).split(".").at(-1);
    const text = folded(`${option.value} ${option.label ?? ""} ${option.hint ?? ""}`);
    const isWritten = words.every((word) => text.includes(word));
    const isMeant = meant.length > 0 && meant.every((word) => wordsOf(option.value).includes(word));
    if (!isWritten && !isMeant) return [];
    const typedText = words.join("_");
    const rank = last === typedText ? 0 : last.startsWith(typedText) ? 1 : isMeant ? 2 : 3;
    return [{ option, rank: 10 * rank + groupRank(option.value) }];
  });
  return ranked.sort((a, b) => a.rank - b.rank).map(({ option }) => option);
}
