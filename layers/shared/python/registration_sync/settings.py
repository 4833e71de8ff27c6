"""The environment, read once into one typed record for each function."""

import dataclasses
import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from registration_sync.domain.errors import RegistrationSyncError

type Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class NotConfigured(RegistrationSyncError):
    """The environment lacks something: for whoever deploys the template."""

    code = "not_configured"


@dataclass(frozen=True, slots=True)
class SyncSettings:
    registrations_table: str
    connections_table: str
    retention_days: int


@dataclass(frozen=True, slots=True)
class ExportSettings:
    registrations_table: str
    connections_table: str
    archive_bucket: str
    secret_prefix: str
    allowed_private_networks: tuple[Network, ...]
    alerts_topic: str
    retention_days: int
    powertools_metrics_namespace: str  # the stack's name


@dataclass(frozen=True, slots=True)
class ConfigurationSettings:
    registrations_table: str
    connections_table: str
    archive_bucket: str
    secret_prefix: str
    export_function: str
    schedule_group: str
    schedule_target: str
    schedule_role: str
    schedule_failures: str
    enroll_client: str
    retention_days: int


def read_settings[Settings: (SyncSettings, ExportSettings, ConfigurationSettings)](
    kind: type[Settings], environment: Mapping[str, str]
) -> Settings:
    """Reads each field of `kind` from the variable of its name in capitals.

    Raises NotConfigured with every variable that is missing or cannot be read.
    """
    values: dict[str, object] = {}
    mistakes: list[str] = []
    for field in dataclasses.fields(kind):
        variable = field.name.upper()
        read = _READERS.get(field.name, _text)
        try:
            values[field.name] = read(environment.get(variable, "").strip())
        except ValueError as error:
            mistakes.append(f"{variable} {error}")
    if mistakes:
        raise NotConfigured(f"Set the environment of the function: {'; '.join(mistakes)}.")
    return kind(**values)  # type: ignore[arg-type]  # each reader returns its field's type


def _text(value: str) -> str:
    if not value:
        raise ValueError("is missing")
    return value


def _days(value: str) -> int:
    if not _text(value).isdecimal() or not 1 <= int(value) <= 36_500:
        raise ValueError(f'is "{value}" and has to be a number of days from 1 to 36500')
    return int(value)


def _networks(value: str) -> tuple[Network, ...]:
    """None at all is a sound setting here: then no private address may be connected to."""
    parts = [part.strip() for part in value.split(",") if part.strip()]
    try:
        return tuple(ipaddress.ip_network(part) for part in parts)
    except ValueError:
        message = f'is "{value}" and has to be networks with commas, such as 10.0.0.0/8'
        raise ValueError(message) from None


_READERS: Mapping[str, Callable[[str], object]] = {
    "retention_days": _days,
    "allowed_private_networks": _networks,
}
