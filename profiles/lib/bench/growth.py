"""Section 6: the same with ten million orders in the tables, and a backlog of a million messages."""

import concurrent.futures
import contextlib

from saga import flood
from sections import drain_outbox, place

DATABASES = {"order": "orders", "stock": "stock"}


def grow(run):
    """Fills copies of the databases, so that empty and full ones can be measured in turns."""
    shop, orders = run.shop, run.sizes.orders
    shop.empty()
    run.say(f"making {orders:,} orders")
    for domain, name in DATABASES.items():
        shop.sql("admin", f"DROP DATABASE IF EXISTS {name}_grown WITH (FORCE)")
        shop.sql("admin", f'CREATE DATABASE {name}_grown TEMPLATE {name} OWNER {name}')
        shop.databases[f"{domain}_grown"] = shop.admin.rsplit("/", 1)[0] + f"/{name}_grown"
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for made in [pool.submit(shop.sql, f"{domain}_grown", file=f"grow-{domain}.sql", orders=orders)
                     for domain in DATABASES]:
            made.result()
    shop.sql("admin", "CHECKPOINT")
    run.grown = True


class Grown:
    """The shop with the full databases, meanwhile."""

    def __init__(self, shop):
        self.shop = shop

    def __enter__(self):
        self.databases, self.empty = dict(self.shop.databases), self.shop.empty
        for domain, name in DATABASES.items():
            self.shop.databases[domain] = self.databases[domain].rsplit("/", 1)[0] + f"/{name}_grown"
        self.shop.empty = self.clear_messages

    def clear_messages(self, *_):
        for domain in ("order", "stock", "notification"):
            self.shop.sql(domain, "TRUNCATE outbox")
        # Their events are gone: nobody would confirm them.
        self.shop.sql("order", "UPDATE orders SET status = 'Confirmed' WHERE status = 'Pending'")
        self.shop.sql("notification", "TRUNCATE notifications, deliveries, notification_attempts")
        self.shop.purge()
        self.shop.sql("admin", "CHECKPOINT")

    def __exit__(self, *_):
        self.shop.databases, self.shop.empty = self.databases, self.empty


def growth(run):
    if not run.grown:
        grow(run)
    for name in ("grown.placing.empty", "grown.placing"):
        with tables(run, name):
            place(run, name)
    for name in ("grown.saga.empty", "grown.saga"):
        with tables(run, name):
            flood(run, name, run.sizes.grown_saga)
    if run.figures.round == 0:
        backlog(run)


def backlog(run):
    """Once, as it takes minutes; held against the relay's own section where that was measured."""
    if run.figures.has("relay"):
        run.figures.add("grown.relay.usual", run.figures.of_this_round("relay"))
    else:
        run.say("relaying the usual backlog")
        drain_outbox(run, "grown.relay.usual", run.sizes.messages)
    run.say(f"relaying a backlog of {run.sizes.backlog:,}")
    drain_outbox(run, "grown.relay", run.sizes.backlog)


@contextlib.contextmanager
def tables(run, name):
    """The empty ones or the full ones, as the figure's name says."""
    what, empty = name.split(".")[1], name.endswith(".empty")
    run.say(f"{what}, {'empty' if empty else 'full'} tables")
    with contextlib.nullcontext() if empty else Grown(run.shop):
        run.shop.empty()
        yield
