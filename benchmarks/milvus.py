"""The same articles in a folder and on a Milvus server: are the hits equal, and how long it takes.

python benchmarks/milvus.py ARTICLES.jsonl --uri http://127.0.0.1:19530 [--limit N]
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

from rag.arabic import analyse
from rag.chunk import SentenceChunker
from rag.fakes import FakeEmbedder
from rag.index import Index, IndexIdentity
from rag.index.local import LocalIndex
from rag.index.milvus import MilvusIndex
from rag.index.milvus.schema import Collections
from rag.index.milvus.server import Server
from rag.ingest import embed_documents
from rag.types import Document

QUESTIONS = 20
HITS = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("articles", type=Path, help="rows with a title and a content or context")
    parser.add_argument("--uri", default="http://127.0.0.1:19530")
    parser.add_argument("--limit", type=int, default=200)
    given = parser.parse_args()
    documents = read(given.articles, given.limit)
    embedder = FakeEmbedder(768)
    identity = IndexIdentity(embedder.name, embedder.dimension, "chunker", "terms")
    names = Collections("benchmark", embedder.dimension, "FLAT")
    server = Server(given.uri)
    names.drop(server)
    questions = [document.title for document in documents[:QUESTIONS]]
    with tempfile.TemporaryDirectory() as folder:
        local = LocalIndex(Path(folder) / "index", identity, analyse=analyse, create=True)
        remote = MilvusIndex(server, names, identity, analyse=analyse, create=True)
        found = [
            measured(name, index, documents, questions=questions)
            for name, index in (("local", local), ("milvus", remote))
        ]
        local.close()
    for leg, ours, theirs in zip(("dense", "bm25"), *found, strict=True):
        same = sum(
            [hit.passage for hit in a] == [hit.passage for hit in b]
            for a, b in zip(ours, theirs, strict=True)
        )
        off = max(
            abs(a.score - b.score)
            for one, other in zip(ours, theirs, strict=True)
            for a, b in zip(one, other, strict=True)
        )
        print(f"{leg}: {same} of {len(ours)} rankings equal, scores differ by {off:.1e} at most")
    names.drop(server)
    server.close()


def read(path: Path, limit: int) -> list[Document]:
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()[:limit]]
    texts = {(row.get("content") or row.get("context") or "").strip(): row for row in rows}
    return [Document.of(row["title"], text) for text, row in texts.items() if text]


def measured(name: str, index: Index, documents: list[Document], *, questions: list[str]):
    embedder = FakeEmbedder(768)
    began = time.perf_counter()
    embed_documents(
        documents, index, chunker=SentenceChunker(), embedder=embedder, progress=lambda *_: None
    )
    put = time.perf_counter() - began
    index.commit()
    committed = time.perf_counter() - began - put
    vectors = embedder.embed_questions(questions)
    index.nearest(vectors[:1], HITS), index.matching(questions[:1], HITS)  # what loads late
    laps, found = [], []
    for search in (
        lambda n: index.nearest(vectors[n : n + 1], HITS)[0],
        lambda n: index.matching(questions[n : n + 1], HITS)[0],
    ):
        began = time.perf_counter()
        found.append([search(n) for n in range(len(questions))])
        laps.append((time.perf_counter() - began) / len(questions))
    passages = sum(len(index.passages(document.id)) for document in documents[:50])
    print(
        f"{name}: {len(documents)} articles ({passages} passages in 50), put {put:.1f} s, commit"
        f" {committed:.1f} s, search {1000 * laps[0]:.0f} ms dense, {1000 * laps[1]:.0f} ms bm25"
    )
    return found


if __name__ == "__main__":
    main()
