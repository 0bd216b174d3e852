"""How Anthropic's exports say that requests were priced as long context."""

#: Any size above where the long-context price starts.
_LONG_REQUEST_TOKENS = "200001"


def long_context(window: str | None) -> dict[str, str]:
    """The `extra` of a bucket: its requests' size, when the export says they were long.

    The reports do not count requests, so the size cannot be had by dividing. Windows are written
    `0-200k` and `200k-1M` by the API, `≤ 200k` and `> 200k` by the Console.
    """
    text = (window or "").replace(" ", "").lower()
    is_long = text.startswith(("200k-", ">"))
    return {"tokens_per_request": _LONG_REQUEST_TOKENS} if is_long else {}
