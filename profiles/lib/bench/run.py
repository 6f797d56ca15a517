"""One run of the bench: what is measured, with which sizes, and how far it has come."""

import dataclasses
import time
import traceback

import report
from figures import Figures
from weighing import Others


@dataclasses.dataclass
class Sizes:
    """How much of everything. All times in seconds."""

    rounds: int = 3
    seconds: int = 4
    messages: int = 200_000
    saga: int = 30
    saga_rounds: int = 1
    grown_saga: int = 10
    growth_rounds: int = 2
    steady: int = 10
    rates: tuple = (200, 500)
    idle: int = 10
    orders: int = 10_000_000
    backlog: int = 1_000_000


def QUICK():
    return Sizes(seconds=2, messages=15_000, saga=3, saga_rounds=3)


def TINY():
    return Sizes(rounds=1, seconds=3, messages=2_000, saga=1, grown_saga=1, steady=2, idle=1, orders=20_000, backlog=5_000)


class Run:
    def __init__(self, shop, sections, sizes, switch, quick=False):
        self.shop, self.sections, self.sizes, self.switch, self.quick = shop, sections, sizes, switch, quick
        self.figures, self.failures, self.others = Figures(), [], []
        # Whether the full tables have been made, and whether what the shop is held against is measured, too.
        self.grown, self.yardsticks = False, True
        self.start = time.monotonic()
        self.step, self.steps, self.rounds, self.label = 0, 0, 0, ""

    def say(self, what):
        where = f"round {self.figures.round + 1} of {self.rounds}, section {self.step} of {self.steps}: " if self.steps else ""
        report.progress(f"{self.label}{where}{what}", time.monotonic() - self.start)

    def is_due(self, name, number):
        """Those that take minutes have fewer rounds than the rest."""
        fewer = {"saga": self.sizes.saga_rounds, "growth": self.sizes.growth_rounds}
        return self.quick or number < fewer.get(name, number + 1)

    def watch_others(self):
        return Others(self.shop)

    def most_disturbed(self):
        """Section, round and the cores that others had meanwhile, of the section that had least of the machine."""
        return max(self.others, key=lambda other: other[2], default=None)

    def measure(self, names, rounds=None, after=lambda: None):
        """In turns, so that what disturbs the machine for a while disturbs all alike. `after` is called after each section.

        A section that fails is noted, and costs none of the others.
        """
        rounds = rounds or range(self.sizes.rounds)
        due = [(number, name) for number in rounds for name in names if self.is_due(name, number)]
        self.step, self.steps, self.rounds = 0, len(due), max(rounds.stop, self.sizes.rounds)
        for self.figures.round, name in due:
            self.step += 1
            others = self.watch_others()
            try:
                self.sections[name](self)
                self.others.append((name, self.figures.round, others.cores()))
            except Exception as failure:  # whatever it was: hours of other figures stand beside it
                self.failures.append((name, self.figures.round, describe(failure)))
                report.progress()
                print(f"  ✗ {name}, round {self.figures.round + 1}: {describe(failure)}", flush=True)
                self.shop.stop_all()
            after()
        report.progress()


def describe(failure):
    if isinstance(failure, RuntimeError):
        return str(failure)
    where = traceback.extract_tb(failure.__traceback__)[-1]
    return f"{type(failure).__name__}: {failure} ({where.filename.rsplit('/', 1)[-1]}:{where.lineno})"
