"""How long a question has taken."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import MappingProxyType


class Clock:
    """Seconds since the question came, by name of what was reached."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, name: str, *, again: bool = True) -> Mapping[str, float]:
        """All laps, with this one taken now; unless `again`, its first time stays."""
        if again or name not in self._laps:
            self._laps[name] = time.perf_counter() - self._began
        return MappingProxyType(dict(self._laps))
