"""Sections 1 to 4 and 7: each measures a part of the shop and, in the same round, what it is held against."""

import contextlib
import os
import time

import load
from shop import PRODUCTS, wait_until
from weighing import Spending

PLACED = 20  # products of which orders are placed where only placing is measured, as in limit.sql


def limit(run):
    """Section 1. Once a round, however many sections need it."""
    if run.figures.has("limit") or not run.yardsticks:
        return
    run.say("pgbench, the rows of an order")
    run.shop.empty()
    run.figures.add("limit", load.pgbench(run.shop, "order", "limit.sql", run.sizes.seconds))


def placing(run):
    """Section 2."""
    limit(run)
    run.say("placing over HTTP")
    run.shop.empty()
    place(run, "placing")


def place(run, name, products=PLACED):
    """Orders a second, the 50th and 99th percentile of the answers, and what an order costs."""
    api = run.shop.start("order-api")
    try:
        spending = Spending(run.shop, {"order-api": api})
        rate, p50, p99 = load.wrk(run.shop, api.url, run.sizes.seconds, products)
        spending.end()
    finally:
        run.shop.stop(api)
    run.figures.add(name, rate)
    run.figures.add(f"{name}.p50", p50, "ms")
    run.figures.add(f"{name}.p99", p99, "ms")
    spending.note(run.figures, name, rate * run.sizes.seconds)


def relay(run):
    """Section 3."""
    if run.yardsticks:
        run.say("raw publishing with confirms")
        run.shop.empty()
        run.figures.add("raw", load.publish(run.shop, run.sizes.messages, PLACED, "tradewind.events", "order.created"))
    run.say("relaying the outbox")
    drain_outbox(run, "relay", run.sizes.messages)


def drain_outbox(run, name, messages):
    """Messages a second, from the commit that holds them all to the last confirm."""
    run.shop.empty()
    worker = run.shop.start("order-worker")
    try:
        run.shop.sql("order", file="backlog.sql", messages=messages)
        spending, start = Spending(run.shop, {"order-worker": worker}), time.monotonic()
        wait_until(lambda: worker.count("outbox_published_total") >= messages, "the outbox is not drained")
        elapsed = time.monotonic() - start
        spending.end()
    finally:
        run.shop.stop(worker)
    run.figures.add(name, messages / elapsed)
    spending.note(run.figures, name, messages)


def consuming(run):
    """Section 4: over many products, and all on one."""
    for name, yardstick, products in (("consuming", "taking", PRODUCTS), ("hot", "hot.taking", 1)):
        if run.yardsticks:
            run.say(f"pgbench, one message a transaction, products: {products:,}")
            run.shop.empty(products)
            rate = load.pgbench(run.shop, "stock", "take-stock.sql", run.sizes.seconds, products=products)
            run.figures.add(yardstick, rate)
        run.say(f"consuming OrderCreated, products: {products:,}")
        consume(run, name, products)


def consume(run, name, products):
    """Messages a second between the first and the last transaction of one worker that finds its queue full."""
    shop, messages = run.shop, run.sizes.messages
    shop.empty(products)
    load.publish(shop, messages, products, "", "stock.order-created")
    spending = Spending(shop)
    worker = shop.start("stock-worker")
    try:
        spending.add(worker=worker)
        handled = lambda: worker.count("consumer_messages_total", queue="stock.order-created", outcome="handled")
        wait_until(lambda: handled() >= messages, "the queue is not drained")
        spending.end()
    finally:
        shop.stop(worker)
    [[count, taken, elapsed]] = shop.sql("stock", """
        SELECT count(*), (SELECT count(*) FROM order_outcomes WHERE outcome = 'Deducted'),
               extract(epoch FROM max(processed_at) - min(processed_at))
        FROM processed_messages WHERE consumer = 'stock.order-created'""")
    if not int(count) == int(taken) == messages:
        raise RuntimeError(f"of {messages} messages {count} were handled, and {taken} took their stock")
    run.figures.add(name, messages / float(elapsed))
    spending.note(run.figures, name, messages)


@contextlib.contextmanager
def slow_disk(run):
    """fdatasync takes 2.5 ms longer meanwhile, in PostgreSQL and in RabbitMQ."""
    for server in ("postgres", "rabbitmq"):
        with open(f"/proc/{run.shop.server(server)}/maps") as maps:
            if "slow-disk" not in maps.read():
                raise RuntimeError(f"{server} runs without the library that slows its disk down")
    open(run.switch, "w").close()
    try:
        yield
    finally:
        os.unlink(run.switch)


def slow(run):
    """Section 7."""
    if run.yardsticks:
        if not run.figures.has("placing"):
            placing(run)
        run.say("pgbench on a slow disk")
        run.shop.empty()
        with slow_disk(run):
            run.figures.add("slow.limit", load.pgbench(run.shop, "order", "limit.sql", run.sizes.seconds))
    run.say("placing on a slow disk")
    run.shop.empty()
    with slow_disk(run):
        place(run, "slow.placing")
