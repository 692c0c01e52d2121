"""Minutes by train, bus and on foot by ferrobus, in an environment of its own (Python 3.12).

``python ferrobus_peer.py FILE.pbf POINTS.json DAY DEPARTURES FEED ...`` builds its model, joins the
points (lon, lat), asks for the matrix of all of them at each departure (seconds after midnight, by commas)
and prints processor seconds of preparing and of a departure, and the minutes of each point to each by the
median of the departures (null: none), as JSON.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import statistics
import sys
import time
from pathlib import Path

WALK_S, STOPS, BETWEEN_S, CHANGES = 1200, 1000, 480, 10
"""As far to a stop and between stops as ours; more stops and changes than any trip asks for."""


def main() -> None:
    """Build, ask, print."""
    import ferrobus  # type: ignore[import-not-found]

    pbf, points, day, departures, *feeds = sys.argv[1:]
    begun = time.process_time()
    model = ferrobus.create_transit_model(pbf, feeds, dt.date.fromisoformat(day), BETWEEN_S)
    asked, places, joined = json.loads(Path(points).read_text(encoding="utf-8")), [], []
    for number, (lon, lat) in enumerate(asked):
        try:
            places.append(ferrobus.create_transit_point(lat, lon, model, WALK_S, STOPS))
        except ValueError:  # too far from any street
            continue
        joined.append(number)
    preparing, own, found = time.process_time() - begun, [], []
    for departure in (int(one) for one in departures.split(",")):
        begun = time.process_time()
        found.append(ferrobus.travel_time_matrix(model, places, departure, CHANGES))
        own.append(time.process_time() - begun)
    medians: list[list[float | None]] = [[None] * len(asked) for _ in asked]
    for i, origin in enumerate(joined):
        for j, destination in enumerate(joined):
            medians[origin][destination] = _median([table[i][j] for table in found])
    print(json.dumps({"preparing_s": preparing, "departure_s": statistics.median(own), "minutes": medians}))


def _median(seconds: list[int | None]) -> float | None:
    found = statistics.median(math.inf if one is None else one / 60.0 for one in seconds)
    return None if math.isinf(found) else found


if __name__ == "__main__":
    main()
