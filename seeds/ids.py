"""Seed articles to the `document_ids` of questions.jsonl: run it after an article changed."""

from __future__ import annotations

import json
from pathlib import Path

from rag.articles import read_articles
from rag.clean import clean

SEEDS = Path(__file__).parent
QUESTIONS = SEEDS / "questions.jsonl"


def ids_of(path: Path) -> list[str]:
    """The ids of the articles in a file, as `rag ingest` gives them."""
    return [document.id for raw in read_articles(path) for document in clean(raw)]


def with_ids(row: dict[str, object], ids: dict[str, list[str]]) -> dict[str, object]:
    """The row with its `document_ids` before `document_paths`, the other keys as they were."""
    paths = row["document_paths"]
    assert isinstance(paths, list)
    found = [name for path in paths for name in ids[path]]
    kept = {key: value for key, value in row.items() if key != "document_ids"}
    made: dict[str, object] = {}
    for key, value in kept.items():
        if key == "document_paths":
            made["document_ids"] = found
        made[key] = value
    return made


def main() -> None:
    """Write the ids and say which questions changed."""
    files = sorted((SEEDS / "articles").iterdir())
    ids = {path.relative_to(SEEDS).as_posix(): ids_of(path) for path in files}
    rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    written = [with_ids(row, ids) for row in rows]
    changed = [
        str(row["id"])
        for row, before in zip(written, rows, strict=True)
        if row["document_ids"] != before.get("document_ids")
    ]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in written)
    QUESTIONS.write_text(lines, encoding="utf-8")
    print(f"{len(files)} articles; questions changed: {', '.join(changed) or 'none'}")


if __name__ == "__main__":
    main()
