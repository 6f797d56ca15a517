"""Talks to the shop and its broker: addresses and the token come from the environment."""

import base64
import json
import os
import urllib.parse
import urllib.request

DOMAINS = ("order", "stock", "notification")


def call(url, method="GET", body=None, headers=None):
    """The JSON of an answer, None where it is empty. Raises urllib.error.HTTPError from 400 on."""
    data = None if body is None else json.dumps(body).encode()
    headers = dict(headers or {})
    if data is not None:
        headers["Content-Type"] = "application/json"
    with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method), timeout=30) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def api(domain, path, method="GET", body=None, headers=None):
    """Asks an API, with the token where there is one."""
    token = os.environ.get("FUZZ_TOKEN")
    headers = dict(headers or {})
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return call(os.environ[f"{domain.upper()}_API_URL"] + path, method, body, headers)


def broker(path, method="GET", body=None):
    """Asks RabbitMQ's management API."""
    url = urllib.parse.urlsplit(os.environ["RABBITMQ_MANAGEMENT_URL"])
    credentials = base64.b64encode(f"{url.username}:{url.password}".encode()).decode()
    address = f"http://{url.hostname}:{url.port}/api{path}"
    return call(address, method, body, {"Authorization": f"Basic {credentials}"})
