"""transfers.txt: which rule goes before which, what is said of a station, and rows that cannot be meant."""

from __future__ import annotations

import pandas as pd
import pytest

from urbgeo.errors import InputError
from urbgeo.sources.feed_transfers import FORBIDDEN, IN_SEAT, MINIMUM, RECOMMENDED, transfer_rules

TABLES = {
    "stops": pd.DataFrame({"stop_id": ["S", "S1", "S2", "T"], "parent_station": ["", "S", "S", ""]}),
    "stop_times": pd.DataFrame({"stop_id": ["S1", "S2", "T"]}),
    "routes": pd.DataFrame({"route_id": ["r", "q"]}),
    "trips": pd.DataFrame({"trip_id": ["t", "u"]}),
}


def rules(*rows: dict[str, str]) -> tuple[pd.DataFrame, int]:
    return transfer_rules(pd.DataFrame(rows).fillna(""), TABLES)


def change(a: str = "S1", b: str = "T", kind: str = "2", **more: str) -> dict[str, str]:
    return {"from_stop_id": a, "to_stop_id": b, "transfer_type": kind, **more}


def test_rules_for_trips_go_before_those_for_routes_and_those_before_stops() -> None:
    found, _ = rules(
        change(from_trip_id="t", to_trip_id="u"),
        change(),
        change(from_route_id="r"),
        change(from_trip_id="t"),
        change(from_route_id="r", to_route_id="q"),
        change(from_trip_id="t", to_route_id="q"),
    )
    assert found["from_trip_id"].tolist() == ["", "", "", "t", "t", "t"]
    assert found["to_trip_id"].tolist() == ["", "", "", "", "", "u"]
    assert found["to_route_id"].tolist() == ["", "", "q", "", "q", ""]
    assert found["rank"].is_monotonic_increasing and found["rank"].is_unique


def test_it_does_not_matter_which_end_of_a_rule_names_the_trip_or_the_route() -> None:
    names = {"trip": ("t", "u"), "route": ("r", "q")}
    for one, other in (("trip", "route"), ("trip", ""), ("route", "")):
        ahead = {f"{end}_{what}_id": names[what][0] for end, what in (("from", one), ("to", other)) if what}
        back = {f"{end}_{what}_id": names[what][0] for end, what in (("to", one), ("from", other)) if what}
        ranks = [rules(change(**ids))[0]["rank"].item() for ids in (ahead, back)]
        assert ranks[0] == ranks[1] > rules(change())[0]["rank"].item(), (one, other)


@pytest.mark.parametrize("turn", [1, -1])
def test_what_is_said_of_a_station_holds_for_its_platforms_and_theirs_goes_before(turn: int) -> None:
    said = [change("S", "T", min_transfer_time="60"), change("S1", "T", min_transfer_time="90")]
    found, _ = rules(*said[::turn])
    last = found.drop_duplicates(["from_stop_id", "to_stop_id"], keep="last").set_index("from_stop_id")
    assert last["min_s"].to_dict() == {"S1": 90.0, "S2": 60.0}
    assert set(found["from_stop_id"]) == {"S1", "S2"}  # nothing calls at the station itself


def test_an_empty_type_is_recommended_and_an_empty_time_is_not_said() -> None:
    least = change(kind=str(MINIMUM), min_transfer_time="0")
    found, unknown = rules(change(kind=""), change(kind=str(FORBIDDEN)), least)
    assert found["kind"].tolist() == [RECOMMENDED, FORBIDDEN, MINIMUM]
    assert found["min_s"].isna().tolist() == [True, True, False]
    assert unknown == 0


def test_rows_that_name_what_is_not_there_are_counted_and_left_out() -> None:
    found, unknown = rules(change(b="nowhere"), change(from_route_id="x"), change())
    assert (len(found), unknown) == (1, 2)
    assert transfer_rules(pd.DataFrame(), TABLES)[0].empty


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (change(kind="6"), r"transfer_type is none.*row 3"),
        (change(min_transfer_time="1.5"), r"no number of seconds.*row 3"),
        (change(min_transfer_time="-5"), r"no number of seconds.*row 3"),
        (change(b=""), r"changes without two stops.*row 3"),
        (change("", "", str(IN_SEAT), from_trip_id="t"), r"without two trips.*row 3"),
    ],
)
def test_rows_that_cannot_be_meant_are_refused_with_their_place(row: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        rules(change(), row)


def test_blanks_about_ids_and_numbers_mean_nothing() -> None:
    padded = {
        name: f" {value} " for name, value in change("S", from_trip_id="t", min_transfer_time="60").items()
    }
    tables = TABLES | {
        "stops": TABLES["stops"].assign(parent_station=["", " S ", "S ", ""]),
        "trips": pd.DataFrame({"trip_id": [" t", "u "]}),
    }
    found, unknown = transfer_rules(pd.DataFrame([padded]), tables)
    assert unknown == 0 and found["from_stop_id"].tolist() == ["S1", "S2"]
    assert found["from_trip_id"].tolist() == ["t", "t"] and found["min_s"].tolist() == [60.0, 60.0]
