"""Cart totals, discounts and refunds.

Every amount is an integer number of cents. Nothing here reads files or the clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Mapping, Optional, Tuple

BULK_THRESHOLD = 5000
BULK_PERCENT = 10
CODES: Mapping[str, int] = {"NEIGHBOUR": 5, "OPENING": 15}


class CheckoutError(ValueError):
    """A cart, code or refund that the shop does not accept."""


@dataclass(frozen=True)
class Line:
    """One article in a cart, with its price at the time of sale."""

    sku: str
    unit_price: int
    quantity: int

    @property
    def amount(self) -> int:
        """Return the price of the whole line before discounts."""
        return self.unit_price * self.quantity


@dataclass(frozen=True)
class Receipt:
    """What a customer bought and paid."""

    lines: Tuple[Line, ...]
    subtotal: int
    discount: int

    @property
    def total(self) -> int:
        """Return what the customer pays."""
        return self.subtotal - self.discount


def percent_of(amount: int, percent: int) -> int:
    """Return `percent` of `amount`; half a cent rounds up."""
    return (amount * percent + 50) // 100


def discount_percent(subtotal: int, code: Optional[str] = None) -> int:
    """Return the best single discount. Discounts are never added up."""
    if code is not None and code not in CODES:
        raise CheckoutError(f"unknown discount code: {code}")
    bulk = BULK_PERCENT if subtotal >= BULK_THRESHOLD else 0
    return max(bulk, CODES[code] if code else 0)


def checkout(lines: Tuple[Line, ...], code: Optional[str] = None) -> Receipt:
    """Return the receipt for a cart."""
    if not lines:
        raise CheckoutError("the cart is empty")
    for line in lines:
        if line.quantity < 1:
            raise CheckoutError(f"{line.sku}: the quantity must be at least 1")
    if len({line.sku for line in lines}) != len(lines):
        raise CheckoutError("each article may have one line only")
    subtotal = sum(line.amount for line in lines)
    discount = percent_of(subtotal, discount_percent(subtotal, code))
    return Receipt(lines, subtotal, discount)


def refund(
    receipt: Receipt, returned: Mapping[str, int], before: Mapping[str, int]
) -> int:
    """Return what the customer gets back for `returned` articles.

    `before` holds what came back earlier. The discount is taken back in proportion,
    so returning everything, in any number of steps, pays back exactly the total.
    """
    bought = {line.sku: line.quantity for line in receipt.lines}
    after = dict(before)
    for sku, quantity in returned.items():
        after[sku] = after.get(sku, 0) + quantity
        if quantity < 1:
            raise CheckoutError(f"{sku}: the quantity must be at least 1")
        if after[sku] > bought.get(sku, 0):
            raise CheckoutError(f"{sku}: more returned than bought")
    return _paid_for(receipt, after) - _paid_for(receipt, before)


def _paid_for(receipt: Receipt, quantities: Mapping[str, int]) -> int:
    """Return the part of the total that was paid for these articles."""
    prices = {line.sku: line.unit_price for line in receipt.lines}
    value = sum(prices[sku] * quantity for sku, quantity in quantities.items())
    if receipt.subtotal == 0:
        return 0
    return (2 * receipt.total * value + receipt.subtotal) // (2 * receipt.subtotal)
