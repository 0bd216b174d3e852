"""A file is kept under its name, and is no page of this service."""

import pytest

from server.file_headers import file_headers


@pytest.mark.parametrize(
    ("name", "disposition"),
    [
        ("report.md", 'attachment; filename="report.md"'),
        ('a"b\\c.md', "attachment; filename=\"a_b_c.md\"; filename*=UTF-8''a%22b%5Cc.md"),
        (
            "Bericht für\r\nX.md",
            'attachment; filename="Bericht f_r__X.md"; '
            "filename*=UTF-8''Bericht%20f%C3%BCr%0D%0AX.md",
        ),
        ("../../a.md", "attachment; filename=\".._.._a.md\"; filename*=UTF-8''..%2F..%2Fa.md"),
    ],
)
def test_any_name_is_harmless(name: str, disposition: str) -> None:
    headers = file_headers(name)
    assert headers["Content-Disposition"] == disposition
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
