"""Keys of an issuer are kept, and looked at anew for one that is not known."""

import json
from typing import Any

from server.auth.key_sets import KeySet
from server.auth.outgoing import Question, Reply


class Issuer:
    """Publishes keys, and counts."""

    def __init__(self) -> None:
        self.kids: list[str] = ["first"]
        self.asked = 0
        self.now = 0.0

    async def __call__(self, question: Question) -> Reply:
        self.asked += 1
        document = {"keys": [{"kid": kid} for kid in self.kids]}
        return Reply(200, json.dumps(document).encode())


def known(document: dict[str, Any]) -> list[str]:
    return [key["kid"] for key in document["keys"]]


async def test_a_new_key_is_found_after_a_while_and_an_old_one_goes_with_the_hour() -> None:
    issuer = Issuer()
    keys = KeySet("https://issuer.example/jwks", issuer, lambda: issuer.now)
    assert known(await keys.document("first")) == ["first"]
    issuer.kids = ["second"]
    # So soon nobody asks again, whatever somebody sends.
    issuer.now = 29.0
    assert known(await keys.document("second")) == ["first"]
    issuer.now = 31.0
    assert known(await keys.document("first")) == ["first"]
    assert known(await keys.document("second")) == ["second"]
    assert issuer.asked == 2
    issuer.now = 31.0 + 3600.0
    issuer.kids = []
    assert known(await keys.document("second")) == []
