"""Clients that place orders without pause, cancel some, and send some requests twice."""

import http.client
import json
import os
import random
import threading
import time
import urllib.parse
import uuid

ORDER = os.environ.get("ORDER_API_URL", "http://127.0.0.1:8081")
# Of an admin, who may do everything for everybody; made once, by profiles/chaos.
TOKEN = os.environ.get("TOKEN", "")


class Connection:
    """A client's connection to an API, opened again after it was lost."""

    def __init__(self, url, timeout=5):
        parts = urllib.parse.urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)

    def call(self, method, path, body=None, headers=None):
        """Status and JSON of an answer; (0, None) where none came."""
        data = None if body is None else json.dumps(body)
        try:
            self.connection.request(method, path, data, {
                "Content-Type": "application/json", "Authorization": f"Bearer {TOKEN}", **(headers or {})})
            answer = self.connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        except (OSError, ValueError, http.client.HTTPException):
            self.connection.close()
            return 0, None


class Customers:
    """What the clients have asked for, and what they were told."""

    def __init__(self, products, seed, count):
        self.products = products
        self.lock = threading.Lock()
        self.bodies = {}  # of all requests, by key
        self.accepted = {}  # order id by key
        self.unanswered = {}  # number of requests without a 201, by key, while there is none
        self.refusals = 0  # requests without an answer, or answered with 5xx
        self.cancelled = set()
        self.repeated = 0
        self.faults = []
        self.seconds = []  # until a 201
        self.last = time.monotonic()
        self.longest_gap = 0  # the longest time in which no order was accepted, in seconds
        self.stop = threading.Event()
        self.threads = [
            threading.Thread(target=self.shop, args=(random.Random(f"{seed} client {n}"),), daemon=True)
            for n in range(count)]

    def start(self):
        self.last = time.monotonic()
        for thread in self.threads:
            thread.start()

    def finish(self):
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def shop(self, chance):
        """One client. Draws the same for every order, whatever is answered, so that the seed repeats the orders."""
        connection = Connection(ORDER)
        while True:
            pause, cancels, repeats, insists, which = (chance.random() for _ in range(5))
            key = str(uuid.UUID(int=chance.getrandbits(128), version=4))
            body = {
                "customerId": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
                "items": [{"productId": product, "quantity": chance.randint(1, 3)}
                          for product in chance.sample(self.products, chance.randint(1, 3))]}
            if self.stop.wait(0.02 + 0.16 * pause):
                return
            if cancels < 0.1:
                self.cancel(connection, which)
            if repeats < 0.03:
                self.repeat(connection, which)
            if not self.place(connection, key, body) and insists < 0.5:
                self.place(connection, key, body)

    def place(self, connection, key, body):
        """Whether the order is accepted."""
        with self.lock:
            self.bodies[key] = body
        start = time.monotonic()
        status, answer = connection.call("POST", "/api/orders", body, {"Idempotency-Key": key})
        now = time.monotonic()
        with self.lock:
            if status == 201:
                order = self.accepted.setdefault(key, answer["orderId"])
                if order != answer["orderId"]:
                    self.faults.append(("doubled", f"key {key} stands for {order} and for {answer['orderId']}"))
                self.unanswered.pop(key, None)
                self.seconds.append(now - start)
                if not self.stop.is_set():
                    self.longest_gap, self.last = max(self.longest_gap, now - self.last), now
                return True
            self.refusals += 1
            if key not in self.accepted:
                self.unanswered[key] = self.unanswered.get(key, 0) + 1
            if status != 0 and status < 500:
                self.faults.append(("wrong", f"POST /api/orders answered {status}: {answer}"))
            return False

    def known(self):
        with self.lock:
            return list(self.accepted.items())[-50:]

    def repeat(self, connection, which):
        """Sends a request again that was answered: it must stand for the same order."""
        known = self.known()
        if known:
            key, _ = known[int(which * len(known))]
            if self.place(connection, key, self.bodies[key]):
                self.repeated += 1

    def cancel(self, connection, which):
        known = self.known()
        if not known:
            return
        _, order = known[int(which * len(known))]
        status, answer = connection.call("POST", f"/api/orders/{order}/cancel")
        with self.lock:
            if status == 200:
                self.cancelled.add(order)
            elif status not in (0, 409) and status < 500:
                self.faults.append(("wrong", f"cancelling {order} answered {status}: {answer}"))

    def insist(self, seconds=60):
        """Sends each request again that has no answer yet, until it has one."""
        connection = Connection(ORDER)
        for key in list(self.unanswered):
            deadline = time.monotonic() + seconds
            while not self.place(connection, key, self.bodies[key]):
                if time.monotonic() > deadline:
                    self.faults.append(("wrong", f"key {key} gets no answer for {seconds} s"))
                    break
                time.sleep(0.2)
