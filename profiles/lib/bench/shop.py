"""A shop to be measured: its databases, its queues and its processes, each of which is started when a section needs it."""

import base64
import json
import os
import subprocess
import time
import urllib.parse
import urllib.request

from process import Process, free_port

DOMAINS = {"order": "orders", "stock": "stock", "notification": "notifications"}
EMPTIED = {
    "order": "orders, order_lines, order_timeline, idempotency_keys, outbox, processed_messages",
    "stock": "stock_movements, order_outcomes, stock_items, products, outbox, processed_messages",
    "notification": "notifications, deliveries, notification_attempts, outbox, processed_messages",
}
PRODUCTS = 1000
# All load is one caller's, from one address.
UNLIMITED = {"RATE_LIMIT_REQUESTS": "0", "RATE_LIMIT_WRITE_REQUESTS": "0", "RATE_LIMIT_ADDRESS_REQUESTS": "0"}


class Shop:
    """Servers that are up already, told by `profiles/app env`, and executables."""

    def __init__(self, environment, binaries, project, run_dir, tools):
        self.binaries, self.run_dir, self.tools = binaries, run_dir, tools
        self.load = os.path.join(project, "profiles", "load")
        self.databases = {domain: environment[f"{domain.upper()}_DATABASE_URL"] for domain in DOMAINS}
        self.admin = environment["POSTGRES_ADMIN_URL"]
        self.broker = environment["AMQP_URL"]
        self.management = environment["RABBITMQ_MANAGEMENT_URL"]
        self.settings = {}
        self.processes = []

    # --- databases -----------------------------------------------------------------------------------------------

    def connection(self, domain):
        """The environment that makes libpq's programs connect. A command line would be for everyone to read."""
        url = urllib.parse.urlsplit(self.databases.get(domain) or self.admin)
        return {**os.environ, "PGHOST": url.hostname, "PGPORT": str(url.port), "PGUSER": url.username,
                "PGPASSWORD": url.password, "PGDATABASE": url.path[1:], "PGOPTIONS": "-c client_min_messages=warning"}

    def sql(self, domain, text=None, file=None, **variables):
        """Runs statements, or a file of profiles/load; the rows as lists of texts. `admin` is the superuser."""
        words = ["psql", "-qXAtF\t", "-v", "ON_ERROR_STOP=1"]
        words += [word for name, value in variables.items() for word in ("-v", f"{name}={value}")]
        words += ["-f", os.path.join(self.load, file)] if file else ["-f", "-"]
        result = subprocess.run(words, env=self.connection(domain), input=text, capture_output=True, text=True)
        if result.returncode != 0:
            raise RuntimeError(f"psql failed: {result.stderr.strip()}")
        return [line.split("\t") for line in result.stdout.splitlines()]

    def migrate(self):
        for domain in DOMAINS:
            subprocess.run([f"{self.binaries}/{domain}-migrator", "up"], check=True, stdout=subprocess.DEVNULL,
                           stderr=subprocess.PIPE, env={**os.environ, "DATABASE_URL": self.databases[domain]})

    def fill_log(self):
        """Writes as much log as is kept, so that segments are used again, as on any server that has run for a while."""
        self.sql("admin", "SELECT count(pg_logical_emit_message(false, 'bench', repeat('x', 1 << 20))) "
                          "FROM generate_series(1, 1024); CHECKPOINT")

    def empty(self, products=PRODUCTS):
        """No order, no message, and `products` products of which there is more than enough. All workers have ended."""
        for domain, tables in EMPTIED.items():
            self.sql(domain, f"TRUNCATE {tables}")
        self.stock_up(products)
        self.purge()
        # What the round before has written is on disk, and no checkpoint falls into the next figure.
        self.sql("admin", "CHECKPOINT")

    def stock_up(self, products=PRODUCTS):
        self.sql("order", file="products.sql", products=PRODUCTS)
        self.sql("stock", file="stock.sql", products=products)

    # --- queues --------------------------------------------------------------------------------------------------

    def manage(self, method, path):
        url = urllib.parse.urlsplit(self.management)
        login = base64.b64encode(f"{url.username}:{url.password}".encode()).decode()
        request = urllib.request.Request(f"http://{url.hostname}:{url.port}/api/{path}", method=method,
                                         headers={"Authorization": f"Basic {login}"})
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    def purge(self):
        for queue in self.manage("GET", "queues/%2F?columns=name"):
            self.manage("DELETE", f"queues/%2F/{urllib.parse.quote(queue['name'], safe='')}/contents")

    # --- processes -----------------------------------------------------------------------------------------------

    def start(self, kind, **settings):
        """Starts `order-api` and the like, and returns it once it is ready."""
        domain = kind.split("-")[0]
        environment = {**os.environ, "LOG_LEVEL": "warn", "HTTP_HOST": "127.0.0.1", "HTTP_PORT": str(free_port()),
                       "DATABASE_URL": self.databases[domain], **UNLIMITED, **self.settings, **settings}
        if kind.endswith("-worker"):
            environment["AMQP_URL"] = self.broker
        log = os.path.join(self.run_dir, "log", f"{kind}.log")
        process = Process(kind, f"{self.binaries}/{kind}", environment, log)
        self.processes.append(process)
        process.await_ready()
        return process

    def stop(self, *processes):
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()
            self.processes.remove(process)

    def stop_all(self):
        self.stop(*self.processes)

    def declare_queues(self):
        """Workers declare what they consume: each has to have run once."""
        self.stop(*[self.start(f"{domain}-worker") for domain in DOMAINS])

    def server(self, name):
        """The pid of `postgres` or `rabbitmq`."""
        with open(os.path.join(self.run_dir, "pid", f"{name}.pid")) as file:
            return int(file.read().split()[0])


def wait_until(condition, what, timeout=300, pause=0.05):
    """Asks `condition` until it holds."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{what}: not within {timeout} seconds")
        time.sleep(pause)
