"""Totals, discounts and refunds."""

import itertools
import unittest

from src.checkout import CheckoutError, Line, checkout, percent_of, refund


def cart(*prices: int) -> tuple:
    """Return a cart of single articles at these prices."""
    return tuple(Line(f"article-{n}", price, 1) for n, price in enumerate(prices))


class Rounding(unittest.TestCase):
    def test_half_a_cent_rounds_up(self):
        self.assertEqual(percent_of(1050, 5), 53, "5 % of 10.50 is 0.53")

    def test_less_than_half_a_cent_rounds_down(self):
        self.assertEqual(percent_of(1049, 5), 52, "5 % of 10.49 is 0.52")

    def test_no_percent_is_nothing(self):
        self.assertEqual(percent_of(9999, 0), 0)


class Totals(unittest.TestCase):
    def test_quantities_are_multiplied(self):
        receipt = checkout((Line("coffee", 450, 2), Line("bread", 320, 1)))
        self.assertEqual(receipt.subtotal, 1220)
        self.assertEqual(receipt.total, 1220, "a small cart has no discount")

    def test_free_articles_are_allowed(self):
        self.assertEqual(checkout((Line("sample", 0, 3),)).total, 0)

    def test_empty_cart_is_refused(self):
        with self.assertRaisesRegex(CheckoutError, "empty"):
            checkout(())

    def test_quantity_below_one_is_refused(self):
        for quantity in (0, -1):
            with self.assertRaisesRegex(CheckoutError, "coffee: .* at least 1"):
                checkout((Line("coffee", 450, quantity),))

    def test_article_on_two_lines_is_refused(self):
        with self.assertRaisesRegex(CheckoutError, "one line only"):
            checkout((Line("coffee", 450, 1), Line("coffee", 450, 2)))


class Discounts(unittest.TestCase):
    def test_bulk_discount_starts_at_exactly_50_00(self):
        receipt = checkout(cart(5000))
        self.assertEqual(receipt.discount, 500, "a cart of exactly 50.00 gets 10 % off")

    def test_no_bulk_discount_one_cent_below(self):
        self.assertEqual(checkout(cart(4999)).discount, 0)

    def test_code_is_taken_off(self):
        self.assertEqual(checkout(cart(1050), "NEIGHBOUR").total, 997)

    def test_best_discount_wins(self):
        for code, discount in (("NEIGHBOUR", 600), ("OPENING", 900)):
            with self.subTest(code=code):
                self.assertEqual(checkout(cart(6000), code).discount, discount)

    def test_unknown_code_is_refused(self):
        with self.assertRaisesRegex(CheckoutError, "unknown discount code: FREE"):
            checkout(cart(1000), "FREE")


class Refunds(unittest.TestCase):
    def test_full_refund_pays_back_the_total(self):
        receipt = checkout((Line("coffee", 450, 2), Line("bread", 320, 1)), "OPENING")
        amount = refund(receipt, {"coffee": 2, "bread": 1}, {})
        self.assertEqual(amount, receipt.total)

    def test_part_refund_takes_the_discount_back(self):
        receipt = checkout(cart(4000, 2000))
        self.assertEqual(
            refund(receipt, {"article-1": 1}, {}),
            1800,
            "20.00 bought with 10 % off pays back 18.00",
        )

    def test_part_refund_is_rounded_to_the_nearest_cent(self):
        receipt = checkout(cart(130, 130, 130), "NEIGHBOUR")
        self.assertEqual(
            refund(receipt, {"article-0": 1, "article-1": 1}, {}),
            247,
            "two thirds of 3.70 are 2.47",
        )

    def test_steps_add_up_to_the_total_in_any_order(self):
        receipt = checkout(cart(130, 130, 130), "NEIGHBOUR")
        for order in itertools.permutations(line.sku for line in receipt.lines):
            before, paid_back = {}, 0
            for sku in order:
                paid_back += refund(receipt, {sku: 1}, before)
                before[sku] = 1
            self.assertEqual(paid_back, receipt.total, order)

    def test_more_than_bought_is_refused(self):
        receipt = checkout(cart(1000))
        with self.assertRaisesRegex(CheckoutError, "more returned than bought"):
            refund(receipt, {"article-0": 1}, {"article-0": 1})
        with self.assertRaisesRegex(CheckoutError, "more returned than bought"):
            refund(receipt, {"something-else": 1}, {})

    def test_quantity_below_one_is_refused(self):
        with self.assertRaisesRegex(CheckoutError, "at least 1"):
            refund(checkout(cart(1000)), {"article-0": 0}, {})

    def test_free_cart_pays_nothing_back(self):
        self.assertEqual(refund(checkout(cart(0)), {"article-0": 1}, {}), 0)


if __name__ == "__main__":
    unittest.main()
