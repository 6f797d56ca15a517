"""Section 5: the whole way of an order, from the request to its final state; and section 8: what that costs."""

import contextlib
import os
import time

import load
from figures import percentile
from process import cpu_seconds, resident
from sections import limit
from shop import DOMAINS, PRODUCTS, wait_until
from weighing import Spending, Weighing

KINDS = [f"{domain}-{part}" for domain in DOMAINS for part in ("api", "worker")]


def start_all(shop):
    return {kind: shop.start(kind) for kind in KINDS}


def pending(shop):
    return shop.sql("order", "SELECT count(*) FROM (SELECT FROM orders WHERE status = 'Pending' LIMIT 1) AS one") != [["0"]]


def saga(run):
    """As fast as they are taken, with one worker of each domain."""
    limit(run)
    run.say(f"the whole saga, orders placed for {run.sizes.saga} s")
    run.shop.empty()
    flood(run, "saga", run.sizes.saga, weighed=not run.quick)


def flood(run, name, seconds, weighed=False):
    """Orders a second, from the first request to the last final state."""
    shop = run.shop
    processes = start_all(shop)
    try:
        with Weighing(run, processes) if weighed else contextlib.nullcontext():
            spending, start = Spending(shop, processes), time.time()
            load.wrk(shop, processes["order-api"].url, seconds, PRODUCTS)
            wait_until(lambda: not pending(shop), "orders are still Pending", timeout=1800, pause=0.2)
            spending.end()
    finally:
        shop.stop(*processes.values())
    [[confirmed, cancelled, end]] = shop.sql("order", f"""
        SELECT count(*) FILTER (WHERE status = 'Confirmed'), count(*) FILTER (WHERE status = 'Cancelled'),
               extract(epoch FROM max(changed_at)) FROM orders WHERE placed_at >= to_timestamp({start:.6f})""")
    if int(cancelled) > 0:
        raise RuntimeError(f"{cancelled} orders were cancelled, though there was stock for all")
    run.figures.add(name, int(confirmed) / (float(end) - start))
    spending.note(run.figures, name, int(confirmed))


def steady(run):
    """From the moment at which a request was meant to be sent to the commit that confirms its order."""
    for rate in run.sizes.rates:
        run.say(f"{rate} orders/s for {run.sizes.steady} s")
        run.shop.empty()
        processes = start_all(run.shop)
        try:
            orders = load.steady(run.shop, processes["order-api"], rate, run.sizes.steady, PRODUCTS)
            wait_until(lambda: not pending(run.shop), "orders are still Pending", timeout=300)
        finally:
            run.shop.stop(*processes.values())
        # The server notes the time of each commit: what a reader could have seen, and nobody has to look meanwhile.
        rows = run.shop.sql("order", """
            SELECT order_id, (extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000000)::bigint
            FROM order_timeline WHERE step = 'Confirmed'""")
        confirmed = {order: int(at) for order, at in rows}
        for name, end in (("", confirmed), ("answer.", {order: answered for order, (_, answered) in orders.items()})):
            times = sorted((end[order] - meant) / 1000 for order, (meant, _) in orders.items())
            for label, share in (("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)):
                run.figures.add(f"steady.{rate}.{name}{label}", percentile(times, share), "ms")


def cost(run):
    """Section 8, but for the peak, which section 5 notes."""
    run.say(f"the cost of doing nothing, for {run.sizes.idle} s")
    run.shop.empty()
    processes = start_all(run.shop)
    try:
        for kind, process in processes.items():
            run.figures.add(f"ready.{kind}", process.ready_after * 1000, "ms")
        time.sleep(2)
        before, start = {kind: cpu_seconds(process.pid) for kind, process in processes.items()}, time.monotonic()
        time.sleep(run.sizes.idle)
        elapsed = time.monotonic() - start
        shares = {kind: (cpu_seconds(process.pid) - before[kind]) / elapsed * 100 for kind, process in processes.items()}
        memory = {kind: resident(process.pid) for kind, process in processes.items()}
    finally:
        run.shop.stop(*processes.values())
    for kind in KINDS:
        run.figures.add(f"idle.cpu.{kind}", shares[kind], "%")
        run.figures.add(f"idle.memory.{kind}", memory[kind], "MB")
        run.figures.add(f"size.{kind}", os.path.getsize(f"{run.shop.binaries}/{kind}") / 1e6, "MB")
    run.figures.add("idle.cpu.most", max(share for kind, share in shares.items() if kind.endswith("worker")), "%")
    run.figures.add("idle.memory.most", max(memory.values()), "MB")
    run.figures.add("ready.most", max(process.ready_after for process in processes.values()) * 1000, "ms")
