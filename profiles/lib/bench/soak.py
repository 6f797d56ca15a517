"""Load for a long time, and whether anything grows under it that should not."""

import csv
import os
import statistics
import threading
import time

import load
import report
import saga
from process import descriptors, resident
from shop import PRODUCTS

PAUSE = 10
RATE = 200
# Growth over the second half of the soak that is more than noise: memory settles in the first.
MOST = {"memory": 3.0, "descriptors": 2.0, "outbox": 16.0}
UNITS = {"memory": "MB", "descriptors": "", "outbox": "MB"}


def slope(points):
    """The least squares' rise a second of (time, value) pairs."""
    if len(points) < 2:
        return 0.0
    return statistics.linear_regression(*zip(*points)).slope if len({at for at, _ in points}) > 1 else 0.0


def growth(samples):
    """What each series has grown over the second half: (name, kind, from, to, growth by its slope)."""
    rows = []
    for (kind, name), points in samples.items():
        late = points[len(points) // 2:]
        rows.append((name, kind, points[0][1], points[-1][1], slope(late) * (late[-1][0] - late[0][0])))
    return rows


def grown(rows):
    return [row for row in rows if row[4] > MOST[row[1]]]


def soak(run, minutes, directory):
    """Orders at a steady rate, by one worker of each domain. Ends with 1 when something grew."""
    shop = run.shop
    shop.empty()
    processes = saga.start_all(shop)
    samples, failures = {}, []

    def place():
        try:
            load.steady(shop, processes["order-api"], RATE, minutes * 60, PRODUCTS)
        except RuntimeError as failure:
            failures.append(failure)

    client = threading.Thread(target=place, daemon=True)
    start = time.monotonic()
    client.start()
    while client.is_alive():
        at = time.monotonic() - start
        report.progress(f"soak, {RATE} orders/s for {minutes:g} minutes", at)
        for kind, process in processes.items():
            samples.setdefault(("memory", kind), []).append((at, resident(process.pid)))
            samples.setdefault(("descriptors", kind), []).append((at, descriptors(process.pid)))
        for domain in ("order", "stock", "notification"):
            [[size]] = shop.sql(domain, "SELECT pg_total_relation_size('outbox')")
            samples.setdefault(("outbox", f"{domain} outbox"), []).append((at, int(size) / 1e6))
        client.join(PAUSE)
    report.progress()
    if failures:
        raise failures[0]
    rows = growth(samples)
    with open(os.path.join(directory, "soak.csv"), "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["kind", "name", "seconds", "value"])
        writer.writerows([kind, name, f"{at:.0f}", f"{value:.2f}"]
                         for (kind, name), points in samples.items() for at, value in points)
    print(f"\n{'':<34}{'first':>10}{'last':>10}   growth in the second half")
    for name, kind, first, last, by in rows:
        mark = "  GROWS" if by > MOST[kind] else ""
        print(f"  {name:<20}{kind:<12}{first:>10.1f}{last:>10.1f}   {by:+.1f} {UNITS[kind]}{mark}")
    return 1 if grown(rows) else 0
