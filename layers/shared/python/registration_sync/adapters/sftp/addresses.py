"""Addresses that the service may connect to: public ones, and the private networks it allows."""

import ipaddress
import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from registration_sync.domain.errors import AddressRefused, HostNotFound

type Network = IPv4Network | IPv6Network
type LookUp = Callable[[str, int], Sequence[str]]
"""(host name, port) to its addresses, the preferred one first; raises OSError."""

# Addresses of these networks hold an IPv4 address in their last 32 bits (RFC 4291, RFC 6052). A
# connection reaches that IPv4 address, which must therefore be allowed.
_HOLDS_IPV4 = (ipaddress.IPv6Network("::ffff:0:0/96"), ipaddress.IPv6Network("64:ff9b::/96"))

# Formerly private (deprecated by RFC 3879); `ipaddress` takes these addresses for public ones.
_SITE_LOCAL = ipaddress.IPv6Network("fec0::/10")


def look_up_host(host: str, port: int) -> list[str]:
    """The addresses from the system resolver, each once."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


def checked_addresses(
    host: str, port: int, allowed_private: Sequence[Network], look_up: LookUp = look_up_host
) -> list[str]:
    """Looks the name up once and returns the addresses that the service may connect to.

    The caller connects to one of these, never to the name: a second look-up could return another
    address. Raises HostNotFound, and AddressRefused if no address is left.
    """
    try:
        found = look_up(host, port)
    except (OSError, UnicodeError) as error:  # UnicodeError: not a name that can be looked up
        raise HostNotFound(
            f"The host name {host} was not found. Check it for a typing error. If it is correct, "
            "its name servers did not answer."
        ) from error
    usable = [address for address in found if _may_be_reached(address, allowed_private)]
    if not usable:
        raise AddressRefused(
            f"{host} resolves to {', '.join(found) or 'no address'}, which is no public address. "
            "The service connects to private addresses only inside the networks of the stack's "
            "parameter AllowedPrivateNetworks."
        )
    return usable


def _may_be_reached(text: str, allowed_private: Sequence[Network]) -> bool:
    address: IPv4Address | IPv6Address = ipaddress.ip_address(text)
    if any(address in network for network in _HOLDS_IPV4):
        address = IPv4Address(int(address) & 0xFFFFFFFF)
    if any(address in network for network in allowed_private):
        return True
    # is_global is false for private, loopback, link-local, shared and unspecified addresses, but
    # true for multicast and for some of the reserved ones.
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address in _SITE_LOCAL
    )
