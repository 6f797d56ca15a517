"""Opening the shop, and reading its books when all is over."""

import base64
import hashlib
import json
import random
import time
import uuid

from customers import ORDER, TOKEN, Connection
from shop import ENV, Broken, query


def open_shop(seed):
    """Twenty products, a quarter of them scarce, and Order knows their prices."""
    chance = random.Random(f"{seed} products")
    stock = Connection(ENV["STOCK_API_URL"])
    products = []
    for number in range(20):
        product = str(uuid.UUID(int=chance.getrandbits(128), version=4))
        price = {"amount": f"{number + 1}.99", "currency": "USD"}
        status, answer = stock.call("PUT", f"/api/products/{product}", {
            "sku": f"CHAOS-{product[:13]}", "name": f"Product {number}", "unitPrice": price})
        amount = 1_000_000 if number % 4 else 300
        booked, _ = stock.call("POST", f"/api/stocks/{product}/adjustments", {"delta": amount, "reason": "receipt"})
        if status != 201 or booked != 201:
            raise Broken(f"no product: {answer}")
        products.append(product)
    for _ in range(200):
        if query(ENV["ORDER_DATABASE_URL"], "SELECT count(*) FROM product_prices") == [[str(len(products))]]:
            return products
        time.sleep(0.1)
    raise Broken("Order does not know the prices after 20 s")


def listed_orders():
    """Status by id of all orders, page by page."""
    connection, orders, cursor = Connection(ORDER, timeout=30), {}, ""
    while True:
        status, page = connection.call("GET", f"/api/orders?limit=200{cursor}")
        if status != 200:
            raise Broken(f"GET /api/orders answered {status}")
        orders.update((order["orderId"], order["status"]) for order in page["items"])
        if not page.get("nextCursor"):
            return orders
        cursor = f"&cursor={page['nextCursor']}"


def keys(names):
    """Order id by key, of those of `names` that are kept: as the digest of who is calling and the key."""
    subject = "anybody"
    if TOKEN:
        payload = TOKEN.split(".")[1]
        subject = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sub"]
    kept = dict(query(ENV["ORDER_DATABASE_URL"], "SELECT key, about FROM idempotency_keys"))
    stored = {name: hashlib.sha256(f"{subject}\0{name}".encode()).hexdigest() for name in names}
    return {name: kept[digest] for name, digest in stored.items() if digest in kept}


def await_ends(seconds):
    """Waits until no order is pending; how long that took, for as long as `seconds`."""
    start = time.monotonic()
    pending = "SELECT count(*) FROM orders WHERE status = 'Pending'"
    while query(ENV["ORDER_DATABASE_URL"], pending) != [["0"]] and time.monotonic() - start < seconds:
        time.sleep(0.2)
    return time.monotonic() - start
