"""Writes reference.json: what numpy measures inside regions, by rules that share nothing with the code under test.

A pixel belongs to a region where its centre lies inside or on the outline, decided for every pixel by itself in exact
fractions. Run with a Python that has numpy: python3 models/measure/testing/reference.py
"""
import json
import os
from fractions import Fraction as F

import numpy as np

ROWS, COLUMNS = 22, 26
random = np.random.RandomState(7)
STORED = random.randint(-1200, 3000, size=(ROWS, COLUMNS)).astype(np.int16)
STORED[:, -2:] = -2000  # padding
SLOPE, INTERCEPT = 0.5, -1024.0
ROW_SPACING, COLUMN_SPACING = 0.7, 0.45


def on_segment(a, b, p):
    cross = (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])
    return (cross == 0 and min(a[0], b[0]) <= p[0] <= max(a[0], b[0])
            and min(a[1], b[1]) <= p[1] <= max(a[1], b[1]))


def in_polygon(points, p):
    inside = False
    for a, b in zip(points, points[1:] + points[:1]):
        if on_segment(a, b, p):
            return True
        if (a[1] > p[1]) != (b[1] > p[1]):
            # A ray to the left, in exact arithmetic.
            if a[0] + (p[1] - a[1]) / (b[1] - a[1]) * (b[0] - a[0]) < p[0]:
                inside = not inside
    return inside


def in_rectangle(points, p):
    (ax, ay), (bx, by) = points
    return min(ax, bx) <= p[0] <= max(ax, bx) and min(ay, by) <= p[1] <= max(ay, by)


def in_ellipse(points, p):
    (ax, ay), (bx, by) = points
    across, down = abs(bx - ax) / 2, abs(by - ay) / 2
    if across == 0 or down == 0:
        return False
    return ((p[0] - (ax + bx) / 2) / across) ** 2 + ((p[1] - (ay + by) / 2) / down) ** 2 <= 1


RULES = {"rectangle": in_rectangle, "ellipse": in_ellipse, "freehand": in_polygon}

REGIONS = [
    ("rectangle", [(2.5, 3.5), (10.5, 7.5)]),
    ("rectangle", [(11.2, 9.9), (3.1, 4.05)]),
    ("rectangle", [(-5, -3), (6.5, 2.25)]),
    ("rectangle", [(20, 1), (40, 9)]),
    ("ellipse", [(0.5, 0.5), (10.5, 10.5)]),
    ("ellipse", [(3.25, 2), (17.75, 19.5)]),
    ("ellipse", [(21, 12), (8, 5)]),
    ("ellipse", [(-6, 10), (9, 30)]),
    ("freehand", [(3, 3), (20, 4.5), (16.25, 18), (8, 9), (2.5, 17.5)]),
    ("freehand", [(4.5, 4.5), (12.5, 4.5), (12.5, 10.5), (4.5, 10.5)]),
    ("freehand", [(2, 2), (10, 10), (10, 2), (2, 10)]),
    ("freehand", [(6.5, 2.5), (10.5, 6.5), (6.5, 10.5), (2.5, 6.5)]),
    ("freehand", [(15, -4), (30, 10), (15, 26), (14.5, 11)]),
]


def measure(kind, points):
    exact = [(F(x), F(y)) for x, y in points]
    rule = RULES[kind]
    mask = np.array([[rule(exact, (F(2 * c + 1, 2), F(2 * r + 1, 2))) for c in range(COLUMNS)] for r in range(ROWS)])
    values = STORED[mask & (STORED != -2000)].astype(np.float64) * SLOPE + INTERCEPT
    padding = int((mask & (STORED == -2000)).sum())
    return {
        "kind": kind,
        "points": [{"x": x, "y": y} for x, y in points],
        "pixels": int(values.size),
        "padding": padding,
        "mean": float(values.mean()) if values.size else None,
        "sd": float(values.std()) if values.size else None,
        "minimum": float(values.min()) if values.size else None,
        "maximum": float(values.max()) if values.size else None,
    }


reference = {
    "rows": ROWS,
    "columns": COLUMNS,
    "stored": STORED.ravel().tolist(),
    "slope": SLOPE,
    "intercept": INTERCEPT,
    "rowSpacing": ROW_SPACING,
    "columnSpacing": COLUMN_SPACING,
    "regions": [measure(*region) for region in REGIONS],
}
with open(os.path.join(os.path.dirname(__file__), "reference.json"), "w") as file:
    json.dump(reference, file)
    file.write("\n")
