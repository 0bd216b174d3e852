"""Google's token endpoint and the values of the Sheets API v4, for one service account."""

import json
import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import unquote

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.standins.provider_server import ProviderServer, Question, Refusal, Reply

EMAIL = "robot@shop.iam.gserviceaccount.com"
SHARED = "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms"
FOREIGN = "2BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms"
_SCOPE = "https://www.googleapis.com/auth/spreadsheets"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_RANGE = re.compile(r"([A-Z]+)?(\d+)?(?::([A-Z]+)?(\d+)?)?")


@cache
def private_key() -> rsa.RSAPrivateKey:
    """The account's key; making one takes a while."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def key_file(token_uri: str, **changed: str) -> str:
    """The JSON file that Google gives out for the account."""
    pem = private_key().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    info = {
        "type": "service_account",
        "project_id": "shop",
        "private_key_id": "0123456789abcdef",
        "private_key": pem.decode(),
        "client_email": EMAIL,
        "client_id": "1",
        "token_uri": token_uri,
    }
    return json.dumps(info | changed)


@dataclass(slots=True)
class GoogleServer(ProviderServer):
    """The cells of the shared spreadsheet by sheet."""

    sheets: dict[str, list[list[Any]]] = field(default_factory=lambda: {"Payments": []})
    tokens: list[str] = field(default_factory=list)

    @property
    def token_uri(self) -> str:
        return f"{self.url}/token"

    def reply(self, question: Question) -> Reply:
        if question.path == "/token" and question.method == "POST":
            return self._token(question)
        token = question.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self.tokens:
            raise _refused(401, "UNAUTHENTICATED", "Request had invalid credentials.")
        found = re.fullmatch(r"/v4/spreadsheets/([^/]+)/values/(.+?)(:append)?", question.path)
        if not found:
            raise _refused(404, "NOT_FOUND", "Requested entity was not found.")
        spreadsheet, cells, append = found.groups()
        if spreadsheet == FOREIGN:
            raise _refused(403, "PERMISSION_DENIED", "The caller does not have permission")
        if spreadsheet != SHARED:
            raise _refused(404, "NOT_FOUND", "Requested entity was not found.")
        area = self._area(unquote(cells))
        if append and question.method == "POST":
            return self._append(area, question)
        return self._get(area, question) if question.method == "GET" else self._put(area, question)

    def _token(self, question: Question) -> Reply:
        form = question.form
        if form.get("grant_type") != _GRANT:
            raise Refusal(Reply(400, {"error": "unsupported_grant_type"}))
        try:
            claims = jwt.decode(
                form["assertion"],
                private_key().public_key(),
                algorithms=["RS256"],
                audience=self.token_uri,
                options={"require": ["iss", "aud", "iat", "exp"]},
            )
        except jwt.InvalidTokenError as error:
            said = {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
            raise Refusal(Reply(400, said)) from error
        if claims["iss"] != EMAIL or claims["exp"] - claims["iat"] > 3600:
            said = "Invalid grant: account not found"
            raise Refusal(Reply(400, {"error": "invalid_grant", "error_description": said}))
        if claims["scope"] != _SCOPE:
            raise Refusal(Reply(400, {"error": "invalid_scope"}))
        self.tokens.append(f"ya29.token-{len(self.tokens)}")
        token = {"access_token": self.tokens[-1], "expires_in": 3599, "token_type": "Bearer"}
        return Reply(200, token)

    def _area(self, cells: str) -> tuple[str, int, int, int | None, int | None]:
        """Sheet, and first column and row, last column and row; numbers from 0."""
        sheet, mark, rest = cells.rpartition("!")
        if not mark and cells.strip("'") in self.sheets:
            sheet, rest = cells, ""
        sheet = (sheet or "Payments").strip("'")
        found = _RANGE.fullmatch(rest)
        if found is None or sheet not in self.sheets:
            raise _refused(400, "INVALID_ARGUMENT", f"Unable to parse range: {cells}")
        left, top, right, bottom = found.groups()
        is_one = ":" not in rest and left and top
        return (
            sheet,
            _number(left or "A"),
            int(top or 1) - 1,
            _number(left if is_one else right) if (left if is_one else right) else None,
            int((top if is_one else bottom) or 0) - 1 if (top if is_one else bottom) else None,
        )

    def _get(self, area: Any, question: Question) -> Reply:
        sheet, left, top, right, bottom = area
        if question.query.get("valueRenderOption") != "UNFORMATTED_VALUE":
            raise _refused(400, "INVALID_ARGUMENT", "this stand-in has unformatted values only")
        lines = self.sheets[sheet][top : None if bottom is None else bottom + 1]
        values = [_trimmed(line[left : None if right is None else right + 1]) for line in lines]
        while values and not values[-1]:
            values.pop()
        answer = {"range": f"{sheet}!A1:Z1000", "majorDimension": "ROWS"}
        return Reply(200, answer | ({"values": values} if values else {}))

    def _append(self, area: Any, question: Question) -> Reply:
        sheet, left, *_ = area
        if question.query.get("insertDataOption") != "INSERT_ROWS":
            raise _refused(400, "INVALID_ARGUMENT", "this stand-in inserts rows only")
        lines = self.sheets[sheet]
        top = len(lines)
        [line] = self._typed(question)
        lines.append([""] * left + ["" if cell is None else cell for cell in line])
        cells = f"{sheet}!{_letters(left)}{top + 1}:{_letters(left + len(line) - 1)}{top + 1}"
        updates = {"spreadsheetId": SHARED, "updatedRange": cells, "updatedRows": 1}
        return Reply(200, {"spreadsheetId": SHARED, "updates": updates})

    def _put(self, area: Any, question: Question) -> Reply:
        sheet, left, top, *_ = area
        lines, count, width = self.sheets[sheet], 0, 1
        typed = self._typed(question)
        for row, line in enumerate(typed, start=top):
            lines.extend([] for _ in range(row + 1 - len(lines)))
            lines[row].extend([""] * (left + len(line) - len(lines[row])))
            width = max(width, len(line))
            for column, cell in enumerate(line, start=left):
                if cell is not None:
                    lines[row][column] = cell
                    count += 1
        cells = f"{sheet}!{_letters(left)}{top + 1}:{_letters(left + width - 1)}{top + len(typed)}"
        return Reply(200, {"updatedRange": cells, "updatedCells": count})

    def _typed(self, question: Question) -> list[list[Any]]:
        body = question.json
        if question.query.get("valueInputOption") not in ("RAW", "USER_ENTERED"):
            raise _refused(400, "INVALID_ARGUMENT", "'valueInputOption' is required")
        if question.query["valueInputOption"] == "USER_ENTERED":
            return [
                ["#formula" if str(cell).startswith("=") else cell for cell in line]
                for line in body["values"]
            ]
        return body["values"]


def _trimmed(line: list[Any]) -> list[Any]:
    line = list(line)
    while line and line[-1] == "":
        line.pop()
    return line


def _number(letters: str) -> int:
    value = 0
    for letter in letters:
        value = value * 26 + ord(letter) - 64
    return value - 1


def _letters(number: int) -> str:
    return chr(65 + number) if number < 26 else _letters(number // 26 - 1) + chr(65 + number % 26)


def _refused(status: int, name: str, message: str) -> Refusal:
    return Refusal(Reply(status, {"error": {"code": status, "message": message, "status": name}}))
