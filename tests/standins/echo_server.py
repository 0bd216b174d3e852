"""A server of somebody else: it checks signatures, echoes, redirects and answers too much."""

from dataclasses import dataclass, field
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

from tests.standins.provider_server import ProviderServer, Question, Reply

KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYq="


@dataclass(slots=True)
class EchoServer(ProviderServer):
    """Answers by path."""

    #: Ids of signed messages, as a receiver keeps them to know repetitions.
    known: list[str] = field(default_factory=list)

    def reply(self, question: Question) -> Reply:
        match question.path:
            case "/signed":
                return self._signed(question)
            case "/text":
                return Reply(200, "Grüße".encode(), {"Content-Type": "text/plain; charset=utf-8"})
            case "/bytes":
                return Reply(200, b"\xff\xfe", {"Content-Type": "image/png"})
            case "/large":
                return Reply(200, b"x" * (11 * 1024 * 1024), {"Content-Type": "text/plain"})
            case "/moved":
                return Reply(302, None, {"Location": f"{self.url}/echo"})
            case "/inside":
                return Reply(302, None, {"Location": "http://10.0.0.1/"})
            case "/teapot":
                return Reply(418, {"said": "short and stout"})
            case _:
                return Reply(200, _shown(question))

    def _signed(self, question: Question) -> Reply:
        try:
            Webhook(KEY).verify(question.body, dict(question.headers), json_parse=False)
        except WebhookVerificationError as error:
            return Reply(401, {"error": str(error)})
        message_id = question.headers["webhook-id"]
        is_known = message_id in self.known
        self.known.append(message_id)
        return Reply(200, {"known": is_known})


def _shown(question: Question) -> dict[str, Any]:
    return {
        "method": question.method,
        "query": question.query,
        "headers": dict(question.headers),
        "body": question.body.decode(),
    }
