"""The files of a feed: from a folder or a zip, the one nearest to the top, never more than the limits."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from urbgeo.errors import SourceError, UrbgeoWarning
from urbgeo.sources.feed_files import GtfsLimits, in_folder, unzipped

WANTED = ("stops", "trips")


def packed(path: Path, **members: str) -> Path:
    """A zip file; ``__`` in a name stands for a folder."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "/") + ".txt", text)
    return path


def test_only_what_is_wanted_is_read(tmp_path: Path) -> None:
    (tmp_path / "stops.txt").write_bytes(b"a")
    (tmp_path / "fares.txt").write_bytes(b"b")
    assert in_folder(tmp_path, WANTED) == {"stops": b"a"}
    assert unzipped(packed(tmp_path / "feed.zip", stops="a", fares="b"), GtfsLimits(), WANTED) == {
        "stops": b"a"
    }
    assert unzipped(packed(tmp_path / "other.zip", fares="b"), GtfsLimits(), WANTED) == {}


def test_the_feed_nearest_to_the_top_is_read_and_others_are_named(tmp_path: Path) -> None:
    path = packed(tmp_path / "feed.zip", city__stops="a", city__old__stops="b")
    with pytest.warns(UrbgeoWarning, match="the feed at city is read; left alone are city/old"):
        assert unzipped(path, GtfsLimits(), WANTED) == {"stops": b"a"}


def test_two_feeds_side_by_side_are_refused_by_name(tmp_path: Path) -> None:
    path = packed(tmp_path / "feed.zip", north__stops="a", south__stops="b")
    with pytest.raises(SourceError, match=r"side by side: north, south"):
        unzipped(path, GtfsLimits(), WANTED)


@pytest.mark.parametrize(
    "limits", [GtfsLimits(file_mb=0.9), GtfsLimits(total_mb=1.9), GtfsLimits(ratio=100.0)]
)
def test_a_feed_above_any_limit_is_refused_before_it_is_unpacked(tmp_path: Path, limits: GtfsLimits) -> None:
    path = packed(tmp_path / "feed.zip", stops="a" * 1_000_000, trips="b" * 1_000_000)
    with pytest.raises(SourceError, match="would unpack to 2 MB"):
        unzipped(path, limits, WANTED)


def test_a_feed_on_every_limit_is_read(tmp_path: Path) -> None:
    path = packed(tmp_path / "feed.zip", stops="a" * 1_000_000, trips="b" * 1_000_000)
    with zipfile.ZipFile(path) as archive:
        most = max(one.file_size / max(one.compress_size, 1_000) for one in archive.infolist())
    read = unzipped(path, GtfsLimits(file_mb=1.0, total_mb=2.0, ratio=most), WANTED)
    assert {table: len(text) for table, text in read.items()} == {"stops": 1_000_000, "trips": 1_000_000}


def test_what_is_no_zip_file_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "feed.zip").write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(SourceError, match="cannot be read"):
        unzipped(tmp_path / "feed.zip", GtfsLimits(), WANTED)
    with pytest.raises(SourceError, match="there is no such file"):
        unzipped(tmp_path / "none.zip", GtfsLimits(), WANTED)
