"""A run that finds nothing proves something only if it can find: here it is shown what it must find."""

import itertools
import random
import threading
import time
import unittest

from customers import Customers
from plan import DECK, Strike, strikes
from shop import Conductor
from verdict import Books, faults


class Verdict(unittest.TestCase):
    accepted = {"k1": "a", "k2": "b", "k3": "c"}
    orders = {"a": "Confirmed", "b": "Cancelled", "c": "Cancelled"}
    keys = accepted

    def judge(self, cancelled=("c",), placed_before=(), orders=None, keys=None, accepted=None):
        return [kind for kind, _ in faults(accepted or self.accepted, set(cancelled), dict(placed_before),
                                           Books(orders or self.orders, keys or self.keys))]

    def test_a_shop_that_kept_its_word_has_no_fault(self):
        self.assertEqual(self.judge(placed_before={"k2": "b"}), [])

    def test_an_order_that_is_gone_is_lost(self):
        self.assertEqual(self.judge(orders={"b": "Cancelled", "c": "Cancelled"}), ["lost"])

    def test_an_order_that_does_not_end_is_lost(self):
        self.assertEqual(self.judge(orders={**self.orders, "a": "Pending"}), ["lost"])

    def test_a_cancellation_that_is_not_in_force_is_lost(self):
        self.assertEqual(self.judge(orders={**self.orders, "c": "Confirmed"}), ["lost"])

    def test_an_order_that_nobody_was_promised_is_a_double(self):
        self.assertEqual(self.judge(orders={**self.orders, "d": "Confirmed"}), ["doubled"])

    def test_a_key_that_stands_for_another_order_is_a_double(self):
        self.assertEqual(self.judge(keys={**self.keys, "k1": "b"}), ["doubled"])

    def test_a_request_that_placed_one_order_before_and_another_when_it_was_sent_again_is_a_double(self):
        self.assertEqual(self.judge(placed_before={"k1": "x"}), ["doubled"])

    def test_two_keys_do_not_share_an_order(self):
        both = {"k1": "a", "k2": "a"}
        self.assertEqual(self.judge(cancelled=(), accepted=both, keys=both, orders={"a": "Confirmed"}), ["lost"])


class Seed(unittest.TestCase):
    def test_the_seed_repeats_the_strikes(self):
        first, again, other = (list(itertools.islice(strikes(seed), 500)) for seed in (7, 7, 8))
        self.assertEqual(first, again)
        self.assertNotEqual(first, other)

    def test_each_deck_has_every_kind_of_strike(self):
        deck = list(itertools.islice(strikes(7), sum(DECK.values())))
        self.assertEqual({kind: sum(strike.kind == kind for strike in deck) for kind in DECK}, DECK)

    def test_the_seed_repeats_the_orders_whatever_is_answered(self):
        self.assertEqual(self.orders(answer=(201, {"orderId": "o"})), self.orders(answer=(0, None)))

    def orders(self, answer):
        """The first ten requests of a client whose shop always gives this answer."""
        customers = Customers([f"p{n}" for n in range(20)], 7, count=0)
        customers.stop.wait = lambda _: len(customers.bodies) >= 10
        customers.cancel = customers.repeat = lambda *_: None
        bodies = {}

        def place(_, key, body):
            customers.bodies[key] = bodies[key] = body
            return answer[0] == 201

        customers.place = place
        customers.shop(random.Random("7 client 0"))
        return bodies


class Answers(unittest.TestCase):
    class Fake:
        def __init__(self, *answers):
            self.answers = list(answers)

        def call(self, *_):
            return self.answers.pop(0)

    def place(self, *answers):
        customers, connection = Customers([], 7, count=0), self.Fake(*answers)
        for _ in answers:
            customers.place(connection, "k", {})
        return customers

    def test_a_second_order_for_a_key_is_a_double(self):
        customers = self.place((201, {"orderId": "a"}), (201, {"orderId": "b"}))
        self.assertEqual([kind for kind, _ in customers.faults], ["doubled"])

    def test_what_gets_no_answer_is_kept_until_it_has_one(self):
        self.assertEqual(list(self.place((0, None), (503, {})).unanswered), ["k"])
        self.assertEqual(list(self.place((0, None), (201, {"orderId": "a"})).unanswered), [])

    def test_a_refusal_for_a_reason_that_does_not_exist_is_wrong(self):
        self.assertEqual([kind for kind, _ in self.place((422, {})).faults], ["wrong"])


class Overlap(unittest.TestCase):
    class Shop:
        def __init__(self):
            self.log = []
            self.second = threading.Event()

        def strike(self, strike):
            self.log.append(("begins", strike.kind))
            if strike.kind == "a1":
                self.second.wait(10)
            if strike.target == "b":
                self.second.set()
            if strike.kind == "broken":
                raise OSError("gone")
            self.log.append(("ends", strike.kind))

    def conduct(self, *plan):
        shop = self.Shop()
        conductor = Conductor(shop, [Strike(0, kind, target, 0, 0) for kind, target in plan], lambda strike: None)
        conductor.run(time.monotonic() + 30)
        return shop.log, conductor.faults

    def test_strikes_on_different_targets_overlap_and_on_one_follow_each_other(self):
        log, faults = self.conduct(("a1", "a"), ("a2", "a"), ("b1", "b"))
        self.assertEqual(faults, [])
        self.assertLess(log.index(("begins", "b1")), log.index(("ends", "a1")))
        self.assertLess(log.index(("ends", "a1")), log.index(("begins", "a2")))
        self.assertEqual(len(log), 6)

    def test_what_does_not_come_back_is_a_fault_and_ends_the_run(self):
        log, faults = self.conduct(("broken", "c"), ("c2", "c"))
        self.assertEqual((log, faults), ([("begins", "broken")], ["broken (c): gone"]))


if __name__ == "__main__":
    unittest.main()
