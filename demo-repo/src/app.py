"""The shop and its command line.

Examples:
    python3 -m src.app items
    python3 -m src.app --database shop.db order coffee=2 bread=1 --code NEIGHBOUR
    python3 -m src.app --database shop.db refund 1 coffee=1
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Dict, List, Mapping, Optional, Tuple

from src.catalog import Catalog
from src.checkout import CheckoutError, Receipt, checkout, refund
from src.orders import OrderStore

CATALOG = Path(__file__).resolve().parent.parent / "fixtures" / "catalog.json"


class Shop:
    """Sells what is in the catalog and takes it back."""

    def __init__(self, catalog: Catalog, store: OrderStore) -> None:
        self._catalog = catalog
        self._store = store

    def order(
        self, quantities: Mapping[str, int], code: Optional[str] = None
    ) -> Tuple[int, Receipt]:
        """Sell the articles; return the order number and the receipt."""
        receipt = checkout(self._catalog.lines(quantities), code)
        return self._store.add(receipt), receipt

    def refund(self, order: int, quantities: Mapping[str, int]) -> int:
        """Take articles back; return the amount that is paid back."""
        receipt = self._store.receipt(order)
        amount = refund(receipt, quantities, self._store.returned(order))
        self._store.add_returned(order, quantities)
        return amount


def money(cents: int) -> str:
    """Return an amount as a customer reads it, for example `12.05`."""
    return f"{cents // 100}.{cents % 100:02d}"


def parse_quantities(words: List[str]) -> Dict[str, int]:
    """Read words such as `coffee=2`; a bare `coffee` means one."""
    quantities: Dict[str, int] = {}
    for word in words:
        sku, _, number = word.partition("=")
        try:
            quantities[sku] = quantities.get(sku, 0) + int(number or "1")
        except ValueError:
            raise CheckoutError(f"{sku}: not a quantity: {number}") from None
    return quantities


def parse_arguments(arguments: Optional[List[str]]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python3 -m src.app")
    parser.add_argument("--database", default=":memory:", help="an SQLite file")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("items", help="list what is on sale")
    order = commands.add_parser("order", help="buy articles")
    order.add_argument("articles", nargs="+", metavar="ARTICLE[=QUANTITY]")
    order.add_argument("--code", help="a discount code")
    back = commands.add_parser("refund", help="return articles of an order")
    back.add_argument("order", type=int)
    back.add_argument("articles", nargs="+", metavar="ARTICLE[=QUANTITY]")
    return parser.parse_args(arguments)


def main(arguments: Optional[List[str]] = None) -> int:
    """Run one command and return the exit code."""
    options = parse_arguments(arguments)
    catalog = Catalog.load(CATALOG)
    store = OrderStore(options.database)
    shop = Shop(catalog, store)
    try:
        if options.command == "items":
            for item in catalog.items():
                print(f"{item.sku:10} {money(item.price):>8}  {item.name}")
        elif options.command == "order":
            number, receipt = shop.order(
                parse_quantities(options.articles), options.code
            )
            print(f"order {number}: {money(receipt.total)} to pay")
            print(f"(discount {money(receipt.discount)})")
        else:
            amount = shop.refund(options.order, parse_quantities(options.articles))
            print(f"order {options.order}: {money(amount)} paid back")
    except CheckoutError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    finally:
        store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
