"""Holds what the customers were told against what the shop says afterwards."""

import dataclasses


@dataclasses.dataclass
class Books:
    """What the shop says when all is over."""

    orders: dict  # status by order id, as GET /api/orders lists them
    keys: dict  # order id by idempotency key


def faults(accepted, cancelled, placed_before, books):
    """Every promise that was broken, as (lost | doubled | wrong, what).

    `accepted` has the order by key of what was answered with 201 at last, `cancelled` the orders whose cancellation was
    answered with 200, `placed_before` the order by key of what had got no answer and was there nevertheless before it
    was sent again.
    """
    found = []
    for key, order in accepted.items():
        status = books.orders.get(order)
        if status is None:
            found.append(("lost", f"order {order}, answered 201, is gone"))
        elif status == "Pending":
            found.append(("lost", f"order {order} does not end"))
        if books.keys.get(key) != order:
            found.append(("doubled", f"key {key} was answered with {order} and stands for {books.keys.get(key)}"))
        if placed_before.get(key, order) != order:
            found.append(("doubled", f"key {key} had placed {placed_before[key]} and was answered with {order}"))
    for order in cancelled:
        if books.orders.get(order) != "Cancelled":
            found.append(("lost", f"order {order} was cancelled and is {books.orders.get(order)}"))
    promised = set(accepted.values())
    if len(promised) != len(accepted):
        found.append(("lost", f"{len(accepted)} keys share {len(promised)} orders"))
    for order in books.orders.keys() - promised:
        found.append(("doubled", f"nobody was promised order {order}"))
    return found
