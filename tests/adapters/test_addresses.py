"""The addresses that the service may connect to."""

import socket
from ipaddress import ip_network

import pytest

from registration_sync.adapters.sftp.addresses import checked_addresses, look_up_host
from registration_sync.domain.errors import AddressRefused, HostNotFound, TransientDeliveryError


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "198.18.0.1",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "fd00:ec2::254",
        "ff02::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "2001:0:7f00:1::1",
    ],
)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    with pytest.raises(AddressRefused, match="AllowedPrivateNetworks") as refused:
        checked_addresses("sis.example", 22, [], lambda _host, _port: [address])

    assert address in refused.value.message


@pytest.mark.parametrize("address", ["8.8.8.8", "2600:1f18::1", "::ffff:8.8.8.8"])
def test_a_public_address_is_allowed(address: str) -> None:
    assert checked_addresses("sis.example", 22, [], lambda _host, _port: [address]) == [address]


@pytest.mark.parametrize("address", ["10.20.0.7", "::ffff:10.20.0.7", "fd12::7"])
def test_a_private_address_inside_an_allowed_network_is_allowed(address: str) -> None:
    allowed = [ip_network("10.20.0.0/16"), ip_network("fd12::/64")]

    assert checked_addresses("sis", 22, allowed, lambda _host, _port: [address]) == [address]


def test_of_several_addresses_only_the_allowed_ones_are_left() -> None:
    found = ["10.0.0.1", "8.8.8.8", "169.254.169.254"]

    assert checked_addresses("sis.example", 22, [], lambda _host, _port: found) == ["8.8.8.8"]


def test_the_name_is_looked_up_once() -> None:
    lookups = []

    def look_up(host: str, port: int) -> list[str]:
        lookups.append((host, port))
        return ["8.8.8.8"] if len(lookups) == 1 else ["127.0.0.1"]

    checked_addresses("sis.example", 2222, [], look_up)

    assert lookups == [("sis.example", 2222)]


@pytest.mark.parametrize("spelling", ["127.1", "0x7f000001", "2130706433", "localhost"])
def test_other_spellings_of_this_machine_are_refused_too(spelling: str) -> None:
    with pytest.raises(AddressRefused):
        checked_addresses(spelling, 22, [])


@pytest.mark.parametrize("error", [socket.gaierror(-2, "unknown"), TimeoutError()])
def test_an_unknown_name_is_reported(error: OSError) -> None:
    def look_up(_host: str, _port: int) -> list[str]:
        raise error

    with pytest.raises(HostNotFound, match=r"sis\.example") as failed:
        checked_addresses("sis.example", 22, [], look_up)

    assert isinstance(failed.value, TransientDeliveryError)


def test_an_impossible_name_is_not_found() -> None:
    with pytest.raises(HostNotFound):
        checked_addresses("x" * 70 + ".example", 22, [])


def test_each_address_is_returned_once() -> None:
    assert look_up_host("127.0.0.1", 22) == ["127.0.0.1"]
