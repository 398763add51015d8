"""The Gradio chat: widgets and layout, no logic."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when Gradio is imported

import gradio as gr
from starlette.middleware import Middleware

from rag.errors import RagError, SettingsError
from rag.factory import open_rag
from rag.page import (
    NAME,
    Turn,
    answer_html,
    finished_answers,
    header_html,
    icon_path,
    sources_html,
    turn_html,
)
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
TO_QUESTION = "() => document.querySelector('#current').scrollIntoView({behavior: 'smooth'})"

log = logging.getLogger("rag.chat")


class Chat:
    """The page's widgets, and what happens when they are used."""

    def __init__(self, rag: Rag, examples: Sequence[str]) -> None:
        self._rag = rag
        self._turns = gr.State([])
        with gr.Column(elem_id="page"):
            _html(header_html(len(rag.documents())))
            self._finished = _html(elem_id="finished")
            with gr.Column(elem_id="current"):
                self._answer = _html(elem_id="answer")
                self._sources = _html(elem_id="sources")
            with gr.Column(elem_id="examples") as self._examples:
                _html("<h2>جرّب سؤالاً من هذه</h2>" if examples else "")
                suggested = [gr.Button(text, elem_classes="example") for text in examples]
        with gr.Row(elem_id="bar"):
            self._question = gr.Textbox(
                label="سؤالك",
                placeholder="اكتب سؤالك هنا…",
                **{"max_lines": 6, "container": False, "show_label": False},
                **{"autofocus": True, "rtl": True, "elem_id": "question"},
            )
            self._ask = gr.Button("اسأل", elem_id="ask", variant="primary")
            self._stop = gr.Button("إيقاف", elem_id="stop", visible=False)
            fresh = gr.Button("محادثة جديدة", elem_id="fresh")
        self._connect(suggested, fresh)

    def _connect(self, suggested: Sequence[gr.Button], fresh: gr.Button) -> None:
        quiet = {"show_progress": "hidden", "api_visibility": "private"}
        shown = [self._finished, self._answer, self._sources, self._examples, self._ask, self._stop]
        starts = [(self._question.submit, self._question), (self._ask.click, self._question)]
        starts += [(button.click, button) for button in suggested]
        asked = []
        for start, widget in starts:
            begun = start(
                self.begin,
                [widget, self._turns],
                [self._turns, self._question, *shown],
                queue=False,
                **quiet,
            )
