"""Answers are read so far and waited for so long."""

import gzip

import httpx2
import pytest

from domain.errors import AnswerTooLarge
from tests.standins.http_server import Answer, HttpServer
from tests.tools.calling import client


async def test_an_answer_is_read_up_to_its_limit(server: HttpServer) -> None:
    allow = f"127.0.0.1:{server.port}"
    server.answers["/fits"] = Answer(parts=[b"x" * 1000])
    server.answers["/large"] = Answer(parts=[b"x" * 500, b"x" * 501])
    async with client(allow, answer_bytes=1000) as calling:
        assert len((await calling.get(f"http://{allow}/fits")).content) == 1000
        with pytest.raises(AnswerTooLarge, match="1,000 bytes"):
            await calling.get(f"http://{allow}/large")
        async with calling.stream("GET", f"http://{allow}/large") as answer:
            with pytest.raises(AnswerTooLarge):
                async for _ in answer.aiter_raw():
                    pass


async def test_a_packed_answer_counts_as_it_unpacks(server: HttpServer) -> None:
    allow = f"127.0.0.1:{server.port}"
    bomb = gzip.compress(gzip.compress(bytes(50_000_000)))
    head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip"
    server.answers["/"] = Answer(head, [bomb])
    assert len(bomb) < 1000
    async with client(allow, answer_bytes=5_000_000) as calling:
        with pytest.raises(AnswerTooLarge):
            await calling.get(f"http://{allow}/")


async def test_silence_and_dripping_are_not_waited_for(server: HttpServer) -> None:
    allow = f"127.0.0.1:{server.port}"
    server.answers["/silent"] = Answer(parts=[b"x"], pause_s=60)
    server.answers["/drips"] = Answer(parts=[b"x"] * 1000, pause_s=0.02)
    async with client(allow, read_s=0.1) as calling:
        with pytest.raises(httpx2.ReadTimeout):
            await calling.get(f"http://{allow}/silent")
    async with client(allow, read_s=10, total_s=0.3) as calling:
        with pytest.raises(httpx2.ReadTimeout, match="longer than is waited for"):
            await calling.get(f"http://{allow}/drips")


async def test_a_redirect_gets_no_more_time(server: HttpServer) -> None:
    allow = f"127.0.0.1:{server.port}"
    server.answers["/"] = Answer("HTTP/1.1 302 Go\r\nLocation: /", [b"x"] * 20, pause_s=0.02)
    async with client(allow, total_s=0.5, redirects=100_000) as calling:
        with pytest.raises(httpx2.ReadTimeout):
            await calling.get(f"http://{allow}/")
