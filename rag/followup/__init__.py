"""A question and the turns before it to the question it stands for."""

from rag.followup.resolve import resolve, sources_of
from rag.followup.wording import Leaning, is_brief, leaning_of

__all__ = ["Leaning", "is_brief", "leaning_of", "resolve", "sources_of"]
