"""Signs in to the local stack: people through the sign-in pages, programs by credentials."""

import base64
import contextlib
import hashlib
import secrets
import urllib.parse
from dataclasses import dataclass
from typing import Any

from local.http_client import send_form

DISTRICT = "anytown"


@dataclass(frozen=True, slots=True)
class User:
    """A made-up person; the password is new at every start."""

    username: str
    password: str
    groups: tuple[str, ...]


def people(district: str = DISTRICT) -> dict[str, User]:
    """One person of each role, both of one district."""
    of_another = "" if district == DISTRICT else f"-{district}"
    return {
        role: User(username + of_another, _new_password(), (group, f"district:{district}"))
        for role, username, group in (
            ("full_access", "ada", "full-access"),
            ("limited_access", "lin", "limited-access"),
        )
    }


def _new_password() -> str:
    """Follows the user pool's rules: lower and upper case letters, and a digit."""
    return f"Local-1-{secrets.token_urlsafe(12)}"


def create_people(
    cognito: Any, user_pool: str, users: dict[str, User], email: str = "someone@example.org"
) -> None:
    """Puts the people into the user pool, as an operator does for a district."""
    address = [
        {"Name": "email", "Value": email},
        {"Name": "email_verified", "Value": "true"},  # otherwise nobody can reset a password
    ]
    _create_district_groups(cognito, user_pool, users)
    for user in users.values():
        name = {"UserPoolId": user_pool, "Username": user.username}
        cognito.admin_create_user(**name, UserAttributes=address, MessageAction="SUPPRESS")
        cognito.admin_set_user_password(**name, Password=user.password, Permanent=True)
        for group in user.groups:
            cognito.admin_add_user_to_group(**name, GroupName=group)


def _create_district_groups(cognito: Any, user_pool: str, users: dict[str, User]) -> None:
    """The template has the groups of the roles; a district's group is created when it joins."""
    groups = {group for user in users.values() for group in user.groups}
    for group in sorted(group for group in groups if group.startswith("district:")):
        with contextlib.suppress(cognito.exceptions.GroupExistsException):
            cognito.create_group(UserPoolId=user_pool, GroupName=group)


def token_of_person(endpoint: str, client_id: str, return_url: str, user: User) -> str:
    """The access token of a person of the local stack."""
    return tokens_of_person(endpoint, client_id, return_url, user)["access_token"]


def tokens_of_person(endpoint: str, client_id: str, return_url: str, user: User) -> dict[str, str]:
    """A person's `access_token` and `id_token`: authorization code with PKCE, as in a browser."""
    verifier = secrets.token_urlsafe(48)
    code = code_of_person(endpoint, client_id, return_url, user, verifier)
    return tokens_of_code(endpoint, client_id, return_url, code, verifier)


def code_of_person(
    endpoint: str, client_id: str, return_url: str, user: User, verifier: str
) -> str:
    """The authorization code that the sign-in page returns with."""
    signed_in = send_form(
        f"{endpoint}/login",
        {
            "client_id": client_id,
            "redirect_uri": return_url,
            "response_type": "code",
            "scope": "openid",
            "code_challenge": challenge_of(verifier),
            "code_challenge_method": "S256",
            "username": user.username,
            "password": user.password,
        },
    )
    back = urllib.parse.urlsplit(signed_in.headers["location"])
    return urllib.parse.parse_qs(back.query)["code"][0]


def challenge_of(verifier: str) -> str:
    """The code challenge of PKCE, method S256 (RFC 7636)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def tokens_of_code(
    endpoint: str, client_id: str, return_url: str, code: str, verifier: str
) -> dict[str, str]:
    """The tokens for an authorization code."""
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": client_id,
        "redirect_uri": return_url,
        "code_verifier": verifier,
    }
    return dict(send_form(f"{endpoint}/oauth2/token", fields).json())


def token_of_program(endpoint: str, client_id: str, client_secret: str) -> str:
    """The access token of a program: client credentials, with all scopes of the client."""
    credentials = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
    answer = send_form(
        f"{endpoint}/oauth2/token",
        {"grant_type": "client_credentials"},
        {"Authorization": f"Basic {credentials}"},
    )
    return str(answer.json()["access_token"])
