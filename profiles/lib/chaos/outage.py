"""Measures what the shop's processes do while a server is away: processor time, and lines written to their logs.

profiles/chaos --outage SECONDS starts it. Two clients go on asking all the while. Ends with 0 when no process took more
than a tenth of a processor beyond what it takes otherwise, or wrote more than two lines a second.
"""

import argparse
import os
import signal
import sys
import time

from session import await_ends, open_shop
from customers import Customers
from plan import APIS, WORKERS
from shop import ENV, Shop


def processor_seconds(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def log_lines(name):
    with open(f"{ENV['RUN_DIR']}/log/{name}.log", "rb") as file:
        return sum(1 for _ in file)


def measured(shop, seconds):
    """Processor seconds and log lines by process, over so many seconds."""
    names = APIS + WORKERS
    before = {name: (processor_seconds(shop.pid(name)), log_lines(name)) for name in names}
    time.sleep(seconds)
    return {name: (processor_seconds(shop.pid(name)) - before[name][0], log_lines(name) - before[name][1])
            for name in names}


def run(seconds):
    shop = Shop(1)
    customers = Customers(open_shop(0), 0, count=2)
    customers.start()
    time.sleep(3)
    results = {"all there": measured(shop, seconds)}
    for title, server in (("PostgreSQL away", "postgres"), ("RabbitMQ away", "rabbitmq")):
        shop.end(server, signal.SIGKILL)
        results[title] = measured(shop, seconds)
        shop.start(server)
        await_ends(60)
        time.sleep(5)
    customers.finish()
    print(f"  processor time in {seconds} s, and lines logged")
    print(f"  {'':24}" + "".join(f"{title:>22}" for title in results))
    worst = []
    for name in APIS + WORKERS:
        print(f"  {name:24}" + "".join(f"{used:13.2f} s {lines:6d}" for used, lines in (
            result[name] for result in results.values())))
        usual = results["all there"][name][0]
        for title, result in results.items():
            used, lines = result[name]
            if used - usual > 0.1 * seconds or lines > 2 * seconds:
                worst.append(f"{name}, {title}: {used:.2f} s, {lines} lines")
    return worst + [f"{kind}: {text}" for kind, text in customers.faults]


def main():
    parser = argparse.ArgumentParser(prog="outage")
    parser.add_argument("--seconds", type=int, required=True)
    worst = run(parser.parse_args().seconds)
    if worst:
        sys.exit("too busy while a server was away: " + "; ".join(worst))
    print("  ✓ nobody was busy while a server was away")


if __name__ == "__main__":
    main()
