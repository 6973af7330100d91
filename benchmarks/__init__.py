"""Speed, side by side with peers, in one run: ``python -m benchmarks [scratch] [video] ...``.

Every module here has a ``main()`` that prints its tables. All rows of a table run in turn, round
after round in one process, so that a busy machine slows all of them alike. What counts is the
ratio of two rows of the same round; the tables give medians and, in brackets, quartiles. Wide
quartiles tell of a busy machine, on which products with several threads wait for each other:
close the browser and run again. PyTorch and numpy-ml take part where they are installed.
"""
