#!/usr/bin/env python3
"""Print what a deployment would do. Nothing is deployed."""

from __future__ import annotations

import argparse

HOSTS = {
    "staging": "staging.shop.example.com",
    "production": "shop.example.com",
}


def main() -> None:
    """Print the steps for one environment."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("environment", choices=sorted(HOSTS))
    environment = parser.parse_args().environment
    print(f"would run the tests, then build the shop for {environment}")
    print(f"would copy the build to {HOSTS[environment]} and restart it")


if __name__ == "__main__":
    main()
