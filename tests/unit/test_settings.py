"""The environment of each function."""

import ipaddress

import pytest

from registration_sync.settings import (
    ConfigurationSettings,
    ExportSettings,
    NotConfigured,
    SyncSettings,
    read_settings,
)

EXPORT = {
    "REGISTRATIONS_TABLE": "registrations",
    "CONNECTIONS_TABLE": "connections",
    "ARCHIVE_BUCKET": "archive",
    "SECRET_PREFIX": "stack/connections/",
    "ALLOWED_PRIVATE_NETWORKS": "127.0.0.1/32, fd00::/8",
    "ALERTS_TOPIC": "arn:aws:sns:us-east-1:123456789012:alerts",
    "RECIPIENT_TOPICS": "arn:aws:sns:us-east-1:123456789012:stack_",
    "SCHEDULE_GROUP": "stack-exports",
    "RETENTION_DAYS": "400",
    "POWERTOOLS_METRICS_NAMESPACE": "stack",
}


def test_each_setting_is_read_as_its_type() -> None:
    settings = read_settings(ExportSettings, EXPORT)

    assert settings == ExportSettings(
        registrations_table="registrations",
        connections_table="connections",
        archive_bucket="archive",
        secret_prefix="stack/connections/",
        allowed_private_networks=(
            ipaddress.ip_network("127.0.0.1/32"),
            ipaddress.ip_network("fd00::/8"),
        ),
        alerts_topic="arn:aws:sns:us-east-1:123456789012:alerts",
        recipient_topics="arn:aws:sns:us-east-1:123456789012:stack_",
        schedule_group="stack-exports",
        retention_days=400,
        powertools_metrics_namespace="stack",
    )


@pytest.mark.parametrize("absent", [{}, {"ALLOWED_PRIVATE_NETWORKS": " "}])
def test_no_private_network_is_allowed_unless_one_is_named(absent: dict[str, str]) -> None:
    environment = {name: text for name, text in EXPORT.items() if "NETWORKS" not in name}

    settings = read_settings(ExportSettings, environment | absent)

    assert settings.allowed_private_networks == ()


def test_all_missing_or_invalid_settings_are_reported_together() -> None:
    environment = {
        "CONNECTIONS_TABLE": " ",
        "RETENTION_DAYS": "a year",
        "ALLOWED_PRIVATE_NETWORKS": "10.0.0.1/8",
    }

    with pytest.raises(NotConfigured) as refused:
        read_settings(ExportSettings, environment)

    assert refused.value.message == (
        "Set the environment of the function: REGISTRATIONS_TABLE is missing; "
        "CONNECTIONS_TABLE is missing; ARCHIVE_BUCKET is missing; SECRET_PREFIX is missing; "
        'ALLOWED_PRIVATE_NETWORKS is "10.0.0.1/8" but must be a comma-separated list of '
        "networks, such as 10.0.0.0/8; ALERTS_TOPIC is missing; "
        "RECIPIENT_TOPICS is missing; SCHEDULE_GROUP is missing; "
        'RETENTION_DAYS is "a year" but must be a number of days from 1 to 36500; '
        "POWERTOOLS_METRICS_NAMESPACE is missing."
    )


def test_a_function_reads_its_own_settings_only() -> None:
    its_own = {name: EXPORT[name] for name in ("REGISTRATIONS_TABLE", "CONNECTIONS_TABLE")}
    its_own |= {"RETENTION_DAYS": "400", "ENROLL_CLIENT": "enroll"}

    assert read_settings(SyncSettings, its_own) == SyncSettings(
        "registrations", "connections", "enroll", 400
    )
    with pytest.raises(NotConfigured, match="EXPORT_FUNCTION"):
        read_settings(ConfigurationSettings, its_own)


@pytest.mark.parametrize("days", ["0", "-1", "36501", "1.5", "²"])
def test_days_are_a_positive_whole_number(days: str) -> None:
    with pytest.raises(NotConfigured, match="RETENTION_DAYS"):
        read_settings(ExportSettings, {**EXPORT, "RETENTION_DAYS": days})
