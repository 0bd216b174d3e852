"""Files of workflows: one user's, kept once, with a name and a limit."""

from uuid import uuid4

import pytest

from domain.errors import InvalidInput, NotFound, TooLarge
from domain.identity import LOCAL_USER, UserContext
from domain.workflows.files import ANY_MEDIA_TYPE
from storage.database import Database
from storage.files import FileRepository
from storage.run_events import ArtifactRepository
from tests.storage.owner import as_owner

STRANGERS = [
    UserContext("other", LOCAL_USER.tenant_id),
    UserContext(LOCAL_USER.user_id, "elsewhere"),
]


@pytest.fixture
def files(database: Database) -> FileRepository:
    return FileRepository(database, most_mb=1)


async def test_a_file_comes_back_as_it_was_kept(files: FileRepository) -> None:
    file_id = await files.save(LOCAL_USER, "Aufträge.csv", "text/csv; charset=x", b"a,b", None)
    file = await files.read(LOCAL_USER, file_id)
    assert (file.file_id, file.name) == (file_id, "Aufträge.csv")
    assert (file.media_type, file.content) == ("text/csv", b"a,b")
    [entry] = await files.list(LOCAL_USER)
    assert (entry.file_id, entry.byte_count, entry.thread_id) == (file_id, 3, None)


@pytest.mark.parametrize("stranger", STRANGERS)
async def test_others_neither_see_nor_delete_it(
    files: FileRepository, stranger: UserContext
) -> None:
    file_id = await files.save(LOCAL_USER, "a.txt", "text/plain", b"mine", None)
    assert await files.list(stranger) == []
    with pytest.raises(NotFound):
        await files.read(stranger, file_id)
    with pytest.raises(NotFound):
        await files.delete(stranger, file_id)
    assert (await files.read(LOCAL_USER, file_id)).content == b"mine"


async def test_a_file_with_a_given_id_is_kept_once(files: FileRepository) -> None:
    file_id = uuid4()
    for content in (b"first", b"second"):
        kept = await files.save(LOCAL_USER, "a", "text/plain", content, None, file_id=file_id)
        assert kept == file_id
    assert (await files.read(LOCAL_USER, file_id)).content == b"first"


async def test_what_is_too_large_is_refused_with_the_setting(files: FileRepository) -> None:
    await files.save(LOCAL_USER, "a", "text/plain", b"x" * 1024 * 1024, None)
    with pytest.raises(TooLarge, match=r"larger than 1 MB.*GOLDENPATH_FILE_MB"):
        await files.save(LOCAL_USER, "b", "text/plain", b"x" * (1024 * 1024 + 1), None)


@pytest.mark.parametrize(
    ("given", "kept"), [("../../etc/passwd", "passwd"), ("C:\\x\\orders.csv", "orders.csv")]
)
async def test_names_have_no_folders(files: FileRepository, given: str, kept: str) -> None:
    file_id = await files.save(LOCAL_USER, given, "<script>", b"", None)
    file = await files.read(LOCAL_USER, file_id)
    assert (file.name, file.media_type) == (kept, ANY_MEDIA_TYPE)


@pytest.mark.parametrize("name", ["", " ", "..", "a\nb", "x" * 201])
async def test_a_name_that_is_none_is_refused(files: FileRepository, name: str) -> None:
    with pytest.raises(InvalidInput, match="name of 1 to 200"):
        await files.save(LOCAL_USER, name, "text/plain", b"", None)


async def test_a_deleted_file_is_gone_and_an_events_artifact_is_no_file(
    files: FileRepository, database: Database
) -> None:
    file_id = await files.save(LOCAL_USER, "a", "text/plain", b"", None)
    await files.delete(LOCAL_USER, file_id)
    with pytest.raises(NotFound):
        await files.read(LOCAL_USER, file_id)
    thread_id = uuid4()
    async with as_owner(database) as connection:
        await connection.execute(
            "INSERT INTO threads (thread_id, tenant_id, user_id) VALUES (%s, %s, %s)",
            [thread_id, LOCAL_USER.tenant_id, LOCAL_USER.user_id],
        )
    artifacts = ArtifactRepository(database)
    artifact = await artifacts.save(LOCAL_USER, thread_id, "text/plain", b"large")
    with pytest.raises(NotFound):
        await files.read(LOCAL_USER, artifact)
