"""Print the table, and with -v every bad argument that met no clear error."""

import sys

from .engine import explained, table, walk
from .tables import CALLS, PASSES

if __name__ == "__main__":
    chosen = [arg for arg in sys.argv[1:] if not arg.startswith("-")]
    outcomes = [
        outcome
        for name, call in CALLS.items()
        if not chosen or name.startswith(tuple(chosen))
        for outcome in walk(name, call)
    ]
    if "-v" in sys.argv:
        for o in outcomes:
            if o.kind not in ("clear", "harmless") and not explained(o.place, PASSES):
                print(f"{o.kind:7}{o.name} | {o.argument} | {o.bad}: {o.said}")
    print(table(outcomes))
