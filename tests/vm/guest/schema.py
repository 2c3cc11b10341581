# SPDX-License-Identifier: GPL-2.0-or-later
"""schema.py COUNT: whether each line of standard input is, behind the name of its definition, what the
installed schema of pvmovectl's JSON has there; and whether there are so many at least."""
import json
import sys

import jsonschema

with open("/usr/share/pvmoved/schemas/pvmovectl.schema.json") as file:
	schema = json.load(file)
lines = sys.stdin.readlines()
if len(lines) < int(sys.argv[1]):
	sys.exit(f"{len(lines)} lines")
for line in lines:
	definition, document = line.split(" ", 1)
	jsonschema.validate(json.loads(document), {**schema, "anyOf": [{"$ref": f"#/$defs/{definition}"}]})
print(len(lines), "lines are as the schema has them")
