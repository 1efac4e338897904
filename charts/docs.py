"""Makes each chart's values.schema.json, and the table of values in its README.md, of its values.yaml and of schema.yaml.

Run by scripts/charts-docs, which says what the argument --check does.
"""

import json
import sys
from pathlib import Path

import yaml

CHARTS = Path(__file__).parent
BEGIN = "<!-- Made by scripts/charts-docs of values.yaml: edit that. -->"
END = "<!-- Made until here. -->"
TYPES = {bool: "boolean", int: "integer", float: "number", str: "string"}
# Lists and maps of a default say nothing of what else they may hold, and numbers nothing of their range.
NEED_RULE = (int, float, list, dict)


class Value:
    """A value that can be set: one that has a default and a comment."""

    def __init__(self, path, default, description):
        self.path, self.default, self.description = path, default, description


class Chart:
    """A chart's values, in their order."""

    def __init__(self, folder, rules):
        self.folder, self.rules = folder, rules
        self.values = []
        self.lines = (folder / "values.yaml").read_text().splitlines()
        self.walk(yaml.compose("\n".join(self.lines)), ())

    def rule(self, path):
        for key in (f"{self.folder.name}: {'.'.join(path)}", ".".join(path)):
            if key in self.rules:
                self.rules[key][1].add(self.folder.name)
                return self.rules[key][0]
        return None

    def walk(self, node, path):
        for key, value in node.value:
            inner = (*path, key.value)
            if isinstance(value, yaml.MappingNode) and value.value and self.rule(inner) is None:
                self.walk(value, inner)
            else:
                default = yaml.safe_load(yaml.serialize(value))
                self.values.append(Value(inner, default, self.comment(key.start_mark.line, inner)))

    def comment(self, line, path):
        """The comment above a key: its first line begins with `# -- `."""
        words = []
        while line > 0 and self.lines[line - 1].lstrip().startswith("#"):
            line -= 1
            text = self.lines[line].lstrip()
            if text.startswith("# -- "):
                return " ".join([text[5:], *words])
            words.insert(0, text[1:].strip())
        sys.exit(f"{self.folder}/values.yaml: {'.'.join(path)} has no comment `# -- ...` above it: say what it is")

    def schema(self):
        root = closed({"description": f"Values of the chart {self.folder.name}."})
        for value in self.values:
            rule = self.rule(value.path)
            kind = type(value.default)
            if rule is None and kind in NEED_RULE:
                sys.exit(f"{CHARTS}/schema.yaml: {'.'.join(value.path)} is not there: say what it may be")
            inferred = {"type": TYPES[kind]} if kind in TYPES else {}
            parent = root
            for name in value.path[:-1]:
                parent = parent["properties"].setdefault(name, closed({}))
            parent["properties"][value.path[-1]] = {"description": value.description, **inferred, **(rule or {})}
        # Helm gives every chart `global`, and a chart with dependencies their names.
        helms = {"global": {"description": "Helm's own.", "type": "object"}}
        root["properties"] |= helms | {"library": closed({}) | {"properties": helms}}
        return json.dumps({
            "$schema": "http://json-schema.org/draft-07/schema#",
            "$comment": "Made by scripts/charts-docs of values.yaml and charts/schema.yaml: edit those.",
            **root,
        }, indent=2) + "\n"

    def readme(self):
        path = self.folder / "README.md"
        before, begin, rest = path.read_text().partition(BEGIN)
        _, end, after = rest.partition(END)
        if not (begin and end):
            sys.exit(f"{path} lacks the lines {BEGIN!r} and {END!r}, between which the table of values stands")
        rows = ["| value | default | |", "|---|---|---|"]
        for value in self.values:
            default = json.dumps(value.default).replace("|", "\\|")
            rows.append(f"| `{'.'.join(value.path)}` | `{default}` | {value.description.replace('|', chr(92) + '|')} |")
        return f"{before}{BEGIN}\n\n" + "\n".join(rows) + f"\n\n{END}{after}"


def closed(schema):
    """The schema of an object that takes nothing but the properties that are added to it."""
    return {**schema, "type": "object", "additionalProperties": False, "properties": {}}


def main(check):
    rules = {path: (rule, set()) for path, rule in yaml.safe_load((CHARTS / "schema.yaml").read_text())["values"].items()}
    stale = []
    for folder in sorted(file.parent for file in CHARTS.glob("*/values.yaml")):
        chart = Chart(folder, rules)
        for name, text in (("values.schema.json", chart.schema()), ("README.md", chart.readme())):
            file = folder / name
            if not file.exists() or file.read_text() != text:
                stale.append(str(file))
                if not check:
                    file.write_text(text)
    for path, (_, used) in rules.items():
        if not used:
            sys.exit(f"{CHARTS}/schema.yaml: no chart has the value {path}")
    if check and stale:
        sys.exit(f"{', '.join(stale)}: not what values.yaml and charts/schema.yaml make: run scripts/charts-docs")


main("--check" in sys.argv[1:])
