"""What a run has found: a line of progress, a table on the terminal, and the report's files."""

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time

import markdown
import page
from figures import RATIOS

BOLD, GREEN, RED, PLAIN = ("\033[1m", "\033[32m", "\033[31m", "\033[0m") if sys.stdout.isatty() else ("",) * 4

# name in the figures, title
ROWS = [
    ("limit", "pgbench, one order a statement"), ("placing", "placing over HTTP"), ("placing.p50", "  median"),
    ("placing.p99", "  99th percentile"),
    ("raw", "raw publish with confirms"), ("relay", "relay"),
    ("taking", "pgbench, one message a transaction"), ("consuming", "consuming"),
    ("hot.taking", "pgbench, all on one product"), ("hot", "consuming, all on one product"),
    ("saga", "saga, request to final state"),
    ("steady.200.p50", "at 200 orders/s, request to Confirmed, median"), ("steady.200.p99", "  99th percentile"),
    ("steady.200.p99.9", "  99.9th percentile"), ("steady.200.answer.p50", "  request to answer, median"),
    ("steady.200.answer.p99", "  request to answer, 99th percentile"),
    ("steady.500.p50", "at 500 orders/s, request to Confirmed, median"), ("steady.500.p99", "  99th percentile"),
    ("steady.500.p99.9", "  99.9th percentile"), ("steady.500.answer.p50", "  request to answer, median"),
    ("steady.500.answer.p99", "  request to answer, 99th percentile"),
    ("slow.limit", "slow disk: pgbench"), ("slow.placing", "slow disk: placing"), ("slow.placing.p50", "  median"),
    ("slow.placing.p99", "  99th percentile"),
    ("grown.placing.empty", "placing, empty tables"), ("grown.placing.empty.p99", "  99th percentile"),
    ("grown.placing", "placing, full tables"), ("grown.placing.p99", "  99th percentile"),
    ("grown.saga.empty", "saga, empty tables"), ("grown.saga", "saga, full tables"),
    ("grown.relay.usual", "relay, the usual backlog"), ("grown.relay", "relay, a backlog of a million"),
]
COSTS = [("idle.cpu", "idle CPU", "%"), ("peak.cpu", "peak CPU", "%"), ("idle.memory", "idle memory", "MB"),
         ("peak.memory", "peak memory", "MB"), ("ready", "exec to ready", "ms"), ("size", "binary", "MB")]
# What an order or a message takes of the processors.
SPENT = [("placing", "placing, an order"), ("relay", "relay, a message"), ("consuming", "consuming, a message"),
         ("hot", "consuming, all on one product"), ("saga", "saga, an order"), ("slow.placing", "placing on a slow disk"),
         ("grown.placing.empty", "placing, empty tables"), ("grown.placing", "placing, full tables"),
         ("grown.saga.empty", "saga, empty tables"), ("grown.saga", "saga, full tables")]
PARTS = [("shop", "the shop's processes"), ("postgres", "PostgreSQL"), ("rabbitmq", "RabbitMQ")]
# More cores than this in the hands of others make a section's figures doubtful.
DISTURBED = 0.3
LOAD_BEFORE = os.getloadavg()


def progress(text="", elapsed=0.0):
    """One line that is written over on a terminal, and a line each elsewhere."""
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns - 1
        line = f"  {text}… {elapsed:.0f} s"[:width] if text else ""
        print(f"\r\033[K{line}", end="", flush=True)
    elif text:
        print(f"  {elapsed:5.0f} s  {text}", flush=True)


def number(value):
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def spread(summary):
    return f"{number(summary.least)} – {number(summary.most)}"


def machine():
    """What the figures were measured on."""
    with open("/proc/cpuinfo") as file:
        model = re.search(r"model name\s*:\s*(.*)", file.read())
    with open("/proc/meminfo") as file:
        memory = int(re.search(r"MemTotal:\s*(\d+)", file.read())[1]) / 1024 / 1024
    with open("/etc/os-release") as file:
        system = re.search(r'PRETTY_NAME="(.*)"', file.read())[1]
    packages = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${Version}, ", "postgresql-15", "rabbitmq-server"],
                              capture_output=True, text=True).stdout.rstrip(", ")
    return (f"{os.cpu_count()} cores ({model[1] if model else platform.machine()}), {memory:.0f} GiB, {system}, {packages}, "
            f"load average before {', '.join(f'{load:.1f}' for load in LOAD_BEFORE)}")


def rows(figures):
    """Name and full title of each figure that was measured; an indented title belongs to the one above it."""
    above = ""
    for name, title in ROWS:
        if not title.startswith(" "):
            above = title.removesuffix(", median")
        if name in figures:
            yield name, f"{above}, {title.strip()}" if title.startswith(" ") else title


def costs(figures):
    """A row a process: its name, then what it costs."""
    names = list(dict.fromkeys(name.split(".")[-1] for name in figures.names()
                               if name.startswith(("idle.cpu.", "peak.cpu.")) and not name.endswith(".most")))
    rows = []
    for process in names:
        cells = [f"{kind}.{process}" for kind, _, _ in COSTS]
        rows.append((process, [number(figures.summary(cell).median) if cell in figures else "–" for cell in cells]))
    return rows


def spent(figures):
    """A row a section: its title, and the microseconds that each part takes for one order or message."""
    rows = []
    for name, title in SPENT:
        if f"{name}.cpu.shop" in figures:
            parts = [figures.summary(f"{name}.cpu.{part}").median for part, _ in PARTS]
            rows.append((title, [number(part) for part in [*parts, sum(parts)]]))
    return rows


def print_table(figures):
    print(f"\n{BOLD}{'':<52}{'median':>10}      min – max{PLAIN}")
    for name, title in ROWS:
        if name in figures:
            summary, unit = figures.summary(name), figures.units[name]
            print(f"  {title:<50}{number(summary.median):>10} {unit:<4} {spread(summary)}")
    ratios = [(ratio, figures.ratio(ratio)) for ratio in RATIOS]
    if any(summary for _, summary in ratios):
        print(f"\n{BOLD}{'Ratios within a round':<52}{'median':>10}      min – max{PLAIN}")
    for ratio, summary in ratios:
        if summary:
            print(f"  {ratio.title:<50}{summary.median:>10.2f}      {summary.least:.2f} – {summary.most:.2f}")
    if spent(figures):
        titles = "".join(f"{title:>22}" for _, title in PARTS)
        print(f"\n{BOLD}{'Processor time, µs':<36}{titles}{'together':>12}{PLAIN}")
        for title, cells in spent(figures):
            print(f"  {title:<34}" + "".join(f"{cell:>22}" for cell in cells[:-1]) + f"{cells[-1]:>12}")
    if costs(figures):
        print(f"\n{BOLD}{'Cost':<22}" + "".join(f"{f'{title}, {unit}':>18}" for _, title, unit in COSTS) + PLAIN)
        for process, cells in costs(figures):
            print(f"  {process:<20}" + "".join(f"{cell:>18}" for cell in cells))


def print_targets(figures):
    """Last, so that it is what a person sees: which targets were met, and how many."""
    targets = figures.targets()
    if not targets:
        return
    print(f"\n{BOLD}{'Targets':<67}{'median':>8}       target      min – max{PLAIN}")
    for target in targets:
        mark = f"{GREEN}✓ met   {PLAIN}" if target.met else f"{RED}✗ missed{PLAIN}"
        print(f"  {mark}  {target.title:<55}{number(target.summary.median):>8} {target.unit:<4}{target.bound:>8}      "
              f"{spread(target.summary)}")
    met = sum(target.met for target in targets)
    print(f"\n{BOLD}{met} of {len(targets)} targets met{PLAIN}")


def tell_others(run):
    """A machine that does other work measures that, too."""
    if not run.others:
        return
    mean = sum(cores for _, _, cores in run.others) / len(run.others)
    name, number_of_round, most = run.most_disturbed()
    colour = RED if most > DISTURBED else ""
    print(f"\n{colour}Others had {mean:.2f} of {os.cpu_count()} cores meanwhile, on average; {most:.2f} in {name}, "
          f"round {number_of_round + 1}.{PLAIN}")


def document(run, settings):
    """All that was measured, for machines."""
    figures = run.figures
    return {
        "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "machine": machine(),
        "seconds": round(time.monotonic() - run.start), "rounds": run.rounds, "settings": settings,
        "sizes": vars(run.sizes),
        "others": [{"section": name, "round": number + 1, "cores": round(cores, 2)} for name, number, cores in run.others],
        "figures": {name: {"unit": figures.units[name], **vars(figures.summary(name)), "values": figures.values(name)}
                    for name in figures.names()},
        "ratios": {ratio.name: {"title": ratio.title, **vars(figures.ratio(ratio))}
                   for ratio in RATIOS if figures.ratio(ratio)},
        "targets": [{"title": target.title, "target": target.bound, "unit": target.unit, **vars(target.summary),
                     "met": target.met} for target in figures.targets()],
        "failures": [{"section": name, "round": number + 1, "failure": failure} for name, number, failure in run.failures]}


def save(run, directory, settings):
    """report.json alone, so that a run that ends early leaves what it has measured."""
    path = os.path.join(directory, "report.json")
    with open(f"{path}.new", "w") as file:
        json.dump(document(run, settings), file, indent=2)
    os.replace(f"{path}.new", path)


def write(run, directory, settings):
    figures = run.figures
    print_table(figures)
    print_targets(figures)
    save(run, directory, settings)
    found = document(run, settings)
    page.write(found, figures, directory)
    markdown.write(found, figures, directory)
    for name, number_of_round, failure in run.failures:
        print(f"{RED}✗ {name} failed in round {number_of_round + 1}: {failure}{PLAIN}")
    tell_others(run)
    print(f"\n  {directory}/report.html, report.md, report.json, ratios.svg")
