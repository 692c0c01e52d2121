"""What OpenStreetMap tags mean for a traveller: who may use a way, in which direction, how fast."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from urbgeo.errors import InputError

Tags = Mapping[str, str]

MPH_KMH = 1.609344
KNOT_KMH = 1.852
WALKING_PACE_KMH = 5.0
"""What ``maxspeed=walk`` is read as; the tag itself names no number."""

FASTEST_KMH = 200.0
"""A written limit above this is a mistake, and not read."""

MAIN_CLASSES = (
    "motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link", "secondary",
    "secondary_link", "tertiary", "tertiary_link", "unclassified", "residential", "living_street", "road",
)  # fmt: skip
SMALL_CLASSES = ("service", "track", "pedestrian", "footway", "path", "steps", "cycleway", "bridleway")
HIGHWAY_CLASSES = (*MAIN_CLASSES, *SMALL_CLASSES, "ferry")
NOT_JOINABLE = ("motorway", "motorway_link", "ferry")

IMPLICIT_KMH: Mapping[str, float] = {
    "CN:urban": 50.0,
    "CN:rural": 70.0,
    "CN:trunk": 80.0,
    "CN:motorway": 120.0,
    "BR:urban": 60.0,
    "BR:rural": 60.0,
    "BR:motorway": 110.0,
    "DE:urban": 50.0,
    "DE:rural": 100.0,
    "GB:nsl_single": 60 * MPH_KMH,
    "GB:nsl_dual": 70 * MPH_KMH,
    "GB:motorway": 70 * MPH_KMH,
    "RU:urban": 60.0,
    "RU:rural": 90.0,
    "RU:motorway": 110.0,
    "BY:urban": 60.0,
    "KZ:urban": 60.0,
    "urban": 50.0,
    "living_street": 20.0,
    "walk": WALKING_PACE_KMH,
}
"""Limits that a tag names by country and kind of road.

China: Regulation on the Implementation of the Road Traffic Safety Law (2004), articles 45 and 78; Brazil:
Código de Trânsito Brasileiro, art. 61; Russia, Belarus, Kazakhstan: traffic rules, ch. 10; Germany: StVO § 3;
Great Britain: Highway Code, rule 124. A country that is not listed takes the entry without a country, where
there is one (Vienna Convention: 50 in towns).
"""

WAY_KEYS = (
    "highway", "route", "area", "access", "vehicle", "motor_vehicle", "motorcar", "foot", "bicycle",
    "oneway", "oneway:bicycle", "oneway:foot", "junction", "cycleway", "cycleway:left", "cycleway:right",
    "cycleway:both", "maxspeed", "maxspeed:forward", "maxspeed:backward", "maxspeed:type", "service",
    "motorroad", "duration", "smoothness", "oneway:motor_vehicle", "oneway:motorcar",
    *(f"{key}:{way}" for way in ("forward", "backward")
      for key in ("access", "vehicle", "motor_vehicle", "motorcar", "bicycle")),
)  # fmt: skip
NODE_KEYS = ("barrier", "access", "vehicle", "motor_vehicle", "motorcar", "foot", "bicycle", "locked")

_FORWARD, _REVERSED = {"yes", "true", "1"}, {"-1", "reverse"}
_OWN_ONEWAY = {"road": ("oneway:motor_vehicle", "oneway:motorcar"), "cycle": ("oneway:bicycle",)}
PUSHING_KMH = 4.5
"""Speed of who dismounts: that of walkers."""

_REFUSED = frozenset(
    {
        "no",
        "private",
        "agricultural",
        "forestry",
        "agricultural;forestry",
        "delivery",
        "emergency",
        "military",
        "psv",
        "bus",
        "taxi",
        "tram",
        "use_sidepath",
    }
)
_ANY_BUT_CARS = _REFUSED - {"psv", "bus", "taxi", "tram"}
_NUMBER = re.compile(r"^(\d+(?:\.\d+)?)\s*(km/h|kmh|kph|mph|knots)?$")
_ISO_DURATION = re.compile(r"^P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$")


@dataclass(frozen=True)
class TravelRules:
    """Who travels: the ways open to them, and what stops them.

    Attributes
    ----------
    mode
        ``"road"``, ``"walk"`` or ``"cycle"``: the mode of the links.
    classes
        Values of ``highway`` (and ``"ferry"``) that are open unless a tag says no.
    by_permission
        Values of ``highway`` that are open only where a tag of ``access_keys`` other than ``access`` says
        yes.
    access_keys
        Keys from the general to the special; the most special one present decides.
    refused
        Values that close a way.
    minor_services
        Values of ``service`` that are left out even where ``service`` ways are asked for.
    barriers_passed
        Values of ``barrier`` on a node that do not stop this traveller; every other one does, unless a tag of
        ``access_keys`` on the node allows passing. None: no barrier stops them.
    implied_oneway
        Values of ``highway`` that are one-way without being tagged.
    motorroads
        Whether ways for motor vehicles only (``motorroad=yes``) are open.
    wheels
        Whether ways that no wheel can pass (``smoothness=impassable``) are closed.
    """

    mode: str
    classes: frozenset[str]
    by_permission: frozenset[str] = frozenset()
    access_keys: tuple[str, ...] = ("access",)
    refused: frozenset[str] = _REFUSED
    minor_services: frozenset[str] = frozenset()
    barriers_passed: frozenset[str] | None = None
    implied_oneway: frozenset[str] = field(default_factory=frozenset)
    motorroads: bool = True
    wheels: bool = True


_OPEN_BARRIERS = frozenset(
    {"cattle_grid", "border_control", "toll_booth", "sally_port", "gate", "lift_gate", "swing_gate", "no",
     "entrance", "height_restrictor", "kerb", "speed_bump"}
)  # fmt: skip

CAR = TravelRules(
    "road",
    frozenset((*MAIN_CLASSES, "ferry")),
    access_keys=("access", "vehicle", "motor_vehicle", "motorcar"),
    minor_services=frozenset(
        {"alley", "driveway", "emergency_access", "parking", "parking_aisle", "private", "drive-through"}
    ),
    barriers_passed=_OPEN_BARRIERS,
    implied_oneway=frozenset({"motorway"}),
)
WALK = TravelRules(
    "walk",
    frozenset((*MAIN_CLASSES, *SMALL_CLASSES, "ferry"))
    - {"motorway", "motorway_link", "cycleway", "bridleway"},
    by_permission=frozenset({"cycleway", "bridleway"}),
    access_keys=("access", "foot"),
    refused=_ANY_BUT_CARS,
    motorroads=False,
    wheels=False,
)
CYCLE = TravelRules(
    "cycle",
    frozenset((*MAIN_CLASSES, *SMALL_CLASSES, "ferry"))
    - {"motorway", "motorway_link", "pedestrian", "footway", "steps", "bridleway"},
    by_permission=frozenset({"pedestrian", "footway", "bridleway"}),
    access_keys=("access", "vehicle", "bicycle"),
    refused=_ANY_BUT_CARS,
    motorroads=False,
    implied_oneway=frozenset({"motorway"}),
)
RULES: Mapping[str, TravelRules] = {"drive": CAR, "walk": WALK, "cycle": CYCLE}


class WayKind(NamedTuple):
    """What all links of equally tagged ways share; 0 stands for a speed or duration that no tag gives."""

    link_class: str
    kmh: float
    kmh_back: float
    oneway: bool
    reverse: bool
    joinable: bool
    duration_min: float


def way_kind(tags: Tags, rules: TravelRules) -> WayKind | None:
    """How a way with these tags is travelled under the rules; None when it is not."""
    link_class = _link_class(tags)
    if link_class is None or tags.get("area") == "yes" or tags.get("service") in rules.minor_services:
        return None
    if not _may_enter(tags, link_class, rules):
        return None
    there_open, back_open = _open_ways(tags, link_class, rules)
    if not (there_open or back_open):
        return None
    oneway, reverse = there_open != back_open, not there_open
    general = written_speed(tags.get("maxspeed")) or written_speed(tags.get("maxspeed:type"))
    there = written_speed(tags.get("maxspeed:forward")) or general
    back = written_speed(tags.get("maxspeed:backward")) or general
    if rules.mode != "road":
        # Who pushes the bicycle walks.
        there = back = PUSHING_KMH if rules.mode == "cycle" and tags.get("bicycle") == "dismount" else 0.0
    if reverse:
        there, back = back, there
    joinable = link_class not in NOT_JOINABLE and tags.get("motorroad") != "yes"
    duration = duration_minutes(tags.get("duration")) if link_class == "ferry" else 0.0
    return WayKind(link_class, there, there if oneway else back, oneway, reverse, joinable, duration)


def stops(tags: Tags, rules: TravelRules) -> bool:
    """Whether a node with these tags (a barrier) stops the traveller."""
    word = _deciding(tags, rules)
    if rules.barriers_passed is None:
        # On foot a barrier is passed, but for a locked gate of someone who says no.
        own = rules.access_keys[-1] in tags
        return word is not None and _closed(word, rules) and (own or tags.get("locked") == "yes")
    if word is not None:
        return _closed(word, rules)
    return tags["barrier"] not in rules.barriers_passed


def written_speed(text: str | None) -> float:
    """Km/h of a ``maxspeed`` value, 0 where it gives none.

    Reads plain numbers, units (``km/h``, ``mph``, ``knots``), implicit limits (``CN:urban``), and lists, of
    which the least counts: ``"60;40"`` is 40. ``none``, ``signals``, ``variable`` give no speed.

    >>> written_speed("30 mph")
    48.28032
    """
    if not text:
        return 0.0
    speeds = [_one_speed(part.strip()) for part in re.split(r"[;,|]", text)]
    found = [speed for speed in speeds if speed > 0]
    return min(found) if found else 0.0


def duration_minutes(text: str | None) -> float:
    """Minutes of a ``duration`` value (``00:25``, ``1:10:00``, ``25``, ``PT25M``), 0 where it gives none."""
    if not text:
        return 0.0
    iso = _ISO_DURATION.match(text)
    if iso and any(iso.groups()):
        days, hours, minutes, seconds = (int(part or 0) for part in iso.groups())
        return days * 1440.0 + hours * 60.0 + minutes + seconds / 60.0
    parts = text.strip().split(":")
    if not all(part.isdigit() for part in parts) or len(parts) > 3:
        return 0.0
    numbers = [float(part) for part in parts]
    if len(numbers) == 1:
        return numbers[0]
    return numbers[0] * 60.0 + numbers[1] + (numbers[2] / 60.0 if len(numbers) == 3 else 0.0)


def rules_for(mode: str | TravelRules, classes: frozenset[str] | None) -> TravelRules:
    """The rules of a mode, narrowed or widened to the classes asked for.

    Raises
    ------
    InputError
        For a mode that is not ``"drive"``, ``"walk"`` or ``"cycle"``, and naming every unknown class.
    """
    if isinstance(mode, str) and mode not in RULES:
        raise InputError(f"mode: {mode!r} is unknown; choose one of {', '.join(map(repr, RULES))}.")
    rules = RULES[mode] if isinstance(mode, str) else mode
    if classes is None:
        return rules
    unknown = sorted(set(classes) - set(HIGHWAY_CLASSES))
    if unknown or not classes:
        raise InputError(
            f"classes: {', '.join(unknown) or 'none given'}; "
            f"known values of highway are {', '.join(HIGHWAY_CLASSES)}."
        )
    kept = {name: getattr(rules, name) for name in rules.__dataclass_fields__}
    return TravelRules(**{**kept, "classes": frozenset(classes), "by_permission": frozenset()})


def _link_class(tags: Tags) -> str | None:
    highway = tags.get("highway")
    if highway in HIGHWAY_CLASSES and highway != "ferry":
        return highway
    return "ferry" if tags.get("route") == "ferry" and highway is None else None


def _deciding(tags: Tags, rules: TravelRules) -> str | None:
    """The access word that counts: of the most special key present."""
    for key in reversed(rules.access_keys):
        if key in tags:
            return tags[key]
    return None


def _closed(word: str, rules: TravelRules) -> bool:
    """Whether an access word closes; of a list (``bus;taxi``) every part must."""
    return all(part.strip() in rules.refused for part in word.split(";")) or word in rules.refused


def _may_enter(tags: Tags, link_class: str, rules: TravelRules) -> bool:
    word = _deciding(tags, rules)
    special = [tags[key] for key in rules.access_keys if key in tags and key != "access"]
    if rules.wheels and tags.get("smoothness") == "impassable":
        return False
    if not rules.motorroads and tags.get("motorroad") == "yes" and not special:
        return False
    if link_class in rules.by_permission:
        return bool(special) and not _closed(special[-1], rules)
    return link_class in rules.classes and (word is None or not _closed(word, rules))


def _closed_ways(tags: Tags, rules: TravelRules) -> tuple[bool, bool]:
    """Whether access by direction closes a way as drawn, and against that."""
    closed = []
    for way in ("forward", "backward"):
        words = [tags[f"{key}:{way}"] for key in rules.access_keys if f"{key}:{way}" in tags]
        closed.append(bool(words) and _closed(words[-1], rules))
    return closed[0], closed[1]


def _open_ways(tags: Tags, link_class: str, rules: TravelRules) -> tuple[bool, bool]:
    """Whether this traveller may go as a way is drawn, and against that."""
    if rules.mode == "walk":
        return True, tags.get("oneway:foot") not in _FORWARD
    there, back = _by_oneway(tags, link_class, rules)
    no_there, no_back = _closed_ways(tags, rules)
    return there and not no_there, back and not no_back


def _by_oneway(tags: Tags, link_class: str, rules: TravelRules) -> tuple[bool, bool]:
    if rules.mode == "cycle" and (tags.get("bicycle") == "dismount" or _cycles_both_ways(tags)):
        return True, True
    word = tags.get("oneway")
    for key in _OWN_ONEWAY.get(rules.mode, ()):
        word = tags.get(key, word)
    if word in _REVERSED:
        return False, True
    implied = link_class in rules.implied_oneway or tags.get("junction") in {"roundabout", "circular"}
    return True, not (word in _FORWARD or (implied and word != "no"))


def _cycles_both_ways(tags: Tags) -> bool:
    if tags.get("oneway:bicycle") == "no":
        return True
    keys = ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")
    return any(tags.get(key, "").startswith("opposite") for key in keys)


def _one_speed(word: str) -> float:
    number = _NUMBER.match(word.lower())
    if number:
        unit = {"mph": MPH_KMH, "knots": KNOT_KMH}.get(number[2] or "", 1.0)
        speed = float(number[1]) * unit
        return speed if speed <= FASTEST_KMH else 0.0
    country, _, kind = word.partition(":")
    return IMPLICIT_KMH.get(word, IMPLICIT_KMH.get(kind if kind else country, 0.0))
