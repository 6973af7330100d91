"""Run the benchmarks named on the command line, or all: ``python -m benchmarks scratch``."""

import argparse
import sys
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).parent
NAMES = sorted({path.stem for path in HERE.glob("[!_]*.py")} - {"timing"})

parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
parser.add_argument("names", nargs="*", metavar="name", help=f"any of: {', '.join(NAMES)}")
names = parser.parse_args().names or NAMES
if unknown := set(names) - set(NAMES):
    parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are: {', '.join(NAMES)}")
sys.stdout.reconfigure(line_buffering=True)  # rows in order, also from other processes
for name in names:
    import_module(f"benchmarks.{name}").main()
