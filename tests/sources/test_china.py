"""County polygons and airports come from packages, in WGS84, and say what is missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from urbgeo.crs import WGS84
from urbgeo.errors import InputError, MissingExtraError, SourceError
from urbgeo.sources import china


def test_a_county_is_moved_from_gcj02_to_wgs84() -> None:
    """Yueyang county: the raw outline lies some 600 m east of where WGS84 has it."""
    shape = china.county_polygons(["430621"])
    assert shape.crs == WGS84
    assert shape.geometry.is_valid.all()
    raw = shapely.from_geojson(china._folder().joinpath("430621.geojson").read_text(encoding="utf-8"))
    moved = shape.total_bounds - np.array(raw.bounds)
    assert ((moved[[0, 2]] > -0.0065) & (moved[[0, 2]] < -0.005)).all()
    assert ((moved[[1, 3]] > 0.002) & (moved[[1, 3]] < 0.004)).all()


def test_the_order_asked_is_the_order_given() -> None:
    asked = ["433101", "430102", "431128"]
    assert china.county_polygons(asked).index.tolist() == asked


def test_unknown_codes_are_all_named() -> None:
    with pytest.raises(InputError, match="no polygon for 430999, 439999"):
        china.county_polygons(["430102", "430999", "439999"])


def test_a_code_is_never_a_path() -> None:
    with pytest.raises(InputError, match="no polygon for"):
        china.county_polygons(["../../secret"])


def test_a_missing_package_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(china, "files", missing)
    with pytest.raises(MissingExtraError, match=r'pip install "urbgeo\[china\]"'):
        china.county_polygons(["430102"])


def test_a_spike_of_an_outline_is_no_land(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ring = [(112, 28), (113, 28), (113, 29), (112, 29), (112, 28.5), (111, 28.5), (112, 28.5), (112, 28)]
    (tmp_path / "439901.geojson").write_text(shapely.to_geojson(shapely.Polygon(ring)))
    monkeypatch.setattr(china, "_folder", lambda: tmp_path)
    (shape,) = china.county_polygons(["439901"]).geometry
    assert shape.geom_type == "Polygon" and shape.bounds[0] > 111.9


@pytest.mark.parametrize(
    "text", ["no json", "[]", '{"type": "Polygon"}', '{"type": "Polygon", "coordinates": "x"}']
)
def test_a_file_that_is_not_what_its_name_says_is_refused(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "430102.geojson").write_text(text)
    monkeypatch.setattr(china, "_folder", lambda: tmp_path)
    with pytest.raises(SourceError, match=r"430102\.geojson: this is not the GeoJSON polygon"):
        china.county_polygons(["430102"])
