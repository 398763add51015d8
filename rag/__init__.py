"""Musnad: answers in Arabic from your own articles, every sentence with its source."""

from rag.errors import RagError
from rag.ingest import IngestReport
from rag.pipeline import Rag
from rag.types import (
    Answer,
    Citation,
    Document,
    Evidence,
    Hit,
    Message,
    Passage,
    Question,
    Sentence,
)

__all__ = [
    "Answer",
    "Citation",
    "Document",
    "Evidence",
    "Hit",
    "IngestReport",
    "Message",
    "Passage",
    "Question",
    "Rag",
    "RagError",
    "Sentence",
]
