"""Validates files for Docker Compose against the schema of the Compose specification, and merges them as Compose does.

Usage: compose_files.py FILE… Prints {"faults": [TEXT, …], "merged": {…}}. The faults are those of each file, and of all
files up to it when they are merged.
"""

import importlib.resources
import json
import pathlib
import sys

import check_jsonschema.builtin_schemas
import yaml
from jsonschema.validators import validator_for


class Loader(yaml.SafeLoader):
    """Knows the tags of Compose, and takes no name twice in a mapping."""

    def construct_mapping(self, node, deep=False):
        names = [key.value for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
        for name in names:
            if names.count(name) > 1:
                raise yaml.MarkedYAMLError(f"{name} is in the mapping twice", node.start_mark)
        return super().construct_mapping(node, deep)


class Tagged:
    """A value with the tag !reset, which removes that of the file before, or !override, which replaces it."""

    def __init__(self, loader, node):
        self.removes = node.tag == "!reset"
        build = {yaml.SequenceNode: loader.construct_sequence, yaml.MappingNode: loader.construct_mapping}
        arguments = {} if isinstance(node, yaml.ScalarNode) else {"deep": True}
        self.value = build.get(type(node), loader.construct_scalar)(node, **arguments)


for tag in ("!reset", "!override"):
    Loader.add_constructor(tag, Tagged)


def merge(old, new):
    if isinstance(old, dict) and isinstance(new, dict):
        merged = {name: value for name, value in old.items() if not removed(new.get(name))}
        for name, value in new.items():
            if not removed(value):
                merged[name] = value if name in ("command", "entrypoint", "test") else merge(old.get(name), value)
        return merged
    if isinstance(old, list) and isinstance(new, list):
        return old + [item for item in new if item not in old]
    return plain(new)


def removed(value):
    return isinstance(value, Tagged) and value.removes


def plain(value):
    """The value without tags."""
    if isinstance(value, Tagged):
        return value.value
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return value


schemas = importlib.resources.files(check_jsonschema.builtin_schemas) / "vendor"
schema = json.loads((schemas / "compose-spec.json").read_text())
validator = validator_for(schema)(schema)
merged = {}
faults = []
for path in map(pathlib.Path, sys.argv[1:]):
    document = yaml.load(path.read_text(), Loader)
    merged = merge(merged, document)
    for name, checked in ((path.name, plain(document)), (f"{path.name}, merged", merged)):
        faults += [f"{name}: {error.json_path}: {error.message}" for error in validator.iter_errors(checked)]
json.dump({"faults": faults, "merged": merged}, sys.stdout, indent=1)
