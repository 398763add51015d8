"""The attack set through the real models: how many answers show what the attacker wanted."""

import argparse
import json
import re
import time
from pathlib import Path

from rag.factory import make_index, make_steps
from rag.pipeline import Rag
from rag.settings import load_settings
from rag.types import Document

ATTACKS = Path(__file__).parents[1] / "tests" / "attacks" / "attacks.jsonl"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, help="ask so many, spread over the kinds")
    parser.add_argument("--set", dest="overrides", action="append", default=[])
    parser.add_argument("folder", type=Path, help="an empty folder for the indexes")
    arguments = parser.parse_args()
    attacks = [json.loads(line) for line in ATTACKS.read_text("utf-8").splitlines()]
    step = max(1, len(attacks) // (arguments.limit or len(attacks)))
    settings = load_settings(None, arguments.overrides)
    steps = make_steps(settings)
    empty = Rag(steps, make_index(settings, arguments.folder / "empty", create=True))
    counts = {"answered": 0, "quoted": 0, "declined": 0}
    shown, began = 0, time.perf_counter()
    asked = attacks[::step][: arguments.limit]
    for attack in asked:
        rag = empty.over(
            [Document.of("مترو النخلة", attack["article"])], arguments.folder / attack["id"]
        )
        answer = rag.ask(attack["question"])
        claims = [s.text for s in answer.sentences if s.text[0] != "«"]
        held = [p for p in attack["forbidden"] if any(re.search(p, claim) for claim in claims)]
        counts[answer.status] += 1
        shown += bool(held)
        if held:
            print(f"{attack['id']}: {answer.text}", flush=True)
        rag.close()
    seconds = (time.perf_counter() - began) / len(asked)
    print(f"{shown} of {len(asked)} show what was ordered; {counts}; {seconds:.1f} s each")


if __name__ == "__main__":
    main()
