"""Holds the documents of each API against their specifications."""

import json
import pathlib

import jsonschema
from openapi_spec_validator import OpenAPIV31SpecValidator

from fuzz import shop

# A document that a page loads at once. The largest, of Notification, has 100 kB.
LIMIT = 150_000


def asyncapi_faults(document):
    """What is wrong with an AsyncAPI document: faults of its schema, and references that lead nowhere."""
    schema = json.loads((pathlib.Path(__file__).parent / "asyncapi-3.0.0.json").read_text())
    faults = [
        f"{'/'.join(map(str, fault.absolute_path))}: {fault.message[:200]}"
        for fault in jsonschema.Draft7Validator(schema).iter_errors(document)
    ]
    return faults + [f"{reference} leads nowhere" for reference in references(document) if not leads(document, reference)]


def references(value):
    """Every `$ref` in a document."""
    if isinstance(value, dict):
        for name, member in value.items():
            if name == "$ref":
                yield member
            else:
                yield from references(member)
    elif isinstance(value, list):
        for element in value:
            yield from references(element)


def leads(document, reference):
    """Whether there is something at a reference."""
    for name in reference.removeprefix("#/").split("/"):
        if name not in document:
            return False
        document = document[name]
    return True


def main():
    for domain in shop.DOMAINS:
        openapi = shop.api(domain, "/openapi.json")
        faults = [str(fault) for fault in OpenAPIV31SpecValidator(openapi).iter_errors()]
        size = len(json.dumps(openapi, separators=(",", ":")))
        if size > LIMIT:
            faults.append(f"the OpenAPI document has {size} bytes, more than {LIMIT}")
        faults += asyncapi_faults(shop.api(domain, "/asyncapi.json"))
        if faults:
            raise SystemExit(f"{domain}-api describes itself wrongly:\n" + "\n".join(faults))
        operations = sum(len(path) for path in openapi["paths"].values())
        print(f"  {domain}-api: {operations} operations in {size // 1000} kB")
