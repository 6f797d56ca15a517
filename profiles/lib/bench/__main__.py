"""Measures the shop; profiles/bench starts it, with servers that run and an environment that tells where."""

import argparse
import dataclasses
import os
import signal
import sys
import time

import flame
import growth
import guard
import load
import report
import saga
import sections
import soak
from figures import Figures
from shop import Shop

ENV = os.environ
SECTIONS = {
    "limit": sections.limit, "placing": sections.placing, "relay": sections.relay, "consuming": sections.consuming,
    "saga": saga.saga, "steady": saga.steady, "slow": sections.slow, "cost": saga.cost, "growth": growth.growth}


@dataclasses.dataclass
class Sizes:
    """How much of everything. All times in seconds."""

    rounds: int = 3
    seconds: int = 4
    messages: int = 200_000
    saga: int = 30
    saga_rounds: int = 1
    steady: int = 10
    rates: tuple = (200, 500)
    idle: int = 10
    orders: int = 10_000_000
    backlog: int = 1_000_000


QUICK = Sizes(seconds=2, messages=15_000, saga=3)
TINY = Sizes(rounds=1, seconds=3, messages=2_000, saga=1, steady=2, idle=1, orders=20_000, backlog=5_000)


class Run:
    """One run of the bench: what is measured, with which sizes, and how far it has come."""

    def __init__(self, shop, sizes, switch, quick=False):
        self.shop, self.sizes, self.switch, self.quick = shop, sizes, switch, quick
        self.figures = Figures()
        self.rounds, self.round, self.limits = range(sizes.rounds), 0, set()
        self.start = time.monotonic()

    def say(self, what):
        report.progress(f"round {self.round + 1} of {self.rounds.stop}: {what}", time.monotonic() - self.start)

    def measure(self, names, rounds=None):
        """In turns, so that what disturbs the machine for a while disturbs all alike."""
        self.rounds = rounds or self.rounds
        for self.round in self.rounds:
            for name in names:
                if name != "saga" or self.quick or self.round < self.sizes.saga_rounds:
                    SECTIONS[name](self)
        report.progress()


def parse():
    parser = argparse.ArgumentParser(prog="profiles/bench", add_help=False)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--skip", default="")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--orders", type=int)
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--soak", type=float)
    parser.add_argument("--flame", choices=flame.KINDS)
    options = parser.parse_args()
    chosen = [name for name in options.only.split(",") if name] or [
        name for name in SECTIONS if name != "growth" or options.all]
    skipped = options.skip.split(",")
    unknown = [name for name in chosen + skipped if name and name not in SECTIONS]
    if unknown:
        parser.error(f"no section {', '.join(unknown)}: there are {', '.join(SECTIONS)}")
    return options, [name for name in chosen if name not in skipped]


def sizes_of(options):
    sizes = dataclasses.replace(TINY if options.tiny else QUICK if options.quick else Sizes())
    if options.rounds:
        sizes.rounds = options.rounds
    if options.orders:
        sizes.orders = options.orders
    return sizes


def main():
    options, names = parse()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    shop = Shop(ENV, ENV["TRADEWIND_BIN_DIR"], ENV["PROJECT_DIR"], ENV["TRADEWIND_RUN_DIR"], ENV["BENCH_TOOLS"])
    shop.settings = dict(setting.split("=", 1) for setting in options.set)
    run = Run(shop, sizes_of(options), ENV["SLOW_DISK_SWITCH"], options.quick)
    try:
        shop.migrate()
        shop.declare_queues()
        shop.fill_log()
        if options.soak:
            return soak.soak(run, options.soak, ENV["REPORT_DIR"])
        if options.flame:
            return flame.flame(run, options.flame, ENV["REPORT_DIR"])
        if options.quick:
            return guard.watch(run, SECTIONS, options.keep)
        try:
            run.measure(names)
        finally:
            # Also what was measured before something failed.
            report.write(run, ENV["REPORT_DIR"], options.set)
        return 0
    except RuntimeError as failure:
        print(f"✗ {failure}", file=sys.stderr)
        return 1
    finally:
        shop.stop_all()


if __name__ == "__main__":
    if sys.argv[1:] == ["--build"]:
        load.build(ENV["PROJECT_DIR"], ENV["BENCH_TOOLS"])
    else:
        sys.exit(main())
