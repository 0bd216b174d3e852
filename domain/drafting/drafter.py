"""Drafts a workflow from a text by a grammar alone: the same text gives the same workflow."""

import re
from typing import Final

from domain.blueprints.blueprint import Blueprint
from domain.blueprints.diff import differences
from domain.blueprints.documents import blueprint_from
from domain.blueprints.normalise import normalised
from domain.blueprints.problems import Problem
from domain.blueprints.validation import problems
from domain.drafting.building import Builder, Data
from domain.drafting.catalogue import DraftCatalogue
from domain.drafting.drafts import Draft, Question
from domain.drafting.editing import edited
from domain.drafting.script import script_of
from domain.drafting.starting import start

_MOST_CHARACTERS = 80

#: How people ask for a workflow as such, before they say what it does.
_LEAD_IN: Final = re.compile(
    r"\s*(please\s+)?((can|could) you\s+)?(please\s+)?"
    r"(build|make|create|set up|draft|write|design|give)\s+((me|us)\s+)?((a|an)\s+)?(new\s+)?"
    r"(workflow|automation|flow)\s*(that|which|to|so that|where|[:,-])?\s*",
    re.IGNORECASE,
)


def draft(prompt: str, catalogue: DraftCatalogue, base: Blueprint | None = None) -> Draft:
    """The workflow that a text asks for, or the base with the changes that it asks for."""
    if base is not None and any(node.type != "trigger" for node in base.nodes):
        builder = edited(prompt, catalogue, base)
        name = builder.name or base.name
        settings = base.model_dump(mode="json")["settings"]
    else:
        wish = _wish(prompt)
        builder, name = Builder(catalogue), _name(wish)
        script = script_of(wish)
        builder.build(script.steps, start(builder, script))
        settings = {"time_zone": catalogue.time_zone}
    document: Data = {
        "schema": 1,
        "name": name,
        "nodes": builder.nodes,
        "edges": builder.edges,
        "settings": settings,
    }
    found = blueprint_from(normalised(document))
    if not isinstance(found, Blueprint):
        empty = base or Blueprint(schema=1, name=name, nodes=[], edges=[])
        text = "This is more than one workflow can hold. Which part of it comes first?"
        return Draft(empty, found, questions=[Question(text)])
    return _finished(found, builder, catalogue, base)


def _finished(
    blueprint: Blueprint, builder: Builder, catalogue: DraftCatalogue, base: Blueprint | None
) -> Draft:
    """The draft with a question for every error that is left in it."""
    left = problems(blueprint, catalogue.checked())
    asked = {(question.node_id, question.field) for question in builder.questions}
    questions = list(builder.questions)
    for problem in left:
        if problem.severity == "error" and (problem.node_id, problem.field) not in asked:
            questions.append(_question(problem))
    return Draft(
        blueprint=blueprint,
        problems=left,
        diff=differences(base, blueprint) if base else (),
        assumptions=list(dict.fromkeys(builder.assumptions)),
        questions=questions,
    )


def _question(problem: Problem) -> Question:
    if problem.code == "no_trigger":
        return Question("What should start the workflow?", field=problem.field)
    return Question(f"{problem.message} {problem.next_step}", problem.node_id, problem.field)


def _wish(prompt: str) -> str:
    """The text without its asking for a workflow, unless that is all of it."""
    rest = _LEAD_IN.sub("", prompt, count=1) if _LEAD_IN.match(prompt) else prompt
    return rest[:1].upper() + rest[1:] if rest.strip() else prompt


def _name(prompt: str) -> str:
    line = " ".join(prompt.split())
    if len(line) <= _MOST_CHARACTERS:
        return line.rstrip(".") or "Untitled workflow"
    return line[:_MOST_CHARACTERS].rsplit(" ", 1)[0] + "…"
