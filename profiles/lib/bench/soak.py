"""Load for a long time, and whether anything grows under it that should not."""

import csv
import os
import statistics
import threading
import time

import load
import markdown
import report
import saga
from process import cpu_seconds, descriptors, family, resident, threads
from shop import DOMAINS, PRODUCTS, wait_until
from weighing import sum_of

PAUSE = 10
RATE = 50
# Growth over the second half of the soak that is more than noise: memory settles in the first.
MOST = {"memory": 3.0, "descriptors": 2.0, "threads": 2.0, "outbox": 16.0, "messages": 500.0, "connections": 4.0}
UNITS = {"memory": "MB", "outbox": "MB"}
# What is told and not judged: the servers fill their caches for hours.
SERVERS = "server memory"
# More orders than this that were not taken at once are no longer a moment of a busy machine.
REFUSED = 0.01


def slope(points):
    """The least squares' rise a second of (time, value) pairs."""
    if len({at for at, _ in points}) < 2:
        return 0.0
    return statistics.linear_regression(*zip(*points)).slope


def growth(samples):
    """What each series has grown over the second half: (name, kind, from, to, growth by its slope)."""
    rows = []
    for (kind, name), points in samples.items():
        late = points[len(points) // 2:]
        rows.append((name, kind, points[0][1], points[-1][1], slope(late) * (late[-1][0] - late[0][0])))
    return rows


def grown(rows):
    return [row for row in rows if row[1] in MOST and row[4] > MOST[row[1]]]


def sample(run, processes):
    """Everything that must not grow, as ((kind, name), value) pairs."""
    for kind, process in processes.items():
        yield ("memory", kind), resident(process.pid)
        yield ("descriptors", kind), descriptors(process.pid)
        yield ("threads", kind), threads(process.pid)
    for domain in DOMAINS:
        [[size]] = run.shop.sql(domain, "SELECT pg_total_relation_size('outbox')")
        yield ("outbox", f"{domain} outbox"), int(size) / 1e6
    [[connections]] = run.shop.sql("admin", "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'")
    yield ("connections", "to postgres"), int(connections)
    queues = run.shop.manage("GET", "queues/%2F?columns=messages")
    yield ("messages", "in all queues"), sum(queue.get("messages", 0) for queue in queues)
    yield (SERVERS, "rabbitmq"), sum_of(resident, family(run.shop.server("rabbitmq")))


def soak(run, minutes, rate, directory):
    """Orders at a steady rate, by one worker of each domain. Ends with 1 when something grew."""
    shop = run.shop
    shop.empty()
    processes = saga.start_all(shop)
    samples, statuses, failures = {}, {}, []

    def place():
        try:
            statuses.update(load.statuses(shop, processes["order-api"], rate, minutes * 60, PRODUCTS))
        except Exception as failure:  # told by the thread that waits
            failures.append(failure)

    client = threading.Thread(target=place, daemon=True)
    start = time.monotonic()
    client.start()
    # Written as it is taken: whoever ends the soak early has what there was.
    with open(os.path.join(directory, "soak.csv"), "w", newline="", buffering=1) as file:
        writer = csv.writer(file)
        writer.writerow(["kind", "name", "seconds", "value"])
        while client.is_alive():
            at = time.monotonic() - start
            report.progress(f"soak, {rate:g} orders/s for {minutes:g} minutes", at)
            try:
                taken = list(sample(run, processes))
            except OSError as failure:  # a server had no time to say; the next sample will
                print(f"  no sample after {at:.0f} s: {failure}", flush=True)
                taken = []
            for (kind, name), value in taken:
                samples.setdefault((kind, name), []).append((at, value))
                writer.writerow([kind, name, f"{at:.0f}", f"{value:.2f}"])
            client.join(PAUSE)
    report.progress()
    if failures:
        raise failures[0]
    wait_until(lambda: not saga.pending(shop), "orders are still Pending", timeout=300)
    elapsed = time.monotonic() - start
    shares = {kind: cpu_seconds(process.pid) / elapsed for kind, process in processes.items()}
    table = tell(growth(samples), statuses, shares, rate, elapsed)
    print(f"\n{table}")
    with open(os.path.join(directory, "soak.md"), "w") as file:
        file.write(markdown.block("soak", table))
    return 1 if grown(growth(samples)) or refused(statuses) > REFUSED else 0


def refused(statuses):
    """The share of requests that were answered with anything but 201."""
    return 1 - statuses.get("201", 0) / max(1, sum(statuses.values()))


def tell(rows, statuses, shares, rate, elapsed):
    """The figures of a soak as a Markdown table."""
    answers = ", ".join(f"{count:,} answered {status}" for status, count in sorted(statuses.items()))
    processor = ", ".join(f"{kind} {share:.1%}" for kind, share in shares.items())
    lines = [f"Soak of {elapsed / 60:.0f} minutes at {rate:g} orders/s: {answers}; none is still Pending.",
             f"Processor time, as a share of one core: {processor}.\n",
             "| what | | first | last | growth in the second half | at most |", "|---|---|---|---|---|---|"]
    for name, kind, first, last, by in rows:
        unit = UNITS.get(kind, "MB" if kind == SERVERS else "")
        bound = f"{MOST[kind]:g} {unit}".strip() if kind in MOST else "not judged"
        verdict = " **grows**" if kind in MOST and by > MOST[kind] else ""
        lines.append(f"| {name} | {kind} | {first:.1f} | {last:.1f} | {f'{by:+.1f} {unit}'.strip()}{verdict} | {bound} |")
    return "\n".join(lines) + "\n"
