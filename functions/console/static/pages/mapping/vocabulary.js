// Written by make docs from the models of a mapping: change those instead.

export const SETTINGS = {"name": "File Name", "extension": "File Extension", "separator": "Field Separator", "text_identifier": "Text Identifier", "header": "Header", "quoting": "Quoting", "encoding": "Encoding", "line_ending": "Line ending", "line_breaks": "Line breaks inside a value", "formulas": "Formulas", "contents": "Contents", "removals": "Removed students", "rows": "Rows", "where": "Only rows that fulfil"};

export const TRANSFORMATIONS = [
  {"type": "date", "title": "Date", "summary": "Writes a date in another format. “On error” applies to a value that is not a date in a source format, or that does not exist.", "starts": "never", "asks": false, "parameters": [{"key": "from", "label": "Format in Enroll", "hint": "The format of the date in Enroll, such as YYYY-MM-DD, or a list of formats: the first that fits the value is used", "kind": "texts", "required": true, "default": null}, {"key": "to", "label": "Format in the file", "hint": "The format of the date in the file, such as M/D/YYYY", "kind": "text", "required": true, "default": null}, {"key": "pivot", "label": "Pivot of YY", "hint": "A number from 0 to 99, if “Format in Enroll” has YY: a two-digit year up to it is in the 2000s, a later one in the 1900s", "kind": "number", "required": false, "default": null}, {"key": "not_before", "label": "Not before", "hint": "", "kind": "outcome", "required": false, "default": null}], "start": {"type": "date", "from": "YYYY-MM-DD", "to": "M/D/YYYY"}, "examples": [["2018-04-09", "4/9/2018"], ["20180409", "2018-04-09"], ["4/9/31", "1931"], ["2025-04-09", "8/15/2025"]]},
  {"type": "today", "title": "Today", "summary": "The day on which the export started, in the district's time zone.", "starts": "always", "asks": false, "parameters": [{"key": "to", "label": "Format in the file", "hint": "The format of the date in the file, such as M/D/YYYY", "kind": "text", "required": true, "default": null}], "start": {"type": "today", "to": "MM/DD/YYYY"}, "examples": []},
  {"type": "enroll_school_year", "title": "Enroll School Year", "summary": "The school year of the registration: the year it starts or ends in, or both.", "starts": "always", "asks": false, "parameters": [{"key": "to", "label": "Written as", "hint": "", "kind": "choice", "required": true, "default": null, "options": ["start", "end", "2025-2026", "25-26"]}], "start": {"type": "enroll_school_year", "to": "end"}, "examples": []},
  {"type": "lower", "title": "Lower", "summary": "Lowercase letters.", "starts": "never", "asks": false, "parameters": [], "start": {"type": "lower"}, "examples": [["Ana@Example.ORG", "ana@example.org"]]},
  {"type": "upper", "title": "Upper", "summary": "Uppercase letters.", "starts": "never", "asks": false, "parameters": [], "start": {"type": "upper"}, "examples": [["O'Brien", "O'BRIEN"]]},
  {"type": "direct", "title": "Direct", "summary": "The unchanged value.", "starts": "never", "asks": false, "parameters": [], "start": {"type": "direct"}, "examples": [["06520", "06520"]]},
  {"type": "transliterate", "title": "Transliterate", "summary": "Replaces letters with accents and letters of other scripts by plain letters; keeps only letters, apostrophes, dashes, spaces and the characters in “Also keep”.", "starts": "never", "asks": false, "parameters": [{"key": "keep", "label": "Also keep", "hint": "Further characters to keep, such as 0123456789.,", "kind": "text", "required": false, "default": ""}], "start": {"type": "transliterate"}, "examples": [["José Nguyễn-O'Brien", "Jose Nguyen-O'Brien"], ["12 Calle Peñón No. 3", "12 Calle Penon No. 3"], ["Kaʻiulani", "Ka'iulani"]]},
  {"type": "proper_case", "title": "Proper Case", "summary": "Capitalizes each word, also after Mc, O' and a hyphen; keeps II, III and IV. Letters after a digit are lowercase; a single letter there is kept.", "starts": "never", "asks": false, "parameters": [], "start": {"type": "proper_case"}, "examples": [["MCDONALD-O'BRIEN III", "McDonald-O'Brien III"], ["taylor's lane", "Taylor's Lane"], ["1214 112TH AVE APT 4B", "1214 112th Ave Apt 4B"]]},
  {"type": "trim", "title": "Trim", "summary": "Removes blanks and invisible characters at both ends of a value.", "starts": "never", "asks": false, "parameters": [], "start": {"type": "trim"}, "examples": [["  Ana ", "Ana"]]},
  {"type": "squish", "title": "Squish", "summary": "Removes blanks at both ends of a value, and replaces each run of blanks by one space.", "starts": "never", "asks": false, "parameters": [], "start": {"type": "squish"}, "examples": [[" 12  Main\n St ", "12 Main St"]]},
  {"type": "pad", "title": "Pad", "summary": "Fills a value up to a width; a longer value stays unchanged.", "starts": "never", "asks": false, "parameters": [{"key": "width", "label": "Width", "hint": "A number of characters, 1 to 1000", "kind": "number", "required": true, "default": null}, {"key": "with", "label": "Fill with", "hint": "One character, as in 0", "kind": "text", "required": false, "default": "0"}, {"key": "side", "label": "Side", "hint": "", "kind": "choice", "required": false, "default": "left", "options": ["left", "right"]}], "start": {"type": "pad", "width": 6}, "examples": [["42", "000042"], ["1234", "1234"]]},
  {"type": "character_limit", "title": "Character Limit", "summary": "Cuts a value to a number of characters, never in the middle of what people see as one.", "starts": "never", "asks": false, "parameters": [{"key": "length", "label": "Length", "hint": "A number of characters, from 1", "kind": "number", "required": true, "default": null}], "start": {"type": "character_limit", "length": 1}, "examples": [["Middle", "M"]]},
  {"type": "split", "title": "Split", "summary": "One part of a value, trimmed; blank if there is no such part.", "starts": "never", "asks": false, "parameters": [{"key": "delimiter", "label": "Delimiter", "hint": "The text between the parts, one or more characters", "kind": "text", "required": true, "default": null}, {"key": "take", "label": "Part", "hint": "Which part: 1 for the first, 2 for the second, -1 for the last", "kind": "number", "required": false, "default": 1}], "start": {"type": "split", "delimiter": ",", "take": 1}, "examples": [["Díaz, Ana", "Díaz"], ["North - 0042", "0042"]]},
  {"type": "substitute", "title": "Substitute", "summary": "Replaces every occurrence of a text, or every match of a regular expression (RE2 syntax: no lookarounds).", "starts": "never", "asks": false, "parameters": [{"key": "find", "label": "Text to find", "hint": "The text to look for", "kind": "text", "required": false, "default": null}, {"key": "pattern", "label": "Pattern to find", "hint": "A regular expression to look for, instead of “Text to find”", "kind": "text", "required": false, "default": null}, {"key": "replace", "label": "Replace with", "hint": "The replacement; with a pattern, \\1 is the text that its first parentheses matched", "kind": "text", "required": true, "default": null}], "start": {"type": "substitute", "find": "", "replace": ""}, "examples": [["12 Main Street", "12 Main St"], ["Díaz, Ana", "Ana Díaz"]]},
  {"type": "phone_number", "title": "Phone Number", "summary": "Writes a ten-digit phone number in one format, however it was typed.", "starts": "never", "asks": false, "parameters": [{"key": "to", "label": "Written as", "hint": "The format, with a 9 for each of the ten digits, such as (999) 999-9999", "kind": "text", "required": true, "default": null}, {"key": "extension", "label": "Extension", "hint": "", "kind": "choice", "required": false, "default": "hold", "options": ["hold", "drop"]}], "start": {"type": "phone_number", "to": "(999) 999-9999"}, "examples": [["5125550147", "(512) 555-0147"], ["+1 (512) 555-0147", "5125550147"], ["512/555/0147 Ext: 12", "5125550147"]]},
  {"type": "yes_no", "title": "Yes or No", "summary": "Writes one text for yes (y, yes, t, true, 1, on) and another for no (n, no, f, false, 0, off).", "starts": "never", "asks": false, "parameters": [{"key": "yes", "label": "Yes", "hint": "The text for yes, such as Y", "kind": "text", "required": false, "default": "Y"}, {"key": "no", "label": "No", "hint": "The text for no, such as N", "kind": "text", "required": false, "default": "N"}], "start": {"type": "yes_no"}, "examples": [["true", "Y"], ["No", "0"]]},
  {"type": "count_items", "title": "Count of Items", "summary": "The number of items in a delimited list; blank items are not counted.", "starts": "never", "asks": false, "parameters": [{"key": "delimiter", "label": "Delimiter", "hint": "The text between the items", "kind": "text", "required": false, "default": "|"}], "start": {"type": "count_items", "delimiter": "|"}, "examples": [["Asian|White", "2"]]},
  {"type": "value_input", "title": "Value Input", "summary": "The same text for every student.", "starts": "always", "asks": false, "parameters": [{"key": "value", "label": "Value", "hint": "The text for every row, such as US", "kind": "text", "required": true, "default": null}], "start": {"type": "value_input", "value": ""}, "examples": [["Mexico", "US"]]},
  {"type": "join", "title": "Join", "summary": "Joins the value so far and further fields; leaves out blank values.", "starts": "always", "asks": false, "parameters": [{"key": "fields", "label": "Fields", "hint": "", "kind": "paths", "required": true, "default": null}, {"key": "delimiter", "label": "Delimiter", "hint": "The text between the values", "kind": "text", "required": false, "default": " "}], "start": {"type": "join", "fields": [], "delimiter": " "}, "examples": [["Ana", "Ana Díaz"]]},
  {"type": "pick", "title": "Pick", "summary": "The first that is not blank of the value so far and the further fields, in order.", "starts": "always", "asks": false, "parameters": [{"key": "fields", "label": "Fields", "hint": "", "kind": "paths", "required": true, "default": null}], "start": {"type": "pick", "fields": []}, "examples": []},
  {"type": "if_then_else", "title": "If Then Else", "summary": "Tests a field or the value so far, and writes a text or another field's value. If the “Then” or “Else” that applies is not given, the value so far stays.", "starts": "with field", "asks": true, "parameters": [{"key": "equals", "label": "Equals", "hint": "Text", "kind": "text", "required": false, "default": null}, {"key": "not_equal", "label": "Not equal", "hint": "Text", "kind": "text", "required": false, "default": null}, {"key": "contains", "label": "Contains", "hint": "Text that is part of the value", "kind": "text", "required": false, "default": null}, {"key": "includes", "label": "Includes", "hint": "Text that is a whole item of a delimited list", "kind": "text", "required": false, "default": null}, {"key": "is_blank", "label": "Is blank", "hint": "Whether the value must be blank", "kind": "yes_no", "required": false, "default": null}, {"key": "one_of", "label": "One of", "hint": "A list of texts", "kind": "texts", "required": false, "default": null}, {"key": "before", "label": "Before", "hint": "A date, such as 2025-08-15, for values written YYYY-MM-DD", "kind": "text", "required": false, "default": null}, {"key": "after", "label": "After", "hint": "A date, such as 2025-08-15, for values written YYYY-MM-DD", "kind": "text", "required": false, "default": null}, {"key": "less", "label": "Less", "hint": "A number, such as 5, for a value that is a number", "kind": "text", "required": false, "default": null}, {"key": "greater", "label": "Greater", "hint": "A number, such as 5, for a value that is a number", "kind": "text", "required": false, "default": null}, {"key": "delimiter", "label": "Delimiter", "hint": "The text between the items, for “Includes”", "kind": "text", "required": false, "default": "|"}, {"key": "ignore_case", "label": "Ignore case", "hint": "Whether A and a are the same", "kind": "yes_no", "required": false, "default": false}, {"key": "field", "label": "Field", "hint": "The field to test; without it, the value so far", "kind": "path", "required": false, "default": null}, {"key": "then", "label": "Then", "hint": "", "kind": "outcome", "required": false, "default": null}, {"key": "else", "label": "Else", "hint": "", "kind": "outcome", "required": false, "default": null}], "start": {"type": "if_then_else", "includes": "", "then": "", "else": ""}, "examples": [["PK", "0"]]},
  {"type": "match_codes", "title": "Match Codes", "summary": "A code for the value, or for each item of a delimited list.", "starts": "never", "asks": false, "parameters": [{"key": "codes", "label": "Codes", "hint": "", "kind": "codes", "required": true, "default": null}, {"key": "send_blank", "label": "Send blank for", "hint": "A list of the values whose code is a blank: an empty code in “Codes” means that there is no code yet", "kind": "texts", "required": false, "default": []}, {"key": "unmatched", "label": "Without a code", "hint": "", "kind": "choice", "required": false, "default": null, "options": ["hold", "blank", "keep", "default"]}, {"key": "blank", "label": "Code for blanks", "hint": "The code for a blank value", "kind": "text", "required": false, "default": null}, {"key": "ignore_case", "label": "Ignore case", "hint": "Whether A and a are the same", "kind": "yes_no", "required": false, "default": false}, {"key": "trim", "label": "Trim", "hint": "Whether to ignore blanks at the ends", "kind": "yes_no", "required": false, "default": false}, {"key": "delimiter", "label": "Delimiter", "hint": "The text between the items of a list; each has a code", "kind": "text", "required": false, "default": null}, {"key": "join_with", "label": "Join with", "hint": "The text between the codes; without it, the delimiter", "kind": "text", "required": false, "default": null}], "start": {"type": "match_codes", "codes": {}}, "examples": [["PK", "-1"], ["FEMALE ", "F"], ["White|Asian", "C,A"]]},
];

export const CHOICES = {"quoting": ["needed", "always"], "encoding": ["utf-8", "utf-8-bom", "windows-1252"], "line_ending": ["crlf", "lf"], "line_breaks": ["keep", "space"], "formulas": ["keep", "quote", "hold"], "contents": ["changes", "new", "all"], "removals": ["omit", "row"]};

export const CONDITION = [
  {"key": "equals", "label": "Equals", "hint": "Text", "kind": "text", "required": false, "default": null},
  {"key": "not_equal", "label": "Not equal", "hint": "Text", "kind": "text", "required": false, "default": null},
  {"key": "contains", "label": "Contains", "hint": "Text that is part of the value", "kind": "text", "required": false, "default": null},
  {"key": "includes", "label": "Includes", "hint": "Text that is a whole item of a delimited list", "kind": "text", "required": false, "default": null},
  {"key": "is_blank", "label": "Is blank", "hint": "Whether the value must be blank", "kind": "yes_no", "required": false, "default": null},
  {"key": "one_of", "label": "One of", "hint": "A list of texts", "kind": "texts", "required": false, "default": null},
  {"key": "before", "label": "Before", "hint": "A date, such as 2025-08-15, for values written YYYY-MM-DD", "kind": "text", "required": false, "default": null},
  {"key": "after", "label": "After", "hint": "A date, such as 2025-08-15, for values written YYYY-MM-DD", "kind": "text", "required": false, "default": null},
  {"key": "less", "label": "Less", "hint": "A number, such as 5, for a value that is a number", "kind": "text", "required": false, "default": null},
  {"key": "greater", "label": "Greater", "hint": "A number, such as 5, for a value that is a number", "kind": "text", "required": false, "default": null},
  {"key": "delimiter", "label": "Delimiter", "hint": "The text between the items, for “Includes”", "kind": "text", "required": false, "default": "|"},
  {"key": "ignore_case", "label": "Ignore case", "hint": "Whether A and a are the same", "kind": "yes_no", "required": false, "default": false},
  {"key": "field", "label": "Field", "hint": "The field's path, such as students.grade", "kind": "path", "required": true, "default": null},
];

export const TESTS = [
  "equals",
  "not_equal",
  "contains",
  "includes",
  "is_blank",
  "one_of",
  "before",
  "after",
  "less",
  "greater",
];

export const FACTS = [
  "registration.school_year",
  "registration.synced_at",
  "registration.student_id",
  "registration.registration_id",
  "registration.removed_at",
  "run.started_at",
  "row.number",
];

export const DATE_TOKENS = [
  ["YYYY", "the year, 2018"],
  ["YY", "the year in two digits, 18; to read it, “Pivot of YY” must give the century"],
  ["MM", "the month in two digits, 04"],
  ["M", "the month, 4"],
  ["MMM", "the month's name, Apr"],
  ["DD", "the day in two digits, 09"],
  ["D", "the day, 9"],
  ["HH", "the hour in two digits, 00 to 23"],
  ["H", "the hour, 0 to 23"],
  ["hh", "the hour in two digits, 01 to 12; to read it, the format needs A"],
  ["h", "the hour, 1 to 12; to read it, the format needs A"],
  ["A", "AM or PM"],
  ["mm", "the minute in two digits"],
  ["m", "the minute"],
  ["ss", "the second in two digits"],
  ["s", "the second"],
  ["SSS", "thousandths of a second"],
];
