"""Validates events, one JSON object a line, against the schemas of a folder, and prints their number.

Usage: event_schemas.py FOLDER FILE. Exits with 1 if an event is invalid, or if one is valid without one of its fields.
"""

import json
import pathlib
import sys

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

folder, file = map(pathlib.Path, sys.argv[1:])
schemas = {path.name: json.loads(path.read_text()) for path in folder.glob("*.schema.json")}
for schema in schemas.values():
    Draft202012Validator.check_schema(schema)
registry = Registry().with_resources((name, Resource.from_contents(schema)) for name, schema in schemas.items())

count = 0
for line in file.read_text().splitlines():
    event = json.loads(line)
    schema = schemas[event["type"] + ".schema.json"]
    validator = Draft202012Validator(
        schema, registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER)
    errors = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(event)]
    if errors:
        sys.exit(f"{event['id']}: {errors}")
    for parent in (event, event.get("execution") or event["job"]):
        for name in list(parent):
            value = parent.pop(name)
            if validator.is_valid(event):
                sys.exit(f"{event['id']} is valid without {name}")
            parent[name] = value
    count += 1
print(count)
