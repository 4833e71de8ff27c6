"""Sample files of a SIS, and students of a district who fit them."""

from typing import Any

from tests.console.support.person import Person

STUDENTS = """Student_Number,Last_Name,First_Name,Middle_Name,DOB,Gender,Grade_Level,Home_Phone,Street,City,State,Zip,SchoolID,Student_Email,Locker
000041,Reed,Ann,,04/09/2015,F,00,(512) 555-0147,1 Elm St,Austin,TX,78701,0012,ann@example.org,7
000042,Reed,Bo,J,12/31/2012,M,03,(512) 555-0148,1 Elm St,Austin,TX,78701,0012,bo@example.org,8
000043,Diaz,Cy,,01/02/2013,M,03,(512) 555-0149,2 Elm St,Austin,TX,78701,0012,cy@example.org,9
000044,Diaz,Di,,01/02/2014,F,00,(512) 555-0150,2 Elm St,Austin,TX,78701,0012,di@example.org,10
"""  # noqa: E501
GUARDIANS = "Student_Number;First_Name;Last_Name;Relationship;Phone\n"

SUGGESTED = {
    "Student_Number": "students.student_district_id",
    "Last_Name": "students.lname",
    "First_Name": "students.fname",
    "Middle_Name": "students.mname",
    "DOB": "students.dob",
    "Gender": "students.gender",
    "Grade_Level": "students.grade",
    "Home_Phone": "household.phone",
    "Street": "household.street",
    "City": "household.city",
    "State": "household.state",
    "Zip": "household.zip",
    "SchoolID": "student_annual.school_id",
    "Student_Email": "students.email",
    "Locker": "",
}


def enrolled(number: int, **students: str) -> dict[str, Any]:
    """A registration with the fields that most districts ask for."""
    student_id = f"00{number}"
    own = {"id": student_id, "student_district_id": f"0000{number}", "fname": "Ann"}
    own |= {"lname": "Reed", "mname": "", "dob": "2015-04-09", "email": f"s{number}@example.org"}
    guardian = {"fname": "Mia", "lname": "Reed", "relationship": "Mother", "phone": "5125550147"}
    annual = {f"guardian1_{key}": text for key, text in guardian.items()} | {"school_id": "0012"}
    annual |= {f"guardian2_{key}": "" for key in guardian}
    home = {"street": "1 Elm St", "city": "Austin", "state": "TX", "zip": "78701"}
    return {
        "registration_id": f"r-{number}",
        "student_id": student_id,
        "school_year": 2025,
        "status": "Registration Approved",
        "data": {
            "students": own | students,
            "student_annual": annual,
            "household": home | {"phone": "512-555-0147"},
        },
    }


def choose(person: Person, name: str, content: str, encoding: str = "utf-8") -> None:
    """Choose a file in the dialog."""
    file = {"name": name, "mimeType": "text/csv", "buffer": content.encode(encoding)}
    person.page.get_by_label("Template or sample file").set_input_files([file])
