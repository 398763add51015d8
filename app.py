"""The Gradio chat: widgets and layout, no logic."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when Gradio is imported

import gradio as gr
from starlette.middleware import Middleware

from rag import page
from rag.errors import RagError, SettingsError
from rag.factory import open_rag
from rag.page.shell import Shell
from rag.pipeline import Rag
from rag.types import Answer

EXAMPLES = (
    "متى وقّع بوتين وكيم معاهدة الشراكة الاستراتيجية الشاملة؟",
    "ما الأجهزة العلمية التي يحملها مسبار الأمل؟",
    "كم بلغت كلفة الخط الأول لمترو المنارة؟",
    "لماذا سقطت المركبة التي كانت تحمل المستكشف راشد؟",
)
UNEXPECTED = "حدث خطأ غير متوقع؛ التفاصيل في السجل."
FONTS = ("Noto Naskh Arabic", "Noto Sans Arabic", "Segoe UI", "Tahoma", "sans-serif")
TO_QUESTION = "() => { document.querySelector('#current').scrollIntoView(); }"
HINT = (
    '<p dir="rtl"><bdi dir="ltr">Enter</bdi> يرسل السؤال،'
    ' و<bdi dir="ltr">Shift+Enter</bdi> يبدأ سطراً جديداً.</p>'
)
STOPPING = "() => ({__type__: 'update', value: 'يتوقف…', interactive: false})"

log = logging.getLogger("rag.chat")

Turns = list[page.Turn]
Shown = dict[Any, Any]  # widget to its new value


class Chat:
    """The widgets of the page, and what happens when they are used."""

    def __init__(self, rag: Rag, examples: Sequence[str]) -> None:
        self._rag = rag
        self._turns = gr.State([])
        with gr.Column(elem_id="page"):
            _html(page.header_html(len(rag.documents())))
            self._earlier = _html(elem_id="earlier")
            with gr.Column(elem_id="current"):
                self._answer = _html(elem_id="answer")
                self._sources = _html(elem_id="sources")
            with gr.Column(elem_id="examples", visible=bool(examples)) as self._examples:
                _html('<h2 dir="rtl">جرّب سؤالاً من هذه:</h2>')
                self._suggested = {
                    gr.Button(text, elem_classes="example"): text for text in examples
                }
        with gr.Row(elem_id="bar"):
            self._question = gr.Textbox(
                label="سؤالك",
                placeholder="اكتب سؤالك هنا…",
                max_lines=6,
                container=False,
                autofocus=True,
                rtl=True,
                elem_id="question",
            )
            self._ask = gr.Button("اسأل", variant="primary", elem_id="ask")
            self._stop = gr.Button("إيقاف", variant="stop", elem_id="stop", visible=False)
            _html(HINT, elem_id="hint")
            self._fresh = gr.Button("محادثة جديدة", elem_id="fresh", visible=False)
        self._connect()

    def _connect(self) -> None:
        view = [self._turns, self._answer, self._sources, self._ask, self._stop, self._fresh]
        everything = [*view, self._earlier, self._examples, self._question]
        starts = [self._question.submit, self._ask.click]
        starts += [button.click for button in self._suggested]
        silent = {"show_progress": "hidden", "api_visibility": "private"}
        typed = [self._question, self._turns]

        begun = gr.on(starts, self.begin, typed, everything, queue=False, **silent)
        begun.then(None, js=TO_QUESTION, **silent)
        # One model, so one question at a time; the others wait in the queue.
        asked = begun.then(self.ask, self._turns, view, concurrency_limit=1, **silent)
        asked.then(self.settle, self._turns, view, queue=False, **silent)
        self._stop.click(None, None, self._stop, js=STOPPING, cancels=asked, **silent)
        self._fresh.click(self.clear, None, everything, queue=False, **silent)

    def begin(self, typed: str, turns: Turns, event: gr.EventData) -> Shown:
        """Show the question at once; nothing happens while another is being answered."""
        question = self._suggested.get(event.target, typed).strip()
        if not question or (turns and turns[-1].is_open):
            return gr.skip()
        turns = [*turns, page.Turn(len(turns) + 1, Answer(question))]
        return self._view(turns) | {
            self._earlier: "".join(map(page.turn_html, turns[:-1])),
            self._examples: gr.Column(visible=False),
            self._question: "",
        }

    def ask(self, turns: Turns) -> Iterator[Shown]:
        """Answer the question that was begun, snapshot by snapshot."""
        if not turns or not turns[-1].is_open:
            return
        *earlier, turn = turns
        try:
            history = page.finished_answers(earlier)
            with closing(self._rag.stream(turn.answer.question, history=history)) as snapshots:
                for answer in snapshots:
                    before, turn = turn, self._with(turn, answer)
                    yield self._view([*earlier, turn], before)
        except RagError as error:
            yield self._view([*earlier, replace(turn, problem=str(error))])
        except Exception:
            log.exception("no answer to %r", turn.answer.question)
            yield self._view([*earlier, replace(turn, problem=UNEXPECTED)])

    def settle(self, turns: Turns) -> Shown:
        """Mark a question whose answer was cut off as stopped."""
        if not turns or not turns[-1].is_open:
            return gr.skip()
        return self._view([*turns[:-1], replace(turns[-1], is_stopped=True)])

    def clear(self) -> Shown:
        """Begin a new conversation."""
        return {
            self._turns: [],
            self._earlier: "",
            self._answer: "",
            self._sources: "",
            self._examples: gr.Column(visible=bool(self._suggested)),
            self._fresh: gr.Button(visible=False),
        }

    def _with(self, turn: page.Turn, answer: Answer) -> page.Turn:
        documents = turn.documents
        if not documents and answer.hits:
            found = self._rag.documents([hit.passage.document_id for hit in answer.hits])
            documents = {document.id: document for document in found}
        return replace(turn, answer=answer, documents=documents)

    def _view(self, turns: Turns, before: page.Turn | None = None) -> Shown:
        """What the last turn looks like; where only its draft has grown, no more than that."""
        turn = turns[-1]
        shown: Shown = {self._turns: turns, self._answer: page.answer_html(turn)}
        if before and before.state == turn.state:
            return shown
        return shown | {
            self._sources: page.sources_html(turn),
            self._ask: gr.Button(visible=not turn.is_open),
            self._stop: gr.Button("إيقاف", visible=turn.is_open, interactive=True),
            self._fresh: gr.Button(visible=True, interactive=not turn.is_open),
        }


def build(rag: Rag, *, examples: Sequence[str] = EXAMPLES) -> gr.Blocks:
    """The chat over an index; `examples` are questions a reader can ask with one click."""
    with gr.Blocks(title=page.NAME, analytics_enabled=False, fill_width=True) as blocks:
        Chat(rag, examples)
    return blocks


def serve(
    rag: Rag,
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    open_browser: bool = False,
    examples: Sequence[str] = EXAMPLES,
) -> gr.Blocks:
    """Start the chat and return; `close()` of what is returned ends it."""
    blocks = build(rag, examples=examples)
    # Gradio asks for its own page when it starts, which no proxy must be asked for.
    for name in ("no_proxy", "NO_PROXY"):
        os.environ[name] = ",".join(filter(None, (os.environ.get(name), "127.0.0.1,localhost")))
    try:
        blocks.launch(
            server_name=host,
            server_port=port,
            inbrowser=open_browser,
            share=False,
            footer_links=[],
            run_history=False,
            enable_monitoring=False,
            ssr_mode=False,
            pwa=False,
            mcp_server=False,
            max_file_size=1,  # byte: nothing is uploaded here
            quiet=True,
            prevent_thread_lock=True,
            favicon_path=page.ICON,
            theme=gr.themes.Base(font=FONTS, font_mono=FONTS),
            app_kwargs={
                "middleware": [Middleware(Shell)],
                **dict.fromkeys(("docs_url", "redoc_url", "openapi_url")),
            },
        )
    except OSError as error:
        raise SettingsError(
            f"cannot listen on {host}:{port}: it is taken or not allowed; choose another port"
        ) from error
    return blocks


def launch(
    rag: Rag, *, host: str = "127.0.0.1", port: int = 7860, open_browser: bool = False
) -> None:
    """Show the chat until it is interrupted; meanwhile the models are loaded."""
    blocks = serve(rag, host=host, port=port, open_browser=open_browser)
    threading.Thread(target=_warm_up, args=(rag,), daemon=True).start()
    print(f"مُسنَد: http://{host}:{port}/")
    blocks.block_thread()


def _warm_up(rag: Rag) -> None:
    try:
        rag.warm_up()
    except RagError as error:  # the first question will say it on the page too
        log.warning("%s", error)


def main() -> None:
    """The chat over the index that config.toml names."""
    logging.basicConfig(level=logging.WARNING)
    try:
        with open_rag() as rag:
            launch(rag, open_browser=True)
    except RagError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from error


def _html(value: str = "", **settings: Any) -> gr.HTML:
    return gr.HTML(value, apply_default_css=False, **settings)


if __name__ == "__main__":
    main()
