"""How fast sentences are embedded, and what nDCG@10 that costs: int8, bfloat16 and float32."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from rag.arabic import sentences
from rag.cli import main as rag
from rag.embed import OpenVinoEmbedder, SentenceTransformerEmbedder, Wording, is_prepared, prepare
from rag.factory import models_folder, prepared_folder
from rag.models import EMBEDDER, require
from rag.settings import load_settings
from rag.types import Document, Passage, passage_of

ROOT = Path(__file__).parents[1]
BAR = 3.0  # times the tokens a second of the library's float32 default
LOSS = 0.5  # points of nDCG@10

Encode = Callable[[list[Passage]], Any]


def passages_of(path: Path | None, limit: int) -> list[Passage]:
    """Every sentence with its title, from the contexts of a JSONL set or the demo articles."""
    made: list[Passage] = []
    for title, text in _texts(path):
        document = Document.of(title, text)
        made += [passage_of(document, start, end) for start, end in sentences(document.text)]
    step = max(1, len(made) // limit)
    return made[::step][:limit]


def _texts(path: Path | None) -> Iterator[tuple[str, str]]:
    if path is None:
        for article in sorted((ROOT / "seeds" / "articles").glob("*.txt")):
            text = article.read_text("utf-8")
            yield text.split("\n")[0], text
        return
    rows = (json.loads(line) for line in path.read_text("utf-8").splitlines())
    yield from dict.fromkeys((row["title"], row["context"]) for row in rows)


def encoders(folder: Path, cache: Path) -> dict[str, Encode]:
    """The library's float32 default first; each takes passages and returns their vectors."""
    from sentence_transformers import SentenceTransformer

    wording = Wording()
    default = SentenceTransformer(str(folder), device="cpu", local_files_only=True)

    def plain(passages: list[Passage]) -> object:
        return default.encode(wording.of_passages(passages), prompt="", show_progress_bar=False)

    bfloat16 = SentenceTransformerEmbedder(
        folder, name="bfloat16", dimension=768, precision="bfloat16"
    )
    int8 = OpenVinoEmbedder(folder, cache, name="int8", dimension=768)
    return {
        "float32, the library's default": plain,
        "bfloat16, torch": bfloat16.embed_passages,
        "int8, OpenVINO": int8.embed_passages,
    }


def speeds(passages: list[Passage], folder: Path, cache: Path, *, rounds: int) -> dict[str, float]:
    """Median tokens a second over the rounds, the encoders taking turns in each."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    texts = Wording().of_passages(passages)
    tokens = sum(len(encoding.ids) for encoding in tokenizer.encode_batch(texts))
    print(f"{len(texts)} sentences, {tokens} tokens, {rounds} rounds")
    made = encoders(folder, cache)
    taken: dict[str, list[float]] = {name: [] for name in made}
    for encode in made.values():
        encode(passages[:8])  # the first call allocates
    for _ in range(rounds):
        for name, encode in made.items():
            begun = time.perf_counter()
            encode(passages)
            taken[name].append(time.perf_counter() - begun)
    return {name: tokens / statistics.median(times) for name, times in taken.items()}


def ndcg(path: Path, precision: str) -> float:
    """nDCG@10 in points of `rag evaluate PATH --retrieval` with vectors of this precision."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run.json"
        options = ["--retrieval", "--set", f"embed.precision={precision}", "--out", str(out)]
        rag(["evaluate", str(path), *options], standalone_mode=False)
        means = json.loads(out.read_text("utf-8"))["means"]
    return 100 * float(means["nDCG@10"])


def main() -> int:
    """Print the table; exit code 1 where int8 is under the bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=Path, help="JSONL with title and context; default: seeds/")
    parser.add_argument("--limit", type=int, default=200, help="sentences (200)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quality", type=Path, help="question set to compare nDCG@10 on: minutes")
    options = parser.parse_args()
    settings = load_settings(None)
    folder, cache = require(EMBEDDER, models_folder(settings)), prepared_folder(settings)
    if not is_prepared(folder, cache):
        prepare(folder, cache)
    found = speeds(passages_of(options.texts, options.limit), folder, cache, rounds=options.rounds)
    base, *_, best = found.values()
    for name, speed in found.items():
        print(f"{name:<32} {speed:6.0f} tokens/s  {speed / base:4.1f} x")
    is_met = best / base >= BAR
    if options.quality:
        scores = {precision: ndcg(options.quality, precision) for precision in ("float32", "int8")}
        print("nDCG@10: " + ", ".join(f"{name} {score:.1f}" for name, score in scores.items()))
        is_met &= scores["float32"] - scores["int8"] <= LOSS
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
