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

FONTS = ("Noto Naskh Arabic", "Noto Sans Arabic", "Segoe UI", "Tahoma", "sans-serif")
TO_QUESTION = "() => { document.querySelector('#current').scrollIntoView(); }"
STOPPING = "() => ({__type__: 'update', value: 'يتوقف…', interactive: false})"
SILENT: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}

log = logging.getLogger("rag.chat")
Turns = list[page.Turn]
Shown = dict[Any, Any]  # widget to its value


class LimitFields:
    """What narrows the search: a fold that says what is chosen, and the fields in it."""

    def __init__(self) -> None:
        with gr.Accordion(page.Limits().label, open=False, elem_id="limits") as self._fold:
            with gr.Row(elem_id="days"):
                self._since, self._since_notice = _day("من تاريخ", "since")
                self._until, self._until_notice = _day("إلى تاريخ", "until")
            self.outlets = gr.Dropdown(
                value=[], multiselect=True, label="المصادر", elem_id="outlets", visible=False
            )
            _html(page.LIMITS_HINT, elem_id="limits-hint")
        self._widen = gr.Button("إلغاء الحصر", elem_id="widen", visible=False)
        self.inputs = [self._since, self._until, self.outlets]
        said = [self._fold, self._widen, self._since_notice, self._until_notice]
        self.outputs = [*self.inputs, *said]
        # One field may be left while what another holds is still being said.
        latest = {**SILENT, "queue": False, "trigger_mode": "always_last"}
        left = [event for day in self.inputs[:2] for event in (day.blur, day.submit)]
        gr.on([*left, self.outlets.change], self.show, self.inputs, said, **latest)
        self.follow(self._widen.click(self.clear, None, self.outputs, queue=False, **SILENT))

    def follow(self, cleared: Any) -> None:
        """Say it once more after the fields were emptied: one of them may just have been left."""
        cleared.then(self.show, self.inputs, self.outputs, queue=False, **SILENT)

    def show(self, *typed: Any) -> Shown:
        """Say what is chosen, and beside each field what is wrong with it."""
        return self.said(page.Limits.of(*typed))

    def said(self, limits: page.Limits, **fold: Any) -> Shown:
        """The same of limits that were read already; `fold` may open it."""
        since, until = limits.notices
        return {
            self._fold: gr.Accordion(limits.label, **fold),
            self._widen: gr.Button(visible=not limits.is_empty),
            self._since_notice: since,
            self._until_notice: until,
        }

    def clear(self) -> Shown:
        """Search in everything again."""
        emptied = {self._since: "", self._until: "", self.outlets: []}
        return emptied | self.said(page.Limits())


class Chat:
    """The widgets of the page, and what happens when they are used."""

    def __init__(self, rag: Rag, examples: Sequence[str] | None) -> None:
        self._rag = rag
        self._turns = gr.State([])
        with gr.Column(elem_id="page"):
            self._header = _html(page.header_html(len(documents := rag.documents())))
            examples = page.examples_of(documents) if examples is None else examples
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
            self._limits = LimitFields()
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
            _html(page.KEYS, elem_id="hint")
            self._fresh = gr.Button("محادثة جديدة", elem_id="fresh", visible=False)
        self._connect()

    def _connect(self) -> None:
        view = [self._turns, self._answer, self._sources, self._ask, self._stop, self._fresh]
        everything = [
            *(*view, self._earlier, self._examples, self._question),
            *self._limits.outputs,
        ]
        starts = [self._question.submit, self._ask.click]
        starts += [button.click for button in self._suggested]
        given = {self._question, self._turns, *self._limits.inputs}

        gr.on(None, self.open, None, [self._header, self._limits.outlets], queue=False, **SILENT)
        begun = gr.on(starts, self.begin, given, everything, queue=False, **SILENT)
        begun.then(None, js=TO_QUESTION, **SILENT)
        # One model, so one question at a time; the others wait in the queue.
        asked = begun.then(self.ask, self._turns, view, concurrency_limit=1, **SILENT)
        asked.then(self.settle, self._turns, view, queue=False, **SILENT)
        self._stop.click(None, None, self._stop, js=STOPPING, cancels=asked, **SILENT)
        self._limits.follow(self._fresh.click(self.clear, None, everything, queue=False, **SILENT))

    def open(self) -> Shown:
        """Say what the index holds now; an ingest may have gone on since the last page."""
        documents = self._rag.documents()
        outlets = page.outlets_of(documents)
        choice = gr.Dropdown(choices=outlets, visible=bool(outlets))
        return {self._header: page.header_html(len(documents)), self._limits.outlets: choice}

    def begin(self, given: Shown, event: gr.EventData) -> Shown:
        """Show the question at once; nothing happens while another is being answered."""
        turns = given[self._turns]
        limits = page.Limits.of(*(given[field] for field in self._limits.inputs))
        question = self._suggested.get(event.target, given[self._question]).strip()
        if not question or (turns and turns[-1].is_open):
            return gr.skip()
        if any(limits.notices):
            return self._limits.said(limits, open=True)
        turns = [*turns, page.Turn(len(turns) + 1, Answer(question), within=limits.within)]
        return self._view(turns) | {
            self._earlier: "".join(map(page.turn_html, turns[:-1])),
            self._examples: gr.Column(visible=False),
            self._question: "",
        }

    def ask(self, turns: Turns) -> Iterator[Shown]:
        """Answer the question that was begun, snapshot by snapshot."""
        if not turns or not turns[-1].is_open:
            yield gr.skip()  # of a generator that yields nothing Gradio empties every widget
            return
        *earlier, turn = turns
        try:
            asked, history = turn.answer.question, page.finished_answers(earlier)
            with closing(self._rag.stream(asked, history=history, within=turn.within)) as snapshots:
                for answer in snapshots:
                    before, turn = turn, self._with(turn, answer)
                    yield self._view([*earlier, turn], before)
        except RagError as error:
            yield self._view([*earlier, replace(turn, problem=page.problem_of(error))])
        except Exception:  # a reader sees that it failed, never a page that stands still
            log.exception("no answer to %r", turn.answer.question)
            yield self._view([*earlier, replace(turn, problem=page.UNEXPECTED)])

    def settle(self, turns: Turns) -> Shown:
        """Mark a question whose answer was cut off as stopped."""
        if not turns or not turns[-1].is_open:
            return gr.skip()
        return self._view([*turns[:-1], replace(turns[-1], is_stopped=True)])

    def clear(self) -> Shown:
        """Begin a new conversation."""
        return self._limits.clear() | {
            self._turns: [],
            self._earlier: "",
            self._answer: "",
            self._sources: "",
            self._examples: gr.Column(visible=bool(self._suggested)),
            self._fresh: gr.Button(visible=False),
        }

    def _with(self, turn: page.Turn, answer: Answer) -> page.Turn:
        turn = replace(turn, answer=answer)
        if turn.document_ids - turn.documents.keys():
            found = self._rag.documents([*turn.document_ids])
            turn = replace(turn, documents={document.id: document for document in found})
        return turn

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


def serve(
    rag: Rag,
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    open_browser: bool = False,
    examples: Sequence[str] | None = None,
) -> gr.Blocks:
    """Start the chat and return; `close()` of what is returned ends it.

    `examples` are questions to ask with one click; without any given they fit the articles.
    """
    with gr.Blocks(title=page.NAME, analytics_enabled=False, fill_width=True) as blocks:
        Chat(rag, examples)
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


def _day(label: str, name: str) -> tuple[gr.Textbox, gr.HTML]:
    with gr.Column(elem_classes="day"):
        field = gr.Textbox(label=label, max_lines=1, rtl=True, elem_id=name)
        return field, _html(elem_id=f"{name}-notice")


def _html(value: str = "", **settings: Any) -> gr.HTML:
    return gr.HTML(value, apply_default_css=False, **settings)


if __name__ == "__main__":
    main()
