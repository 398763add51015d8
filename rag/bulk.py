"""Many passages to vectors, on all the processors that Ray has."""

from __future__ import annotations

import logging
import os
import pickle
from collections.abc import Callable, Generator, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from rag.embed import Embedder
from rag.errors import MissingExtraError, ModelError
from rag.types import Passage

if TYPE_CHECKING:
    from rag.types import Vectors

_BLOCK = 8  # groups of passages embedded, and given back, at a time
_WINDOW = 20_000  # groups handed to Ray at a time: all of an archive would not fit into memory


class RayEmbedder:
    """Groups of passages to vectors with Ray Data, by `actors` that hold one embedder each.

    `make` makes an embedder, in each actor anew: it is pickled, and what it names must be
    importable there. With the environment variable RAY_ADDRESS the actors run on that cluster,
    else on this machine. Nothing is reported to anybody, and no dashboard is started.
    """

    def __init__(
        self, make: Callable[[], Embedder], *, actors: int = 2, processors: int = 1
    ) -> None:
        self._make = make
        self._actors = actors
        self._processors = processors  # of each actor

    def stream(self, groups: Sequence[Sequence[Passage]]) -> Generator[Vectors, None, None]:
        """The vectors of each group, in the order of the groups, as soon as they are there.

        Whoever stops reading, or is killed, loses the blocks under way, for each actor eight
        groups and eight that wait for it, and those that are done and not read: few, where
        embedding takes longer than what the reader does. ModelError where an actor fails.
        """
        ray = _ray()
        self._start(ray)
        try:
            rest = iter(groups)
            while window := list(islice(rest, _WINDOW)):
                yield from self._embed(ray, window)
        except ray.exceptions.RayError as error:
            raise ModelError(f"embedding with Ray failed: {_reason(error)}") from error
        finally:
            ray.shutdown()

    def _embed(self, ray: Any, groups: Sequence[Sequence[Passage]]) -> Iterator[Vectors]:
        import numpy as np

        rows = [{"passages": pickle.dumps(list(group))} for group in groups]
        blocks = -(-len(rows) // _BLOCK)
        embedded = ray.data.from_items(rows, override_num_blocks=blocks).map_batches(
            _Actor,
            fn_constructor_args=(self._make,),
            batch_size=_BLOCK,
            compute=ray.data.ActorPoolStrategy(
                size=min(self._actors, blocks), max_tasks_in_flight_per_actor=2
            ),
            num_cpus=self._processors,
        )
        for batch in embedded.iter_batches(batch_size=None, prefetch_batches=0):
            for raw, dimension in zip(batch["vectors"], batch["dimension"], strict=True):
                yield np.frombuffer(raw, np.float32).reshape(-1, int(dimension))

    def _start(self, ray: Any) -> None:
        """Join the cluster, or start one on this machine that listens to nobody else."""
        quiet = {"logging_level": logging.ERROR, "log_to_driver": False}
        if os.environ.get("RAY_ADDRESS"):
            ray.init(**quiet)
        else:
            ray.init(
                address="local",
                num_cpus=self._actors * self._processors + 1,
                include_dashboard=False,
                _node_ip_address="127.0.0.1",
                **quiet,
            )
        context = ray.data.DataContext.get_current()
        context.execution_options.preserve_order = True  # the index keeps the order of its puts
        context.enable_progress_bars = False
        context.print_on_execution_start = False
        logging.getLogger("ray.data").setLevel(logging.ERROR)


class _Actor:
    """One embedder in a process of its own."""

    def __init__(self, make: Callable[[], Embedder]) -> None:
        self._embedder = make()

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        groups: list[list[Passage]] = [pickle.loads(raw) for raw in batch["passages"]]
        vectors = self._embedder.embed_passages([p for group in groups for p in group])
        parts, start = [], 0
        for group in groups:
            parts.append(vectors[start : start + len(group)].tobytes())
            start += len(group)
        return {"vectors": parts, "dimension": [self._embedder.dimension] * len(parts)}


def _ray() -> Any:
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # else it reports to its makers
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # what goes wrong comes as an error
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise MissingExtraError("--ray needs Ray: pip install 'musnad[ray]'") from error
    return ray


def _reason(error: BaseException) -> str:
    """The last line of what went wrong in an actor; the rest is where."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1][:300] if lines else type(error).__name__
