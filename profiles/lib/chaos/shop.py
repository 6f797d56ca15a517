"""The processes of the shop that profiles/chaos has started: striking them, and starting again what was struck."""

import base64
import collections
import json
import os
import queue
import signal
import subprocess
import threading
import time
import urllib.parse
import urllib.request

ENV = os.environ
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Broken(Exception):
    """Something did not come back after a strike."""


def profile(*words):
    """Runs profiles/<words>, whose failure is a failure of the shop."""
    result = subprocess.run([f"{ENV['PROFILES']}/{words[0]}", *words[1:]], capture_output=True, text=True)
    if result.returncode != 0:
        raise Broken(f"profiles/{' '.join(words)} failed:\n{result.stdout}{result.stderr}")
    return result.stdout


def query(url, statement):
    """The rows of a statement as lists of texts."""
    parts = urllib.parse.urlsplit(url)
    environment = {
        **ENV, "PGHOST": parts.hostname, "PGPORT": str(parts.port), "PGUSER": parts.username,
        "PGPASSWORD": parts.password, "PGDATABASE": parts.path[1:], "PGCONNECT_TIMEOUT": "5"}
    result = subprocess.run(["psql", "-XqAt", "-F\t", "-v", "ON_ERROR_STOP=1", "-c", statement],
                            capture_output=True, text=True, env=environment)
    if result.returncode != 0:
        raise Broken(f"{parts.path[1:]} did not answer: {result.stderr}")
    return [line.split("\t") for line in result.stdout.splitlines()]


def management(method, path, number=0):
    """What the management API of the broker's node `number` answers; None where nobody does."""
    credentials, _, server = ENV["RABBITMQ_MANAGEMENT_URL"].partition("//")[2].rpartition("@")
    host, _, port = server.partition(":")
    request = urllib.request.Request(
        f"http://{host}:{int(port) + 10 * number}/api/{path}", method=method,
        headers={"Authorization": "Basic " + base64.b64encode(credentials.encode()).decode()})
    try:
        with opener.open(request, timeout=10) as answer:
            return json.loads(answer.read() or b"null")
    except (OSError, ValueError):
        return None


class Shop:
    """Strikes, and counts what really happened."""

    def __init__(self, brokers):
        self.brokers = ["rabbitmq"] + [f"rabbitmq-{n}" for n in range(2, brokers + 1)]
        self.done = collections.Counter()  # strikes by kind
        self.killed = collections.Counter()  # processes that were running and ended by SIGKILL
        self.gave_up = 0  # processes that ended while starting, because their database was away for too long
        self.lock = threading.Lock()

    def strike(self, strike):
        """Does it, puts it right, and returns when what was struck answers again."""
        {
            "kill worker": self.kill, "kill API": self.kill, "kill PostgreSQL": self.kill,
            "kill RabbitMQ": self.kill_leader, "stop worker": self.stop, "freeze RabbitMQ": self.freeze,
            "memory alarm": self.alarm, "stop a queue": self.stop_queue,
            "close broker connections": self.close_connections, "end database sessions": self.end_sessions,
        }[strike.kind](strike)
        with self.lock:
            self.done[strike.kind] += 1

    # --- processes ----------------------------------------------------------------------------------------------------

    def pid(self, name):
        with open(f"{ENV['RUN_DIR']}/pid/{name}.pid") as file:
            return int(file.read())

    def is_running(self, pid):
        try:
            with open(f"/proc/{pid}/stat") as file:
                return file.read().rpartition(")")[2].split()[0] not in "ZX"
        except OSError:
            return False

    def end(self, name, number):
        """Sends a signal that ends the process, and waits until it has."""
        pid = self.pid(name)
        if not self.is_running(pid):
            raise Broken(f"{name} has ended by itself")
        os.kill(pid, number)
        deadline = time.monotonic() + 30
        while self.is_running(pid):
            if time.monotonic() > deadline:
                raise Broken(f"{name} did not end within 30 s of signal {number}")
            time.sleep(0.02)

    def start(self, name):
        """As a supervisor does: what gives up waiting for its database while it starts is started again."""
        if name == "postgres" or name in self.brokers:
            return profile("infra", "up", name)
        try:
            profile("app", "start", name)
        except Broken:
            with self.lock:
                self.gave_up += 1
            profile("app", "start", name)

    def kill(self, strike, name=None):
        name = name or strike.target
        self.end(name, signal.SIGKILL)
        with self.lock:
            self.killed[name] += 1
        time.sleep(strike.seconds)
        self.start(name)

    def stop(self, strike):
        self.end(strike.target, signal.SIGTERM)
        time.sleep(strike.seconds)
        self.start(strike.target)

    # --- the broker ---------------------------------------------------------------------------------------------------

    def leader(self):
        """The node that leads most queues, as the nodes themselves see it."""
        if len(self.brokers) == 1:
            return self.brokers[0]
        for number in range(len(self.brokers)):
            queues = management("GET", "queues/%2F?columns=leader", number)
            if queues:
                leaders = collections.Counter(each.get("leader") for each in queues)
                return leaders.most_common(1)[0][0].replace("tradewind", "rabbitmq").partition("@")[0]
        raise Broken("no node of the broker answers")

    def kill_leader(self, strike):
        self.kill(strike, self.leader())

    def freeze(self, strike):
        pid = self.pid(self.leader())
        os.kill(pid, signal.SIGSTOP)
        time.sleep(1 + strike.seconds)
        os.kill(pid, signal.SIGCONT)

    def evaluate(self, expression, *words):
        profile("infra", "rabbitmqctl", *words, "eval", expression)

    def alarm(self, strike):
        node = self.leader().replace("rabbitmq", "tradewind") + "@localhost"
        self.evaluate(
            'vm_memory_monitor:set_vm_memory_high_watermark({absolute, "1KB"}), '
            f"timer:sleep({1000 + int(1000 * strike.seconds)}), vm_memory_monitor:set_vm_memory_high_watermark(0.4).",
            "-n", node)

    def stop_queue(self, strike):
        """Takes the queue that all orders go through away for a while; its messages stay."""
        self.evaluate(
            "Queue = {'%2F_stock.order-created', node()}, ra:stop_server(quorum_queues, Queue), "
            f"timer:sleep({1000 + int(1000 * strike.seconds)}), ra:restart_server(quorum_queues, Queue).")

    def close_connections(self, strike):
        for connection in management("GET", "connections") or []:
            management("DELETE", "connections/" + urllib.parse.quote(connection["name"], safe=""))

    # --- the database -------------------------------------------------------------------------------------------------

    def end_sessions(self, strike):
        query(ENV["POSTGRES_ADMIN_URL"],
              "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
              "WHERE datname IN ('orders', 'stock', 'notifications') AND pid <> pg_backend_pid()")


class Conductor:
    """Carries out a plan: one strike at a time on a target, in the plan's order; on different targets side by side."""

    def __init__(self, shop, plan, report):
        self.shop = shop
        self.plan = plan
        self.report = report  # called with each strike that is carried out
        self.faults = []
        self.telling = threading.Lock()
        self.queues = {}
        self.threads = []

    def run(self, end):
        """Strikes until the moment `end`, and returns when everything that was struck is back."""
        for strike in self.plan:
            time.sleep(max(0, min(strike.pause, end - time.monotonic())))
            if time.monotonic() >= end or self.faults or not self.hand_over(strike, end):
                break
        for strikes in self.queues.values():
            strikes.put(None)
        for thread in self.threads:
            thread.join()

    def hand_over(self, strike, end):
        """Two strikes may wait for a target that is not back yet, then the plan waits; false when the time is over."""
        if strike.target not in self.queues:
            self.queues[strike.target] = queue.Queue(maxsize=3)
            self.threads.append(threading.Thread(target=self.carry_out, args=(self.queues[strike.target], end)))
            self.threads[-1].start()
        while time.monotonic() < end and not self.faults:
            try:
                self.queues[strike.target].put(strike, timeout=0.1)
                return True
            except queue.Full:
                pass
        return False

    def carry_out(self, strikes, end):
        while (strike := strikes.get()) is not None:
            if time.monotonic() >= end or self.faults:
                continue
            with self.telling:
                self.report(strike)
            try:
                self.shop.strike(strike)
            except Exception as error:  # whatever it is, the run has failed and says so
                self.faults.append(f"{strike.kind} ({strike.target}): {error}")
            time.sleep(max(0, min(strike.rest, end - time.monotonic())))
