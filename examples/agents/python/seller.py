"""A seller in Python, over lines: a question comes in as one line of JSON, the decision goes out as one.

Nothing but the standard library. Standard output is for answers only; print anything else to standard error.
"""

import json
import sys

MARGIN = 1.25  # never below cost and a quarter
DAYS_OF_STOCK = 5


def decide(view):
    """A cent below the cheapest competitor, as far as the margin lets it; stock for five days of orders."""
    prices, restock = {}, {}
    for product in view["products"]:
        sku = product["sku"]
        wanted = max(min(product["competitorsCents"], default=product["priceCents"]) - 1, product["costCents"] * MARGIN)
        prices[sku] = round(wanted) / 100  # the world is told dollars
        missing = product["orders"]["units"] * DAYS_OF_STOCK - product["stock"]
        if missing > 0:
            restock[sku] = missing
    return {
        "reasoning": "A cent below the cheapest, stock for five days.",
        "accept_all_orders": True,
        "price_changes": prices,
        "restock": restock,
    }


def main():
    for line in sys.stdin:  # ends when the worker has no more questions
        question = json.loads(line)
        decision = decide(question["view"])
        answer = {
            "requestKey": question["requestKey"],
            "decision": decision,
            "metrics": {"restocked_units": sum(decision["restock"].values())},
        }
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
