"""Changes of a workflow by a sentence: what is added, taken out, exchanged, set."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from domain.blueprints.blueprint import Blueprint
from domain.drafting.building import Builder
from domain.drafting.catalogue import DraftCatalogue
from domain.drafting.clauses import Clause, clauses_of
from domain.drafting.drafts import Question
from domain.drafting.matching import best_task
from domain.drafting.naming import meant_node
from domain.drafting.script import Step, Tokens, assembled, read
from domain.drafting.setting import fill_open, set_value
from domain.drafting.starting import schedule_task
from domain.drafting.surgery import Surgery
from domain.drafting.tokens import find_words, text_of, words_in, words_of
from domain.drafting.words import is_request

Mode = Literal["before", "after", "instead"]

_REMOVING: Final = ("remove", "drop", "delete", "get rid of", "take out", "don't", "do not", "skip")
_SETTING: Final = ("change", "set", "rename", "call it", "make the", "increase", "lower", "raise")
_FILLING: Final = words_in(
    "run it make start this workflow the do instead schedule trigger execute should "
    "please only let that now also run_it to at everything"
)


@dataclass(frozen=True, slots=True)
class _Anchor:
    """Where new steps go."""

    mode: Mode
    node_id: str


def edited(prompt: str, catalogue: DraftCatalogue, base: Blueprint) -> Builder:
    """A builder with the base as the prompt wants it."""
    tokens, schedule = read(prompt)
    builder = Builder(catalogue)
    surgery = Surgery(builder, base)
    if schedule and (task := schedule_task(catalogue)):
        zone = base.settings.time_zone or catalogue.time_zone
        surgery.set_trigger(task, {"cron": schedule.cron, "time_zone": zone})
    sentences: dict[int, list[Clause]] = {}
    for clause in clauses_of(tokens):
        sentences.setdefault(clause.sentence, []).append(clause)
    for sentence in sentences.values():
        _Editor(surgery, sentence).edit()
    return builder


class _Editor:
    """Does what one sentence asks for."""

    def __init__(self, surgery: Surgery, clauses: Sequence[Clause]) -> None:
        self._surgery = surgery
        self._clauses = clauses
        self._pieces: list[Clause] = []
        self._anchor: _Anchor | None = None

    def edit(self) -> None:
        """Go through the clauses, then put in what is new."""
        for clause in self._clauses:
            if not (self._is_filling(clause) or self._is_done(clause)):
                self._pieces.append(clause)
        if self._pieces:
            self._put_in()

    def _is_filling(self, clause: Clause) -> bool:
        words = words_of(clause.tokens)
        return clause.kind == "action" and set(words) <= _FILLING

    def _is_done(self, clause: Clause) -> bool:
        """Whether a clause is an operation of its own, or says where the others belong."""
        words = " ".join(words_of(clause.tokens))
        if clause.kind == "trigger":
            return self._is_after_step(clause) or self._is_new_trigger(clause)
        if clause.kind == "only" and self._guards_one():
            return False
        if clause.kind != "action":
            return False
        if words.startswith(_REMOVING):
            return self._remove(clause)
        if words.startswith("retry") and not self._pieces:
            return self._retry(clause)
        if words.startswith(_SETTING) and set_value(self._surgery, clause.tokens):
            return True
        return self._is_anchor(clause) or self._is_answer(clause)

    def _is_answer(self, clause: Clause) -> bool:
        """Whether it says no more than a value that is open."""
        if is_request(list(clause.tokens), 0, is_strict=False):
            return False
        return set_value(self._surgery, clause.tokens) or fill_open(self._surgery, clause.tokens)

    def _guards_one(self) -> bool:
        return bool(self._pieces)

    def _is_after_step(self, clause: Clause) -> bool:
        node_id = meant_node(self._surgery, clause.tokens)
        is_event = best_task(clause.tokens, self._surgery.builder.catalogue, "trigger", 0.99)
        if node_id is None or is_event:
            return False
        self._anchor = _Anchor("after", node_id)
        return True

    def _is_new_trigger(self, clause: Clause) -> bool:
        task = best_task(clause.tokens, self._surgery.builder.catalogue, "trigger")
        if task is None or self._pieces:
            return False
        self._surgery.set_trigger(task, {})
        return True

    def _is_anchor(self, clause: Clause) -> bool:
        """For "before the email", "send X instead of Y", "replace X with Y"."""
        tokens = clause.tokens
        if words_of(tokens[:1]) == ["replace"] and (place := find_words(tokens, "with")) > 0:
            return self._anchored("instead", tokens[1:place], clause, tokens[place + 1 :])
        modes: tuple[tuple[str, Mode], ...] = (
            ("instead of", "instead"),
            ("before", "before"),
            ("after", "after"),
        )
        for cue, mode in modes:
            place = find_words(tokens, cue)
            if place >= 0:
                named = tokens[place + len(cue.split()) :]
                return self._anchored(mode, named, clause, tokens[:place])
        return False

    def _anchored(self, mode: Mode, named: Tokens, clause: Clause, rest: Tokens) -> bool:
        node_id = meant_node(self._surgery, named)
        if node_id is None:
            self._ask_for_step(named)
            return True
        self._anchor = _Anchor(mode, node_id)
        if rest and not set(words_of(rest)) <= _FILLING:
            self._pieces.append(Clause(clause.kind, rest, clause.sentence))
        return True

    def _remove(self, clause: Clause) -> bool:
        cue = next(one for one in _REMOVING if find_words(clause.tokens, one) == 0)
        named = clause.tokens[len(cue.split()) :]
        node_id = meant_node(self._surgery, named)
        if node_id is None:
            self._ask_for_step(named)
        else:
            self._surgery.remove(node_id)
        return True

    def _retry(self, clause: Clause) -> bool:
        node_id = meant_node(self._surgery, clause.tokens[1:]) or self._last_action()
        numbers = [int(one.value) for one in clause.tokens if one.kind == "number"]
        if node_id is None:
            return False
        handling = self._surgery.node(node_id)["data"].setdefault("error_handling", {})
        handling |= {"retry_count": min(numbers[0] if numbers else 3, 10), "retry_delay": 30}
        return True

    def _last_action(self) -> str | None:
        actions = [one["id"] for one in self._surgery.builder.nodes if one["type"] == "action"]
        return actions[-1] if actions else None

    def _ask_for_step(self, named: Tokens) -> None:
        text = f"Which step is meant by “{text_of(named)}”?"
        self._surgery.builder.questions.append(Question(text))

    def _put_in(self) -> None:
        """The new steps where they belong."""
        lone = self._pieces[0] if len(self._pieces) == 1 else None
        if lone and lone.kind in ("only", "if", "unless"):
            step = Step("if", lone.tokens, is_unless=lone.kind == "unless")
            self._surgery.guard(step)
            return
        if self._is_one_steps_condition():
            return
        steps = self._steps()
        # What it belongs beside may have been taken out by the same sentence.
        if self._anchor is None or self._anchor.node_id not in self._surgery.flow().nodes:
            self._surgery.append(steps)
            return
        operations = {
            "before": self._surgery.insert_before,
            "after": self._surgery.insert_after,
            "instead": self._surgery.replace,
        }
        operations[self._anchor.mode](self._anchor.node_id, steps)

    def _steps(self) -> list[Step]:
        """What was said, as steps; a first "if" is no trigger here."""
        pieces = self._pieces
        if pieces[0].kind == "if":
            pieces = [Clause("only", pieces[0].tokens, pieces[0].sentence), *pieces[1:]]
        return assembled(pieces).steps

    def _is_one_steps_condition(self) -> bool:
        """For "only send the email if …": a condition in front of one step."""
        first, second = (*self._pieces, None, None)[:2]
        is_pair = len(self._pieces) == 2 and first and second
        if not is_pair or first is None or second is None or second.kind not in ("if", "only"):
            return False
        if words_of(first.tokens[:1]) != ["only"]:
            return False
        node_id = meant_node(self._surgery, first.tokens[1:])
        if node_id is None:
            return False
        self._surgery.insert_before(node_id, [Step("if", second.tokens)])
        edges = self._surgery.builder.edges
        edges[:] = [
            one for one in edges if (one["target"], one.get("branch")) != (node_id, "false")
        ]
        return True
