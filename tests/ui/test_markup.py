"""HTML fragments: text from outside never becomes markup."""

from datetime import UTC, datetime
from pathlib import Path

from ui.api_models import RejectedRow, Thread, UsageImport
from ui.markup import button, counted, icon_button, moment, notice
from ui.pages.chat import views
from ui.pages.chat.thread_views import thread_list

EVIL = '<img src=x onerror="alert(1)">'
AT = datetime(2026, 1, 5, 9, tzinfo=UTC)


def test_titles_file_names_and_cells_are_escaped(tmp_path: Path) -> None:
    thread = Thread(
        thread_id=EVIL, status="idle", created_at=AT, updated_at=AT, metadata={"title": EVIL}
    )
    reject = RejectedRow(line=2, column=EVIL, value=EVIL, message=EVIL, next_step=EVIL)
    done = UsageImport(
        import_id=EVIL, file_name=EVIL, format="generic", rows_rejected=1, rejects=[reject]
    )
    usage = tmp_path / "usage.csv"
    usage.write_text(f"time,model\n1,'{EVIL}'\n")
    shown = "".join(
        [
            thread_list([thread], EVIL, 1, EVIL, AT),
            views.heading(EVIL, "", thread_id=EVIL),
            views.import_card(done, views.file_preview(usage)),
            views.failed_upload(EVIL, EVIL),
            notice(EVIL),
            views.retry_line(EVIL),
            button(EVIL, EVIL, text=EVIL),
            icon_button(EVIL, "close", EVIL),
        ]
    )
    assert "<img" not in shown
    assert "&lt;img" in shown


def test_counts_and_times_read_well() -> None:
    assert counted(1, "row") == "1 row"
    assert counted(28185, "row") == "28,185 rows"
    assert 'title="2026-01-05 09:00:00 UTC"' in moment(AT)
