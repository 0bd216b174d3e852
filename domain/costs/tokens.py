"""Token counts of one call or of many calls together."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """How many tokens were processed, by what they are billed as.

    `input_tokens` is all input: it includes what was read from and written to a cache.
    """

    input_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_5m_tokens: int = 0
    cache_write_1h_tokens: int = 0
    output_tokens: int = 0

    @property
    def uncached_input_tokens(self) -> int:
        """Input at the full price: N = input - cache read - cache write, never below 0."""
        cached = self.cache_read_tokens + self.cache_write_5m_tokens + self.cache_write_1h_tokens
        return max(0, self.input_tokens - cached)

    def __add__(self, other: "TokenCounts") -> "TokenCounts":
        """Both together."""
        return TokenCounts(
            self.input_tokens + other.input_tokens,
            self.cache_read_tokens + other.cache_read_tokens,
            self.cache_write_5m_tokens + other.cache_write_5m_tokens,
            self.cache_write_1h_tokens + other.cache_write_1h_tokens,
            self.output_tokens + other.output_tokens,
        )
