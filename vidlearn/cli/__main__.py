"""``python -m vidlearn.cli``: what ``vidlearn`` is."""

import sys

from vidlearn.cli import main

if __name__ == "__main__":
    sys.exit(main())
