"""Workbooks are read as their first sheet's text, and nothing in them can do harm."""

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from domain.costs.formats.limits import Limits
from domain.errors import InvalidInput, TooLarge, UnreadableFile
from storage.archives import ArchiveLimits
from storage.uploads import UploadLimits, unpacked_chunks
from tests.storage.workbook_files import HEADER, opened, saved, with_parts, with_sheet, workbook

LIMITS = UploadLimits(
    archive=ArchiveLimits(unpacked_bytes=20_000_000, ratio=200, entries=50),
    reading=Limits(rows=1000, columns=20, line_bytes=100_000),
)
ROOMY = UploadLimits(archive=ArchiveLimits(ratio=100_000), reading=LIMITS.reading)


def read(folder: Path, content: bytes, limits: UploadLimits = LIMITS) -> list[list[str]]:
    path = folder / "usage.xlsx"
    path.write_bytes(content)
    text = b"".join(unpacked_chunks(path, "usage.xlsx", limits)).decode()
    return list(csv.reader(io.StringIO(text)))


def refusal(folder: Path, content: bytes, limits: UploadLimits = LIMITS) -> str:
    with pytest.raises(InvalidInput) as caught:
        read(folder, content, limits)
    return str(caught.value)


def test_a_sheet_is_its_rows_as_text(tmp_path: Path) -> None:
    rows: Sequence[Sequence[Any]] = [
        HEADER,
        [datetime.fromisoformat("2026-01-02 03:04:05"), "gpt-4o", 10, 20.5],
        [date(2026, 1, 3), "a, b", None, True],
        [None, "two\nlines", "", "Grüße"],
    ]
    assert read(tmp_path, workbook(rows)) == [
        HEADER,
        ["2026-01-02 03:04:05", "gpt-4o", "10", "20.5"],
        ["2026-01-03 00:00:00", "a, b", "", "1"],
        ["", "two lines", "", "Grüße"],
    ]


def test_dates_since_1904_are_dates(tmp_path: Path) -> None:
    book = opened(workbook([HEADER, [date(2026, 1, 3)]]))
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    book.epoch = CALENDAR_MAC_1904
    assert read(tmp_path, saved(book))[1][0] == "2026-01-03 00:00:00"


def test_texts_inside_cells_and_formatted_in_pieces_are_read(tmp_path: Path) -> None:
    rows = (
        b'<row r="1"><c r="A1" t="inlineStr"><is><r><t>ti</t></r><r><t>me</t></r></is></c>'
        b'<c t="inlineStr"><is><t>model</t><rPh><t>unsaid</t></rPh></is></c></row>'
    )
    assert read(tmp_path, with_sheet(rows))[0][0] == "time"


def test_lines_are_where_the_sheet_has_them_and_empty_ends_are_not(tmp_path: Path) -> None:
    rows = (
        b'<row r="2"><c r="B2"><v>1</v></c></row><row r="5"><c r="C5"><v>2</v></c></row>'
        b'<row r="6"><c r="A6" s="1"/></row><row r="9000"><c r="A9000"/></row>'
    )
    assert read(tmp_path, with_sheet(rows)) == [[], ["", "1"], [], [], ["", "", "2"]]


def test_the_first_sheet_with_something_in_it_is_read(tmp_path: Path) -> None:
    book = opened(workbook([], [["hidden", "sheet"]], [HEADER], [["not", "this"]]))
    book.worksheets[1].sheet_state = "hidden"
    assert read(tmp_path, saved(book)) == [HEADER]


def test_empty_sheets_are_said(tmp_path: Path) -> None:
    assert "its sheets are empty" in refusal(tmp_path, workbook([]))


def test_macros_and_links_are_refused_with_what_to_do(tmp_path: Path) -> None:
    plain = workbook([HEADER])
    macros = with_parts(plain, xl__vbaProject_dot_bin=b"x")
    links = with_parts(plain, xl__externalLinks__externalLink1_dot_xml=b"<x/>")
    assert refusal(tmp_path, macros) == (
        "usage.xlsx cannot be read: it contains macros. Save it as .xlsx without them."
    )
    assert "links to other files" in refusal(tmp_path, links)


def test_a_formula_is_not_computed(tmp_path: Path) -> None:
    rows = b'<row r="1"><c r="A1"><f>1+1</f><v>3</v></c><c r="B1"><f>NOW()</f></c></row>'
    assert read(tmp_path, with_sheet(rows)) == [["3", ""]]


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">
<!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]>"""
OUTSIDE = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("before", [LAUGHS, OUTSIDE, b"<!DOCTYPE x>"], ids=["laughs", "file", ""])
@pytest.mark.parametrize("part", ["sheet", "texts", "workbook", "styles"])
def test_document_types_and_entities_are_refused(tmp_path: Path, before: bytes, part: str) -> None:
    if part == "sheet":
        content = with_sheet(b'<row r="1"><c><v>&lol2;</v></c></row>', before)
    else:
        names = {
            "texts": "xl__sharedStrings_dot_xml",
            "workbook": "xl__workbook_dot_xml",
            "styles": "xl__styles_dot_xml",
        }
        content = with_parts(workbook([HEADER]), **{names[part]: before + b"<x>&lol2;&e;</x>"})
    assert "declares a document type or entities" in refusal(tmp_path, content)


def test_too_many_columns_are_refused_however_they_come(tmp_path: Path) -> None:
    wide = workbook([[f"c{number}" for number in range(21)]])
    far = with_sheet(b'<row r="1"><c r="XFD1"><v>1</v></c></row>')
    nameless = with_sheet(b"<row>" + b"<c/>" * 1_000_000 + b"</row>")
    for content in (wide, far, nameless):
        assert "larger than 20 columns" in refusal(tmp_path, content, ROOMY)
    nowhere = with_sheet(b'<row r="1"><c r="ABCDEFGH1"><v>1</v></c></row>')
    assert "at places that no sheet has" in refusal(tmp_path, nowhere)


def test_cells_that_go_back_are_refused(tmp_path: Path) -> None:
    rows = b'<row r="1"><c r="C1"><v>1</v></c><c r="A1"><v>1</v></c></row>'
    assert "not in order" in refusal(tmp_path, with_sheet(rows))


def test_a_row_far_down_makes_no_million_lines(tmp_path: Path) -> None:
    rows = b'<row r="1"><c><v>1</v></c></row><row r="999999999"><c><v>2</v></c></row>'
    found = read(tmp_path, with_sheet(rows))
    assert (found[0], found[-1]) == (["1"], ["2"])
    assert len(found) == 1002


def test_an_endless_row_tag_and_nesting_are_refused(tmp_path: Path) -> None:
    long_row = with_sheet(b'<row r="1"><c><v>' + b"1" * 200_000 + b"</v></c></row>")
    assert "A row of the sheet is larger than 97 KB" in refusal(tmp_path, long_row)
    tag = with_sheet(b"<row " + b"a" * 3_000_000 + b'="1"></row>')
    assert "does not end" in refusal(tmp_path, tag, ROOMY)
    deep = with_sheet(b"<row>" * 1000 + b"</row>" * 1000)
    assert "nested too deeply" in refusal(tmp_path, deep)


def test_zip_bombs_are_refused_by_their_directory(tmp_path: Path) -> None:
    zeros = with_parts(workbook([HEADER]), xl__media__image_dot_png=bytes(10_000_000))
    assert "larger than 200 times its size" in refusal(tmp_path, zeros)
    large = with_sheet(bytes(30_000_000))
    assert "larger than 19 MB" in refusal(tmp_path, large)
    many = with_parts(workbook([HEADER]), **{f"xl__{number}": b"" for number in range(60)})
    assert "larger than 50 files" in refusal(tmp_path, many)


def test_a_directory_that_lies_about_its_sizes_unpacks_no_further(tmp_path: Path) -> None:
    content = bytearray(with_sheet(b'<row r="1"><c><v>' + b"1" * 90_000 + b"</v></c></row>"))
    name = b"xl/worksheets/sheet1.xml"
    at = content.rindex(name) - 46
    content[at + 24 : at + 28] = (100).to_bytes(4, "little")
    assert "broken" in refusal(tmp_path, bytes(content))


def test_overlapping_files_are_read_once(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"x" * 900_000)
    content = buffer.getvalue()
    at = content.index(b"PK\x01\x02")
    entry, end = content[at:-22], bytearray(content[-22:])
    # One file, named forty times.
    directory = b"".join(entry.replace(b"a.csv", f"{number:05}".encode()) for number in range(40))
    end[8:10] = end[10:12] = (40).to_bytes(2, "little")
    end[12:16] = len(directory).to_bytes(4, "little")
    assert "unpacked, is larger than 19 MB" in refusal(
        tmp_path, content[:at] + directory + bytes(end)
    )


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04",
        b"PK\x03\x04" + bytes(1000),
        workbook([HEADER])[:-30],
        workbook([HEADER])[: len(workbook([HEADER])) // 2],
        with_parts(workbook([HEADER]), xl__workbook_dot_xml=b"<not xml"),
        with_parts(workbook([HEADER]), xl___rels__workbook_dot_xml_dot_rels=b"<x/>"),
        with_sheet(b"\x00"),
        with_sheet(b"<row><c></row></c>"),
    ],
)
def test_what_is_broken_is_said(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UnreadableFile):
        read(tmp_path, content)


def test_a_workbook_with_a_password_is_said(tmp_path: Path) -> None:
    said = refusal(tmp_path, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000))
    assert "Save it as .xlsx without a password" in said


def test_shared_texts_have_a_limit_of_their_own(tmp_path: Path) -> None:
    texts = b"<sst>" + b"<si/>" * 2_000_001 + b"</sst>"
    content = with_parts(workbook([HEADER]), xl__sharedStrings_dot_xml=texts)
    assert "2,000,000 texts" in refusal(tmp_path, content, ROOMY)


def test_limits_that_are_met_are_named_with_their_setting(tmp_path: Path) -> None:
    with pytest.raises(TooLarge, match="GOLDENPATH_UPLOAD_COLUMNS"):
        read(tmp_path, workbook([[str(number) for number in range(21)]]))
