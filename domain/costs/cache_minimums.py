"""The shortest prompt prefix that each provider caches.

Price lists do not hold it, so it is written down here from the providers' pages on prompt caching
(Anthropic, OpenAI, Google), as of November 2026. A model that is not here has no known minimum.
"""

#: Start of the model's name → tokens. The longest start that fits wins. Where two pages of one
#: provider disagree, the larger figure is used: it promises less.
_MINIMUMS = {
    "claude-3-5-haiku": 2048,
    "claude-3-5-sonnet": 1024,
    "claude-3-7-sonnet": 1024,
    "claude-3-haiku": 2048,
    "claude-3-opus": 1024,
    "claude-4-opus": 1024,
    "claude-4-sonnet": 1024,
    "claude-haiku-4-5": 4096,
    "claude-opus-4-0": 1024,
    "claude-opus-4-1": 1024,
    "claude-opus-4-5": 4096,
    "claude-opus-4-6": 4096,
    "claude-opus-4-8": 1024,
    "claude-sonnet-4-0": 1024,
    "claude-sonnet-4-5": 1024,
    "claude-sonnet-4-6": 2048,
    "gemini-2.5-flash": 2048,
    "gemini-2.5-pro": 4096,
    "gemini-3-flash": 1024,
    "gemini-3-pro": 4096,
    "gemini-3.1-pro": 4096,
    "gemini-3.5-flash": 4096,
    "gpt-4.1": 1024,
    "gpt-4.5": 1024,
    "gpt-4o": 1024,
    "gpt-5": 1024,
    "o1": 1024,
    "o3": 1024,
    "o4": 1024,
}


def cache_minimum_of(model: str) -> int | None:
    """Tokens a prefix needs to be cached by this model (the price list's name); None = unknown."""
    starts = [start for start in _MINIMUMS if model.startswith(start)]
    return _MINIMUMS[max(starts, key=len)] if starts else None
