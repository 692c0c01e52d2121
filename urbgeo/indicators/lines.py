"""Measures of lines: kilometres of expressway and railway, rings, streets."""

from __future__ import annotations

import numpy as np
import shapely

from urbgeo.errors import InputError, some_of
from urbgeo.indicators.ground import Ground
from urbgeo.indicators.measured import NO_NUMBER, Measured, measure, named


def _km(ground: Ground, table: str, classes: tuple[str, ...]) -> Measured:
    rows = getattr(ground.then, table)
    rows = rows[rows["class"].isin(classes)]
    column = "km_inside" if "km_inside" in rows else "length_km"
    total = float(rows[column].sum())
    guessed = rows.loc[rows["km_basis"] != "published", column].sum() if "km_basis" in rows else 0.0
    return Measured(total, basis="observed", estimated_share=float(guessed / total) if total else 0.0)


@measure("expressway_km", on=("road tables",))
def expressway_km(ground: Ground) -> Measured:
    """Kilometres of expressway inside the region."""
    return _km(ground, "road_links", ("expressway",))


@measure("expressway_density", on=("road tables",))
def expressway_density(ground: Ground) -> Measured | None:
    """Kilometres of expressway per hundred square kilometres."""
    if ground.region.zones is None:
        return None
    area = ground.region.zones.to_crs(ground.road.crs).area.sum() / 1e6
    found = _km(ground, "road_links", ("expressway",))
    return Measured(100.0 * found.value / area, basis="observed", estimated_share=found.estimated_share)


@measure("hsr_km", on=("railways",))
def hsr_km(ground: Ground) -> Measured:
    """Kilometres of high-speed railway inside the region."""
    return _km(ground, "rail_sections", ("hsr",))


@measure("intercity_km", on=("railways",))
def intercity_km(ground: Ground) -> Measured:
    """Kilometres of intercity railway inside the region."""
    return _km(ground, "rail_sections", ("intercity",))


@measure("airport_count", on=("airports",))
def airport_count(ground: Ground) -> Measured | None:
    """Transport airports inside the region: by their codes, else in its polygons; none without both."""
    airports, zones = ground.then.airports, ground.region.zones
    if "adcode" in airports:
        own = {str(one)[:2] for one in ground.counties.index}
        inside = airports["adcode"].astype(str).str[:2].isin(own)
    elif zones is not None:
        land = shapely.union_all(shapely.make_valid(zones.to_crs(airports.crs).geometry.to_numpy()))
        inside = airports.intersects(land)
    else:
        return None
    return Measured(float(inside.sum()), basis="observed")


@measure("closed_expressway", on=("road tables",))
def closed_expressway(ground: Ground) -> Measured | None:
    """Core cities that lie inside a closed ring of expressways: a cycle of them encloses the seat."""
    if ground.core.empty:
        return None
    links, nodes = ground.then.road_links, ground.region.road_nodes
    on = links[links["class"] == "expressway"]
    ends = np.stack([nodes.index.get_indexer(on[end]) for end in ("from_node", "to_node")], axis=1)
    lost = (ends < 0).any(axis=1)
    if lost.any():
        raise InputError(
            f"road_links: {some_of(on.index[lost])} end at nodes that road_nodes does not have; "
            "add these nodes or mend the ids."
        )
    ends = np.sort(ends, axis=1)
    # each stretch once; what lies in no ring is left out of polygons by itself
    lines = shapely.linestrings(shapely.get_coordinates(nodes.geometry.to_numpy())[np.unique(ends, axis=0)])
    rings = list(shapely.get_parts(shapely.polygonize(lines))) if len(lines) else []
    # a ring round a city, not a mesh of the whole region
    small = [ring for ring in rings if shapely.area(ring) < RING_DEGREES2]
    enclosed = ground.core.to_crs(4326).geometry.map(lambda seat: any(ring.contains(seat) for ring in small))
    left = named(ground.core, (~enclosed)[~enclosed].astype(float))
    return Measured(
        float(enclosed.sum()),
        estimated_share=ground.estimated_road_share,
        left=left,
        left_unit=NO_NUMBER,
        noun=("市", "city"),
        count=len(enclosed),
    )


RING_DEGREES2 = 0.35
"""Largest ring in square degrees that still is one of a city: about 60 by 60 km."""
