"""Services, tasks, their parameters and connections, against the catalogue."""

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any, Final
from urllib.parse import urlsplit

from domain.blueprints.blueprint import Node
from domain.blueprints.built_in import params_schema
from domain.blueprints.catalogue import Catalogue, Task
from domain.blueprints.problems import Place, Problem, problem
from domain.blueprints.schemas import literal_fields, mismatches, unknown_fields
from domain.blueprints.templates import texts
from domain.egress import literal_address

#: How the keys of the services that people use most begin, and what opens a private key.
KEY_LIKE: Final = re.compile(
    r"\b(sk|rk|pk|rzp)_(live|test)_\w{8,}|\bsk-[\w-]{16,}|\bxox[abeprs]-[\w-]{10,}|\bgh[pousr]_\w{20,}"
    r"|\bwhsec_[\w+/=]{16,}|\bAKIA[0-9A-Z]{16}\b|\bAIza[\w-]{30,}|-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\."
)
_LOCAL_NAME: Final = re.compile(r"(.*\.)?(localhost|local|internal|lan|home\.arpa)", re.IGNORECASE)
_PORTS: Final = {"http": 80, "https": 443}


def task_problems(node: Node, catalogue: Catalogue) -> Iterator[Problem]:
    """What is wrong with the task that a node names, and with what it gives to it."""
    if node.type in ("trigger", "action"):
        unknown = _unknown_task(node, catalogue)
        if unknown:
            yield unknown
    yield from _param_problems(node, catalogue)
    for field, text in texts(node.data.params, "data.params"):
        place = Place(field, node_id=node.id)
        if KEY_LIKE.search(text):
            yield problem(
                "secret_inline",
                place,
                "This looks like a secret key, and everybody who sees the workflow sees it.",
                "Put it into a connection, choose that here, and replace the key: it is known now.",
            )
        if _leads_inside(text, catalogue):
            yield problem(
                "host_blocked",
                place,
                "This address is not public, and is not called.",
                "Use a public address, or ask the operator to put the host on the allow-list.",
            )


def connection_problems(node: Node, catalogue: Catalogue, is_activating: bool) -> Iterator[Problem]:
    """A connection that is not there, or is not one for this."""
    task = catalogue.task(node.data.service, node.data.task)
    needed = task.connection_kind if task else None
    kinds = (*((needed,) if needed else ()), *(task.optional_kinds if task else ()))
    place = Place("data.connection", node_id=node.id)
    fitting = tuple(name for name, kind in catalogue.connections.items() if kind in kinds)
    if node.data.connection is None:
        if needed:
            missing = problem(
                "connection_missing",
                place,
                f"This step needs a connection of the kind {needed}.",
                "Connect an account, and choose it here.",
                fitting,
            )
            yield missing if is_activating else _as_warning(missing)
    elif task and catalogue.connections.get(node.data.connection) not in kinds:
        one_of = " or ".join(kinds)
        yield problem(
            "connection_forbidden",
            place,
            "This connection is not yours, is gone, or is of a kind that the step cannot use.",
            f"Choose one of the kind {one_of}." if kinds else "Remove it: this step needs none.",
            fitting,
        )


def _as_warning(error: Problem) -> Problem:
    return Problem(
        code=error.code,
        severity="warning",
        message=error.message,
        next_step=error.next_step,
        field=error.field,
        node_id=error.node_id,
        suggestions=error.suggestions,
    )


def _unknown_task(node: Node, catalogue: Catalogue) -> Problem | None:
    service = node.data.service or ""
    if service not in catalogue.services:
        return problem(
            "service_unknown",
            Place("data.service", node_id=node.id),
            "There is no such service.",
            "Choose one that there is.",
            _nearest(service, catalogue.services),
        )
    fitting = [name for name, task in catalogue.services[service].items() if task.kind == node.type]
    name = node.data.task or ""
    if name in fitting:
        return None
    return problem(
        "task_unknown",
        Place("data.task", node_id=node.id),
        f"The service has no such {node.type}.",
        "Choose one that it has.",
        _nearest(name, fitting),
    )


def _nearest(name: str, names: Iterable[str]) -> tuple[str, ...]:
    known = sorted(names)
    return tuple(get_close_matches(name, known, n=5, cutoff=0.4) or known[:5])


def _param_problems(node: Node, catalogue: Catalogue) -> Iterator[Problem]:
    schema = params_schema(node, catalogue)
    if schema is None:
        return
    properties: dict[str, Any] = schema.get("properties", {})
    params = node.data.params
    yield from _literal_problems(node, literal_fields(schema))
    for name in schema.get("required", ()):
        if params.get(name) in (None, ""):
            yield problem(
                "param_missing",
                Place(f"data.params.{name}", node_id=node.id),
                f"The step needs {name}.",
                "Fill it in, or insert a value from an earlier step.",
            )
    for name, value in params.items():
        place = Place(f"data.params.{name}", node_id=node.id)
        if name in properties:
            if name in schema.get("required", ()) and value is None:
                continue
            for field, expected in mismatches(properties[name], value, place.field, schema):
                yield problem(
                    "param_type",
                    Place(field, node_id=node.id),
                    "The value does not fit here.",
                    f"Give {expected}.",
                )
        elif not unknown_fields(schema):
            yield problem(
                "param_unknown",
                place,
                "The step has no such field.",
                "Remove it, or choose the one that is meant.",
                _nearest(name, properties),
            )


def _literal_problems(node: Node, literal: frozenset[str]) -> Iterator[Problem]:
    """Templates where only what is written here may stand, such as in the text of SQL."""
    given = {name: node.data.params[name] for name in node.data.params if name in literal}
    for field, text in texts(given, "data.params"):
        if "{{" in text:
            yield problem(
                "param_literal",
                Place(field, node_id=node.id),
                "This field is taken as it is written, so no value of another step comes into it.",
                "Remove the {{…}}, and give the value in a field that takes values, as the values "
                "of SQL do.",
            )


def _leads_inside(text: str, catalogue: Catalogue) -> bool:
    """Whether a text is an address that is refused before anybody is asked for its host."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    if parts.scheme not in _PORTS or not host or "{{" in parts.netloc:
        return False
    try:
        address = literal_address(host)
    except ValueError:
        return True
    if address:
        return catalogue.egress.refusal(host, address, port or _PORTS[parts.scheme]) is not None
    is_allowed = any(entry.place == host.lower() for entry in catalogue.egress.allowed)
    return bool(_LOCAL_NAME.fullmatch(host)) and not is_allowed


def task_of(node: Node, catalogue: Catalogue) -> Task | None:
    """The task that a node calls; None for the other types."""
    if node.type != "action":
        return None
    return catalogue.task(node.data.service, node.data.task)
