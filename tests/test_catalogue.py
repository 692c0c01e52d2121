"""Every public verb is fed the same bad inputs: right, refused in our own words, or warned of; nothing else.

The base call of a verb is the example of its docstring, or one of ``catalogue/servers.py``. The last test
prints what all changes came to (``pytest -s`` shows it) and holds the three counts.
"""

from __future__ import annotations

import inspect
import sys
from collections import Counter

import pytest

from tests.catalogue.calls import base_call, verbs
from tests.catalogue.changes import changes
from tests.catalogue.outcomes import outcome
from tests.catalogue.servers import CALLS

SLOWEST_CHANGES = 400
"""Changes per verb at the most: those of the first columns of wide tables."""

ALLOWED: dict[tuple[str, str, str], str] = {
    **{
        (verb, "population", "ids missing"): "the list of cities is the question"
        for verb in (
            "cities.ranks.concentration",
            "cities.ranks.rank_size",
            "cities.shape.morphological_polycentricity",
            "cities.sizes.size_classes",
        )
    },
    ("cities.sizes.project_urbanisation", "rates", "ids missing"): "fewer past years draw another curve",
    ("access.living.emergency_response", "places", "ids missing"): "fewer places asked, fewer answered",
    ("network.attach.attach", "name", "a misspelt word"): "any text is a name",
    ("sources.gtfs.read_gtfs", "name", "a misspelt word"): "any text is a name",
    ("network.attach.attach", "points", "rows turned round"): "joins stand in the order of the points",
    ("surface.motorways.compile_motorways", "interchanges", "rows turned round"): (
        "ramps stand in the order of the interchanges"
    ),
    ("network.sums.node_sums", "weights", "ids missing"): "nodes that are not named weigh nothing",
    ("sources.names.match_names", "asked", "ids missing"): "fewer asked, fewer answered",
    ("sources.names.match_names", "known", "ids missing"): "what is not known is said to be unknown",
    ("sources.postgis.write_postgis", "layer", "a misspelt word"): "any text names a table",
    ("crs.convert_datum", "layer", "no rows"): "there is nothing to move, and the layer says so",
    ("crs.convert_datum", "layer", "a MultiIndex"): "shapes move, whatever they are called",
    ("regions.codes.join_codes", "asked", "ids missing"): "fewer asked, fewer answered",
    ("regions.codes.join_codes", "known", "ids missing"): "what is not known is said to be unknown",
    ("regions.people.read_people", "given", "rows turned round"): "rows are called by their number",
    ("indicators.rows.land_quota", "growth", "ids missing"): "the list of units is the question",
    ("indicators.rows.land_quota", "growth", "negative"): "units that shrink are told by a negative growth",
    ("indicators.rows.share_near", "facilities", "no rows"): "without a facility nobody is near one",
    ("indicators.rows.share_near", "facilities", "mixed geometry"): "its one facility may have any shape",
    ("access.travel.pairs", "travel", "rows turned round"): "ids stand in the order of the table",
    ("access.reading.read_minutes", "travel", "rows turned round"): "ids stand in the order of the table",
}
"""(verb, argument, change): why another answer is right there."""

MEANT: dict[tuple[str, str], str] = {
    ("folder", "a misspelt word"): "any folder may be written to",
    ("crs", "text for a number"): "a CRS is called by its number, as a number or as text",
    ("travel", "NaN"): "a pair that was never asked, which the status of its ends says",
    ("cost", "infinite"): "a pair without a path, which carries nothing",
    ("travel", "infinite"): "a pair without a path, which the status of its ends says",
    **{
        (name, "a misspelt word"): "any text is a title"
        for name in ("title", "title_zh", "title_en", "name_zh", "name_en")
    },
}
"""(argument, change of a column): what the change means in every verb."""


WRONG_OBJECTS = {"None", "text for an object", "a list for an object", "a plain object", "a list for a word"}
"""Changes that put a wholly other object in the place of an argument; the others are faults of data."""

MOST_FOREIGN_OF_OBJECTS = 50

TOTAL: Counter[str] = Counter()
"""What became of every change of every verb that this process has tried."""


@pytest.mark.parametrize("name", sorted(verbs()))
def test_bad_inputs_are_refused_or_make_no_difference(name: str, request: pytest.FixtureRequest) -> None:
    call = CALLS[name](request) if name in CALLS else base_call(name)
    assert call is not None, f"{name} has no example that calls it"
    parameters = inspect.signature(call.verb).parameters
    counts: Counter[str] = Counter()
    wrong = []
    for argument, value in call.given.items():
        optional = parameters[argument].default is None
        for place, (what, changed, expected) in enumerate(changes(value, optional=optional)):
            meant = (argument, what.rpartition(": ")[2]) in MEANT
            allowed = meant or (name.removeprefix("urbgeo."), argument, what) in ALLOWED
            if place >= SLOWEST_CHANGES or allowed:
                continue
            became = outcome(call, argument, changed, expected)
            counts[_kind(what, became)] += 1
            if became.startswith(("foreign", "wrong")):
                wrong.append(f"{argument}, {what}: {became}")
    TOTAL.update(counts)
    assert not wrong, "\n".join(wrong)


def _kind(what: str, became: str) -> str:
    kind = became.split(":")[0]
    return kind if kind != "foreign" else f"foreign from {'objects' if what in WRONG_OBJECTS else 'data'}"


def test_all_changes_together_come_to_no_foreign_error_and_no_wrong_answer() -> None:
    # Stands last: where verbs are dealt out to several processes, each holds the counts of its own.
    sys.stdout.write(f"\n{TOTAL.total()} changes: {dict(sorted(TOTAL.items()))}\n")
    assert TOTAL["foreign from data"] == 0
    assert TOTAL["foreign from objects"] < MOST_FOREIGN_OF_OBJECTS
    assert TOTAL["wrong"] == 0
