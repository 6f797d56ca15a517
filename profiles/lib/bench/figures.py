"""What was measured, round by round, and what is made of it: medians, ratios within a round, targets."""

import dataclasses
import statistics


@dataclasses.dataclass(frozen=True)
class Ratio:
    """One figure by another, both of the same round: what counts, since absolute figures drift with the machine."""

    name: str
    title: str
    over: str
    under: str
    least: float | None = None
    quick: bool = False


@dataclasses.dataclass(frozen=True)
class Bound:
    """A figure that is to be at most so much."""

    name: str
    title: str
    unit: str
    most: float


RATIOS = [
    Ratio("placing", "placing over HTTP : pgbench, one order a statement", "placing", "limit", 1.5, quick=True),
    Ratio("relay", "relay : raw publish with confirms", "relay", "raw", 0.5, quick=True),
    Ratio("consuming", "consuming : pgbench, one message a transaction", "consuming", "taking", 1.5, quick=True),
    Ratio("hot", "consuming, all on one product : pgbench", "hot", "hot.taking", 1.2, quick=True),
    Ratio("saga", "saga : pgbench, one order a statement", "saga", "limit", 0.2, quick=True),
    Ratio("slow", "placing : pgbench, both on a slow disk", "slow.placing", "slow.limit"),
    Ratio("slow.fast", "placing on a slow disk : on this one", "slow.placing", "placing"),
    Ratio("grown.placing", "placing with 10 million orders : without", "grown.placing", "grown.placing.empty", 0.8),
    Ratio("grown.saga", "saga with 10 million orders : without", "grown.saga", "grown.saga.empty", 0.8),
    Ratio("grown.relay", "relay with a backlog of a million : of the usual", "grown.relay", "grown.relay.usual", 0.8),
]

BOUNDS = [
    Bound("placing.p99", "placing, 99th percentile with 64 connections", "ms", 40),
    Bound("steady.200.p50", "request to Confirmed at 200 orders/s, median", "ms", 25),
    Bound("steady.200.p99", "request to Confirmed at 200 orders/s, 99th percentile", "ms", 100),
    Bound("idle.cpu.most", "processor of an idle worker, the worst", "%", 1),
    Bound("idle.memory.most", "memory of an idle process, the worst", "MB", 30),
    Bound("peak.memory.most", "memory of a process at the peak, the worst", "MB", 80),
    Bound("ready.most", "exec to ready, the slowest process", "ms", 200),
]


@dataclasses.dataclass(frozen=True)
class Summary:
    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values):
        return cls(statistics.median(values), min(values), max(values))


@dataclasses.dataclass(frozen=True)
class Target:
    """What was wanted and what was measured. The median decides."""

    title: str
    summary: Summary
    unit: str
    bound: str
    met: bool


class Figures:
    """Named values, one a round."""

    def __init__(self):
        self.by_round = {}
        self.units = {}
        self.round = 0

    def add(self, name, value, unit="/s"):
        """Notes a figure of the current round."""
        self.by_round.setdefault(name, {})[self.round] = value
        self.units[name] = unit

    def __contains__(self, name):
        return name in self.by_round

    def names(self):
        return list(self.by_round)

    def has(self, name):
        """Whether the current round has this figure already."""
        return self.round in self.by_round.get(name, {})

    def of_this_round(self, name):
        return self.by_round[name][self.round]

    def values(self, name):
        return list(self.by_round[name].values())

    def summary(self, name):
        return Summary.of(self.values(name))

    def ratio(self, ratio):
        """Of the rounds that have both; None where none has."""
        over, under = self.by_round.get(ratio.over, {}), self.by_round.get(ratio.under, {})
        shares = [value / under[number] for number, value in over.items() if number in under]
        return Summary.of(shares) if shares else None

    def targets(self):
        """Each target of which something was measured."""
        ratios = [Target(ratio.title, self.ratio(ratio), "", f"≥ {ratio.least:g}", self.ratio(ratio).median >= ratio.least)
                  for ratio in RATIOS if ratio.least and self.ratio(ratio)]
        bounds = [Target(bound.title, self.summary(bound.name), bound.unit, f"≤ {bound.most:g}",
                         self.summary(bound.name).median <= bound.most) for bound in BOUNDS if bound.name in self]
        return ratios + bounds


def percentile(ordered, share):
    """Of values in ascending order: the least that `share` of them do not exceed."""
    return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]
