#!/usr/bin/env python3
"""Writes terraform/costs/README.md, what each environment costs a month, from prices.json. With --check it fails where the page has drifted."""

import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
HOURS = 730
HEAD = """# Costs

What an environment costs a month by its own layers, in USD, before traffic, tax and discounts: list prices of {date}, written down in [prices.json](prices.json) by hand, so look them
up before you rely on them. Written by `terraform/costs/costs.py`.
"""


def month(price, quantity):
    """The cost of a quantity of something for a month."""
    return price["usd"] * quantity * (HOURS if price["unit"] == "hour" else 1)


def page(table):
    """The page as text."""
    lines = [HEAD.format(date=table["date"]), "| environment | network | data | cluster | a month |", "|---|--:|--:|--:|--:|"]
    for name, layers in table["environments"].items():
        sums = {layer: sum(month(table["prices"][item[0]], item[1]) for item in items) for layer, items in layers.items()}
        lines.append(f"| `{name}` | {' | '.join(f'{sums.get(layer, 0):,.0f}' for layer in ['network', 'data', 'cluster'])} | {sum(sums.values()):,.0f} |")
    lines.append("\nThe layer gitops costs nothing. Dev's data layer can be left away: its overlay has servers of its own.")
    for name, layers in table["environments"].items():
        lines += [f"\n## {name}\n", "| layer | what | how many | each | a month |", "|---|---|--:|--:|--:|"]
        for layer, items in layers.items():
            for key, quantity, *why in items:
                price = table["prices"][key]
                what = f"[{price['what']}]({price['source']})" + (f" ({why[0]})" if why else "")
                lines.append(f"| {layer} | {what} | {quantity:g} | {price['usd']:g} a {price['unit']} | {month(price, quantity):,.2f} |")
    return "\n".join(lines) + "\n"


def main():
    """Writes or checks the page."""
    text = page(json.loads((HERE / "prices.json").read_text()))
    target = HERE / "README.md"
    if "--check" in sys.argv:
        if not target.exists() or target.read_text() != text:
            sys.exit("terraform/costs/README.md is not what terraform/costs/costs.py writes: run it")
    else:
        target.write_text(text)


if __name__ == "__main__":
    main()
