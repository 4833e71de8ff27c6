"""The mappings that the demo shows."""

from local.demo import mapping_file, mapping_for
from registration_sync.domain.mapping.definition.yaml_text import read_mapping_text


def test_a_named_mapping_is_shown_unchanged() -> None:
    file = mapping_file("clever")

    mapping = mapping_for(["student_id", "shoe_size"], file)

    assert mapping == read_mapping_text(file.read_text(encoding="utf-8"))


def test_without_a_mapping_every_column_of_the_file_is_shown() -> None:
    mapping = mapping_for(["student_id", "shoe_size"], None)

    assert [field["to"] for field in mapping["files"][0]["fields"]] == ["student_id", "shoe_size"]
