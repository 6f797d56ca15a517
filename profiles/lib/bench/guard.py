"""Whether the shop is still as fast as it was: today's ratios against those that are kept in the repository."""

import json
import os
import sys

import report
from figures import RATIOS

WATCHED = [ratio for ratio in RATIOS if ratio.quick]
# The section that measures a ratio, where it is called otherwise.
SECTION = {"hot": "consuming"}
FALL = 0.20
# What is kept is so much below what was measured: the median of three rounds wobbles by about that.
MARGIN = 0.05
BASELINE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "baseline.json")


def fallen(ratios, baseline, fall=FALL):
    """Names of the ratios that are more than `fall` below those kept; what is new and not kept yet cannot fall."""
    return [name for name, ratio in ratios.items() if name in baseline and ratio < baseline[name] * (1 - fall)]


def missing(ratios, baseline):
    """Kept, but not measured: the guard would watch nothing."""
    return [name for name in baseline if name not in ratios]


def read(path):
    with open(path) as file:
        return json.load(file)["ratios"]


def keep(ratios, machine, path):
    with open(path, "w") as file:
        json.dump({"command": "profiles/bench --quick --keep", "machine": machine,
                   "measured": {name: round(ratio, 3) for name, ratio in ratios.items()},
                   "ratios": {name: round(ratio * (1 - MARGIN), 3) for name, ratio in ratios.items()}}, file, indent=2)
        file.write("\n")


def describe(ratios, baseline, fall=FALL):
    """A line a ratio, for a person."""
    lines = []
    for name, ratio in ratios.items():
        kept = baseline.get(name)
        if kept is None:
            lines.append(f"  {name:<12} {ratio:6.2f}   not kept yet")
        else:
            verdict = "FALLEN" if ratio < kept * (1 - fall) else "holds"
            lines.append(f"  {name:<12} {ratio:6.2f}   kept {kept:.2f}   {ratio / kept - 1:+6.0%}   {verdict}")
    return "\n".join(lines)


def watch(run, keeping=False, path=BASELINE):
    """Measures the guarded ratios; 1 when one of them has fallen, 0 otherwise. `keeping` writes them down instead.

    What seems to have fallen is measured again, for more rounds than before, and judged by the median of all rounds, the
    first ones included: a neighbour's moment is then no loss, and a loss stays one.
    """
    def measured():
        return {ratio.name: run.figures.ratio(ratio).median for ratio in WATCHED if run.figures.ratio(ratio)}

    if not keeping and not os.path.exists(path):
        sys.exit("no ratios are kept yet: profiles/bench --quick --keep")
    run.measure(dict.fromkeys(SECTION.get(ratio.name, ratio.name) for ratio in WATCHED))
    if keeping:
        keep(measured(), report.machine(), path)
        print(f"Kept in {path}:\n{describe(measured(), read(path))}")
        return 0
    baseline = read(path)
    suspects = fallen(measured(), baseline)
    if suspects:
        print(f"{describe(measured(), baseline)}\n  measured longer: {', '.join(suspects)}")
        rounds = run.sizes.rounds
        run.measure(dict.fromkeys(SECTION.get(name, name) for name in suspects), range(rounds, 2 * rounds + 1))
    print(describe(measured(), baseline))
    lost = fallen(measured(), baseline) + missing(measured(), baseline)
    for name, number, failure in run.failures:
        print(f"  {name}, round {number + 1}: {failure}", file=sys.stderr)
    report.tell_others(run)
    if lost:
        print(f"✗ more than {FALL:.0%} below what is kept, or not measured: {', '.join(lost)}", file=sys.stderr)
    return 1 if lost else 0
