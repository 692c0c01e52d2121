"""Small OpenStreetMap files made on the spot, by a writer that is not urbgeo's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import osmium
from osmium.osm.mutable import Node, Relation, Way

Place = tuple[float, float]


def write_pbf(
    path: Path,
    places: dict[int, Place],
    ways: list[tuple[list[int], dict[str, str]]],
    node_tags: dict[int, dict[str, str]] | None = None,
    relations: Sequence[dict[str, str]] = (),
) -> Path:
    """Nodes by id at (lon, lat), ways as (node ids, tags), and relations of the first way by tags."""
    writer = osmium.SimpleWriter(str(path), overwrite=True)
    for node, place in sorted(places.items()):
        writer.add_node(Node(id=node, location=place, tags=(node_tags or {}).get(node, {}), version=1))
    for number, (refs, tags) in enumerate(ways, start=1):
        writer.add_way(Way(id=number, nodes=refs, tags=tags, version=1))
    for number, tags in enumerate(relations, start=1):
        writer.add_relation(Relation(id=number, members=[("w", 1, "via")], tags=tags, version=1))
    writer.close()
    return path
