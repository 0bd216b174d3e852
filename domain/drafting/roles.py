"""What parameters of usual names mean, and where their values come from."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from domain.blueprints.schemas import options
from domain.drafting import sheets
from domain.drafting.needs import Need
from domain.drafting.texts import said_text, summary
from domain.drafting.tokens import TokenKind, words_of

_OURSELVES: Final = frozenset({"me", "us", "team", "boss", "manager", "myself", "owner", "support"})


def _contact(need: Need, kind: TokenKind, names: Sequence[str]) -> Any:
    """Somebody's number or address: said, or of whom the workflow is about."""
    if said := need.values(kind):
        return said if kind == "email" else said[0]
    if need.words() & _OURSELVES and "customer" not in need.words():
        return None
    found = None if need.is_in_loop else need.fields.named(*names)
    if found is None:
        found = need.fields.unheard([names[0]])
        if found:
            need.assume(f"“{need.task.title}” writes to {found.template}.")
    return found.template if found else None


def _phone(need: Need) -> Any:
    return _contact(need, "phone", ("phone", "from_number", "contact", "mobile"))


def _to(need: Need) -> Any:
    return _contact(need, "email", ("email", "email_address"))


def _channel(need: Need) -> Any:
    if said := need.values("channel"):
        return said[0]
    words = words_of(need.tokens)
    for place, word in enumerate(words):
        if word == "channel" and place and words[place - 1] not in ("the", "a", "slack", "same"):
            return f"#{words[place - 1]}"
    found = need.fields.named("channel")
    return found.template if found else None


def _text(need: Need) -> Any:
    if said := said_text(need.tokens):
        return said
    opening = _opening(need)
    text = summary(need.fields, opening, is_for_people=_is_for_people(need))
    need.assume(f"“{need.task.title}” says “{text}”.")
    return text


def _is_for_people(need: Need) -> bool:
    writes_to_them = need.name in ("message", "body") and need.task.messages_people
    said = need.values("email") + need.values("phone") + need.values("channel")
    return writes_to_them and not said and need.fields.named("phone", "email") is not None


def _opening(need: Need) -> str:
    about = [one for one in need.fields.sources if one.root == "trigger_data"]
    title = about[0].schema.get("title") if about else None
    return str(title or "News from your workflow")


def _subject(need: Need) -> Any:
    quotes = [place for place, one in enumerate(need.tokens) if one.kind == "quote"]
    for place in quotes:
        if "subject" in words_of(need.tokens[max(0, place - 2) : place]):
            return need.tokens[place].value
    subject = _opening(need)
    need.assume(f"The e-mail's subject is “{subject}”.")
    return subject


def _url(need: Need) -> Any:
    return next(iter(need.values("url")), None)


def _method(need: Need) -> Any:
    if need.words() & {"post", "send", "push"}:
        return "POST"
    has_data = any(one.root == "trigger_data" and one.schema for one in need.fields.sources)
    is_scheduled = need.fields.named("scheduled_for") is not None
    return "POST" if has_data and not is_scheduled else "GET"


def _request_body(need: Need) -> Any:
    return "{{trigger_data}}" if _method(need) == "POST" else None


def _sql(need: Need) -> Any:
    return next((text for text in need.values("quote") if " " in text), None)


def _amount_minor(need: Need) -> Any:
    if said := need.values("number"):
        return round(said[0] * 100)
    if not need.is_required:
        return None
    found = None if need.is_in_loop else need.fields.named("amount_minor")
    found = found or need.fields.unheard(["amount_minor"])
    return found.template if found else None


def _currency(need: Need) -> Any:
    found = need.fields.named("currency")
    if found is None:
        need.assume(f"The currency is {need.currency}.")
    return found.template if found else need.currency


def _reference(need: Need) -> Any:
    return "{{run.id}}-{{index}}" if need.is_in_loop else "{{run.id}}"


def _payment(need: Need) -> Any:
    found = need.fields.ending("payment", "id") or need.fields.named("payment_id")
    if found is None and need.is_in_loop:
        found = need.fields.unheard(["payment_id"])
    return found.template if found else None


def _rows(need: Need) -> Any:
    found = need.fields.lists()
    return found[0].template if found else None


def _attachments(need: Need) -> Any:
    found = need.fields.named("file_id")
    return [found.template] if found else None


def _file_name(need: Need) -> Any:
    quoted = next(iter(need.values("quote")), None)
    is_excel = need.words() & {"excel", "xlsx"}
    return quoted or ("report.xlsx" if is_excel else "report.csv")


#: What a task calls otherwise than the events do.
_SAID: Final = {"contact": "phone"}


def _customer(need: Need) -> Any:
    """The same person in the words of the task, whose fields have other names than an event's."""
    known = options(need.schema, need.task.params)
    names = sorted({str(name) for one in known for name in one.get("properties", {})})
    found = {name: need.fields.ending("customer", _SAID.get(name, name)) for name in names}
    return {name: f"{{{{{one.cel} ?? null}}}}" for name, one in found.items() if one} or None


def _file_id(need: Need) -> Any:
    found = need.fields.named("file_id")
    return found.template if found else None


def _description(need: Need) -> Any:
    return said_text(need.tokens)


Role = Callable[[Need], Any]


def _body(need: Need) -> Any:
    return _text(need) if "string" in need.kinds() else _request_body(need)


ROLES: Final[Mapping[str, Role]] = {
    "phone_number": _phone,
    "phone": _phone,
    "to": _to,
    "channel": _channel,
    "message": _text,
    "text": _text,
    "body": _body,
    "subject": _subject,
    "url": _url,
    "method": _method,
    "sql": _sql,
    "spreadsheet_id": sheets.spreadsheet,
    "range": sheets.range,
    "values": sheets.values,
    "column": sheets.column,
    "value": sheets.looked_up,
    "amount_minor": _amount_minor,
    "currency": _currency,
    "reference_id": _reference,
    "payment_id": _payment,
    "rows": _rows,
    "attachments": _attachments,
    "name": _file_name,
    "customer": _customer,
    "file_id": _file_id,
    "description": _description,
}
#: Filled in although they are not needed, where there is something to fill in.
OPTIONAL: Final = frozenset({"amount_minor", "attachments", "customer", "body", "description"})
