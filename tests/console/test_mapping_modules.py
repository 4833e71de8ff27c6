"""The editor's modules without a browser page: merge, comparison, and texts of problems."""

import json
from collections.abc import Callable
from typing import Any

from tests.console.support.mapping_page import open_mapping
from tests.console.support.person import Person
from tests.stack.support.district import District

type Visit = Callable[..., Person]


def field(to: str = "Grade", **others: Any) -> dict[str, Any]:
    """A field of a mapping."""
    kind = "match_codes" if "codes" in others else "direct"
    return {"from": "students.grade", "mapping_type": kind, "to": to} | others


def listed(**codes: str) -> list[dict[str, str]]:
    """Codes as the editor saves them."""
    return [{"value": value, "code": code} for value, code in codes.items()]


def by_value(part: Any) -> Any:
    """The definition with each list of codes as an object."""
    if isinstance(part, list):
        if part and all(isinstance(one, dict) and one.keys() == {"value", "code"} for one in part):
            return {one["value"]: one["code"] for one in part}
        return [by_value(one) for one in part]
    return {key: by_value(one) for key, one in part.items()} if isinstance(part, dict) else part


def zipped(name: str, /, *rows: str, **manifest: Any) -> dict[str, Any]:
    """A package, and its manifest if it has rows or settings."""
    if not rows and not manifest:
        return {"name": name}
    return {"name": name, "manifest": manifest | {"rows": [{"property": one} for one in rows]}}


JOINED: list[tuple[list[dict[str, Any]], dict[str, Any], list[str]]] = [
    (  # each pair of codes is one setting
        [
            {"fields": [field(codes={"K": "0", "1": "1", "2": "2"})]},
            {"fields": [field(codes={"K": "0", "PK": "-1", "1": "01", "2": "2"})]},
            {"fields": [field(codes={"K": "00", "TK": "-2", "__proto__": "p", "1": "I"})]},
        ],
        {
            "fields": [
                field(
                    codes=listed(**{"1": "01", "K": "00", "TK": "-2", "__proto__": "p", "PK": "-1"})
                )
            ]
        },
        ["1 → 1 became 1 → I"],
    ),
    (  # each in its order, and the blanks among them
        [
            {"fields": [field(codes=listed(PK="-1", K="0", **{"1": "", "2": "2"}))]},
            {
                "fields": [
                    field(
                        codes=listed(PK="-1", K="0", **{"1": "", "2": "2", "3": ""}),
                        send_blank=["1", "3"],
                    )
                ]
            },
            {"fields": [field(codes=listed(K="0", PK="-1", **{"1": "", "2": ""}))]},
        ],
        {
            "fields": [
                field(
                    codes=listed(K="0", PK="-1", **{"1": "", "2": "", "3": ""}),
                    send_blank=["1", "3"],
                )
            ]
        },
        [],
    ),
    (  # the zip, and its manifest
        [
            {"package": zipped("a")},
            {"package": zipped("b")},
            {"package": zipped("a", "x")},
        ],
        {"package": zipped("b", "x")},
        [],
    ),
    (
        [
            {"package": zipped("a", "x")},
            {"package": zipped("a", "x", "y")},
            {"package": zipped("b", "x", "z", name="list")},
        ],
        {"package": zipped("b", "x", "y", name="list")},
        ["Rows of the manifest: z: nothing was added"],
    ),
    (
        [{"package": zipped("a")}, {}, {"package": zipped("b")}],
        {},
        ["Name of the zip: a → b"],
    ),
    (  # a list is one setting
        [
            {"fields": [field(one_of=["1"])]},
            {"fields": [field(one_of=["1", "2"])]},
            {"fields": [field(one_of=["1", "3"], required=True)]},
        ],
        {"fields": [field(one_of=["1", "2"], required=True)]},
        ["Allowed values: 3 was added"],
    ),
    (
        [
            {"fields": []},
            {"fields": [], "rows": {"distinct": "students.school"}},
            {"fields": [], "rows": {"each": "students.races", "delimiter": ";"}},
        ],
        {"fields": [], "rows": {"distinct": "students.school"}},
        ["Rows: one row for each student → a row for each students.races, a text with ; between"],
    ),
    (  # I deleted what they changed, they deleted what I changed
        [
            {"fields": [field("A"), field("B")]},
            {"fields": [field("B", unique=True)]},
            {"fields": [field("A", unique=True)]},
        ],
        {"fields": [field("B", unique=True)]},
        ["“Unique” was switched on", "the field was deleted"],
    ),
    (
        [
            {"fields": [field("A"), field("B")]},
            {"fields": [field("A"), field("B", unique=True)]},
            {"files": []},
        ],
        {"fields": [field("A"), field("B", unique=True)]},
        ["the file was deleted"],
    ),
]
"""Cases of files or packages: before, mine, theirs, the merge, and the lost changes of theirs."""


def test_a_merge_applies_both_changes_and_lists_the_conflicts(ada: Person) -> None:
    def whole(part: dict[str, Any]) -> dict[str, Any]:
        if "files" in part:
            return part
        of_file = {key: value for key, value in part.items() if key != "package"}
        files = [{"name": "s", "fields": []} | of_file]
        return {"files": files} | {key: part[key] for key in part if key == "package"}

    cases = [[whole(one) for one in of_three] for of_three, *_ in JOINED]
    found = ada.page.evaluate(
        """async (cases) => {
            const names = performance.getEntriesByType("resource").map((one) => one.name);
            const load = (end) => import(names.find((name) => name.endsWith(end)));
            const { draftOf, definitionOf } = await load("mapping/draft.js");
            const { aligned, merged, replaced } = await load("saving/merge.js");
            return JSON.parse(cases).map(([first, ...others]) => {
                const base = draftOf(first);
                const [mine, theirs] = others.map((one) => aligned(base, one));
                const both = merged(base, mine, theirs);
                const gone = replaced(base, theirs, both).flatMap(({ changes }) => changes);
                return [JSON.stringify(definitionOf(both)), gone];
            });
        }""",
        json.dumps(cases),
    )

    assert [json.loads(both) for both, _ in found] == [whole(both) for _, both, _ in JOINED]
    assert [sorted(gone) for _, gone in found] == [sorted(gone) for *_, gone in JOINED]


MERGES: list[tuple[str, str, str, str]] = [
    ("abc", "abc", "abc", "abc"),
    ("abc", "abXc", "aYbc", "aYbXc"),  # each added one
    ("abc", "ac", "abcY", "acY"),  # I deleted, they added
    ("abc", "cab", "abcY", "cYab"),  # I moved
    ("abc", "abc", "cba", "cba"),  # they moved
    ("abc", "Xabc", "c", "Xc"),  # they deleted two
    ("", "XY", "Z", "XYZ"),
]


LONG = {f"value {n}": f"code {n}" for n in range(20)}

CHANGED: list[dict[str, Any]] = [
    {
        "from": "students.grade",
        "mapping_type": "transformation",
        "to": "Grade",
        "transformations": [
            {"type": "upper"},
            {
                "type": "match_codes",
                "codes": LONG | {"PK": "P", "__proto__": "p", "TK": ""},
                "send_blank": ["UG"],
            },
            {"type": "if_then_else", "one_of": ["A", "B"], "then": "1"},
            {"type": "if_then_else", "not_equal": "A", "then": "1"},
            {"type": "if_then_else", "field": "", "is_blank": False, "else": {"field": " "}},
        ],
    },
    {
        "default": " ",
        "one_of": ["X"],
        "transformations": [
            {
                "type": "match_codes",
                "codes": LONG | {"PK": "PreK", "TK": "", "UG": "", "constructor": "c"},
                "send_blank": ["TK"],
            },
            {
                "type": "if_then_else",
                "one_of": ["B", "C"],
                "then": {"field": "students.lname"},
            },
            {"type": "if_then_else", "equals": " ", "then": "1"},
            {"type": "date", "from": "YYYY", "to": "YY", "pivot": 30},
            {"type": "enroll_school_year", "to": "end"},
            {"type": "pad", "width": 6, "with": "0", "side": "left"},
            {"type": "phone_number", "to": "9", "extension": "hold"},
            {"type": "match_codes", "codes": {"": "1", "a": " "}, "unmatched": "default"},
        ],
    },
]
CHANGED[1] = CHANGED[0] | CHANGED[1]
"""A field, and its form after the editor read and wrote it."""

CHANGES = [
    "Step 1, Upper, was removed",
    "Step 1, Match Codes: PK → P became PK → PreK",
    "Step 1, Match Codes: TK → no code yet became TK → blank",
    "Step 1, Match Codes: UG → blank became UG → no code yet",
    "Step 1, Match Codes: constructor → c was added",
    "Step 1, Match Codes: __proto__ → p was removed",
    "Step 2, If Then Else: Compared with: C was added",
    "Step 2, If Then Else: Compared with: A was removed",
    "Step 2, If Then Else: Then: 1 → the value of students.lname",
    "Step 3, If Then Else: If: this field is not A → this field is “ ”",
    "Step 5, If Then Else: “” is not blank, else the value of “ ”, was removed",
    "Step 4, Date: YYYY, YY, 30, was added",
    "Step 5, Enroll School Year: the year it ends in: 2026, was added",
    "Step 6, Pad to length: 6, 0, side: on the left, was added",
    "Step 7, Phone Number: 9, extension: hold the student, was added",
    "Step 8, Match Codes: “” → 1, a → “ ”, if no code matches: write the default, was added",
    "Allowed values: X was added",
    "Default: nothing → “ ”",
]


def test_the_editor_converts_definitions_to_drafts_and_back(
    visit: Visit, district: District
) -> None:
    """The modules keep a mapping unchanged, and merge orders."""
    listed = district.stack.call("GET", "/mappings", role="full_access").json()["items"]
    paths = [f"/mappings/{one['name']}" for one in listed]
    mappings = [
        district.stack.call("GET", path, role="full_access").json()["mapping"] for path in paths
    ]
    ada = visit()
    open_mapping(ada, district, "?tab=fields")

    same, orders, changes = ada.page.evaluate(
        """async ([mappings, merges, changed]) => {
            const names = performance.getEntriesByType("resource").map((one) => one.name);
            const load = (end) => import(names.find((name) => name.endsWith(end)));
            const { draftOf, definitionOf } = await load("mapping/draft.js");
            const { aligned, merged } = await load("saving/merge.js");
            const { differences } = await load("saving/changes.js");
            const definition = (text) => ({ files: [{ name: "s", fields: [...text].map(
                (to) => ({ from: `f.${to}`, mapping_type: "direct", to })) }] });
            const order = ([base, mine, theirs]) => {
                const before = draftOf(definition(base));
                const of = (text) => aligned(before, definition(text));
                const both = definitionOf(merged(before, of(mine), of(theirs)));
                return both.files[0].fields.map((field) => field.to).join("");
            };
            const again = (mapping) => definitionOf(draftOf(mapping));
            const [before, now] = JSON.parse(changed)
                .map((field) => ({ files: [{ name: "s", fields: [field] }] }));
            const draft = draftOf(before);
            const found = differences(draft, aligned(draft, now));
            return [mappings.map(again), merges.map(order), found];
        }""",
        [mappings, MERGES, json.dumps(CHANGED)],
    )

    assert by_value(same) == by_value(mappings)
    assert [one["changes"] for one in changes] == [CHANGES]
    assert orders == [expected for *_, expected in MERGES]


SENTENCES: list[tuple[str, str, bool, str]] = [
    ('Set the `rows`, as in {"each": "a"}.', "transformations[0].fields", True, "Set the “Rows”."),
    ("entry.a is there only in a list.", "from", True, "entry.a is there only in a list."),
    ("“a” is already used by fields[1].", "to", True, "“a” is already used by field 2."),
    ("fields[1] is wrong.", "to", True, "Field 2 is wrong."),
    ("For `includes`.", "where[0].delimiter", False, "For “has the item”."),
    ("For `includes`.", "transformations[0].delimiter", True, "For “has the item”."),
    ("One of `each`.", "from", True, "One of “Field groups”."),
    ("Write `delimiter`.", "rows", False, "Write “The list is one text, separated by”."),
    ("Write `delimiter`.", "where[0]", False, "Write “Delimiter”."),
    ("Leave `constructor` out.", "from", True, "Leave “constructor” out."),
    ('Enter codes, such as {"K": "0"}; or a list such as [{"a": "K"}].', "", True, "Enter codes."),
    ('Enter a name, such as {"name": "a"}, to zip them.', "", True, "Enter a name, to zip them."),
    ("Enter years, such as [2025, 2026].", "", True, "Enter years."),
    ("Enter a pattern, such as [0-9]{10}.", "", True, "Enter a pattern, such as [0-9]{10}."),
    ("Use brackets, such as [T].", "", True, "Use brackets, such as [T]."),
    (
        'a needs a file with `rows`: {"each": "a"} and b.',
        "",
        True,
        "a needs a file with “Rows” and b.",
    ),
    ('Enter a text in quotes, or {"field": "s.a"}.', "", True, "Enter a text, or a field."),
    (
        'Enter a day, such as "1", or {"field": PATH}.',
        "",
        True,
        "Enter a day, such as 1, or a field.",
    ),
    ('Enter a number, such as "5" or "2.5".', "", True, "Enter a number, such as 5 or 2.5."),
    ('Enter one character, as in "0".', "", True, "Enter one character, as in 0."),
]
"""Messages of the API, their path in a field or file, and the text on the page."""

PATHS: dict[str, str] = {
    "files[0].rows.each[1]": "s, Rows, Field groups, 2",
    "files[0].rows.delimiter": "s, Rows, The list is one text, separated by",
    "files[0].where[0].delimiter": "s, Include rows only if, 1, Delimiter",
    "files[0].where[0].includes": "s, Include rows only if, 1, Compared with",
    "files[0].fields[0].transformations[0].includes": "s, a, step 1, Compared with",
    "files[0].fields[0].transformations[0].then": "s, a, step 1, Then",
    "files[0].constructor": "s, Constructor",
}


def test_problems_use_the_labels_of_the_page(visit: Visit, district: District) -> None:
    step = {"type": "if_then_else", "includes": "a"}
    field = {"from": "a", "mapping_type": "transformation", "to": "a", "transformations": [step]}
    mapping = {"files": [{"name": "s", "rows": {"each": ["a", "b"]}, "fields": [field]}]}
    ada = visit()
    open_mapping(ada, district, "?tab=fields")

    sentences, paths = ada.page.evaluate(
        """async ([said, paths, mapping]) => {
            const names = performance.getEntriesByType("resource").map((one) => one.name);
            const load = (end) => import(names.find((name) => name.endsWith(end)));
            const { messageInWords, pathInWords } = await load("preview/problem_text.js");
            const { draftOf } = await load("mapping/draft.js");
            const draft = draftOf(mapping);
            const sentences = said.map((one) => messageInWords(...one));
            return [sentences, paths.map((path) => pathInWords(path, draft))];
        }""",
        [[one[:3] for one in SENTENCES], list(PATHS), mapping],
    )

    assert sentences == [expected for *_, expected in SENTENCES]
    assert paths == list(PATHS.values())
