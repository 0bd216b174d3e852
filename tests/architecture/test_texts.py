"""The checker of texts finds what it is for."""

from pathlib import Path

import pytest

from tests.architecture.texts import text_files, text_violations


@pytest.mark.parametrize(
    "parts",
    [
        ("https://", "pypi", ".org/simple"),
        ("https://files.", "pythonhosted", ".org/x"),
        ('"resolved": "https://registry.', "npmjs", ".org/x"),
        ("cd /", "work", "/main"),
        ("path = '/", "root", "/.cache'"),
        ("/ho", "me/somebody", "/src"),
        ("find-links /opt/", "wheels", ""),
    ],
)
def test_a_registry_host_or_a_machine_path_is_found(parts: tuple[str, ...]) -> None:
    line = "".join(parts)
    assert len(text_violations([("README.md", f"fine\n{line}\n")])) == 1


@pytest.mark.parametrize(
    "line",
    [
        "make PYTHON=/path/to/python3 run",
        "GET /threads/{id}/runs, /workflows, /homepage, /usr/bin/chromium",
        "https://example.com/" + "work" + "/1",
        "pip install from your index",
    ],
)
def test_other_addresses_and_paths_pass(line: str) -> None:
    assert text_violations([("README.md", line)]) == []


def test_every_text_file_is_read_and_no_other(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "docs" / "a.md").write_text("text")
    (tmp_path / "docs" / "a.png").write_bytes(b"\x89PNG\0")
    (tmp_path / "node_modules" / "b.js").write_text("text")
    assert list(text_files(tmp_path)) == [("docs/a.md", "text")]
