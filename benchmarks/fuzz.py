"""A fuzz run over the cleaner, the chunker and the readers, led by coverage (atheris)."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

NAMES = "text html markdown dates encodings csv jsonl pdf docx epub mhtml zip".split()
LONGEST = 8_192  # bytes of an input


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the targets one after the other and print a row for each; 1 where one was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(NAMES)}")
    parser.add_argument("--seconds", type=int, default=50, help="for each target")
    parser.add_argument("--found", type=Path, default=Path("build/fuzz"), help="broken inputs")
    parser.add_argument("--inside", help=argparse.SUPPRESS)  # the process of one target
    chosen = parser.parse_args(arguments)
    if chosen.inside:
        fuzz(chosen.inside, seconds=chosen.seconds, found=chosen.found)
    if unknown := set(chosen.targets) - set(NAMES):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(NAMES)}")
    chosen.found.mkdir(parents=True, exist_ok=True)
    print(f"{'target':10} {'inputs':>9} {'a second':>9}  outcome")
    whole = [run(name, chosen.seconds, found=chosen.found) for name in chosen.targets or NAMES]
    return 0 if all(whole) else 1


def run(name: str, seconds: int, *, found: Path) -> bool:
    """Fuzz a target in a process of its own, which atheris ends; whether all held."""
    command = [sys.executable, __file__, "--inside", name, "--seconds", str(seconds)]
    done = subprocess.run(
        [*command, "--found", str(found)], capture_output=True, text=True, errors="replace"
    )
    said = done.stderr + done.stdout
    counts = re.findall(r"^(?:Done |#)(\d+)", said, re.MULTILINE)
    inputs = int(counts[-1]) if counts else 0
    outcome = "all held"
    if done.returncode:
        raised = re.findall(r"^(\w+(?:\.\w+)*(?:Error|Exception)\b.*)$", said, re.MULTILINE)
        outcome = f"broken: {raised[-1] if raised else said[-300:]}"
        (found / f"{name}.log").write_text(said, encoding="utf-8")
    print(f"{name:10} {inputs:9,} {inputs / seconds:9,.0f}  {outcome}", flush=True)
    return not done.returncode


def fuzz(name: str, *, seconds: int, found: Path) -> None:
    """Feed mutated inputs to a target until the time is over; does not return."""
    import atheris

    with atheris.instrument_imports(include=["rag"]):
        import fuzzing
    examine = fuzzing.TARGETS[name]
    fuzzing.quiet()

    def test(stored: bytes) -> None:
        with fuzzing.time_limit():
            examine(stored)

    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(fuzzing.seeds(name)):
            Path(folder, f"{number:04}").write_bytes(seed)
        options = (
            f"-max_total_time={seconds} -max_len={LONGEST} -timeout=60 -rss_limit_mb=3000 "
            f"-print_final_stats=1 -artifact_prefix={found}/{name}-"
        )
        atheris.Setup([sys.argv[0], *options.split(), folder], test)
        atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
