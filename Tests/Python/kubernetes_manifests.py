"""Validates manifests against the schemas of Kubernetes, where an unknown field is a fault, too.

Usage: kubernetes_manifests.py FILE… Prints one JSON object: the number of resources that were checked, the faults,
and the kinds for which Kubernetes has no schema.
"""

import json
import sys

import kubernetes_validate
import yaml

version = kubernetes_validate.latest_version()
checked, faults, without_schema = 0, [], set()
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        for resource in yaml.safe_load_all(file):
            try:
                kubernetes_validate.validate(resource, version, strict=True)
                checked += 1
            except kubernetes_validate.SchemaNotFoundError:
                without_schema.add(resource["kind"])
            except kubernetes_validate.ValidationError as error:
                place = ".".join(map(str, error.path))
                faults.append(f"{path}: {resource['kind']} {resource['metadata']['name']}: {place}: {error.message}")
print(json.dumps({"checked": checked, "faults": faults, "without_schema": sorted(without_schema)}))
