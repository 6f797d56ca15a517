"""What is used up meanwhile: processor time of the shop and of its servers, and the memory of each process."""

import os
import threading
import time

from process import TICKS, cpu_seconds, family, resident

SERVERS = ("postgres", "rabbitmq")


def sum_of(measure, pids):
    total = 0
    for pid in pids:
        try:
            total += measure(pid)
        except OSError:
            pass  # ended meanwhile
    return total


class Spending:
    """Processor time of some processes and of the servers, counted from when this was made."""

    def __init__(self, shop, processes=None):
        self.shop, self.processes = shop, dict(processes or {})
        self.begin()

    def begin(self):
        self.before, self.start = self.read(), time.monotonic()

    def add(self, **processes):
        """Also of these; all that they have used is counted."""
        self.processes.update(processes)

    def read(self):
        read = {kind: sum_of(cpu_seconds, [process.pid]) for kind, process in self.processes.items()}
        # A server's children come and go: what has ended is in its parent's sum.
        read.update((server, sum_of(cpu_seconds, family(self.shop.server(server)))) for server in SERVERS)
        return read

    def end(self):
        """Seconds of the processor for each, and how long that took. Before the processes end."""
        self.elapsed = time.monotonic() - self.start
        self.seconds = {name: now - self.before.get(name, 0) for name, now in self.read().items()}

    def note(self, figures, name, count):
        """Microseconds for each of `count` orders or messages: the shop's own, and the servers'."""
        own = sum(seconds for kind, seconds in self.seconds.items() if kind not in SERVERS)
        for part, seconds in (("shop", own), *((server, self.seconds[server]) for server in SERVERS)):
            figures.add(f"{name}.cpu.{part}", seconds / max(1, count) * 1e6, "µs")


class Weighing:
    """Memory and processor of each process, and of the servers, while it lasts: the peak and the mean."""

    def __init__(self, run, processes):
        self.figures, self.spending = run.figures, Spending(run.shop, processes)
        self.memory = {}
        self.over = threading.Event()

    def __enter__(self):
        self.spending.begin()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()
        return self

    def watch(self):
        while not self.over.wait(0.5):
            for kind, process in self.spending.processes.items():
                self.memory[kind] = max(self.memory.get(kind, 0), sum_of(resident, [process.pid]))

    def __exit__(self, failure, *_):
        self.over.set()
        self.thread.join()
        if failure:
            return
        self.spending.end()
        for name, seconds in self.spending.seconds.items():
            self.figures.add(f"peak.cpu.{name}", seconds / self.spending.elapsed * 100, "%")
        for kind, memory in self.memory.items():
            self.figures.add(f"peak.memory.{kind}", memory, "MB")
        self.figures.add("peak.memory.most", max(self.memory.values()), "MB")


class Others:
    """What everybody else on the machine has of the processors meanwhile, which the figures then lack."""

    def __init__(self, shop):
        self.shop = shop
        self.begin()

    def begin(self):
        self.before, self.start = self.read(), time.monotonic()

    def read(self):
        """Processor time of all, less that of this program, of what it has started and seen end, and of the servers."""
        with open("/proc/stat") as file:
            user, nice, system, _, _, irq, softirq, steal = map(int, file.readline().split()[1:9])
        servers = sum(sum_of(cpu_seconds, family(self.shop.server(server))) for server in SERVERS)
        return (user + nice + system + irq + softirq + steal) / TICKS - sum(os.times()[:4]) - servers

    def cores(self):
        """Since the beginning, on average. Kernel threads that work for us, such as those of the disk, count as others."""
        return max(0.0, (self.read() - self.before) / (time.monotonic() - self.start))
