"""Small OpenStreetMap files made on the spot, by a writer that is not urbgeo's."""

from __future__ import annotations

from pathlib import Path

import osmium
from osmium.osm.mutable import Node, Way

Place = tuple[float, float]


def write_pbf(
    path: Path,
    places: dict[int, Place],
    ways: list[tuple[list[int], dict[str, str]]],
    node_tags: dict[int, dict[str, str]] | None = None,
) -> Path:
    """Nodes by id at (lon, lat), and ways as (node ids, tags)."""
    writer = osmium.SimpleWriter(str(path), overwrite=True)
    for node, place in sorted(places.items()):
        writer.add_node(Node(id=node, location=place, tags=(node_tags or {}).get(node, {}), version=1))
    for number, (refs, tags) in enumerate(ways, start=1):
        writer.add_way(Way(id=number, nodes=refs, tags=tags, version=1))
    writer.close()
    return path
