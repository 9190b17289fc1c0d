"""Which points lie in an area, and how far the others are; numpy is used beside shapely, which needs it too."""

import numpy as np
from shapely.geometry import Point, Polygon

CORNERS = [(0, 0), (4, 0), (4, 3), (0, 3)]


def points(n):
    angles = np.linspace(0, 2 * np.pi, n)
    return np.column_stack([2 + 3 * np.cos(angles), 1.5 + 3 * np.sin(angles)]).tolist()


def distances(places):
    area = Polygon(CORNERS)
    return [area.distance(Point(place)) for place in places]


def lambda_handler(event, context):
    far = distances(points(event.get("points", 16)))
    return {"statusCode": 200, "inside": far.count(0.0), "farthest": max(far)}
