"""Clients of the way out for its tests, and names that lead where a test says."""

from collections.abc import Sequence

from domain.egress import EgressRules
from tools.http_client import CallLimits, HttpClient, http_client
from tools.http_connections import resolve


class Names:
    """A resolver that answers from a list, one answer after the other, the last for ever."""

    def __init__(self, **names: Sequence[Sequence[str]]) -> None:
        self._names = {name: list(answers) for name, answers in names.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        name = host.removesuffix(".").removesuffix(".test")
        if name not in self._names:
            raise OSError(-2, "Name or service not known")
        answers = self._names[name]
        return answers.pop(0) if len(answers) > 1 else answers[0]


def client(allow: str | None = None, names: Names | None = None, **limits) -> HttpClient:
    rules = EgressRules().and_also(allow)
    return http_client(rules, CallLimits(**limits), resolver=names or resolve)
