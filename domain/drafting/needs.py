"""What is known where a parameter wants a value."""

from dataclasses import dataclass, field
from typing import Any

from domain.blueprints.catalogue import JsonSchema
from domain.blueprints.schemas import options
from domain.drafting.catalogue import DraftTask
from domain.drafting.fields import Fields
from domain.drafting.tokens import Token, TokenKind, words_of


@dataclass(frozen=True, slots=True)
class Need:
    """One parameter that wants a value."""

    task: DraftTask
    name: str
    schema: JsonSchema
    tokens: tuple[Token, ...]
    fields: Fields
    currency: str
    is_required: bool
    assumptions: list[str] = field(default_factory=list[str])

    def kinds(self) -> set[str]:
        """The JSON types that fit."""
        return {str(one.get("type")) for one in options(self.schema, self.task.params)}

    def values(self, kind: TokenKind) -> list[Any]:
        """All values of a kind that were said."""
        return [token.value for token in self.tokens if token.kind == kind]

    def words(self) -> set[str]:
        """The words that were said."""
        return set(words_of(self.tokens))

    @property
    def is_in_loop(self) -> bool:
        """Whether it is done for each item of a list."""
        return bool(self.fields.sources) and self.fields.sources[0].root == "index"

    def assume(self, sentence: str) -> None:
        """Note what was taken for granted."""
        self.assumptions.append(sentence)
