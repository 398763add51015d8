"""A writer behind a server, over a real connection to a process of this machine."""

import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from loopback import free_port

from rag.errors import GeneratorError, SettingsError
from rag.generate.openai import OpenAIGenerator
from rag.types import Message

ASKED = [Message("system", "أجب."), Message("user", "متى افتُتح المترو؟")]
WHOLE = "افتُتح المترو في  12 مارس 2021 [1]."  # without the characters of another script


@pytest.fixture(scope="module")
def server():
    """The address of a server that misbehaves as a model's name says."""
    port = free_port()
    script = Path(__file__).with_name("openai_server.py")
    process = subprocess.Popen([sys.executable, str(script), str(port)])
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                httpx.get(f"{address}/record", trust_env=False)
                break
            except httpx.ConnectError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
        yield address
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def make(server):
    def made(model, **options):
        options = {"pauses": (0.01, 0.01), "timeout": 20.0} | options
        return OpenAIGenerator(f"{server}/v1", model=model, **options)

    return made


def record(server):
    return httpx.get(f"{server}/record", trust_env=False).json()


def bodies(server, model):
    return [each["body"] for each in record(server)["seen"] if each["body"]["model"] == model]


def written(generator, **options):
    return "".join(generator.generate(ASKED, **{"max_tokens": 50} | options))


def error_of(call):
    with pytest.raises(GeneratorError) as caught:
        call()
    assert "\n" not in str(caught.value)
    return str(caught.value)


# What arrives


@pytest.mark.parametrize("model", ["plain", "slow", "no-done"])
def test_the_pieces_of_a_reply_arrive_without_other_scripts(make, model):
    pieces = list(make(model).generate(ASKED, max_tokens=50))
    assert "".join(pieces) == WHOLE
    assert len(pieces) == 5
    assert all(pieces)


def test_a_request_is_greedy_and_holds_the_conversation(make, server):
    written(make("request"), max_tokens=7)
    [body] = bodies(server, "request")
    assert body == {
        "model": "request",
        "messages": [{"role": m.role, "content": m.content} for m in ASKED],
        "max_tokens": 7,
        "temperature": 0.0,
        "stream": True,
    }


def test_no_more_is_taken_than_so_many_tokens_may_hold(make):
    reply = "".join(make("endless").generate(ASKED, max_tokens=8))
    assert 8 < len(reply) <= 8 * 8


def test_what_a_model_thinks_first_is_no_part_of_its_reply(make):
    plain = "".join(make("plain").generate(ASKED, max_tokens=20))
    assert "".join(make("thinks").generate(ASKED, max_tokens=50)) == plain


def test_a_model_that_only_thought_is_an_error_that_says_what_to_do(make):
    with pytest.raises(GeneratorError, match=r"turn thinking off there, or raise generate\.max"):
        list(make("only-thinks").generate(ASKED, max_tokens=20))


def test_a_stream_may_name_no_error_and_hold_separators_of_lines(make):
    reply = "".join(make("null-errors").generate(ASKED, max_tokens=20))
    assert reply.startswith("قيل\u2028افتُتح")


def test_closing_the_iterator_closes_the_connection(make, server):
    with closing(make("endless").generate(ASKED, max_tokens=10_000)) as pieces:
        next(pieces)
        before = record(server)["closed"].count("endless")
    deadline = time.monotonic() + 10
    while record(server)["closed"].count("endless") == before:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_key_is_sent_and_never_shown(make, server):
    error = error_of(lambda: written(make("private", key="secret-1")))
    assert "secret-1" not in error
    assert "MUSNAD_API_KEY" in error
    [sent] = [each["key"] for each in record(server)["seen"] if each["body"]["model"] == "private"]
    assert sent == "Bearer secret-1"
    written(make("keyless"))
    [sent] = [each["key"] for each in record(server)["seen"] if each["body"]["model"] == "keyless"]
    assert sent is None


# Faults


def test_a_busy_server_is_asked_again(make, server):
    assert written(make("busy-twice")) == WHOLE
    assert record(server)["asked"]["busy-twice"] == 3


@pytest.mark.parametrize(
    ("model", "said", "times"),
    [
        ("always-busy", "answered 429 (always-busy says no): it is busy", 3),
        ("ill", "answered 500 (ill says no): see the server's log", 3),
        ("page", "answered 502 (<html> <p>a proxy</p>): see", 3),
        ("absent", "answered 404 (absent says no): check generate.url and whether it serves", 1),
        ("teapot", "answered 418 (teapot says no): see", 1),
    ],
)
def test_a_refusal_says_where_what_and_what_to_do(make, server, model, said, times):
    before = record(server)["asked"].get(model, 0)
    error = error_of(lambda: written(make(model)))
    assert error.startswith(f"{server}/v1 {said}")
    assert record(server)["asked"][model] - before == times


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("garbage", "sent no reply but '{not json'"),
        ("fails-midway", "sent no reply but 'out of memory'"),
        ("cut", "broke off its reply"),
        ("broken", "the connection to"),
    ],
)
def test_a_reply_that_goes_wrong_midway_is_an_error_after_what_arrived(make, model, said):
    arrived = []
    error = error_of(lambda: arrived.extend(make(model).generate(ASKED, max_tokens=50)))
    assert arrived == ["افتُتح ", "المترو"] or model == "broken"
    assert said in error


def test_a_silent_server_is_given_up_after_the_time_allowed(make):
    began = time.monotonic()
    error = error_of(lambda: written(make("silent", timeout=0.3)))
    assert "said nothing for 0.3 s" in error
    assert "generate.timeout" in error
    assert time.monotonic() - began < 10


def test_nobody_there_is_said_with_the_address():
    url = f"http://127.0.0.1:{free_port()}/v1"
    generator = OpenAIGenerator(url, model="m", pauses=(0.01,))
    error = error_of(lambda: written(generator))
    assert error.startswith(f"nothing answers at {url}")
    assert "start the server or set generate.url" in error


def test_a_server_that_comes_up_late_is_waited_for():
    port = free_port()
    script = Path(__file__).with_name("openai_server.py")
    process = subprocess.Popen([sys.executable, str(script), str(port)])
    try:
        generator = OpenAIGenerator(
            f"http://127.0.0.1:{port}/v1", model="late", pauses=[0.05] * 1000
        )
        assert written(generator) == WHOLE
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("url", ["", "localhost:8080/v1", "ftp://host/v1", "/v1", "http://host:v1"])
def test_what_is_no_address_is_a_setting_to_mend(url):
    with pytest.raises(SettingsError, match=r"generate\.url"):
        OpenAIGenerator(url, model="m")


@pytest.mark.parametrize("key", ["\u200fsecret-1", "secret-1\nsecret-2"])
def test_a_key_with_what_no_key_has_is_refused_and_not_shown(key):
    with pytest.raises(SettingsError, match="MUSNAD_API_KEY") as raised:
        OpenAIGenerator("http://host/v1", model="m", key=key)
    assert "secret" not in str(raised.value)


def test_a_password_in_the_address_is_not_shown():
    generator = OpenAIGenerator(
        f"http://me:hidden@127.0.0.1:{free_port()}/v1", model="m", pauses=()
    )
    assert "hidden" not in error_of(lambda: written(generator))
