"""The chat over a pipeline of fakes, and how a test uses it."""

import threading
import time
from dataclasses import replace

from loopback import free_port

from rag.arabic import analyse
from rag.errors import GeneratorError
from rag.factory import make_steps
from rag.fakes import ExactIndex, FakeEmbedder, FakeGenerator
from rag.ingest import embed_documents
from rag.pipeline import Rag
from rag.settings import load_settings

LONGEST = 110  # words of an answer, after which a model would end by itself
SETTINGS = ("answer.decline_below=0.0", f"generate.max_tokens={LONGEST}")
FINISHED = "#current .answer:is(.answered, .quoted, .declined, .failed, .stopped)"


class Writer:
    """What the fake model writes, held back until a test says so."""

    def __init__(self, sentence_for):
        self._sentence_for = sentence_for
        self.may_write = threading.Event()
        self.was_closed = threading.Event()
        self.endless_words = 0
        self.generator = FakeGenerator(self.reply)

    def reset(self):
        self.may_write.set()
        self.was_closed.clear()

    def reply(self, messages):
        question = messages[-1].content.rpartition("السؤال:")[2]
        if "يتعطل" in question:
            raise GeneratorError("the model <b>fell</b> over: run rag doctor")
        if "يخطئ" in question:
            raise ZeroDivisionError("a bug")
        if "بلا نهاية" in question:
            return self.endless()
        return self.words(self._sentence_for(question))

    def words(self, sentence):
        assert self.may_write.wait(30)
        yield from (f"{word} " for word in sentence.split())
        yield "[1]"

    def endless(self):
        try:
            for self.endless_words in range(1000):
                time.sleep(0.05)
                yield f"كلمة{self.endless_words} "
        finally:
            self.was_closed.set()


class Site:
    """The chat on a port of this machine, over a pipeline of fakes."""

    def __init__(self, app, documents, *, sentence_for, examples=(), copies=()):
        self.writer = Writer(sentence_for)
        embedder = FakeEmbedder()
        index = ExactIndex(embedder.dimension, analyse=analyse)
        steps = replace(
            make_steps(load_settings(None, SETTINGS)),
            embedder=embedder,
            generator=self.writer.generator,
            open_index=lambda _folder: index,
        )
        self.rag = Rag(steps, index).over(documents)
        self._steps, self._index = steps, index
        index.set_copies(copies)
        index.commit()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self._blocks = app.serve(self.rag, port=self.port, examples=examples)

    def add(self, document):
        """What an ingest does while the page is being served."""
        steps = self._steps
        embed_documents(
            [document],
            self._index,
            chunker=steps.chunker,
            embedder=steps.embedder,
            progress=lambda *_: None,
        )
        self._index.commit()

    def close(self):
        self._blocks.close(verbose=False)
        self.rag.close()


def ask(page, question, *, wait=True):
    page.locator("#question textarea").fill(question)
    page.keyboard.press("Enter")
    page.locator("#current .question", has_text=question).wait_for()
    if wait:
        page.wait_for_selector(FINISHED)
