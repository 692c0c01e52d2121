"""What the places of a region are called in its pages, by what they are."""

from __future__ import annotations

from urbgeo.regions.region import Region
from urbgeo.study.nation import is_national
from urbgeo.study.small_zones import without_own_seat

Both = tuple[str, str]

TOWNSHIP_DIGITS = 9


def unit_words(region: Region) -> Both:
    """Units of the circle: counties, townships, zones of one's own, or places without prefectures."""
    if len(region.small_zones):
        return ("乡级单元", "townships") if _townships(region) else ("分区", "zones")
    return ("县级单元", "counties") if len(region.prefectures) else ("单元", "places")


def town_words(region: Region) -> Both:
    """Whose access is measured."""
    if len(region.small_zones):
        return ("乡镇", "townships") if _townships(region) else ("分区", "zones")
    return "县城", "county towns"


def access_words(region: Region) -> Both:
    """How well they are connected, as a word before score."""
    zh, en = town_words(region)
    return f"{zh}通达", f"{en.removesuffix('s').replace(' ', '-')} access"


def town_seat_words(region: Region) -> Both:
    """The points that stand for them."""
    return unit_words(region) if len(region.small_zones) else ("县级驻地", "county seats")


def station_words(region: Region) -> Both:
    """High-speed stations where the region tells them from others."""
    fast = region.stations["kind"].isin(["hsr", "intercity"]).any()
    return ("高铁站", "a high-speed station") if fast else ("车站", "a station")


def mainland_words(region: Region) -> Both:
    """What the nation's seats leave out, behind their number; nothing for other regions."""
    return ("（不含港澳台）", " (mainland)") if is_national(region) else ("", "")


def prefecture_words(region: Region) -> Both:
    """The seats of prefectures, of the mainland where they are the nation's."""
    zh, en = mainland_words(region)
    return f"地级中心{zh}", f"prefecture seats{en}"


def target_words(region: Region) -> dict[str, Both]:
    """What towns are to reach."""
    return {
        "prefecture": _centre_words(region),
        "capital": _capital_words(region),
        "interchange": ("高速互通", "an interchange"),
        "station": station_words(region),
        "airport": ("机场", "an airport"),
    }


def governed_by_the_province(region: Region) -> Both | None:
    """Which counties no prefecture governs, and what stands for their prefecture seat; None without any."""
    seats, counties = region.prefectures, region.counties
    alone = without_own_seat(counties, seats)
    if seats.empty or alone.empty or len(alone) == len(counties):
        return None
    named = counties.loc[alone]
    zh, en = "、".join(named["name_zh"]), ", ".join(named["name_en"])
    count, take = ("1 county", "takes") if len(alone) == 1 else (f"{len(alone)} counties", "take")
    return (
        f"由省直接管辖的 {len(alone)} 个县级单元取最近的地级中心：{zh}。",
        f"{count} that the province governs itself {take} the nearest prefecture seat: {en}.",
    )


def _townships(region: Region) -> bool:
    return bool(region.small_zones.index.astype(str).str.fullmatch(rf"\d{{{TOWNSHIP_DIGITS}}}").all())


def _centre_words(region: Region) -> Both:
    seats = region.prefectures
    return ("地级中心", "own prefecture seat") if len(seats) != 1 else ("市中心", "the city's seat")


def _capital_words(region: Region) -> Both:
    """The capital where the first city of the core is one, else that city by name."""
    core = region.lists.get("core", ())[:1]
    if not core:
        return "省会", "the capital"
    capital = core[0].endswith("0100") and core[0] in region.prefectures.index
    row = region.places.loc[core[0]]
    return ("省会", "the capital") if capital else (str(row["name_zh"]), str(row["name_en"]))
