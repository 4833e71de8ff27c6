"""Makes key pairs for signing in. The library is loaded when a key is made: it loads slowly, and
the function that makes keys rarely does."""

from registration_sync.domain.connections.key_pairs import KeyType

RSA_BITS = 3072
"""As strong as the other algorithms of a session (128 bits) beyond 2030: NIST SP 800-57 part 1,
revision 5, table 2. ssh-keygen's default, too. 4096 takes some five times as long to make."""


def make_key_pair(kind: KeyType, comment: str) -> tuple[str, str]:
    """As MakeKeyPair says."""
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415  # loads slowly
    from cryptography.hazmat.primitives.asymmetric import ed25519, rsa  # noqa: PLC0415

    key: ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey = (
        rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
        if kind is KeyType.RSA
        else ed25519.Ed25519PrivateKey.generate()
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    )
    return private.decode(), f"{public.decode()} {comment}"
