"""A published embedding model to one made for this processor: int8 weights, fused kernels."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import io
import json
import os
import platform
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from rag.errors import ModelError

if TYPE_CHECKING:
    import openvino

_FORMAT = 3  # raised when what is written here changes
_EXPORTED = "gemma3_text"  # the one architecture whose masks are written out below

# Activations are quantised in groups of 128: 1.8 times the tokens a second of weights alone, and
# vectors with a cosine of 0.999 to those of float32 (docs/decisions.md).
_GROUP = 128


def suits(folder: Path) -> bool:
    """Whether the model in `folder` can be prepared and this processor gains by it."""
    with contextlib.suppress(OSError, ValueError):
        described = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        is_known = described.get("model_type") == _EXPORTED
        return is_known and platform.machine().lower() in {"x86_64", "amd64"}
    return False


def is_prepared(folder: Path, cache: Path) -> bool:
    """Whether `prepare` would have nothing to do; reads no weights."""
    return prepared_path(folder, cache).exists()


def prepare(folder: Path, cache: Path) -> Path:
    """The model of `folder` as a compiled file in `cache`, made now if it is not there.

    Making it takes about a minute and 3.3 GB of memory, once. The file is keyed by weights,
    processor and OpenVINO's version, holds a SHA-256 of itself in its last 32 bytes, and is moved
    into place whole. Raises ModelError where the model is of another kind.
    """
    if not suits(folder):
        raise ModelError(
            f"{folder} cannot be prepared as int8 on {platform.machine()}: only {_EXPORTED} on "
            "x86_64 can; set embed.precision to auto"
        )
    place = prepared_path(folder, cache)
    if not place.exists():
        cache.mkdir(parents=True, exist_ok=True)
        _write(place, _compiled(folder))
    return place


def load(place: Path) -> openvino.CompiledModel:
    """The prepared model; ModelError where the file is damaged, which also removes it."""
    blob = place.read_bytes()
    body = memoryview(blob)[:-32]
    if hashlib.sha256(body).digest() != blob[-32:]:
        place.unlink()
        raise ModelError(f"{place} was damaged and is removed: run the command again")
    return _core().import_model(io.BytesIO(body), "CPU", dict(_configuration()))


def prepared_path(folder: Path, cache: Path) -> Path:
    """Where the compiled file of these weights lies, on this processor, or would lie."""
    digest = hashlib.sha256(f"{_FORMAT} {metadata.version('openvino')}".encode())
    digest.update(json.dumps(sorted(_configuration().items())).encode())
    digest.update(_capabilities().encode())
    for path in sorted(folder.glob("**/*.safetensors")):
        digest.update(fingerprint(path))
    return cache / f"{folder.name}-int8-{digest.hexdigest()[:12]}.blob"


def fingerprint(path: Path) -> bytes:
    """Size, first and last MiB: enough to tell weights apart without reading gigabytes."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(1 << 20)
        file.seek(max(0, size - (1 << 20)))
        return hashlib.sha256(str(size).encode() + head + file.read()).digest()


def _capabilities() -> str:
    return " ".join(_core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"))


@functools.cache
def _core() -> openvino.Core:
    # Both libraries report their use to their maker unless this module cannot be imported.
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # how Python says so
    import openvino

    return openvino.Core()


def _configuration() -> Mapping[str, Any]:
    return MappingProxyType(
        {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": os.cpu_count() or 1,
            "INFERENCE_PRECISION_HINT": "bf16" if "BF16" in _capabilities().split() else "f32",
            "DYNAMIC_QUANTIZATION_GROUP_SIZE": _GROUP,
        }
    )


def _write(place: Path, blob: bytes) -> None:
    descriptor, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(blob)
            file.write(hashlib.sha256(blob).digest())
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(place)
    except OSError as error:
        raise ModelError(f"cannot write {place}: {error.strerror}: make room there") from error
    finally:
        Path(name).unlink(missing_ok=True)


def _compiled(folder: Path) -> bytes:
    """The model traced, its weights rounded to int8, compiled and serialised."""
    import nncf
    import openvino
    from tqdm import tqdm

    steps = tqdm(total=3, desc="preparing the embedder (once)", unit="step", leave=False)
    with steps, _quiet(), tempfile.TemporaryDirectory() as place:
        traced = _traced(folder)
        steps.update()
        rounded = nncf.compress_weights(traced, mode=nncf.CompressWeightsMode.INT8_SYM)
        # Saved and read again: only this marks the rotary angles to be kept in float32. Without
        # it, bfloat16 turns a text of 2,000 tokens 33 degrees away.
        openvino.save_model(rounded, Path(place) / "model.xml")
        steps.update()
        compiled = _core().compile_model(Path(place) / "model.xml", "CPU", dict(_configuration()))
        blob: bytes = compiled.export_model().getvalue()
        steps.update()
    return blob


def _traced(folder: Path) -> openvino.Model:
    """From token ids and mask, both int64 (texts, tokens), to vectors of texts and of tokens."""
    import openvino
    import torch
    from sentence_transformers import SentenceTransformer

    published = SentenceTransformer(
        str(folder), device="cpu", local_files_only=True, model_kwargs={"dtype": torch.float32}
    ).eval()
    encoder, _pooling, *rest = published
    model: Any = encoder.auto_model
    window: int = model.config.sliding_window

    class Whole(torch.nn.Module):
        """Masks are built here: the library's own do not pass through tracing."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model
            self.rest = torch.nn.ModuleList(rest)

        def forward(
            self, ids: torch.Tensor, mask: torch.Tensor
        ) -> tuple[torch.Tensor, torch.Tensor]:
            place = torch.arange(ids.shape[1])
            distance = (place[None, :] - place[:, None]).abs()[None, None]
            # Every token sees itself: a padded row with nothing to see would be NaN.
            full = mask[:, None, None, :].to(torch.bool) | (distance == 0)
            near = (full & (distance < window)) | (distance == 0)
            tokens: torch.Tensor = self.model(
                input_ids=ids,
                attention_mask={"full_attention": full, "sliding_attention": near},
                use_cache=False,
            ).last_hidden_state
            weights = mask.to(tokens.dtype)[:, :, None]
            vectors = (tokens * weights).sum(1) / weights.sum(1)
            for layer in self.rest:
                vectors = layer({"sentence_embedding": vectors})["sentence_embedding"]
            return vectors, tokens

    ids = torch.tensor([[2, 5, 6, 7, 1], [2, 8, 1, 0, 0]])
    with torch.no_grad():
        traced = openvino.convert_model(Whole().eval(), example_input=(ids, (ids > 0).long()))
    traced.reshape({0: [-1, -1], 1: [-1, -1]})
    return traced


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Tracing warns of what is meant, and the quantiser prints tables."""
    import logging

    import nncf
    from transformers.utils import logging as transformers_logging

    nncf.set_log_level(logging.ERROR)
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]  # not typed there
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # not typed there
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield
