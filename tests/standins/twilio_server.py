"""Twilio's REST API for messages, as far as WhatsApp uses it."""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from uuid import uuid4

from tests.standins.provider_server import ProviderServer, Question, Refusal, Reply

SID = f"AC{'0123456789abcdef' * 2}"
TOKEN = "twilio-token-0123456789"
SENDER = "+14155238886"
TEMPLATE = f"HX{'0123456789abcdef' * 2}"
_WHATSAPP = re.compile(r"whatsapp:\+[1-9]\d{6,14}")


@dataclass(slots=True)
class TwilioServer(ProviderServer):
    """One account with one WhatsApp sender."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    account_status: str = "active"

    def wrote(self, person: str, ago: timedelta) -> None:
        """Somebody wrote to the sender."""
        moment = datetime.now(UTC) - ago
        self._keep(f"whatsapp:{person}", f"whatsapp:{SENDER}", "Hi", "inbound", moment)

    def sent(self) -> list[dict[str, Any]]:
        return [each for each in self.messages if each["direction"] == "outbound-api"]

    def reply(self, question: Question) -> Reply:
        if question.signed_in() != (SID, TOKEN):
            raise _refused(401, 20003, "Authenticate")
        account = f"/2010-04-01/Accounts/{SID}"
        if question.path == f"{account}.json" and question.method == "GET":
            return Reply(200, {"sid": SID, "friendly_name": "Shop", "status": self.account_status})
        if question.path == f"{account}/Messages.json":
            return self._list(question) if question.method == "GET" else self._create(question)
        raise _refused(404, 20404, f"The requested resource {question.path} was not found")

    def _create(self, question: Question) -> Reply:
        form = question.form
        if unknown := set(form) - {
            *("To", "From", "Body", "MediaUrl", "ContentSid", "ContentVariables"),
        }:
            raise _refused(400, 20001, f"Unknown parameter {min(unknown)}")
        if not _WHATSAPP.fullmatch(form.get("To", "")):
            raise _refused(400, 21211, f"Invalid 'To' Phone Number: {form.get('To')}")
        if form.get("From") != f"whatsapp:{SENDER}":
            raise _refused(400, 63007, "Twilio could not find a Channel with the specified From")
        if not form.keys() & {"Body", "MediaUrl", "ContentSid"}:
            raise _refused(400, 21619, "A text message body or media urls must be specified.")
        if len(form.get("Body", "")) > 1600:
            raise _refused(400, 21617, "The concatenated message body exceeds 1600 characters")
        if not isinstance(json.loads(form.get("ContentVariables", "{}")), dict):
            raise _refused(400, 21656, "The ContentVariables Parameter is invalid.")
        kept = self._keep(
            form["From"], form["To"], form.get("Body", ""), "outbound-api", datetime.now(UTC)
        )
        kept["content_variables"] = form.get("ContentVariables")
        if "ContentSid" not in form and not self._is_open(form["To"]):
            # As Twilio does it: taken on now, failed later.
            kept["later"] = {"status": "failed", "error_code": 63016}
        return Reply(201, _shown(kept))

    def _is_open(self, person: str) -> bool:
        since = datetime.now(UTC) - timedelta(hours=24)
        return any(
            each["from"] == person and each["direction"] == "inbound" and each["at"] >= since
            for each in self.messages
        )

    def _list(self, question: Question) -> Reply:
        query = question.query
        found = [
            each
            for each in reversed(self.messages)
            if query.get("From") in (None, each["from"])
            and query.get("To") in (None, each["to"])
            and each["at"].date().isoformat() >= query.get("DateSent>", "")
        ]
        size = int(query.get("PageSize", "50"))
        page = {"messages": [_shown(each) for each in found[:size]], "page": 0, "page_size": size}
        return Reply(200, {**page, "next_page_uri": None})

    def _keep(
        self, sender: str, receiver: str, body: str, direction: str, moment: datetime
    ) -> dict[str, Any]:
        message = {
            "sid": f"SM{uuid4().hex}",
            "from": sender,
            "to": receiver,
            "body": body,
            "direction": direction,
            "status": "received" if direction == "inbound" else "queued",
            "at": moment,
        }
        self.messages.append(message)
        return message


def _shown(message: dict[str, Any]) -> dict[str, Any]:
    moment = format_datetime(message["at"])
    shown = {name: value for name, value in message.items() if name not in ("at", "later")}
    return {
        **shown,
        "account_sid": SID,
        "date_created": moment,
        "date_sent": moment,
        "date_updated": moment,
        "error_code": None,
        "error_message": None,
        "num_media": "0",
        "num_segments": "1",
        "uri": f"/2010-04-01/Accounts/{SID}/Messages/{message['sid']}.json",
    }


def _refused(status: int, code: int, message: str) -> Refusal:
    body = {
        "code": code,
        "message": message,
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
    return Refusal(Reply(status, body))
