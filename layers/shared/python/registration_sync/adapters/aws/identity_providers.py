"""Identity providers in a Cognito user pool, and the app client that offers them.

Rules of the calls: Amazon Cognito user pools API Reference, at CreateIdentityProvider and
UpdateUserPoolClient; the latter resets every setting that it is not sent.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from registration_sync.adapters.aws.errors import aws_errors
from registration_sync.domain.errors import InvalidRequest, ServiceRefused
from registration_sync.domain.people.provider import GROUPS, OIDC, TENANT, Provider

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

_UNSET = (None, "")
_MISSING, _LOCAL = "ResourceNotFoundException", "COGNITO"


class CognitoIdentityProviders:
    """Implements the port IdentityProviders."""

    def __init__(self, client: "CognitoIdentityProviderClient", pool_id: str) -> None:
        self._client = client
        self._pool_id = pool_id

    def put(self, provider: Provider, *, secret: str, metadata: str) -> None:
        named: Any = {"UserPoolId": self._pool_id, "ProviderName": provider.name}
        settings: Any = {
            "ProviderDetails": _details(provider, secret, metadata),
            "AttributeMapping": _mapping(provider),
        }
        kind: Any = provider.kind.upper()
        try:
            with aws_errors():
                try:
                    self._client.update_identity_provider(**named, **settings)
                except self._client.exceptions.ResourceNotFoundException:
                    self._client.create_identity_provider(**named, ProviderType=kind, **settings)
        except ServiceRefused as error:
            if error.reason == "InvalidParameterException":
                raise InvalidRequest(
                    "Cognito refuses these settings: check the issuer or the metadata, which it "
                    "must be able to read, and the client. The type of a provider cannot change."
                ) from error
            raise

    def remove(self, name: str) -> None:
        try:
            with aws_errors():
                self._client.delete_identity_provider(UserPoolId=self._pool_id, ProviderName=name)
        except ServiceRefused as error:
            if error.reason != _MISSING:
                raise

    def offer(self, client_id: str, names: Collection[str]) -> bool:
        with aws_errors():
            found: Any = self._client.describe_user_pool_client(
                UserPoolId=self._pool_id, ClientId=client_id
            )["UserPoolClient"]
            wanted = [_LOCAL, *sorted(names)]
            if sorted(found.get("SupportedIdentityProviders", [])) == sorted(wanted):
                return False
            service: Any = self._client.meta.service_model
            names_of_settings = service.operation_model("UpdateUserPoolClient").input_shape.members
            settings = {
                key: found[key] for key in names_of_settings if found.get(key) not in _UNSET
            }
            self._client.update_user_pool_client(
                **settings | {"SupportedIdentityProviders": wanted}
            )
        return True


def _details(provider: Provider, secret: str, metadata: str) -> dict[str, str]:
    if provider.kind == OIDC:
        return {
            "client_id": provider.settings["client_id"],
            "client_secret": secret,
            "oidc_issuer": provider.settings["issuer"],
            "authorize_scopes": "openid email profile",
            "attributes_request_method": "GET",
        }
    if metadata:
        return {"MetadataFile": metadata}
    return {"MetadataURL": provider.settings["metadata_url"]}


def _mapping(provider: Provider) -> dict[str, str]:
    """Which claim fills which attribute. None of them signs anyone in: the username is PROVIDER_id,
    and an address is no alias."""
    claims = {"email": "email_claim", GROUPS: "groups_claim", TENANT: "tenant_claim"}
    return {
        attribute: provider.settings[claim]
        for attribute, claim in claims.items()
        if provider.settings.get(claim)
    }
