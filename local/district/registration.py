"""A registration in the shape of `POST /connections/{id}/registrations`."""

from typing import Any

APPROVED = "Registration Approved"

type Registration = dict[str, Any]


def registration(year: int, student_id: str, data: dict[str, Any]) -> Registration:
    """An approved registration of a student for a school year."""
    return {
        "registration_id": f"R-{year}-{student_id}"[:64],
        "student_id": student_id,
        "school_year": year,
        "status": APPROVED,
        "data": data,
    }
