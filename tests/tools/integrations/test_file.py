"""Tables and texts in files: read within limits, written so that nothing runs."""

import io
import json
import zipfile
from typing import Any
from uuid import UUID, uuid4

import openpyxl
import pytest

from domain.errors import InvalidInput, NotFound, UnreadableFile
from domain.identity import UserContext
from tests.tools.integrations.calls import USER, Calls, run
from tools.integrations.file import INTEGRATION

ROWS = [
    {"Name": "Asha", "Amount": 499, "Paid": True},
    {"Name": "=1+1", "Amount": -5.5, "Paid": None},
    {"Name": "+91 98", "Amount": None, "Paid": False},
]


async def kept(calls: Calls, name: str, content: bytes) -> str:
    return str(await calls.files.save(USER, name, "application/octet-stream", content, None))


async def written(calls: Calls, **params: Any) -> bytes:
    made = await run(INTEGRATION, "write_table", calls.call(), **params)
    return (await calls.files.read(USER, UUID(made.file_id))).content


async def read(calls: Calls, name: str, content: bytes, **more: Any) -> Any:
    file_id = await kept(calls, name, content)
    return await run(INTEGRATION, "read_table", calls.call(), file_id=file_id, **more)


async def test_csv_is_written_so_that_no_spreadsheet_runs_it(calls: Calls) -> None:
    content = await written(calls, name="out", format="csv", rows=ROWS)
    assert content.decode().splitlines() == [
        "Name,Amount,Paid",
        "Asha,499,True",
        "'=1+1,-5.5,",
        "'+91 98,,False",
    ]


async def test_a_workbook_has_texts_where_formulas_could_be(calls: Calls) -> None:
    content = await written(calls, name="out.xlsx", format="xlsx", rows=ROWS)
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    assert [(cell.value, cell.data_type) for cell in sheet["A"]][1:3] == [
        ("Asha", "s"),
        ("=1+1", "s"),
    ]
    assert [cell.value for cell in sheet["B"]] == ["Amount", 499, -5.5, None]


@pytest.mark.parametrize("kind", ["xlsx", "json"])
async def test_what_was_written_is_read_again(calls: Calls, kind: str) -> None:
    content = await written(calls, name="out", format=kind, rows=ROWS)
    found = await read(calls, "in", content)
    assert found.rows == ROWS
    assert (found.columns, found.row_count, found.is_cut) == (["Name", "Amount", "Paid"], 3, False)


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfName;Amount\r\nAsha;499\r\n",
        b"Name\tAmount\nAsha\t499\n\n",
        b'"Name","Amount"\n"Asha","499"\n',
    ],
)
async def test_csv_comes_in_many_forms(calls: Calls, content: bytes) -> None:
    found = await read(calls, "a.csv", content)
    assert found.rows == [{"Name": "Asha", "Amount": "499"}]


async def test_a_part_of_a_long_table_is_read(calls: Calls) -> None:
    content = json.dumps([{"n": number} for number in range(2500)]).encode()
    found = await read(calls, "a.json", content, offset=1000)
    assert (found.rows[0], len(found.rows), found.row_count) == ({"n": 1000}, 1000, 2500)
    assert found.is_cut
    assert not (await read(calls, "a.json", content, offset=2000)).is_cut


async def test_headings_are_told_apart_and_short_rows_filled(calls: Calls) -> None:
    found = await read(calls, "a.csv", b"a,,a\n1,2\n3,4,5,6\n")
    assert found.columns == ["a", "column 2", "a 2", "column 4"]
    assert found.rows[0] == {"a": "1", "column 2": "2", "a 2": None, "column 4": None}


async def test_sheets_dates_and_empty_rows_of_a_workbook(calls: Calls) -> None:
    book = openpyxl.Workbook()
    first, second = book.worksheets[0], book.create_sheet("Second")
    first.append(["a"])
    second.append(["When", "How much"])
    second.append([])
    second["A3"], second["B3"] = "2026-01-02", 3.0
    content = io.BytesIO()
    book.save(content)
    found = await read(calls, "a.xlsx", content.getvalue(), sheet="Second")
    assert found.rows == [{"When": "2026-01-02", "How much": 3}]
    with pytest.raises(UnreadableFile, match=r"no sheet Third\. It has Sheet, Second"):
        await read(calls, "a.xlsx", content.getvalue(), sheet="Third")


def sparse_workbook(place: str) -> bytes:
    """A small file whose two cells are far from each other."""
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = "x"
    book.worksheets[0]["B2"] = "y"
    content, changed = io.BytesIO(), io.BytesIO()
    book.save(content)
    with zipfile.ZipFile(content) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name.endswith("sheet1.xml"):
                row = "".join(filter(str.isdigit, place))
                part = part.replace(b'r="B2"', f"r = '{place}'".encode())
                part = part.replace(b'<row r="2"', f'<row r="{row}"'.encode())
            new.writestr(name, part)
    return changed.getvalue()


async def test_a_small_file_that_would_fill_the_memory_is_refused(calls: Calls) -> None:
    for place in ("XFD1048576", "B1000001"):
        with pytest.raises(UnreadableFile, match="more than 2,000,000 cells"):
            await read(calls, "bomb.xlsx", sparse_workbook(place))
    assert (await read(calls, "fine.xlsx", sparse_workbook("B3"))).row_count == 1


async def test_a_zip_that_unpacks_to_too_much_is_refused(calls: Calls) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (201 * 1024 * 1024))
    assert len(content.getvalue()) < 1024 * 1024
    with pytest.raises(UnreadableFile):
        await read(calls, "bomb.xlsx", content.getvalue())


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04broken", b"\xff\xfe\x00a", b"[1, 2]", b"[{]", b"\0"]
)
async def test_what_cannot_be_read_is_refused_with_what_to_do(calls: Calls, content: bytes) -> None:
    with pytest.raises(UnreadableFile, match=r"in\.bin cannot be read: .+\. .+\."):
        await read(calls, "in.bin", content)


async def test_the_same_call_writes_one_file(calls: Calls) -> None:
    for _ in range(2):
        await run(INTEGRATION, "write_text", calls.call(), name="a.txt", text="Dear Asha")
    assert len(calls.files.kept) == 1
    await run(INTEGRATION, "write_text", calls.call(key="b" * 64), name="a.txt", text="Dear Asha")
    assert len(calls.files.kept) == 2


async def test_a_text_is_written_and_read(calls: Calls) -> None:
    made = await run(INTEGRATION, "write_text", calls.call(), name="a.txt", text="Grüße ₹")
    found = await run(INTEGRATION, "read_text", calls.call(), file_id=made.file_id)
    assert (found.text, found.name, found.is_cut) == ("Grüße ₹", "a.txt", False)


async def test_a_table_is_converted(calls: Calls) -> None:
    file_id = await kept(calls, "orders.2026.csv", b"a,b\n1,=2\n")
    made = await run(INTEGRATION, "convert", calls.call(), file_id=file_id, to="json")
    assert (made.name, made.media_type) == ("orders.2026.json", "application/json")
    content = (await calls.files.read(USER, UUID(made.file_id))).content
    assert json.loads(content) == [{"a": "1", "b": "=2"}]


async def test_lists_need_columns_and_fit_them(calls: Calls) -> None:
    with pytest.raises(InvalidInput, match="name the columns"):
        await written(calls, name="a", rows=[[1]])
    with pytest.raises(InvalidInput, match="row 1 has 2 cells"):
        await written(calls, name="a", rows=[[1, 2]], columns=["a"])
    assert await written(calls, name="a", rows=[[1]], columns=["a", "b"]) == b"a,b\r\n1,\r\n"


async def test_files_of_others_are_not_there(calls: Calls) -> None:
    file_id = await calls.files.save(UserContext("bob", "acme"), "a", "text/plain", b"x", None)
    for unknown in (file_id, uuid4()):
        with pytest.raises(NotFound):
            await run(INTEGRATION, "read_text", calls.call(), file_id=str(unknown))
