"""Bounds on the packets and messages of an SSH server."""

import paramiko
from paramiko.packet import Packetizer

MAX_PACKET_BYTES = 256 * 1024
"""We offer 32 KiB of data in a packet; RFC 4253 asks for 35,000 bytes with everything around it."""

MAX_MISSING_FIELDS = 8
"""Some servers omit the last fields of a message."""


class _Message(paramiko.Message):
    """paramiko's message, which would return zeros past its end as often as a count in it says."""

    missing = 0

    def get_bytes(self, n: int) -> bytes:
        end = self.packet.getbuffer().nbytes
        self.missing += self.packet.tell() + n > end
        if self.missing > MAX_MISSING_FIELDS:
            raise paramiko.SSHException("Fewer fields than announced")
        data: bytes = super().get_bytes(n)
        return data


class BoundedPacketizer(Packetizer):
    """paramiko's packetizer, which would read a packet of any length."""

    def read_message(self) -> tuple[int, paramiko.Message]:
        kind, message = super().read_message()
        bounded = _Message()
        bounded.packet, bounded.seqno = message.packet, message.seqno
        return kind, bounded

    def read_all(self, n: int, check_rekey: bool = False) -> bytes:
        if n > MAX_PACKET_BYTES:
            raise paramiko.SSHException("Packet too long")
        data: bytes = super().read_all(n, check_rekey)
        return data
