"""One shop for all templates."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from tests.conftest import create_test_database
from tests.e2e.templates.shop import DATABASE_PASSWORD, Shop, open_shop
from tests.standins.certificates import certificates
from tools.http_client import trusted_certificates


@pytest.fixture(scope="module")
def shop_database(postgres_url: str) -> Iterator[str]:
    """The shop's own database with its user, who has the same name."""
    name = f"shop_{uuid4().hex[:12]}"
    with psycopg.connect(create_test_database(postgres_url, name), autocommit=True) as connection:
        role = sql.Identifier(name)
        password = sql.Literal(DATABASE_PASSWORD)
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, password))
        connection.execute(
            "CREATE TABLE users AS SELECT name, lower(name) || '@example.com' AS email,"
            " now() - ago * interval '1 minute' AS created_at"
            " FROM (VALUES ('Old', 90), ('Asha', 30), ('Ravi', 10)) AS given (name, ago)"
        )
        connection.execute(
            "CREATE TABLE orders AS SELECT product, amount::numeric(10, 2),"
            " now() - days * interval '1 day' AS created_at FROM (VALUES ('Tea', 120.50, 1),"
            " ('Tea', 80, 2), ('Cups', 999, 3), ('Pots', 5, 9)) AS given (product, amount, days)"
        )
        connection.execute("CREATE TABLE signups AS SELECT * FROM users")
        connection.execute(sql.SQL("GRANT SELECT ON users, orders, signups TO {}").format(role))
    yield name
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


@pytest.fixture(scope="module")
async def opened_shop(
    postgres_url: str,
    template_database: str,
    shop_database: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Shop]:
    folder: Path = tmp_path_factory.mktemp("shop")
    url = create_test_database(postgres_url, f"test_{uuid4().hex}", template=template_database)
    tls, _ = certificates(folder, "localhost")
    with pytest.MonkeyPatch.context() as environment:
        # The machine trusts the mail server's certificate.
        environment.setenv("SSL_CERT_FILE", str(folder / "server.pem"))
        trusted_certificates.cache_clear()
        limits = {"drafts_per_min": 1_000, "workflow_runs_per_min": 1_000}
        async with open_shop(url, shop_database, folder, tls, **limits) as opened:
            yield opened
    trusted_certificates.cache_clear()


@pytest.fixture
async def shop(opened_shop: Shop) -> AsyncIterator[Shop]:
    """The shop, with nothing from the test before."""
    opened_shop.forget()
    yield opened_shop
    await opened_shop.close_down()
