"""One process of the shop: started so that it cannot outlive the bench, asked for its metrics, weighed."""

import ctypes
import http.client
import os
import re
import signal
import socket
import subprocess
import time

TICKS = os.sysconf("SC_CLK_TCK")
PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None)
taken = set()


def free_port():
    """A port that nobody uses, below those that the kernel gives to outgoing connections."""
    port = 20000 + os.getpid() % 10000
    while True:
        port += 1
        if port in taken:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        taken.add(port)
        return port


class Process:
    def __init__(self, name, executable, environment, log):
        self.name, self.port = name, int(environment["HTTP_PORT"])
        self.url = f"http://127.0.0.1:{self.port}"
        self.started = time.monotonic()
        with open(log, "ab") as output:
            self.child = subprocess.Popen(
                [executable], env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL))
        self.pid = self.child.pid
        self.log = log

    def get(self, path):
        """Status and text of an answer; (0, "") where nobody listens yet."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except OSError:
            return 0, ""
        finally:
            connection.close()

    def await_ready(self, timeout=60):
        """Sets `ready_after`: seconds from exec to the first time that the process says it is ready."""
        while self.get("/health/ready")[0] != 200:
            if self.child.poll() is not None or time.monotonic() - self.started > timeout:
                raise RuntimeError(f"{self.name} is not ready: see {self.log}")
            time.sleep(0.002)
        self.ready_after = time.monotonic() - self.started

    def count(self, metric, **labels):
        """The sum of a metric over all series that have these labels."""
        total = 0.0
        for line in self.get("/metrics")[1].splitlines():
            name, _, rest = line.partition("{") if "{" in line else line.partition(" ")
            if name == metric and all(f'{label}="{value}"' in rest for label, value in labels.items()):
                total += float(line.rsplit(" ", 1)[1])
        return total

    def terminate(self):
        if self.child.poll() is None:
            self.child.terminate()

    def wait(self):
        try:
            self.child.wait(timeout=40)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()


def family(pid):
    """A process and its children: PostgreSQL's backends, RabbitMQ's helpers."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat") as file:
                    parents[int(entry)] = int(file.read().rsplit(")", 1)[1].split()[1])
            except OSError:
                pass  # ended meanwhile
    members, known = [pid], {pid}
    for member in members:
        members += [child for child, parent in parents.items() if parent == member and child not in known]
        known.update(members)
    return members


def cpu_seconds(pid):
    """Processor time that a process has used, with that of the children whose end it has seen."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:15])) / TICKS


def resident(pid):
    """Resident memory in MB."""
    with open(f"/proc/{pid}/status") as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1]) / 1024


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def threads(pid):
    return len(os.listdir(f"/proc/{pid}/task"))
