"""Measures the shop; profiles/bench starts it, with servers that run and an environment that tells where."""

import argparse
import os
import signal
import sys

import flame
import growth
import guard
import load
import markdown
import report
import saga
import sections
import soak
import sweep
from run import QUICK, TINY, Run, Sizes
from shop import Shop

ENV = os.environ
SECTIONS = {
    "limit": sections.limit, "placing": sections.placing, "relay": sections.relay, "consuming": sections.consuming,
    "saga": saga.saga, "steady": saga.steady, "slow": sections.slow, "cost": saga.cost, "growth": growth.growth}


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
    parser.add_argument("--messages", type=int)
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--sweep")
    parser.add_argument("--soak", type=float)
    parser.add_argument("--rate", type=float, default=soak.RATE)
    parser.add_argument("--flame")
    options = parser.parse_args()
    chosen = [name for name in options.only.split(",") if name] or [
        name for name in SECTIONS if name != "growth" or options.all]
    skipped = options.skip.split(",")
    unknown = [name for name in chosen + skipped if name and name not in SECTIONS]
    if unknown:
        parser.error(f"no section {', '.join(unknown)}: there are {', '.join(SECTIONS)}")
    if any("=" not in setting for setting in options.set + ([options.sweep] if options.sweep else [])):
        parser.error("a setting is named as in --set RELAY_BATCH_SIZE=100 or --sweep RELAY_BATCH_SIZE=100,500")
    if options.flame and options.flame != "all" and not set(options.flame.split(",")) <= set(flame.KINDS):
        parser.error(f"--flame is one or several of {', '.join(flame.KINDS)}, or all")
    return options, [name for name in chosen if name not in skipped]


def sizes_of(options):
    sizes = TINY() if options.tiny else QUICK() if options.quick else Sizes()
    for name in ("rounds", "orders", "messages"):
        if getattr(options, name):
            setattr(sizes, name, getattr(options, name))
    return sizes


def main():
    options, names = parse()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    shop = Shop(ENV, ENV["TRADEWIND_BIN_DIR"], ENV["PROJECT_DIR"], ENV["TRADEWIND_RUN_DIR"], ENV["BENCH_TOOLS"])
    shop.settings = dict(setting.split("=", 1) for setting in options.set)
    run = Run(shop, SECTIONS, sizes_of(options), ENV["SLOW_DISK_SWITCH"], options.quick)
    directory = ENV["REPORT_DIR"]
    try:
        shop.migrate()
        shop.declare_queues()
        shop.fill_log()
        if options.soak:
            return soak.soak(run, options.soak, options.rate, directory)
        if options.flame:
            return flame.flame(run, options.flame, directory)
        if options.sweep:
            return sweep.sweep(run, options.sweep, [name for name in options.only.split(",") if name], directory)
        if options.quick:
            return guard.watch(run, options.keep)
        try:
            run.measure(names, after=lambda: report.save(run, directory, options.set))
        finally:
            # Also what was measured before somebody ended it.
            report.write(run, directory, options.set)
        return 1 if run.failures else 0
    except RuntimeError as failure:
        print(f"✗ {failure}", file=sys.stderr)
        return 1
    finally:
        shop.stop_all()


if __name__ == "__main__":
    if sys.argv[1:] == ["--build"]:
        load.build(ENV["PROJECT_DIR"], ENV["BENCH_TOOLS"])
    elif sys.argv[1:] == ["--publish"]:
        markdown.publish(ENV["REPORT_DIR"], ENV["PROJECT_DIR"])
    else:
        sys.exit(main())
