"""Prints each line of a source in Go or JavaScript that has a syntax error. Usage: syntax.py FILE"""

import sys

import tree_sitter_go
import tree_sitter_javascript
from tree_sitter import Language, Parser

languages = {"go": tree_sitter_go, "mjs": tree_sitter_javascript}


def errors(node):
    if node.is_error or node.is_missing:
        yield node.start_point[0] + 1
    for child in node.children:
        yield from errors(child)


path = sys.argv[1]
parser = Parser(Language(languages[path.rsplit(".")[-1]].language()))
with open(path, "rb") as file:
    for line in sorted(set(errors(parser.parse(file.read()).root_node))):
        print(line)
