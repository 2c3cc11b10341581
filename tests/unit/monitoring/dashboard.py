# SPDX-License-Identifier: GPL-2.0-or-later
"""dashboard.py DASHBOARD: checks what Grafana relies on, and prints all expressions as recording rules, for
promtool to parse."""
import json
import re
import sys


def claim(holds, text):
	if not holds:
		sys.exit(f"dashboard: {text}")


def overlap(a, b):
	return a["x"] < b["x"] + b["w"] and b["x"] < a["x"] + a["w"] and a["y"] < b["y"] + b["h"] and b["y"] < a["y"] + a["h"]


def check_panel(panel, variables):
	title = panel["title"]
	place = panel["gridPos"]
	claim(panel["type"] in ("stat", "timeseries"), f"{title} is a {panel['type']}")
	claim(place["x"] + place["w"] <= 24 and min(place.values()) >= 0, f"{title} is not on the grid, which has 24 columns")
	claim(panel["targets"], f"{title} shows nothing")
	refs = [target["refId"] for target in panel["targets"]]
	claim(len(set(refs)) == len(refs), f"{title} has a refId twice")
	claim(panel["fieldConfig"]["defaults"].get("unit"), f"{title} has no unit")
	for each in [panel, *panel["targets"]]:
		claim(each["datasource"] == {"type": "prometheus", "uid": "${datasource}"}, f"{title} has a data source of its own")
	for target in panel["targets"]:
		used = set(re.findall(r"\$(\w+)", target["expr"]))
		claim(used <= variables, f"{title} uses {used}")
		claim("instance=~\"$instance\"" in target["expr"], f"{title} shows hosts that were not chosen")


with open(sys.argv[1]) as file:
	dashboard = json.load(file)
variables = {each["name"]: each for each in dashboard["templating"]["list"]}
claim(variables["datasource"]["type"] == "datasource" and variables["datasource"]["query"] == "prometheus", "no data source to choose")
claim(dashboard["uid"] and dashboard["title"] and "id" not in dashboard, "a uid and a title, and no id of some server")
panels = dashboard["panels"]
ids = [panel["id"] for panel in panels]
claim(len(panels) >= 10 and len(set(ids)) == len(ids), "ids of panels")
for i, panel in enumerate(panels):
	check_panel(panel, set(variables))
	for other in panels[:i]:
		claim(not overlap(panel["gridPos"], other["gridPos"]), f"{panel['title']} lies on {other['title']}")
rules = []
for panel in panels:
	for target in panel["targets"]:
		expression = target["expr"].replace("$instance", ".*").replace("$state", ".*")
		# Records' names have nothing of ours, whose metrics are looked for in this file.
		rules.append({"record": f"panel_{panel['id']}:{target['refId'].lower()}", "expr": expression})
print(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}, indent=1))
