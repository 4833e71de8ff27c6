"""Reads the environment of each function into a typed record."""

import dataclasses
import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from registration_sync.domain.errors import RegistrationSyncError

type Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class NotConfigured(RegistrationSyncError):
    """An environment variable is missing or invalid: for the person who deploys the template."""

    code = "not_configured"


@dataclass(frozen=True, slots=True)
class SyncSettings:
    registrations_table: str
    connections_table: str
    enroll_client: str
    retention_days: int


@dataclass(frozen=True, slots=True)
class ExportSettings:
    registrations_table: str
    connections_table: str
    archive_bucket: str
    secret_prefix: str
    allowed_private_networks: tuple[Network, ...]
    alerts_topic: str
    recipient_topics: str  # begins the ARN of each recipient's topic
    schedule_group: str
    retention_days: int
    powertools_metrics_namespace: str  # the stack's name


@dataclass(frozen=True, slots=True)
class ConfigurationSettings:
    registrations_table: str
    connections_table: str
    archive_bucket: str
    secret_prefix: str
    secrets_key: str  # ARN of a KMS key, for secrets and topics; empty for the keys of AWS
    recipient_topics: str  # begins the ARN of each recipient's topic
    export_function: str
    schedule_group: str
    schedule_target: str
    schedule_role: str
    schedule_failures: str
    enroll_client: str
    user_pool: str
    retention_days: int


@dataclass(frozen=True, slots=True)
class TokensSettings:
    connections_table: str
    retention_days: int


def read_settings[Settings: (SyncSettings, ExportSettings, ConfigurationSettings, TokensSettings)](
    kind: type[Settings], environment: Mapping[str, str]
) -> Settings:
    """Reads each field of `kind` from the environment variable of the same name in capitals.

    Raises NotConfigured with every variable that is missing or invalid.
    """
    values: dict[str, object] = {}
    errors: list[str] = []
    for field in dataclasses.fields(kind):
        variable = field.name.upper()
        read = _READERS.get(field.name, _text)
        try:
            values[field.name] = read(environment.get(variable, "").strip())
        except ValueError as error:
            errors.append(f"{variable} {error}")
    if errors:
        raise NotConfigured(f"Set the environment of the function: {'; '.join(errors)}.")
    return kind(**values)  # type: ignore[arg-type]  # each reader returns its field's type


def _text(value: str) -> str:
    if not value:
        raise ValueError("is missing")
    return value


def _days(value: str) -> int:
    if not _text(value).isdecimal() or not 1 <= int(value) <= 36_500:
        raise ValueError(f'is "{value}" but must be a number of days from 1 to 36500')
    return int(value)


def _networks(value: str) -> tuple[Network, ...]:
    """An empty value allows no private addresses."""
    parts = [part.strip() for part in value.split(",") if part.strip()]
    try:
        return tuple(ipaddress.ip_network(part) for part in parts)
    except ValueError:
        message = f'is "{value}" but must be a comma-separated list of networks, such as 10.0.0.0/8'
        raise ValueError(message) from None


_READERS: Mapping[str, Callable[[str], object]] = {
    "secrets_key": str,
    "retention_days": _days,
    "allowed_private_networks": _networks,
}
