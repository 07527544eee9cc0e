"""Validates answers, one JSON object a line, against an OpenAPI 3.1 document.

Usage: described_answers.py DOCUMENT FILE. A line has the id of the operation, the status, the headers by their names in
lower case, and the body as text; or the name of a webhook with the headers and the body of a request. Prints {"faults": [...], "unseen": [...]}: what is not as the document has it, and the
answers of the document that are in no line. A field that the document does not name is a fault, too, though clients
have to take it.
"""

import json
import pathlib
import sys

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

document = json.loads(pathlib.Path(sys.argv[1]).read_text())
root = "urn:document"


def close(value):
    """Forbids fields without a name in all objects that have named ones, and makes references absolute."""
    if isinstance(value, list):
        return [close(item) for item in value]
    if not isinstance(value, dict):
        return value
    closed = {name: root + item if name == "$ref" else close(item) for name, item in value.items()}
    if isinstance(value.get("properties"), dict):
        closed.setdefault("additionalProperties", False)
    return closed


closed = close(document)
registry = Registry().with_resource(root, Resource.from_contents(closed, default_specification=DRAFT202012))


def resolved(value):
    while "$ref" in value:
        target = closed
        for part in value["$ref"].removeprefix(f"{root}#/").split("/"):
            target = target[part]
        value = target
    return value


def faults_in(value, schema):
    validator = Draft202012Validator(
        schema, registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def faults_of(answer, response):
    for name, header in response.get("headers", {}).items():
        header = resolved(header)
        text = answer["headers"].get(name.lower())
        if text is None:
            if header.get("required"):
                yield f"no {name}"
            continue
        value = int(text) if header["schema"].get("type") == "integer" and text.isdigit() else text
        yield from (f"{name} {fault}" for fault in faults_in(value, header["schema"]))
    content = response.get("content")
    if content is None:
        if answer["body"]:
            yield "a body"
        return
    if answer["headers"].get("content-type") not in content:
        yield f"the media type {answer['headers'].get('content-type')}"
        return
    media = content[answer["headers"]["content-type"]]
    yield from faults_in(json.loads(answer["body"]), media["schema"])


def faults_of_webhook(request, operation):
    for parameter in operation["parameters"]:
        text = request["headers"].get(parameter["name"])
        if text is None:
            yield f"no {parameter['name']}"
        else:
            value = int(text) if parameter["schema"]["type"] == "integer" and text.isdigit() else text
            yield from (f"{parameter['name']} {fault}" for fault in faults_in(value, parameter["schema"]))
    yield from faults_in(
        json.loads(request["body"]), operation["requestBody"]["content"]["application/json"]["schema"])


operations = {
    operation["operationId"]: operation for item in closed["paths"].values() for operation in item.values()}
unseen = {f"{name} {status}" for name, operation in operations.items() for status in operation["responses"]}
faults = []
for line in pathlib.Path(sys.argv[2]).read_text().splitlines():
    answer = json.loads(line)
    if "webhook" in answer:
        operation = closed["webhooks"][answer["webhook"]]["post"]
        faults += [f"{answer['webhook']}: {fault}" for fault in faults_of_webhook(answer, operation)]
        continue
    place = f"{answer['operation']} {answer['status']}"
    response = operations[answer["operation"]]["responses"].get(str(answer["status"]))
    if response is None:
        faults.append(f"{place} is not described: {answer['body'][:200]}")
        continue
    unseen.discard(place)
    faults += [f"{place}: {fault}" for fault in faults_of(answer, resolved(response))]

webhooks = {name: item["post"] for name, item in closed.get("webhooks", {}).items()}
for name, operation in (operations | webhooks).items():
    bodies = [("request", operation.get("requestBody"))]
    bodies += [(status, resolved(response)) for status, response in operation["responses"].items()]
    for place, body in bodies:
        for media in ((body or {}).get("content") or {}).values():
            for example in media.get("examples", {}).values():
                faults += [f"{name}: the example of {place}: {fault}" for fault in
                           faults_in(example["value"], media["schema"])]

print(json.dumps({"faults": sorted(set(faults)), "unseen": sorted(unseen)}))
