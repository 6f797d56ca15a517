"""What is struck, when and for how long. All of it follows from the seed, and nothing from the clock."""

import dataclasses
import random

APIS = ["order-api", "stock-api", "notification-api"]
WORKERS = [f"{domain}-worker-{number}" for domain in ("order", "stock", "notification") for number in (1, 2)]

# How often each kind comes in a deck, which is shuffled, dealt to the end, and shuffled again: so that a run of any
# length has the mix, and no kind is left out by chance.
DECK = {
    "kill worker": 8,
    "kill API": 3,
    "kill PostgreSQL": 3,
    "kill RabbitMQ": 2,
    "stop worker": 2,
    "freeze RabbitMQ": 1,
    "memory alarm": 1,
    "stop a queue": 1,
    "close broker connections": 2,
    "end database sessions": 2,
}


@dataclasses.dataclass(frozen=True)
class Strike:
    """One blow: after `pause` seconds, for `seconds` (until what was killed is started again); when its target is back, it
    is left alone for `rest` seconds."""

    pause: float
    kind: str
    target: str
    seconds: float
    rest: float


def strikes(seed, only=(), pace=1.0):
    """The endless sequence of strikes of a seed; `only` names the kinds, a `pace` of 2 strikes twice as often."""
    chance = random.Random(f"{seed} strikes")
    kinds = [kind for kind, count in DECK.items() if not only or kind in only for _ in range(count)]
    while True:
        chance.shuffle(kinds)
        for kind in kinds:
            # Every draw is made for every strike, whether it is needed or not.
            pause, worker, api, seconds, rest = (
                chance.uniform(0.4, 4), chance.choice(WORKERS), chance.choice(APIS), chance.uniform(0, 3),
                chance.uniform(1, 5))
            target = {"worker": worker, "API": api}.get(kind.split()[-1])
            if target is None:
                target = "postgres" if kind in ("kill PostgreSQL", "end database sessions") else "rabbitmq"
            yield Strike(pause / pace, kind, target, 0 if target == "postgres" else seconds, rest / pace)
