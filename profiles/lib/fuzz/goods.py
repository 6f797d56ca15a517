"""Puts something into the shop, so that requests can find something: products, an order that is confirmed, one that is not."""

import time
import uuid

from fuzz import messages, shop


def product(sku, amount):
    """Registers a product and its stock."""
    identity = str(uuid.uuid4())
    price = {"amount": "19.99", "currency": "USD"}
    shop.api("stock", f"/api/products/{identity}", "PUT", {"sku": sku, "name": sku, "unitPrice": price})
    if amount:
        path = f"/api/stocks/{identity}/adjustments"
        shop.api("stock", path, "POST", {"delta": amount, "reason": "delivery"}, {"Idempotency-Key": f"goods-{sku}"})
    return identity


def order(identity):
    """Places an order, once Order knows the price."""
    body = {"customerId": str(uuid.uuid4()), "items": [{"productId": identity, "quantity": 1}]}
    for attempt in range(100):
        try:
            headers = {"Idempotency-Key": f"goods-{identity}-{attempt}"}
            return shop.api("order", "/api/orders", "POST", body, headers)["orderId"]
        except OSError:
            time.sleep(0.1)
    raise SystemExit("Order does not learn the price of a product")


def main():
    messages.bind()
    orders = [order(product("PLENTY", 1000)), order(product("NOTHING", 0))]
    for _ in range(200):
        states = [shop.api("order", f"/api/orders/{identity}")["status"] for identity in orders]
        if states == ["Confirmed", "Cancelled"]:
            return
        time.sleep(0.1)
    raise SystemExit(f"the orders are {states}")
