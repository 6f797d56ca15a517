"""Places and cancels orders while striking the shop's processes and servers; profiles/chaos starts it.

Ends with 0 when every answer that was given still holds: an order answered with 201 exists and has ended, a
cancellation answered with 200 is in force, and each idempotency key stands for exactly one order.
"""

import argparse
import collections
import json
import sys
import time

from customers import Customers
from plan import DECK, strikes
from session import await_ends, keys, listed_orders, open_shop
from shop import ENV, Broken, Conductor, Shop, profile, query
from verdict import Books, faults


def percentiles(values):
    """p50, p99 and the maximum, in milliseconds."""
    ordered = sorted(values) or [0]
    return {name: round(1000 * ordered[min(len(ordered) - 1, int(part * len(ordered)))])
            for name, part in (("p50", 0.5), ("p99", 0.99), ("max", 1))}


def ends():
    """From placing to the first final state, in milliseconds, as the timelines tell."""
    [row] = query(ENV["ORDER_DATABASE_URL"], """
        SELECT round(percentile_cont(0.5) WITHIN GROUP (ORDER BY ms)), round(percentile_cont(0.99)
               WITHIN GROUP (ORDER BY ms)), round(max(ms))
        FROM (SELECT 1000 * extract(epoch FROM min(at) - placed_at) AS ms
              FROM orders JOIN order_timeline ON order_id = id WHERE step IN ('Confirmed', 'Cancelled')
              GROUP BY id, placed_at) AS ended""")
    return dict(zip(("p50", "p99", "max"), (int(float(value or 0)) for value in row)))


def run(wanted):
    shop = Shop(wanted.brokers)
    customers = Customers(open_shop(wanted.seed), wanted.seed, wanted.clients)
    end = time.monotonic() + 60 * wanted.minutes
    waiting, progress = [], [time.monotonic()]

    def tell(strike):
        waiting.append(strike.kind if strike.kind.split()[-1] not in ("worker", "API") else f"{strike.kind.split()[0]} "
                       f"{strike.target}")
        if time.monotonic() - progress[0] >= wanted.tell_every:
            progress[0] = time.monotonic()
            print(f"  {max(0, end - time.monotonic()):5.0f} s left  {len(customers.accepted):6d} orders"
                  f"  {sum(shop.killed.values()):4d} kills  {', '.join(waiting)}", flush=True)
            waiting.clear()

    print(f"  seed {wanted.seed}, {wanted.minutes:g} min, {wanted.clients} clients, {wanted.brokers} broker(s)",
          flush=True)
    conductor = Conductor(shop, strikes(wanted.seed, wanted.only, wanted.pace), tell)
    customers.start()
    conductor.run(end)
    gap = max(customers.longest_gap, time.monotonic() - customers.last)
    customers.finish()
    found = [("wrong", fault) for fault in conductor.faults]
    profile("app", "up")

    accepted_at_once = len(customers.accepted)
    placed_before = keys(customers.unanswered)
    unanswered = len(customers.unanswered)
    customers.insist()
    settled = await_ends(120)
    found += customers.faults
    found += faults(customers.accepted, customers.cancelled, placed_before, Books(listed_orders(), keys(customers.bodies)))
    counts = collections.Counter(kind for kind, _ in found)
    return {
        "seed": wanted.seed, "minutes": wanted.minutes, "brokers": wanted.brokers, "clients": wanted.clients,
        "kills": sum(shop.killed.values()), "killed": dict(sorted(shop.killed.items())),
        "strikes": dict(sorted(shop.done.items())), "gave_up_starting": shop.gave_up, "answered_201": accepted_at_once,
        "refused_or_unanswered": customers.refusals, "sent_again": unanswered,
        "of_these_placed_already": len(placed_before), "repeated": customers.repeated,
        "cancelled": len(customers.cancelled), "orders": len(customers.accepted),
        "lost": counts["lost"], "doubled": counts["doubled"], "wrong": counts["wrong"],
        "longest_seconds_without_an_order": round(gap, 1), "settled_after_seconds": round(settled, 1),
        "answer_ms": percentiles(customers.seconds), "end_ms": ends(),
        "faults": [f"{kind}: {text}" for kind, text in found],
    }


def show(report):
    for name, count in report["strikes"].items():
        print(f"  struck  {count:4d}  {name}")
    print(f"  {report['kills']} kills: " + ", ".join(f"{name} {count}" for name, count in report["killed"].items()))
    print(f"  {report['answered_201']} orders answered 201 (p50 {report['answer_ms']['p50']} ms, p99 "
          f"{report['answer_ms']['p99']} ms), {report['repeated']} asked for twice, {report['cancelled']} cancelled")
    print(f"  {report['sent_again']} requests without an answer sent again, of which "
          f"{report['of_these_placed_already']} had placed their order")
    print(f"  from placing to the end: p50 {report['end_ms']['p50']} ms, p99 {report['end_ms']['p99']} ms, at most "
          f"{report['end_ms']['max']} ms")
    print(f"  longest time without an accepted order: {report['longest_seconds_without_an_order']} s")
    for fault in report["faults"][:20]:
        print(f"  ✗ {fault}")
    print(f"  lost {report['lost']}, doubled {report['doubled']}, otherwise wrong {report['wrong']}", flush=True)


def main():
    parser = argparse.ArgumentParser(prog="chaos")
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--report", required=True)
    parser.add_argument("--brokers", type=int, default=1)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--pace", type=float, default=1)
    parser.add_argument("--tell-every", type=float, default=5)
    parser.add_argument("--only", action="append", choices=list(DECK), default=[])
    wanted = parser.parse_args()
    try:
        report = run(wanted)
    except Broken as error:
        sys.exit(f"{error}\nseed {wanted.seed}")
    with open(wanted.report, "w") as file:
        json.dump(report, file, indent=2)
    show(report)
    if report["faults"]:
        sys.exit(f"{len(report['faults'])} promises broken; seed {wanted.seed}")
    print("  ✓ every answer that was given holds: none lost, none doubled")


if __name__ == "__main__":
    main()
