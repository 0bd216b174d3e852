"""What the agents' own model calls cost."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from domain.costs.prices import PriceBook, cost_of
from domain.costs.tokens import TokenCounts
from graphs.speech import Price
from tools.playbook_model import PLAYBOOK_MODEL


def call_price(book: PriceBook) -> Price:
    """Prices a call from LangChain's `usage_metadata`, whose input includes cached tokens."""

    def price(model: str, usage: Mapping[str, Any]) -> Decimal | None:
        if model == PLAYBOOK_MODEL:
            return Decimal(0)
        sent = usage["input_tokens"]
        rates = book.rates_for(model, input_tokens_per_request=sent)
        if rates is None:
            return None
        details: Mapping[str, int] = usage.get("input_token_details") or {}
        tokens = TokenCounts(
            input_tokens=sent,
            cache_read_tokens=details.get("cache_read") or 0,
            cache_write_5m_tokens=details.get("cache_creation") or 0,
            output_tokens=usage["output_tokens"],
        )
        return cost_of(rates, tokens)

    return price
