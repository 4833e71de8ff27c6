"""The fields of a made-up student, as Enroll names them, and their content.

The names in the first block of each group are Enroll's own; the others are in its style, because
each district names its own questions. An unanswered field is blank, never missing. Several choices
are separated by |. A made-up registration has these fields and no others (a test).
"""

GRADES = ("PK", "K", *(str(grade) for grade in range(1, 13)))
GENDERS = ("Male", "Female", "Nonbinary")
RACES = (
    "American Indian or Alaska Native",
    "Asian",
    "Black or African American",
    "Native Hawaiian or Other Pacific Islander",
    "White",
)
LANGUAGES = (
    *("English", "Spanish", "Arabic", "Chinese", "French", "German", "Haitian Creole", "Hindi"),
    *("Hmong", "Korean", "Polish", "Portuguese", "Russian", "Somali", "Tagalog", "Vietnamese"),
)
COUNTRIES = ("US", "MX", "CA", "DE", "HT", "IN", "KR", "SO", "VN")
LUNCH = ("Free", "Reduced", "None")
RELATIONSHIPS = (
    *("Mother", "Father", "Stepmother", "Stepfather", "Grandmother", "Grandfather"),
    *("Aunt", "Uncle", "Sibling", "Foster Parent", "Legal Guardian", "Other"),
)
PHONE_TYPES = ("Cell", "Home", "Work")
SUFFIXES = ("Jr", "II", "III", "IV")
GUARDIANS = 4
"""The number of guardians: guardian1_… to guardian4_…, filled from the first on."""

_GUARDIAN = {
    "fname": "first name; blank: no such guardian",
    "lname": "last name",
    "email": "email address, or blank",
    "mname": "middle name, or blank",
    "relationship": "one of RELATIONSHIPS",
    "phone": "(999) 999-9999 or 9999999999",
    "phone_type": "one of PHONE_TYPES",
    "phone2": "a second number in either style, or blank",
    "phone2_type": "one of PHONE_TYPES, or blank",
    "lives_with": "Y or N",
    "custody": "Y or N",
    "emergency": "Y or N",
    "pickup": "Y or N",
}

FIELDS = {
    "students.id": "Enroll's id of the student, six digits with leading zeros",
    "students.student_district_id": "the district's number of the student, six digits",
    "students.fname": "first name: accents, apostrophes, hyphens, blanks",
    "students.lname": "last name",
    "students.dob": "YYYY-MM-DD",
    "students.mname": "middle name, or blank",
    "students.suffix": "one of SUFFIXES, or blank",
    "students.nickname": "nickname, or blank",
    "students.state_student_id": "the state's number of the student, or blank",
    "students.grade": "one of GRADES",
    "students.gender": "one of GENDERS",
    "students.hispanic": "Y or N",
    "students.race": "some of RACES, separated by |, or blank",
    "students.email": "email address of an older student, or blank",
    "students.username": "unique among the students",
    "students.birth_city": "city of birth",
    "students.birth_state": "the state in two letters; blank if born abroad",
    "students.birth_country": "one of COUNTRIES",
    "students.address": "as household.street",
    "students.city": "as household.city",
    "students.state": "as household.state",
    "students.zip": "as household.zip",
    "students.notes": "free text, usually blank",
    **{
        f"student_annual.guardian{number}_{name}": holds
        for number in range(1, GUARDIANS + 1)
        for name, holds in _GUARDIAN.items()
    },
    "student_annual.school_id": "the school's number, four digits with a leading zero",
    "student_annual.school_name": "the school's name",
    "student_annual.school_state_id": "the state's number of the school",
    "student_annual.entry_date": "first day at school, YYYY-MM-DD",
    "student_annual.home_language": "one or two of LANGUAGES, separated by |",
    "student_annual.ell": "learns English: Y or N",
    "student_annual.frl": "one of LUNCH",
    "student_annual.iep": "has an education plan: Y or N",
    "student_annual.previous_school": "name, or blank",
    "student_annual.previous_state": "two letters, or blank",
    "student_annual.previous_country": "one of COUNTRIES, or blank",
    "student_annual.photo_permission": "Y or N",
    "student_annual.directory_permission": "Y or N",
    "student_annual.internet_permission": "Y or N",
    "student_annual.survey_permission": "Y or N",
    "household.id": "the same for siblings",
    "household.street": "number and street",
    "household.apartment": "apartment, or blank",
    "household.city": "city",
    "household.state": "two letters",
    "household.zip": "five digits, or nine as 99999-9999; may begin with 0",
    "household.phone": "(999) 999-9999 or 9999999999",
    "household.email": "the first guardian's, or blank",
    "household.mailing_same": "Y: mail goes to the address; N: to the mailing one",
    "household.mailing_street": "blank where mailing_same is Y",
    "household.mailing_city": "blank where mailing_same is Y",
    "household.mailing_state": "blank where mailing_same is Y",
    "household.mailing_zip": "blank where mailing_same is Y",
    "applications.submitted_timestamp": "YYYY-MM-DD HH:MM:SS",
}
