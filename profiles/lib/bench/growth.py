"""Section 6: the same with ten million orders in the tables, and a backlog of a million messages."""

import concurrent.futures

import load
import saga
import sections

DATABASES = {"order": "orders", "stock": "stock"}


def grow(run):
    """Fills copies of the databases, so that empty and full ones can be measured in turns."""
    shop, orders = run.shop, run.sizes.orders
    shop.empty()
    run.say(f"making {orders:,} orders")
    for domain, name in DATABASES.items():
        shop.sql("admin", f'CREATE DATABASE {name}_grown TEMPLATE {name} OWNER {name}')
        shop.databases[f"{domain}_grown"] = shop.admin.rsplit("/", 1)[0] + f"/{name}_grown"
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for made in [pool.submit(shop.sql, f"{domain}_grown", file=f"grow-{domain}.sql", orders=orders)
                     for domain in DATABASES]:
            made.result()
    shop.sql("admin", "CHECKPOINT")


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
        self.shop.sql("notification", "TRUNCATE notifications")
        self.shop.purge()
        self.shop.sql("admin", "CHECKPOINT")

    def __exit__(self, *_):
        self.shop.databases, self.shop.empty = self.databases, self.empty


def growth(run):
    if run.round == 0:
        grow(run)
    for name in ("grown.placing.empty", "grown.placing"):
        run.say("placing, empty tables" if name.endswith("empty") else "placing, full tables")
        with saga.Nothing() if name.endswith("empty") else Grown(run.shop):
            run.shop.empty()
            rate, _, p99 = sections.place(run)
            run.figures.add(name, rate)
            run.figures.add(f"{name}.p99", p99, "ms")
    for name in ("grown.saga.empty", "grown.saga"):
        run.say("the saga, empty tables" if name.endswith("empty") else "the saga, full tables")
        with saga.Nothing() if name.endswith("empty") else Grown(run.shop):
            run.shop.empty()
            run.figures.add(name, saga.flood(run))
    run.say("relaying the usual backlog")
    run.figures.add("grown.relay.usual", sections.drain_outbox(run, run.sizes.messages))
    run.say(f"relaying a backlog of {run.sizes.backlog:,}")
    run.figures.add("grown.relay", sections.drain_outbox(run, run.sizes.backlog))
