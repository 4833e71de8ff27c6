"""Since when a secret is saved, as a connection shows it."""

import datetime as dt
from dataclasses import replace

from registration_sync.domain.connections.key_pairs import PublicKey
from registration_sync.domain.connections.saved_secrets import SavedSecret, sign_in_body

TYPED, MADE, SIGNED_IN = (dt.datetime(2026, 11, day, 15, tzinfo=dt.UTC) for day in (2, 3, 28))


def test_a_generated_key_is_the_private_key_since_its_first_sign_in() -> None:
    typed = {"private_key": SavedSecret(True, TYPED, "ada")}
    key = PublicKey("ssh-ed25519 AAAA", MADE, "lin", SIGNED_IN)

    shown = sign_in_body(typed, key, None)
    first = sign_in_body({}, replace(key, signed_in_at=None), None)

    assert shown["private_key_saved_at"] == "2026-11-28T15:00:00+00:00"
    assert shown["private_key_saved_by"] == "lin"
    assert first["private_key_saved_at"] == "2026-11-03T15:00:00+00:00"
