"""Runs the benchmarks named (all by default) and prints one table."""

import importlib
import os
import platform
import sys

ALL = ("depot", "lectures", "importation")


def main() -> None:
    names = sys.argv[1:] or ALL
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores\n", flush=True)
    print("| what | ratio | reach | reached | detail |\n|---|---|---|---|---|", flush=True)
    for name in names:
        importlib.import_module(f"bench.{name}").main()


main()
