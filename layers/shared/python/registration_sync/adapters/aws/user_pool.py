"""The people in a Cognito user pool.

Rules of the calls: Amazon Cognito user pools API Reference, at the actions that are named here.
"""

from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from registration_sync.adapters.aws.errors import aws_errors
from registration_sync.domain.errors import Conflict, NotFound, ServiceRefused
from registration_sync.domain.people.person import ACTIVE, INVITED, OTHER, RESET, Profile

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

_STATES = {
    "FORCE_CHANGE_PASSWORD": INVITED,
    "CONFIRMED": ACTIVE,
    "EXTERNAL_PROVIDER": ACTIVE,
    "RESET_REQUIRED": RESET,
}
_NOBODY = "There is no such person or group."
MAX_NAME_CHARACTERS = 128

PAGE = 60
"""The largest page of ListUsers, ListUsersInGroup and AdminListGroupsForUser."""

WORKERS = 8
"""Requests at once: some 20 ms each, and Cognito allows an account 50 such reads a second
(docs.aws.amazon.com/cognito/latest/developerguide/quotas.html)."""


class CognitoUserPool:
    """Implements the port UserPool."""

    def __init__(self, client: "CognitoIdentityProviderClient", pool_id: str) -> None:
        self._client = client
        self._pool_id = pool_id
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="user-pool")

    def get(self, person_id: str) -> Profile:
        if not 0 < len(person_id) <= MAX_NAME_CHARACTERS:
            raise NotFound(_NOBODY)
        try:
            with _errors():
                found = self._client.admin_get_user(**self._person(person_id))
        except ServiceRefused as error:
            if error.reason == "InvalidParameterException":  # a name that nobody can have
                raise NotFound(_NOBODY) from error
            raise
        return _profile(found, found.get("UserAttributes", []))

    def all(self) -> list[Profile]:
        return list(self._profiles("list_users"))

    def in_groups(self, groups: Collection[str], providers: Collection[str] = ()) -> list[Profile]:
        found: dict[str, Profile] = {}
        # Cognito keeps a group of everyone who came by a provider (Developer Guide, "Adding groups
        # to a user pool").
        for group in (*groups, *(f"{self._pool_id}_{name}" for name in providers)):
            try:
                members = list(self._profiles("list_users_in_group", GroupName=group))
            except NotFound:
                continue
            found |= {profile.person_id: profile for profile in members}
        return list(found.values())

    def groups(self, person_ids: Collection[str]) -> Mapping[str, frozenset[str]]:
        each = self._workers.map(self._groups_of, person_ids)
        return dict(zip(person_ids, each, strict=True))

    def create(self, person_id: str, email: str) -> None:
        address = [
            {"Name": "email", "Value": email},
            {"Name": "email_verified", "Value": "true"},  # or nobody can reset the password
        ]
        with _errors(UsernameExistsException="There is a person with this address."):
            self._client.admin_create_user(
                **self._person(person_id),
                UserAttributes=address,  # type: ignore[arg-type]
                MessageAction="SUPPRESS",
            )

    def send_invitation(self, person_id: str) -> None:
        refused = "The person has chosen a password already: reset it instead."
        with _errors(UnsupportedUserStateException=refused):
            self._client.admin_create_user(
                **self._person(person_id),
                MessageAction="RESEND",
                DesiredDeliveryMediums=["EMAIL"],
            )

    def change_groups(
        self, person_id: str, before: Collection[str], after: Collection[str]
    ) -> None:
        person = self._person(person_id)
        for group in sorted(set(before) - set(after)):
            with _errors():
                self._client.admin_remove_user_from_group(**person, GroupName=group)
        for group in sorted(set(after) - set(before)):
            with _errors():
                try:
                    self._client.admin_add_user_to_group(**person, GroupName=group)
                except self._client.exceptions.ResourceNotFoundException:
                    self._make_group(group)
                    self._client.admin_add_user_to_group(**person, GroupName=group)

    def enable(self, person_id: str, *, enabled: bool) -> None:
        change = self._client.admin_enable_user if enabled else self._client.admin_disable_user
        with _errors():
            change(**self._person(person_id))

    def reset_password(self, person_id: str) -> None:
        refused = "The person's password cannot be reset now: is the person switched off?"
        with _errors(NotAuthorizedException=refused, InvalidParameterException=refused):
            self._client.admin_reset_user_password(**self._person(person_id))

    def reset_mfa(self, person_id: str) -> None:
        refused = "The person has set up no app for one-time codes."
        with _errors(
            InvalidParameterException=refused,
            NotAuthorizedException=refused,
            UserNotConfirmedException=refused,
        ):
            self._client.admin_delete_software_token(**self._person(person_id))

    def sign_out(self, person_id: str) -> None:
        with _errors():
            self._client.admin_user_global_sign_out(**self._person(person_id))

    def remove(self, person_id: str) -> None:
        with _errors():
            self._client.admin_delete_user(**self._person(person_id))

    def _person(self, person_id: str) -> Any:
        return {"UserPoolId": self._pool_id, "Username": person_id}

    def _groups_of(self, person_id: str) -> frozenset[str]:
        pages = self._pages("admin_list_groups_for_user", Username=person_id)
        try:
            return frozenset(group["GroupName"] for page in pages for group in page["Groups"])
        except NotFound:
            return frozenset()

    def _make_group(self, group: str) -> None:
        # Another request may make it at the same time.
        with suppress(self._client.exceptions.GroupExistsException):
            self._client.create_group(UserPoolId=self._pool_id, GroupName=group)

    def _profiles(self, operation: str, **given: Any) -> Iterator[Profile]:
        for page in self._pages(operation, **given):
            for user in page["Users"]:
                yield _profile(user, user.get("Attributes", []))

    def _pages(self, operation: Any, **given: Any) -> Iterator[Any]:
        paginator = self._client.get_paginator(operation)
        size: Any = {"PageSize": PAGE}
        with _errors():
            yield from paginator.paginate(UserPoolId=self._pool_id, PaginationConfig=size, **given)


def _profile(user: Any, attributes: Any) -> Profile:
    values = {one["Name"]: one.get("Value", "") for one in attributes}
    return Profile(
        person_id=user["Username"],
        email=values.get("email", ""),
        state=_STATES.get(user.get("UserStatus", ""), OTHER),
        enabled=bool(user.get("Enabled", True)),
        created_at=user["UserCreateDate"],
        email_verified=values.get("email_verified") == "true",
        attributes=values | {"cognito:user_status": user.get("UserStatus", "")},
    )


@contextmanager
def _errors(**conflicts: str) -> Iterator[None]:
    """Raises NotFound for a person or a group that does not exist, and Conflict with the message
    of an error that is named."""
    try:
        with aws_errors():
            yield
    except ServiceRefused as error:
        if error.reason in {"UserNotFoundException", "ResourceNotFoundException"}:
            raise NotFound(_NOBODY) from error
        if error.reason in conflicts:
            raise Conflict(conflicts[error.reason]) from error
        raise
