"""Claims of access tokens."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from domain.accounts.token_claims import AccessClaims, session_of
from domain.errors import NotSignedIn

SESSION = UUID("00000000-0000-4000-8000-000000000001")


def test_a_token_says_whose_it_is_and_of_which_sign_in() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    claims = AccessClaims("ann", SESSION, at, at.replace(minute=10)).to_json()
    assert session_of(claims) == ("ann", SESSION)
    assert claims["exp"] - claims["iat"] == 600


@pytest.mark.parametrize(
    "claims", [{}, {"sub": "ann"}, {"sid": str(SESSION)}, {"sub": "a", "sid": "x"}]
)
def test_claims_that_do_not_say_it_sign_nobody_in(claims: dict[str, str]) -> None:
    with pytest.raises(NotSignedIn):
        session_of(claims)
