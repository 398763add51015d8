"""Why each hit was found."""

from __future__ import annotations

from collections.abc import Sequence

from rag import report
from rag.arabic import in_standard, matched_terms
from rag.types import Hit


def explained_as_json(question: str, hits: Sequence[Hit]) -> list[dict[str, object]]:
    """Hits as `rag search --json` prints them, with both legs and the terms that matched.

    A leg that did not find a passage among its candidates has no score and no rank there. The
    terms are those of BM25, by the word of the question, in normal form.
    """
    return [
        told
        | {
            "dense": {"score": _number(hit.dense), "rank": hit.dense_rank},
            "lexical": {"score": _number(hit.lexical), "rank": hit.lexical_rank},
            "matched": _matched(question, hit),
        }
        for told, hit in zip(report.hits_as_json(hits), hits, strict=True)
    ]


def explained_as_text(question: str, hits: Sequence[Hit]) -> str:
    """Each hit as `rag search` prints it, with what each leg and each word said below.

    Of a question in dialect also the standard words that the dense leg read beside it.
    """
    standard = in_standard(question)
    blocks = [f"also searched as: {standard}"] if hits and standard != question else []
    for place, hit in enumerate(hits, start=1):
        [heading, _, text] = report.hits_as_text([hit]).partition("\n")
        heading = f"{place}.{heading.removeprefix('1.')}"
        dense = _leg("dense", hit.dense, hit.dense_rank)
        lexical = _leg("lexical", hit.lexical, hit.lexical_rank)
        matched = "، ".join(
            f"{word} ({len(terms)})" for word, terms in _matched(question, hit).items()
        )
        blocks.append(f"{heading}\n   {dense}; {lexical}\n   terms: {matched or 'none'}\n{text}")
    return "\n\n".join(blocks) or report.hits_as_text([])


def _matched(question: str, hit: Hit) -> dict[str, list[str]]:
    return matched_terms(question, f"{hit.passage.title} {hit.passage.text}")


def _leg(name: str, score: float | None, rank: int | None) -> str:
    return f"{name}: not found" if score is None else f"{name} {score:.3f}, rank {rank}"


def _number(score: float | None) -> float | None:
    return None if score is None else float(score)  # an index may give NumPy's floats
