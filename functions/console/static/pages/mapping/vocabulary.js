// Written by make docs from the models of a mapping: change those instead.

export const SETTINGS = {"name": "File Name", "extension": "File Extension", "separator": "Field Separator", "text_identifier": "Text Identifier", "header": "Header", "quoting": "Quoting", "encoding": "Encoding", "line_ending": "Line ending", "line_breaks": "Line breaks inside a value", "contents": "Contents", "removals": "Removed students", "rows": "Rows", "where": "Only rows that fulfil"};

export const TRANSFORMATIONS = [
  {"type": "date", "title": "Date", "summary": "Writes a date in another format. A value that is no date of the source format, or not in the calendar, goes by “On error”.", "starts": "never", "asks": false, "parameters": [{"key": "from", "label": "Format in Enroll", "hint": "The format of the date in Enroll, such as YYYY-MM-DD, or a list of formats: the first that fits a value counts", "kind": "texts", "required": true, "default": null}, {"key": "to", "label": "Format in the file", "hint": "The format of the date in the file, such as M/D/YYYY", "kind": "text", "required": true, "default": null}, {"key": "pivot", "label": "Pivot of YY", "hint": "A number from 0 to 99, where “Format in Enroll” has YY: a two-digit year up to it is of the 2000s, one after it of the 1900s", "kind": "number", "required": false, "default": null}], "start": {"type": "date", "from": "YYYY-MM-DD", "to": "M/D/YYYY"}, "examples": [["2018-04-09", "4/9/2018"], ["20180409", "2018-04-09"], ["4/9/31", "1931"]]},
  {"type": "today", "title": "Today", "summary": "The day on which the export started, in the district's time zone.", "starts": "always", "asks": false, "parameters": [{"key": "to", "label": "Format in the file", "hint": "The format of the date in the file, such as M/D/YYYY", "kind": "text", "required": true, "default": null}], "start": {"type": "today", "to": "MM/DD/YYYY"}, "examples": []},
  {"type": "enroll_school_year", "title": "Enroll School Year", "summary": "The school year of the registration: the year it starts or ends in, or both.", "starts": "always", "asks": false, "parameters": [{"key": "to", "label": "Written as", "hint": "", "kind": "choice", "required": true, "default": null, "options": ["start", "end", "2025-2026", "25-26"]}], "start": {"type": "enroll_school_year", "to": "end"}, "examples": []},
  {"type": "lower", "title": "Lower", "summary": "Small letters.", "starts": "never", "asks": false, "parameters": [], "start": {"type": "lower"}, "examples": [["Ana@Example.ORG", "ana@example.org"]]},
  {"type": "upper", "title": "Upper", "summary": "Capital letters.", "starts": "never", "asks": false, "parameters": [], "start": {"type": "upper"}, "examples": [["O'Brien", "O'BRIEN"]]},
  {"type": "direct", "title": "Direct", "summary": "The value as it is.", "starts": "never", "asks": false, "parameters": [], "start": {"type": "direct"}, "examples": [["06520", "06520"]]},
  {"type": "transliterate", "title": "Transliterate", "summary": "Letters without accents or from other scripts as plain ones; only letters, apostrophes, dashes and spaces stay, and what “Also keep” names.", "starts": "never", "asks": false, "parameters": [{"key": "keep", "label": "Also keep", "hint": "Further characters that stay, such as 0123456789.,", "kind": "text", "required": false, "default": ""}], "start": {"type": "transliterate"}, "examples": [["José Nguyễn-O'Brien", "Jose Nguyen-O'Brien"], ["12 Calle Peñón No. 3", "12 Calle Penon No. 3"]]},
  {"type": "proper_case", "title": "Proper Case", "summary": "A capital at the start of each word, also after Mc, O' and a hyphen; II, III and IV stay.", "starts": "never", "asks": false, "parameters": [], "start": {"type": "proper_case"}, "examples": [["MCDONALD-O'BRIEN III", "McDonald-O'Brien III"], ["taylor's lane", "Taylor's Lane"]]},
  {"type": "trim", "title": "Trim", "summary": "Takes away the blanks around a value.", "starts": "never", "asks": false, "parameters": [], "start": {"type": "trim"}, "examples": [["  Ana ", "Ana"]]},
  {"type": "squish", "title": "Squish", "summary": "Takes away the blanks around a value, and makes one space of several within it.", "starts": "never", "asks": false, "parameters": [], "start": {"type": "squish"}, "examples": [[" 12  Main\n St ", "12 Main St"]]},
  {"type": "pad", "title": "Pad", "summary": "Fills a value up to a width; one that is longer stays as it is.", "starts": "never", "asks": false, "parameters": [{"key": "width", "label": "Width", "hint": "A number of characters, 1 to 1000", "kind": "number", "required": true, "default": null}, {"key": "with", "label": "Fill with", "hint": "One character, as in 0", "kind": "text", "required": false, "default": "0"}, {"key": "side", "label": "Side", "hint": "", "kind": "choice", "required": false, "default": "left", "options": ["left", "right"]}], "start": {"type": "pad", "width": 6}, "examples": [["42", "000042"], ["1234", "1234"]]},
  {"type": "character_limit", "title": "Character Limit", "summary": "Cuts a value after so many characters.", "starts": "never", "asks": false, "parameters": [{"key": "length", "label": "Length", "hint": "A number of characters, from 1", "kind": "number", "required": true, "default": null}], "start": {"type": "character_limit", "length": 1}, "examples": [["Middle", "M"]]},
  {"type": "split", "title": "Split", "summary": "One part of a value, without the blanks around it; blank if there are not so many parts.", "starts": "never", "asks": false, "parameters": [{"key": "delimiter", "label": "Delimiter", "hint": "What stands between the parts, one or more characters", "kind": "text", "required": true, "default": null}, {"key": "take", "label": "Part", "hint": "Which part: 1 for the first, 2 for the second, -1 for the last", "kind": "number", "required": false, "default": 1}], "start": {"type": "split", "delimiter": ",", "take": 1}, "examples": [["Díaz, Ana", "Díaz"], ["North - 0042", "0042"]]},
  {"type": "substitute", "title": "Substitute", "summary": "Replaces a text wherever it stands, or whatever a regular expression finds (as RE2 has them: no look-arounds).", "starts": "never", "asks": false, "parameters": [{"key": "find", "label": "Text to find", "hint": "The text to look for", "kind": "text", "required": false, "default": null}, {"key": "pattern", "label": "Pattern to find", "hint": "A regular expression to look for, instead of “Text to find”", "kind": "text", "required": false, "default": null}, {"key": "replace", "label": "Replace with", "hint": "What stands there instead; after a pattern \\1 is what its first parentheses found", "kind": "text", "required": true, "default": null}], "start": {"type": "substitute", "find": "", "replace": ""}, "examples": [["12 Main Street", "12 Main St"], ["Adams, Ben", "Ben Adams"]]},
  {"type": "phone_number", "title": "Phone Number", "summary": "A phone number of ten digits, however it was typed, in one style.", "starts": "never", "asks": false, "parameters": [{"key": "to", "label": "Written as", "hint": "Ten 9s, such as (999) 999-9999", "kind": "text", "required": true, "default": null}, {"key": "extension", "label": "Extension", "hint": "", "kind": "choice", "required": false, "default": "hold", "options": ["hold", "drop"]}], "start": {"type": "phone_number", "to": "(999) 999-9999"}, "examples": [["5125550147", "(512) 555-0147"], ["+1 (512) 555-0147", "5125550147"]]},
  {"type": "yes_no", "title": "Yes or No", "summary": "One way to say yes and no, of y, yes, t, true, 1, on and n, no, f, false, 0, off.", "starts": "never", "asks": false, "parameters": [{"key": "yes", "label": "Yes", "hint": "The text for yes, such as Y", "kind": "text", "required": false, "default": "Y"}, {"key": "no", "label": "No", "hint": "The text for no, such as N", "kind": "text", "required": false, "default": "N"}], "start": {"type": "yes_no"}, "examples": [["true", "Y"], ["No", "0"]]},
  {"type": "count_items", "title": "Count of Items", "summary": "How many items a delimited list has; blank ones do not count.", "starts": "never", "asks": false, "parameters": [{"key": "delimiter", "label": "Delimiter", "hint": "What stands between the items", "kind": "text", "required": false, "default": "|"}], "start": {"type": "count_items", "delimiter": "|"}, "examples": [["Asian|White", "2"]]},
  {"type": "value_input", "title": "Value Input", "summary": "One text for every student.", "starts": "always", "asks": false, "parameters": [{"key": "value", "label": "Value", "hint": "The text that stands in every row, such as US", "kind": "text", "required": true, "default": null}], "start": {"type": "value_input", "value": ""}, "examples": [["Mexico", "US"]]},
  {"type": "join", "title": "Join", "summary": "The value so far and further fields in one, blank ones left out.", "starts": "always", "asks": false, "parameters": [{"key": "fields", "label": "Fields", "hint": "", "kind": "paths", "required": true, "default": null}, {"key": "delimiter", "label": "Delimiter", "hint": "What stands between the values", "kind": "text", "required": false, "default": " "}], "start": {"type": "join", "fields": [], "delimiter": " "}, "examples": [["Ana", "Ana Díaz"]]},
  {"type": "pick", "title": "Pick", "summary": "The value so far, or if that is blank the first of further fields that is not.", "starts": "always", "asks": false, "parameters": [{"key": "fields", "label": "Fields", "hint": "", "kind": "paths", "required": true, "default": null}], "start": {"type": "pick", "fields": []}, "examples": []},
  {"type": "if_then_else", "title": "If Then Else", "summary": "Looks at a field, or at the value so far, and writes a text or another field's value. Where “Then” or “Else” is left out, the value so far stays.", "starts": "with field", "asks": true, "parameters": [{"key": "equals", "label": "Equals", "hint": "A text", "kind": "text", "required": false, "default": null}, {"key": "not_equal", "label": "Not equal", "hint": "A text", "kind": "text", "required": false, "default": null}, {"key": "contains", "label": "Contains", "hint": "A text, a part of the value", "kind": "text", "required": false, "default": null}, {"key": "includes", "label": "Includes", "hint": "A text, a whole item of a delimited list", "kind": "text", "required": false, "default": null}, {"key": "is_blank", "label": "Is blank", "hint": "True (the value is blank) or false", "kind": "yes_no", "required": false, "default": null}, {"key": "one_of", "label": "One of", "hint": "A list of texts", "kind": "texts", "required": false, "default": null}, {"key": "delimiter", "label": "Delimiter", "hint": "What stands between the items, for “Includes”", "kind": "text", "required": false, "default": "|"}, {"key": "ignore_case", "label": "Ignore case", "hint": "Whether A and a are the same", "kind": "yes_no", "required": false, "default": false}, {"key": "field", "label": "Field", "hint": "The field to look at; without it the value so far", "kind": "path", "required": false, "default": null}, {"key": "then", "label": "Then", "hint": "", "kind": "outcome", "required": false, "default": null}, {"key": "else", "label": "Else", "hint": "", "kind": "outcome", "required": false, "default": null}], "start": {"type": "if_then_else", "includes": "", "then": "", "else": ""}, "examples": [["PK", "0"]]},
  {"type": "match_codes", "title": "Match Codes", "summary": "A code for the value, or for each item of a delimited list.", "starts": "never", "asks": false, "parameters": [{"key": "codes", "label": "Codes", "hint": "", "kind": "codes", "required": true, "default": null}, {"key": "unmatched", "label": "Without a code", "hint": "", "kind": "choice", "required": false, "default": null, "options": ["hold", "blank", "keep", "default"]}, {"key": "blank", "label": "Code for blanks", "hint": "The code for a blank value", "kind": "text", "required": false, "default": null}, {"key": "ignore_case", "label": "Ignore case", "hint": "Whether A and a are the same", "kind": "yes_no", "required": false, "default": false}, {"key": "trim", "label": "Trim", "hint": "Whether blanks around do not count", "kind": "yes_no", "required": false, "default": false}, {"key": "delimiter", "label": "Delimiter", "hint": "What stands between the items of a list: each has a code", "kind": "text", "required": false, "default": null}, {"key": "join_with", "label": "Join with", "hint": "What stands between their codes; without it the delimiter", "kind": "text", "required": false, "default": null}], "start": {"type": "match_codes", "codes": {}}, "examples": [["PK", "-1"], ["FEMALE ", "F"], ["White|Asian", "C,A"]]},
];

export const CHOICES = {"quoting": ["needed", "always"], "encoding": ["utf-8", "utf-8-bom", "windows-1252"], "line_ending": ["crlf", "lf"], "line_breaks": ["keep", "space"], "contents": ["changes", "all"], "removals": ["omit", "row"]};

export const CONDITION = [
  {"key": "equals", "label": "Equals", "hint": "A text", "kind": "text", "required": false, "default": null},
  {"key": "not_equal", "label": "Not equal", "hint": "A text", "kind": "text", "required": false, "default": null},
  {"key": "contains", "label": "Contains", "hint": "A text, a part of the value", "kind": "text", "required": false, "default": null},
  {"key": "includes", "label": "Includes", "hint": "A text, a whole item of a delimited list", "kind": "text", "required": false, "default": null},
  {"key": "is_blank", "label": "Is blank", "hint": "True (the value is blank) or false", "kind": "yes_no", "required": false, "default": null},
  {"key": "one_of", "label": "One of", "hint": "A list of texts", "kind": "texts", "required": false, "default": null},
  {"key": "delimiter", "label": "Delimiter", "hint": "What stands between the items, for “Includes”", "kind": "text", "required": false, "default": "|"},
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
  ["YY", "the year in two digits, 18; to read one, “Pivot of YY” has to say which century is meant"],
  ["MM", "the month in two digits, 04"],
  ["M", "the month, 4"],
  ["MMM", "the month's name, Apr"],
  ["DD", "the day in two digits, 09"],
  ["D", "the day, 9"],
  ["HH", "the hour in two digits, 00 to 23"],
  ["H", "the hour, 0 to 23"],
  ["hh", "the hour in two digits, 01 to 12; to read one, A has to be there, too"],
  ["h", "the hour, 1 to 12; to read one, A has to be there, too"],
  ["A", "AM or PM"],
  ["mm", "the minute in two digits"],
  ["m", "the minute"],
  ["ss", "the second in two digits"],
  ["s", "the second"],
  ["SSS", "thousandths of a second"],
];
