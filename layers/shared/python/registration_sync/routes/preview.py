"""The preview of a mapping: what each field becomes for some students."""

import datetime as dt
import time
from dataclasses import asdict
from typing import Any

from registration_sync.api import CONNECTION, Answer, Request, Route, problem_body
from registration_sync.bootstrap import configuration_function
from registration_sync.domain.access import Permission
from registration_sync.domain.access_log import Shown, StudentData
from registration_sync.domain.connections.connection import MAX_EXAMPLE_STUDENTS
from registration_sync.domain.errors import listed_problems
from registration_sync.domain.fields import Fields
from registration_sync.domain.mapping.compiled.mapping import FieldValue, RowProblem
from registration_sync.routes.pages import shortened
from registration_sync.use_cases.mappings.count_attention import Attention
from registration_sync.use_cases.mappings.preview_mapping import (
    PreviewOptions,
    RowPreview,
    StudentPreview,
    preview_mapping,
)


def _preview_mapping(request: Request) -> Answer:
    """`{"students": […], "unmatched": […], "problems": […], "warnings": […], "everyone"?: {…}}`."""
    deps = configuration_function.dependencies()
    preview = preview_mapping(
        request.connection_id,
        _options(request.json()),
        now=dt.datetime.now(dt.UTC),
        connections=deps.connections,
        mappings=deps.mappings,
        snapshots=deps.snapshots,
        recent_fields=deps.recent_fields,
        deliveries=deps.deliveries,
        monotonic=time.monotonic,
    )
    body = {
        "students": [_student(one) for one in preview.students],
        "unmatched": [asdict(one) for one in preview.unmatched],
        "problems": [problem_body(one) for one in listed_problems(preview.problems)],
        "warnings": [problem_body(one) for one in listed_problems(preview.warnings)],
        **({"everyone": _attention(preview.everyone)} if preview.everyone else {}),
    }
    shown = Shown(StudentData.PREVIEW, sum(one.school_year is not None for one in preview.students))
    return Answer(200, shortened(body), shown=shown)


def _options(body: object) -> PreviewOptions:
    """Reads `{"mapping"?, "student_ids"?, "school_year"?, "unfinished"?, "everyone"?}`. The use
    case parses the mapping, because it leaves out the invalid parts of an unfinished one."""
    fields = Fields.of_body(body, '{"student_ids": ["1001"]}', optional=True)
    fields.refuse_unknown("mapping", "student_ids", "school_year", "unfinished", "everyone")
    school_year = fields.school_year()
    ids = fields.student_ids("student_ids", MAX_EXAMPLE_STUDENTS, at_least=0)
    unfinished, everyone = fields.flag("unfinished"), fields.flag("everyone")
    fields.raise_problems("Nothing was previewed.")
    return PreviewOptions(fields.get("mapping"), ids, school_year, unfinished, everyone)


def _student(student: StudentPreview) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "student_id": student.student_id,
        "school_year": student.school_year,
        "files": [_row(one) for one in student.rows],
        "test_files": [
            {**one._asdict(), "replaces": one.replaces and asdict(one.replaces)}
            for one in student.test_files
        ],
    }
    return shown | ({"message": student.message} if student.message else {})


def _row(one: RowPreview) -> dict[str, Any]:
    row = one.row
    shown: dict[str, Any] = {
        "name": row.name,
        "place": one.file_index,
        "row": row.row,
        # A student without a row has no fields.
        "fields": [
            _field(field, index)
            for field, index in zip(row.fields, one.column_indexes, strict=False)
        ],
        "line": row.line.removesuffix("\n").removesuffix("\r"),
    }
    return shown | ({"problem": _problem(row.problem)} if row.problem else {})


def _field(field: FieldValue, index: int) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "to": field.to,
        "place": index,
        "source": field.source,
        "value": field.value,
    }
    return shown | ({"problem": _problem(field.problem)} if field.problem else {})


def _attention(found: Attention) -> dict[str, Any]:
    return {
        "looked_at": found.looked_at,
        "complete": found.complete,
        "students": found.students,
        "fields": [one._asdict() for one in found.fields],
    }


def _problem(problem: RowProblem) -> dict[str, str]:
    return {"rule": problem.rule, "message": problem.message}


ROUTES = (Route("POST", f"{CONNECTION}/mapping/preview", Permission.READ, _preview_mapping),)
