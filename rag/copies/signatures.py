"""Documents to signatures by which copies meet."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from rag.arabic import words
from rag.types import Document

if TYPE_CHECKING:
    from datasketch import MinHash

# Goes wherever signatures are stored: those of another name do not compare with these.
SIGNATURE = "words/1 3-shingles blake2b minhash-affine32 128 seed-1453"
SIGNATURE_SIZE = 512  # bytes

PERMUTATIONS, _SEED = 128, 1453
# Two rows: of the pairs that share 3 shingles in 10, 95 in 100 meet in some band.
BANDS, ROWS = 32, 2
_MIX = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)  # for the words of a shingle


def signature(document: Document) -> bytes:
    """The MinHash of the text's word shingles, SIGNATURE_SIZE bytes, the same everywhere."""
    minhash = _blank().copy()
    minhash.update_batch(_shingle_hashes(words(document.text)))
    return bytes(minhash.hashvalues.astype("<u4").tobytes())


def bands(signature: bytes) -> list[bytes]:
    """Nine bytes for each of 32 bands: copies share one or more, and few other pairs do."""
    check_size(signature)
    size = 4 * ROWS
    return [bytes((n,)) + signature[n * size : (n + 1) * size] for n in range(BANDS)]


@lru_cache(maxsize=1)
def _blank() -> MinHash:
    from datasketch import MinHash

    return MinHash(num_perm=PERMUTATIONS, seed=_SEED, scheme="affine32", hashfunc=int)


def _shingle_hashes(tokens: Sequence[str]) -> list[int]:
    """A hash of 32 bits for each run of three words; fewer words make one run."""
    import numpy as np

    hashes = np.array([_word_hash(token) for token in tokens], dtype=np.uint64)
    hashes = np.pad(hashes, (0, max(0, len(_MIX) - len(hashes))))
    runs = np.lib.stride_tricks.sliding_window_view(hashes, len(_MIX))
    mixed = runs @ np.array(_MIX, dtype=np.uint64)  # modulo 2 ** 64; the high half is the better
    high: list[int] = (mixed >> np.uint64(32)).tolist()
    return high


@lru_cache(maxsize=100_000)
def _word_hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")


def check_size(signature: bytes) -> None:
    if len(signature) != SIGNATURE_SIZE:
        raise ValueError(f"a signature of {len(signature)} bytes, it needs {SIGNATURE_SIZE}")
