"""The accounts that connections have signed in to, which shows that an account is theirs."""

from typing import Protocol


class SignIns(Protocol):
    """The last account that each connection signed in to, as `account_name` names it.

    Every method may raise Unavailable.
    """

    def has(self, connection_id: str, account: str) -> bool:
        """Whether the connection has signed in to the account, and to no other since."""

    def note(self, connection_id: str, account: str) -> None:
        """Stores the account."""

    def forget(self, connection_id: str) -> None:
        """Removes what was noted."""
