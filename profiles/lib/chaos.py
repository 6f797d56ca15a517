"""Places and cancels orders while striking the shop's processes and servers; profiles/chaos starts it.

Ends with 0 when every answer that was given still holds: an order answered with 201 exists and has ended, a cancellation
answered with 200 is in force, and each idempotency key stands for exactly one order.
"""

import argparse
import base64
import collections
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid

ENV = os.environ
ORDER, STOCK = ENV["ORDER_API_URL"], ENV["STOCK_API_URL"]
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def call(method, url, body=None, headers=None, timeout=5):
    """Status and JSON of an answer; (0, None) where none came."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        url, method=method, data=data, headers={"Content-Type": "application/json", **(headers or {})})
    try:
        with opener.open(request, timeout=timeout) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"null")
    except (OSError, ValueError):
        return 0, None


class Customers:
    """Clients that place orders, and now and then cancel one."""

    def __init__(self, products, seed, count):
        self.products = products
        self.lock = threading.Lock()
        self.accepted = {}  # order id by key
        self.unanswered = {}  # body by key
        self.cancelled = set()
        self.wrong = []
        self.stop = threading.Event()
        self.threads = [
            threading.Thread(target=self.shop, args=(random.Random(f"{seed}-{n}"),), daemon=True) for n in range(count)]

    def start(self):
        for thread in self.threads:
            thread.start()

    def finish(self):
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def shop(self, chance):
        while not self.stop.wait(chance.uniform(0.01, 0.08)):
            if chance.random() < 0.1:
                self.cancel(chance)
            key = str(uuid.UUID(int=chance.getrandbits(128), version=4))
            lines = [{"productId": p, "quantity": chance.randint(1, 3)}
                     for p in chance.sample(self.products, chance.randint(1, 3))]
            self.place(key, {"customerId": str(uuid.UUID(int=chance.getrandbits(128), version=4)), "items": lines})

    def place(self, key, body):
        status, answer = call("POST", f"{ORDER}/api/orders", body, {"Idempotency-Key": key})
        with self.lock:
            if status == 201:
                self.accepted[key] = answer["orderId"]
                self.unanswered.pop(key, None)
            elif status == 0 or status >= 500:
                self.unanswered[key] = body
            else:
                self.wrong.append(f"POST /api/orders answered {status}: {answer}")

    def cancel(self, chance):
        with self.lock:
            known = list(self.accepted.values())[-50:]
        if not known:
            return
        order = chance.choice(known)
        status, answer = call("POST", f"{ORDER}/api/orders/{order}/cancel")
        with self.lock:
            if status == 200:
                self.cancelled.add(order)
            elif status not in (0, 409) and status < 500:
                self.wrong.append(f"cancelling {order} answered {status}: {answer}")


class Strikes:
    """What can be done to a shop. Each method strikes and returns; `restore` puts right what does not heal by itself."""

    processes = ["order-api", "stock-api", "notification-api"] + [
        f"{domain}-worker-{n}" for domain in ("order", "stock", "notification") for n in (1, 2)]

    def __init__(self, chance):
        self.chance = chance
        self.done = collections.Counter()

    def profile(self, *words):
        result = subprocess.run([f"{ENV['PROFILES']}/{words[0]}", *words[1:]], capture_output=True, text=True)
        if result.returncode != 0:
            sys.exit(f"profiles/{' '.join(words)} failed:\n{result.stdout}{result.stderr}")

    def restore(self):
        self.profile("infra", "up")
        self.profile("app", "up")

    def send(self, name, number):
        try:
            with open(f"{ENV['RUN_DIR']}/pid/{name}.pid") as file:
                os.kill(int(file.read().split()[0]), number)
        except (OSError, ValueError):
            pass  # struck before and not yet restored

    def one(self):
        name, strike = self.chance.choices(
            [("kill worker", self.kill_worker), ("kill API", self.kill_api), ("stop worker", self.stop_worker),
             ("kill PostgreSQL", self.kill_postgres), ("kill RabbitMQ", self.kill_rabbitmq),
             ("freeze RabbitMQ", self.freeze_rabbitmq), ("memory alarm", self.alarm),
             ("close broker connections", self.close_connections), ("end database sessions", self.end_sessions)],
            weights=[12, 4, 3, 3, 2, 1, 1, 3, 3])[0]
        self.done[name] += 1
        strike()
        return name

    def kill_worker(self):
        self.send(self.chance.choice(self.processes[3:]), signal.SIGKILL)

    def kill_api(self):
        self.send(self.chance.choice(self.processes[:3]), signal.SIGKILL)

    def stop_worker(self):
        self.send(self.chance.choice(self.processes[3:]), signal.SIGTERM)

    def kill_postgres(self):
        self.send("postgres", signal.SIGKILL)

    def kill_rabbitmq(self):
        self.send("rabbitmq", signal.SIGKILL)

    def freeze_rabbitmq(self):
        self.send("rabbitmq", signal.SIGSTOP)
        time.sleep(self.chance.uniform(1, 4))
        self.send("rabbitmq", signal.SIGCONT)

    def alarm(self):
        self.broker("set_vm_memory_high_watermark", "absolute", "1KB")
        time.sleep(self.chance.uniform(1, 4))
        self.broker("set_vm_memory_high_watermark", "0.4")

    def broker(self, *words):
        home = f"{ENV['RUN_DIR']}/rabbitmq"
        environment = {
            "PATH": ENV["PATH"], "HOME": home, "LANG": "C.UTF-8", "RABBITMQ_NODENAME": "tradewind@localhost",
            "RABBITMQ_CONF_ENV_FILE": f"{home}/rabbitmq-env.conf", "ERL_INETRC": f"{home}/inetrc",
            "ERL_EPMD_ADDRESS": "127.0.0.1", "ERL_EPMD_PORT": ENV["EPMD_PORT"]}
        subprocess.run(["/usr/lib/rabbitmq/bin/rabbitmqctl", *words], env=environment, capture_output=True, timeout=60)

    def close_connections(self):
        url, _, server = ENV["RABBITMQ_MANAGEMENT_URL"].rpartition("@")
        credentials = base64.b64encode(url.split("//")[1].encode()).decode()
        headers = {"Authorization": f"Basic {credentials}"}
        _, connections = call("GET", f"http://{server}/api/connections", headers=headers)
        for connection in connections or []:
            name = urllib.request.quote(connection["name"], safe="")
            call("DELETE", f"http://{server}/api/connections/{name}", headers=headers)

    def end_sessions(self):
        subprocess.run(
            ["psql", ENV["POSTGRES_ADMIN_URL"], "-qAtc",
             "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN ('orders', 'stock', "
             "'notifications') AND pid <> pg_backend_pid()"],
            capture_output=True)


def open_shop(chance):
    """Twenty products, half of them scarce, and Order knows their prices."""
    products = []
    for number in range(20):
        product = str(uuid.UUID(int=chance.getrandbits(128), version=4))
        price = {"amount": f"{number + 1}.99", "currency": "USD"}
        status, answer = call("PUT", f"{STOCK}/api/products/{product}",
                              {"sku": f"CHAOS-{product[:13]}", "name": f"Product {number}", "unitPrice": price})
        amount = 100_000 if number % 2 else 300
        booked, _ = call("POST", f"{STOCK}/api/stocks/{product}/adjustments", {"delta": amount, "reason": "receipt"})
        if status != 201 or booked != 201:
            sys.exit(f"no product: {answer}")
        products.append(product)
    for _ in range(200):
        known = subprocess.run(["psql", ENV["ORDER_DATABASE_URL"], "-qAtc", "SELECT count(*) FROM product_prices"],
                               capture_output=True, text=True)
        if known.stdout.strip() == str(len(products)):
            return products
        time.sleep(0.1)
    sys.exit("Order does not know the prices after 20 s")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--report", required=True)
    wanted = parser.parse_args()
    chance = random.Random(wanted.seed)
    customers = Customers(open_shop(chance), wanted.seed, count=8)
    strikes = Strikes(chance)
    print(f"  seed {wanted.seed}, {wanted.minutes:g} min")
    customers.start()
    end = time.monotonic() + 60 * wanted.minutes
    while time.monotonic() < end:
        time.sleep(chance.uniform(0.2, 1.5))
        struck = [strikes.one() for _ in range(chance.choice([1, 1, 2, 3]))]
        print(f"  {max(0, end - time.monotonic()):5.0f} s left  {len(customers.accepted):6d} orders  {', '.join(struck)}",
              flush=True)
        time.sleep(chance.uniform(0, 1))
        strikes.restore()
    customers.finish()
    strikes.restore()
    accepted_at_once, unanswered = len(customers.accepted), dict(customers.unanswered)
    for key, body in unanswered.items():
        for _ in range(60):
            customers.place(key, body)
            if key in customers.accepted:
                break
            time.sleep(0.5)
        else:
            customers.wrong.append(f"key {key} never got an answer")
    wrong = customers.wrong + verify(customers)
    kills = sum(count for name, count in strikes.done.items() if name.startswith("kill"))
    report = {
        "seed": wanted.seed, "minutes": wanted.minutes, "kills": kills, "strikes": dict(strikes.done),
        "accepted": accepted_at_once, "unanswered": len(unanswered), "cancelled": len(customers.cancelled),
        "orders": len(customers.accepted), "wrong": wrong}
    with open(wanted.report, "w") as file:
        json.dump(report, file, indent=2)
    for name, count in sorted(strikes.done.items()):
        print(f"  struck  {count:4d}  {name}")
    print(f"  {accepted_at_once} orders answered 201, {len(unanswered)} requests without an answer sent again, "
          f"{len(customers.cancelled)} cancellations answered 200, {kills} kills")
    for fault in wrong[:20]:
        print(f"  ✗ {fault}")
    if wrong:
        sys.exit(f"{len(wrong)} promises broken; seed {wanted.seed}")
    print("  ✓ every answer that was given holds: none lost, none doubled")


def verify(customers):
    """Looks at each order by its answer, once nothing is pending."""
    wrong = []
    deadline = time.monotonic() + 90
    for key, order in customers.accepted.items():
        while True:
            status, answer = call("GET", f"{ORDER}/api/orders/{order}")
            if status == 200 and answer["status"] != "Pending" or time.monotonic() > deadline:
                break
            time.sleep(0.1)
        if status != 200:
            wrong.append(f"order {order}, answered 201, is gone: {status}")
        elif answer["status"] == "Pending":
            wrong.append(f"order {order} does not end")
        elif order in customers.cancelled and answer["status"] != "Cancelled":
            wrong.append(f"order {order} was cancelled and is {answer['status']}")
    count = subprocess.run(["psql", ENV["ORDER_DATABASE_URL"], "-qAtc", "SELECT count(*) FROM orders"],
                           capture_output=True, text=True).stdout.strip()
    if count != str(len(customers.accepted)):
        wrong.append(f"{count} orders for {len(customers.accepted)} keys")
    if len(set(customers.accepted.values())) != len(customers.accepted):
        wrong.append("two keys share an order")
    return wrong


main()
