"""What puts load on a shop: pgbench, wrk, a bare publisher, requests at a steady rate."""

import collections
import os
import re
import subprocess

CONNECTIONS = 64
CLIENTS = 32
WINDOW = 500


def run(words, **options):
    result = subprocess.run(words, capture_output=True, text=True, **options)
    if result.returncode != 0:
        raise RuntimeError(f"{os.path.basename(words[0])} failed: {(result.stderr or result.stdout).strip()[:2000]}")
    return result.stdout


def build(project, directory):
    """Compiles the load's C programs, and the library that slows a disk down, into `directory`."""
    source = os.path.join(project, "profiles", "load")
    for name, flags in {"raw-publish": ["-lrabbitmq"], "steady": ["-pthread"],
                        "slow-disk": ["-shared", "-fPIC", "-ldl"]}.items():
        run(["gcc", "-O2", "-Wall", "-Wextra", f"{source}/{name}.c", "-o", f"{directory}/{name}", *flags])
    os.chmod(f"{directory}/slow-disk", 0o755)


def pgbench(shop, domain, script, seconds, **variables):
    """Transactions a second of one statement each, from 32 clients."""
    # A second more, as the clients log in at pgbench's expense; that part is not counted into the rate.
    words = ["pgbench", "-n", "-M", "prepared", "-f", f"{shop.load}/{script}", "-c", str(CLIENTS), "-j", "1",
             "-T", str(seconds + 1)]
    words += [word for name, value in variables.items() for word in ("-D", f"{name}={value}")]
    output = run(words, env=shop.connection(domain))
    rate = re.search(r"^tps = ([\d.]+)", output, re.M)
    if rate is None:
        raise RuntimeError(f"pgbench got nothing done within {seconds + 1} s: is the machine that busy?")
    return float(rate[1])


def wrk(shop, url, seconds, products):
    """Orders a second with 64 connections, and the 50th and 99th percentile of their answers in ms."""
    output = run(["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", f"{shop.load}/orders.lua", url],
                 env={**os.environ, "PRODUCTS": str(products)})
    rate, p50, p99, lost = re.search(
        r"orders/s (\S+)  p50 (\S+) ms  p99 (\S+) ms  not placed (\d+)", output).groups()
    if int(lost) > 0:
        raise RuntimeError(f"{lost} orders were not placed: {output}")
    return float(rate), float(p50), float(p99)


def publish(shop, count, products, exchange, key):
    """Publishes OrderCreated with confirms in a window of 500; messages a second."""
    words = [f"{shop.tools}/raw-publish", str(count), str(products), exchange, key, str(WINDOW)]
    return float(run(words, env={**os.environ, "AMQP_URL": shop.broker}))


def statuses(shop, process, rate, seconds, products):
    """Places orders at a steady rate; how many were answered with which status."""
    return dict(collections.Counter(line.split()[3] for line in place_steadily(shop, process, rate, seconds, products)))


def steady(shop, process, rate, seconds, products):
    """Places orders at a steady rate: for each its id and the moments (µs) at which it was meant and answered."""
    orders = {}
    for line in place_steadily(shop, process, rate, seconds, products):
        order, meant, answered, status = line.split()
        if status != "201":
            raise RuntimeError(f"an order was answered {status} at {rate} orders/s")
        orders[order] = (int(meant), int(answered))
    return orders


def place_steadily(shop, process, rate, seconds, products):
    words = [f"{shop.tools}/steady", "127.0.0.1", process.port, rate, int(seconds), products]
    return run([str(word) for word in words]).splitlines()
