"""Documents to groups of copies: the same story published more than once."""

from rag.copies.groups import Regrouped, group, regroup
from rag.copies.signatures import SIGNATURE, SIGNATURE_SIZE, bands, signature
from rag.copies.stories import is_copy

__all__ = [
    "SIGNATURE",
    "SIGNATURE_SIZE",
    "Regrouped",
    "bands",
    "group",
    "is_copy",
    "regroup",
    "signature",
]
