"""The district's SFTP server of the local stack: serves one folder, on 127.0.0.1 only.

    python local/sftp_server.py --root FOLDER --state FOLDER

Prints one line of JSON when it is ready (host, port, username, password, host_keys) and serves
until terminated. Creates the host key and password at the first start, in `--state`.
"""

import argparse
import asyncio
import hmac
import json
import os
import secrets
import signal
from functools import partial
from pathlib import Path

import asyncssh

HOST = "127.0.0.1"
USERNAME = "district"


class JailedSftp(asyncssh.SFTPServer):
    """Serves the root only; links cannot be created, because they could lead out of it."""

    def __init__(self, channel: asyncssh.SSHServerChannel[bytes], root: Path) -> None:
        super().__init__(channel, chroot=os.fsencode(root))

    def symlink(self, *_paths: bytes) -> None:
        raise asyncssh.SFTPOpUnsupported("links are not served here")

    def link(self, *_paths: bytes) -> None:
        raise asyncssh.SFTPOpUnsupported("links are not served here")


class SignIn(asyncssh.SSHServer):
    """One account with one password."""

    def __init__(self, password: str) -> None:
        self._password = password

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        is_correct = hmac.compare_digest(password.encode(), self._password.encode())
        return username == USERNAME and is_correct


def load_or_create(path: Path, default: str) -> str:
    """The content of the file, created with `default` if missing; only its owner may read it."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(default)
    return path.read_text()


async def serve(root: Path, state: Path) -> None:
    """Serves until SIGTERM or SIGINT."""
    for folder in (root, state):
        folder.mkdir(parents=True, exist_ok=True)
    new_key = asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()
    host_key = asyncssh.import_private_key(load_or_create(state / "sftp_host_key", new_key))
    password = load_or_create(state / "sftp_password", secrets.token_urlsafe(18))
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    acceptor = await asyncssh.listen(
        HOST,
        0,
        server_host_keys=[host_key],
        server_factory=partial(SignIn, password),
        sftp_factory=partial(JailedSftp, root=root.resolve()),
    )
    ready = {
        "host": HOST,
        "port": acceptor.get_port(),
        "username": USERNAME,
        "password": password,
        "host_keys": [" ".join(host_key.export_public_key().decode().split()[:2])],
    }
    print(json.dumps(ready), flush=True)
    await stop.wait()
    acceptor.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, required=True, help="the folder that is served")
    parser.add_argument(
        "--state", type=Path, required=True, help="the folder for the key and password"
    )
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.root, arguments.state))


if __name__ == "__main__":
    main()
