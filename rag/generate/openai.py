"""Messages to text, by a server that speaks the OpenAI protocol: vLLM, llama-server, Ollama."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rag.arabic import is_allowed
from rag.errors import GeneratorError, SettingsError
from rag.generate import Pieces
from rag.generate.replies import error_of, first_of, lines_of, parsed, without_thoughts
from rag.types import Message

if TYPE_CHECKING:
    import httpx

PAUSES = (0.5, 1.0, 2.0)  # seconds before a request is made again
_LONGEST_PAUSE = 10.0  # whatever the server asks for
_CONNECTING = 5.0  # seconds
_LONGEST_TOKEN = 8  # characters; Arabic has 2.8 a token of the default model
_BUSY = (429, 500, 502, 503, 504)
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class OpenAIGenerator:
    """A model behind `url`, which ends in /v1, under the name the server knows it by.

    A busy server and one that is just starting are asked again after each of `pauses`; `timeout`
    is for the silence between two pieces. Characters of other scripts are left out of what
    arrives: their tokens cannot be masked in another process. Decoding is greedy.
    """

    def __init__(
        self,
        url: str,
        *,
        model: str,
        timeout: float = 60.0,
        key: str = "",
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        import httpx

        address = _address_of(url)
        key = key.strip()
        if not (key.isascii() and key.isprintable()):  # a mark of direction comes along in a copy
            raise SettingsError("MUSNAD_API_KEY holds characters that no key has: set it again")
        self.name = model
        self._shown = str(address.copy_with(userinfo=b"")).rstrip("/")
        self._client = httpx.Client(
            base_url=address,
            headers={"authorization": f"Bearer {key}"} if key else {},
            timeout=httpx.Timeout(timeout, connect=min(_CONNECTING, timeout)),
            trust_env=address.host not in _LOOPBACK,  # no proxy stands before this machine
        )
        self._timeout = timeout
        self._pauses = tuple(pauses)

    def read(self, messages: Sequence[Message]) -> Pieces[None, None, None]:  # noqa: ARG002
        """The server reads when it is asked to write."""
        yield from ()

    def generate(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        beyond: str = "",  # noqa: ARG002
    ) -> Pieces[str, None, None]:
        """The reply, in pieces; closing the iterator ends the connection.

        No server can be made to say more than `beyond`.
        """
        with self._posted(self._body(messages, max_tokens)) as response, self._faults():
            self._check(response)
            left = max_tokens * _LONGEST_TOKEN  # a server may overlook how much it was asked for
            for piece in without_thoughts(self._contents(response)):
                if shown := "".join(filter(is_allowed, piece[:left])):
                    yield shown
                left -= len(piece)
                if left <= 0:
                    return

    def served(self) -> list[str]:
        """The models that the server names, asked once; empty where it names none."""
        with self._faults():
            response = self._client.get("models")
        self._check(response)
        told = parsed(response.text)
        listed = told.get("data") if isinstance(told, dict) else None
        return [str(each["id"]) for each in listed or () if isinstance(each, dict) and "id" in each]

    def _body(self, messages: Sequence[Message], max_tokens: int) -> dict[str, Any]:
        turns = [asdict(message) for message in messages]
        return {
            "model": self.name,
            "messages": turns,
            "max_tokens": max_tokens,
            "temperature": 0.0,
            "stream": True,
        }

    @contextmanager
    def _posted(self, body: Mapping[str, Any]) -> Iterator[httpx.Response]:
        """The response to a request, made again while the server is busy or not yet there."""
        import httpx

        for pause in (*self._pauses, None):
            request = self._client.build_request("POST", "chat/completions", json=body)
            try:
                with self._faults():
                    response = self._client.send(request, stream=True)
            except GeneratorError as error:
                if pause is None or not isinstance(error.__cause__, httpx.ConnectError):
                    raise
                time.sleep(pause)
                continue
            try:
                if response.status_code not in _BUSY or pause is None:
                    yield response
                    return
            finally:
                response.close()
            time.sleep(_pause_of(response, pause))

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Failures of the connection as errors that say what to do."""
        import httpx

        try:
            yield
        except httpx.ConnectError as error:
            raise GeneratorError(
                f"nothing answers at {self._shown} ({_one_line(error)}):"
                " start the server or set generate.url"
            ) from error
        except httpx.TimeoutException as error:
            raise GeneratorError(
                f"{self._shown} said nothing for {self._timeout:g} s:"
                " see its log, or raise generate.timeout"
            ) from error
        except httpx.HTTPError as error:
            raise GeneratorError(
                f"the connection to {self._shown} broke ({_one_line(error)}): see the server's log"
            ) from error

    def _check(self, response: httpx.Response) -> None:
        """GeneratorError unless the server took the request."""
        status = response.status_code
        if status == 200:
            return
        with self._faults():
            response.read()
        advice = {
            401: "set the environment variable MUSNAD_API_KEY",
            403: "set the environment variable MUSNAD_API_KEY",
            404: f"check generate.url and whether it serves generate.model = {self.name!r}",
            429: "it is busy, ask again later",
        }.get(status, "see the server's log")
        said = error_of(response.text)
        raise GeneratorError(f"{self._shown} answered {status} ({said}): {advice}")

    def _contents(self, response: httpx.Response) -> Iterator[str]:
        """The text of a stream of events, piece by piece; GeneratorError where it is cut off."""
        is_finished = is_told = False
        response.encoding = "utf-8"  # as every stream of events is
        for line in lines_of(response.iter_text()):
            name, _, value = line.partition(":")
            if name != "data":
                continue  # comments keep a connection open; other fields are of no use
            if value.strip() == "[DONE]":
                return
            event = parsed(value)
            if not isinstance(event, dict) or event.get("error"):
                raise GeneratorError(
                    f"{self._shown} sent no reply but {error_of(value)!r}: see the server's log"
                )
            choice = first_of(event.get("choices"))
            is_finished |= bool(choice.get("finish_reason"))
            delta = choice.get("delta")
            content = delta.get("content") if isinstance(delta, dict) else None
            if isinstance(content, str) and content:
                is_told = True
                yield content
            if choice.get("finish_reason") == "length" and not is_told:
                raise GeneratorError(
                    f"{self._shown} thought until there was no room for a reply:"
                    " turn thinking off there, or raise generate.max_tokens"
                )
        if not is_finished:
            raise GeneratorError(f"{self._shown} broke off its reply: see the server's log")


def _address_of(url: str) -> httpx.URL:
    import httpx

    with suppress(httpx.InvalidURL):
        address = httpx.URL(url)
        if address.scheme in ("http", "https") and address.host:
            return address
    raise SettingsError(f"generate.url = {url!r} is not an address like http://host:8080/v1")


def _pause_of(response: httpx.Response, pause: float) -> float:
    asked = response.headers.get("retry-after", "")
    return min(float(asked), _LONGEST_PAUSE) if asked.isdecimal() else pause


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
