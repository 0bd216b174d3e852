"""Bytes to lines of text: byte order marks, UTF-8, cp1252 as the second guess, endless lines."""

import codecs
from collections.abc import Iterable, Iterator
from io import StringIO

from domain.costs.formats.limits import Limits
from domain.costs.records import Note, RejectedRow

_UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


class TextLines:
    """The lines of a file, ends included, from its bytes in chunks of any size.

    A line that cannot be read comes out empty, and `reject_of` says why.
    """

    def __init__(self, chunks: Iterable[bytes], limits: Limits) -> None:
        self._chunks = as_utf8(iter(chunks))
        self._limits = limits
        self._offset = 0
        self._line = 0
        self._cp1252_lines = 0
        self._rejects: dict[int, RejectedRow] = {}

    def __iter__(self) -> Iterator[str]:
        rest = b""
        overlong = False
        for chunk in self._chunks:
            block = rest + chunk
            cut = block.rfind(b"\n") + 1
            if overlong and (first_end := block.find(b"\n") + 1):
                block, cut, overlong = block[first_end:], cut - first_end, False
            rest = block[cut:]
            if cut:
                yield from self._lines(block[:cut])
            if len(rest) > self._limits.line_bytes:
                if not overlong:
                    yield self._reject_overlong()
                self._offset += len(rest)
                rest, overlong = b"", True
        if rest and not overlong:
            yield from self._lines(rest)

    def reject_of(self, line: int) -> RejectedRow | None:
        """Why this line came out empty; None when it really is."""
        return self._rejects.pop(line, None)

    def remaining_rejects(self) -> Iterator[RejectedRow]:
        """Lines that nobody has asked about: they lie inside quoted cells."""
        yield from self._rejects.values()
        self._rejects.clear()

    def notes(self) -> Iterator[Note]:
        """What was guessed about the text."""
        if self._cp1252_lines:
            text = f"{self._cp1252_lines} lines are not UTF-8 and were read as Windows-1252."
            yield Note("windows_1252", text)

    def _lines(self, block: bytes) -> Iterator[str]:
        try:
            text = block.decode()
        except UnicodeDecodeError:
            yield from self._guessed_lines(block)
        else:
            self._line += text.count("\n")
            self._offset += len(block)
            yield from StringIO(text, newline="")

    def _guessed_lines(self, block: bytes) -> Iterator[str]:
        for line in block.splitlines(keepends=True):
            self._line += 1
            try:
                text = line.decode()
            except UnicodeDecodeError:
                text = self._from_cp1252(line)
            self._offset += len(line)
            yield text

    def _from_cp1252(self, line: bytes) -> str:
        try:
            text = line.decode("cp1252")
        except UnicodeDecodeError as error:
            self._rejects[self._line] = RejectedRow(
                line=self._line,
                column=None,
                value=line[error.start : error.end].hex(),
                code="undecodable",
                message=f"The byte at offset {self._offset + error.start} is no text.",
                next_step="Save the file as UTF-8.",
            )
            return "\n"
        self._cp1252_lines += 1
        return text

    def _reject_overlong(self) -> str:
        self._line += 1
        self._rejects[self._line] = RejectedRow(
            line=self._line,
            column=None,
            value=None,
            code="line_too_long",
            message=f"The line is longer than {self._limits.line_bytes} bytes.",
            next_step="Export without prompt and response texts.",
        )
        return "\n"


def as_utf8(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The bytes without a byte order mark; UTF-16 recoded."""
    first = next(chunks, b"")
    while len(first) < 4 and (more := next(chunks, b"")):
        first += more
    encoding = _UTF_16.get(first[:2])
    if encoding is None:
        yield first.removeprefix(codecs.BOM_UTF8)
        yield from chunks
        return
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    yield decoder.decode(first[2:]).encode()
    for chunk in chunks:
        yield decoder.decode(chunk).encode()
