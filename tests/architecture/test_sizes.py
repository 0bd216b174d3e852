"""The size checker finds what it is for."""

from tests.architecture.sizes import MAX_FILE_LINES, MAX_FUNCTION_LINES, size_violations
from tests.architecture.sources import parse


def test_a_file_over_the_limit_is_found() -> None:
    assert size_violations([parse("domain/x.py", "x = 1\n" * MAX_FILE_LINES)]) == []
    assert size_violations([parse("domain/x.py", "x = 1\n" * (MAX_FILE_LINES + 1))]) == [
        "domain/x.py: 301 lines; split it by noun below 300"
    ]


def test_a_function_over_the_limit_is_found_wherever_it_is() -> None:
    body = "        x = 1\n" * (MAX_FUNCTION_LINES - 1)
    text = f"class A:\n    async def f():\n{body}"
    assert size_violations([parse("domain/x.py", text)]) == []
    assert size_violations([parse("domain/x.py", f"{text}        y = 1\n")]) == [
        "domain/x.py:2: f has 81 lines, 80 at most"
    ]
