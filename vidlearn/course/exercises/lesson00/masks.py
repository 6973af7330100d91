"""The box round a mask."""

import numpy as np


def box_of_mask(mask):
    """Take the first and the last row and column with a pixel in them; end after the last."""
    rows, columns = np.where(mask)
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


def mask_cases():
    middle, pixel, corner = (np.zeros((4, 7), bool) for _ in range(3))  # small enough to print
    middle[1:3, 2:6] = True
    pixel[1, 4] = True
    corner[2:, 5:] = True
    loose = np.zeros((10, 12), bool)
    loose[2, 3] = loose[7, 5] = loose[4, 10] = True
    return [(middle,), (pixel,), (corner,), (loose,)]


def _last_pixel(mask):
    x1, y1, x2, y2 = box_of_mask(mask)
    return x1, y1, x2 - 1, y2 - 1


def _rows_first(mask):
    x1, y1, x2, y2 = box_of_mask(mask)
    return y1, x1, y2, x2


def _width_and_height(mask):
    x1, y1, x2, y2 = box_of_mask(mask)
    return x1, y1, x2 - x1, y2 - y1


def _rows_first_last_pixel(mask):
    x1, y1, x2, y2 = box_of_mask(mask)
    return y1, x1, y2 - 1, x2 - 1


def _short_width(mask):
    x1, y1, x2, y2 = box_of_mask(mask)
    return x1, y1, x2 - x1 - 1, y2 - y1 - 1


def _in_pairs(mask):
    x1, y1, x2, y2 = box_of_mask(mask)
    return (x1, y1), (x2, y2)


def _first_and_last_found(mask):
    """Take the ends of what np.where gives: its columns are in no order."""
    rows, columns = np.where(mask)
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


def _corner_order(mask):
    x1, y1, x2, y2 = box_of_mask(mask)
    return x1, x2, y1, y2


MASK_MISTAKES = {
    "last-pixel": _last_pixel,
    "rows-first": _rows_first,
    "rows-first-last-pixel": _rows_first_last_pixel,
    "width-and-height": _width_and_height,
    "short-width": _short_width,
    "corner-order": _corner_order,
    "in-pairs": _in_pairs,
    "rows-then-columns": lambda mask: tuple(np.array(box_of_mask(mask))[[1, 3, 0, 2]]),
    "first-and-last-found": _first_and_last_found,
}
