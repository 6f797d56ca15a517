"""Takes a copy of every message that the shop sends, and holds it against the AsyncAPI documents."""

import base64
import collections
import json
import time

import jsonschema

from fuzz import shop

QUEUE = "fuzz.tap"
EXCHANGE = "tradewind.events"


def validators():
    """What each routing key carries: the name of the event, and validators of its headers and body."""
    known = {}
    for domain in shop.DOMAINS:
        document = shop.api(domain, "/asyncapi.json")
        for name, channel in document["channels"].items():
            if channel["bindings"]["amqp"]["is"] != "routingKey":
                continue
            (event,) = channel["messages"]
            message = document["components"]["messages"][event]
            known[name] = (event, *(validator(message[part], document) for part in ("headers", "payload")))
    return known


def validator(schema, document):
    """A validator whose references lead into `document`."""
    root = {"components": document["components"], **schema}
    return jsonschema.Draft202012Validator(root, format_checker=jsonschema.FormatChecker())


def faults(message, known):
    """What is wrong with a message."""
    key, properties = message["routing_key"], message["properties"]
    if key not in known:
        return [f"no document knows the routing key {key}"]
    event, headers, payload = known[key]
    body = message["payload"]
    if message["payload_encoding"] == "base64":
        body = base64.b64decode(body)
    found = [fault.message for fault in headers.iter_errors(properties["headers"])]
    found += [fault.message for fault in payload.iter_errors(json.loads(body))]
    if properties.get("content_type") != "application/json":
        found.append(f"its content type is {properties.get('content_type')}")
    if properties.get("type") != event:
        found.append(f"its type is {properties.get('type')}")
    return [f"{event}: {fault}" for fault in found]


def bind():
    """From now on the broker keeps a copy of each message."""
    shop.broker(f"/queues/%2F/{QUEUE}", "PUT", {"durable": True})
    shop.broker(f"/bindings/%2F/e/{EXCHANGE}/q/{QUEUE}", "POST", {"routing_key": "#"})


def main():
    known = validators()
    counts, wrong = collections.Counter(), []
    quiet = 0
    while quiet < 10:
        wanted = {"count": 500, "ackmode": "ack_requeue_false", "encoding": "auto"}
        messages = shop.broker(f"/queues/%2F/{QUEUE}/get", "POST", wanted)
        quiet = 0 if messages else quiet + 1
        for message in messages:
            counts[message["routing_key"]] += 1
            wrong += faults(message, known)
        if not messages:
            time.sleep(0.2)
    print("  messages: " + ", ".join(f"{count} {key}" for key, count in sorted(counts.items())))
    missing = [key for key in ("order.created", "order.confirmed", "order.cancelled", "stock.product-priced",
                               "stock.process-completed", "stock.process-failed", "notification.sent")
               if not counts[key]]
    if missing:
        wrong.append(f"nothing came of {', '.join(missing)}")
    if wrong:
        raise SystemExit("\n".join(wrong[:20]))
