"""Question sets from files."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Literal, NoReturn

from rag.arabic import title_from
from rag.errors import QuestionSetError
from rag.types import Document, Question

Shape = Literal["index", "context", "passages"]
Row = Mapping[str, object]

_WHAT = {
    "index": "neither context nor passages",
    "context": "context",
    "passages": "passages",
}


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions, and the documents to ask them of where the set brings its own."""

    name: str  # the file's, without its folder
    questions: tuple[Question, ...]
    documents: tuple[Document, ...] | None = None  # None: the existing index


def read_questions(path: Path) -> QuestionSet:
    """The question set in a file: SQuAD JSON if its name ends in .json, else a row of JSON a line.

    Rows with `context` make a corpus of their own, one document per distinct context; rows with
    `passages` are each answered from those alone; other rows are asked of the existing index and
    name what answers them by `document_ids`, or by `document_paths`, which end a document's path.
    Raises QuestionSetError with the place of the fault.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise QuestionSetError(f"{path}: {error.strerror}; name a .jsonl or SQuAD .json") from error
    except UnicodeDecodeError as error:
        raise QuestionSetError(
            f"{path}: byte {error.start} is not UTF-8; save it as UTF-8"
        ) from error
    if path.suffix.lower() == ".json":
        rows = [_Row(path, where, row) for where, row in _squad_rows(path, text)]
    else:
        rows = [_Row(path, where, row) for where, row in _jsonl_rows(path, text)]
    if not rows:
        raise QuestionSetError(f"{path}: no questions in it; write one JSON object a line")
    for row in rows:
        if row.shape != rows[0].shape:
            row.refuse(
                f"has {_WHAT[row.shape]} where the first row has {_WHAT[rows[0].shape]};"
                " split the file by shape"
            )
    if rows[0].shape == "context":
        return _with_corpus(path.name, rows)
    return QuestionSet(path.name, tuple(row.question() for row in rows))


def sample(questions: tuple[Question, ...], limit: int | None, seed: int) -> tuple[Question, ...]:
    """At most `limit` of the questions, the same for the same seed, in the order of the file."""
    if limit is None or limit >= len(questions):
        return questions
    if limit < 1:
        raise QuestionSetError(f"a limit of {limit} leaves no questions; it must be 1 or more")
    chosen = random.Random(seed).sample(range(len(questions)), limit)
    return tuple(questions[at] for at in sorted(chosen))


def with_ids(question_set: QuestionSet, documents: Sequence[Document]) -> tuple[Question, ...]:
    """The questions with the paths among their `document_ids` turned into ids of `documents`.

    A name that fits no document stays as it is, and will not be found. If that goes for every name
    of the set, it was written for another index: QuestionSetError.
    """
    ids = {document.id for document in documents}
    by_file: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for document in documents:
        if document.path:
            parts = PurePath(document.path).parts
            by_file.setdefault(parts[-1], []).append((parts, document.id))

    def found(name: str) -> list[str]:
        wanted = PurePath(name).parts
        same_file = by_file.get(wanted[-1], []) if wanted and name not in ids else []
        return [id for parts, id in same_file if parts[-len(wanted) :] == wanted] or [name]

    questions = tuple(
        replace(
            question,
            document_ids=tuple(
                dict.fromkeys(id for name in question.document_ids for id in found(name))
            ),
        )
        for question in question_set.questions
    )
    named = [id for question in questions for id in question.document_ids]
    if named and ids.isdisjoint(named):
        raise QuestionSetError(
            f"{question_set.name}: none of its documents is in the index ({named[0]} is not);"
            " run rag ingest with its articles, or name their index with --index"
        )
    return questions


def _with_corpus(name: str, rows: list[_Row]) -> QuestionSet:
    documents: dict[str, Document] = {}
    questions = []
    for row in rows:
        context = row.text("context")
        document = documents.setdefault(context, row.document("context"))
        question = row.question()
        if question.answerable:
            question = replace(question, document_ids=(document.id,))
        questions.append(question)
    return QuestionSet(name, tuple(questions), tuple(documents.values()))


class _Row:
    """One question as the file has it; whatever is asked of it is checked."""

    def __init__(self, path: Path, where: str, row: Row) -> None:
        self._path, self._where, self._row = path, where, row
        if "context" in row and "passages" in row:
            self.refuse("has both context and passages; keep one")

    @property
    def shape(self) -> Shape:
        if "context" in self._row:
            return "context"
        return "passages" if "passages" in self._row else "index"

    def question(self) -> Question:
        answerable = self._row.get("answerable", True)
        if not isinstance(answerable, bool):
            self.refuse(f"answerable is {_shown(answerable)}; write true or false")
        named = self._texts("document_ids") or self._texts("document_paths")
        return Question(
            id=self._id(),
            text=self.text("question").strip(),
            answers=self._texts("answers"),
            # Its own passages are all it is asked of, whatever an index calls them.
            document_ids=() if self.shape == "passages" else named,
            answerable=answerable,
            kind=self._optional("kind"),
            history=tuple(row.text("question").strip() for row in self._rows("history")),
            passages=self._passages() if self.shape == "passages" else None,
        )

    def text(self, name: str) -> str:
        value = self._row.get(name)
        whole = _whole(value) if isinstance(value, str) else ""
        if not whole.strip():
            self.refuse(f"{name} is {_shown(value)}; write a text that is not empty")
        return whole

    def document(self, name: str) -> Document:
        """The article in a field; without a title it is called as an ingest calls it."""
        text = self.text(name)
        return Document.of(self._optional("title") or title_from(text), text)

    def refuse(self, what: str) -> NoReturn:
        raise QuestionSetError(f"{self._path}: {self._where}: {what}")

    def _id(self) -> str:
        value = self._row.get("id")
        if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
            self.refuse(f"id is {_shown(value)}; write a name or a number")
        return str(value)

    def _optional(self, name: str) -> str:
        value = self._row.get(name)
        if value is not None and not isinstance(value, str):
            self.refuse(f"{name} is {_shown(value)}; write a text or leave it out")
        return _whole(value or "")

    def _texts(self, name: str) -> tuple[str, ...]:
        value = self._row.get(name) or []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.refuse(f"{name} is {_shown(value)}; write a list of texts")
        return tuple(value)

    def _rows(self, name: str) -> list[_Row]:
        value = self._row.get(name) or []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.refuse(f"{name} is {_shown(value)}; write a list of objects")
        return [_Row(self._path, f"{self._where}, {name}", item) for item in value]

    def _passages(self) -> tuple[Document, ...]:
        documents = [row.document("text") for row in self._rows("passages")]
        if not documents:
            self.refuse("passages is empty; write a list of {title, text}")
        return tuple({document.id: document for document in documents}.values())


def _jsonl_rows(path: Path, text: str) -> Iterator[tuple[str, Row]]:
    # not splitlines(): articles hold U+2028 and its like, which JSON leaves unescaped
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            what = str(error)
            if isinstance(error, json.JSONDecodeError):
                what = f"{error.msg} at character {error.pos}"
            raise QuestionSetError(
                f"{path}: line {number}: not JSON ({what}); write one object a line"
            ) from error
        if not isinstance(row, dict):
            raise QuestionSetError(f"{path}: line {number}: {_shown(row)} is not an object")
        yield f"line {number}", row


def _squad_rows(path: Path, text: str) -> Iterator[tuple[str, Row]]:
    """SQuAD 1.1 and 2.0 as rows with `context`; of an impossible question no answer is kept."""
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise QuestionSetError(
            f"{path}: line {error.lineno}: not JSON ({error.msg});"
            " a file of one object a line is named .jsonl"
        ) from error
    except (ValueError, RecursionError) as error:  # a number too long, or brackets too deep
        raise QuestionSetError(f"{path}: not SQuAD: {error}") from error
    try:
        for article in content["data"]:
            # Wikipedia's addresses, not its titles, have underscores
            title = str(article.get("title") or "").replace("_", " ")
            for paragraph in article["paragraphs"]:
                for asked in paragraph["qas"]:
                    is_answerable = not asked.get("is_impossible", False)
                    yield (
                        f"question {asked.get('id')}",
                        {
                            "id": asked["id"],
                            "question": asked["question"],
                            "answers": [answer["text"] for answer in asked["answers"]]
                            if is_answerable
                            else [],
                            "answerable": is_answerable,
                            "title": title,
                            "context": paragraph["context"],
                        },
                    )
    except (KeyError, TypeError, AttributeError) as error:
        raise QuestionSetError(
            f"{path}: not SQuAD ({type(error).__name__}: {error}); it wants"
            " data > paragraphs > qas, with context, id, question and answers"
        ) from error


def _whole(text: str) -> str:
    """Without halves of character pairs, which JSON may hold and no index can."""
    return text.encode(errors="ignore").decode()


def _shown(value: object) -> str:
    """A wrong value, short enough for one line."""
    text = "missing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:60] + "…"
