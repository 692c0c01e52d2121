"""The closed list of what a ``status`` column may say; a test holds every result to it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

STATUSES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "reached": ("可达", "a way was found"),
        "unreached": ("不可达", "attached, but no way leads there"),
        "too far": ("离路网过远", "no joinable link within max_snap_km"),
        "no station": ("附近无车站", "no served station within the longest drive to one"),
        "no ride": ("无成行列车", "trains run, but none is the trip: rides too short, or drives too long"),
        "not asked": ("未询问", "the table of minutes does not hold this id"),
        "attached": ("已接入", "joined to the network"),
        "less": ("减少", "smaller after than before"),
        "more": ("增加", "larger after than before"),
        "same": ("不变", "equal before and after"),
        "opened": ("新连通", "a way after, none before"),
        "closed": ("断开", "a way before, none after"),
        "unknown": ("未知", "not measured before or after"),
        "used": ("有需求", "a facility with demand in its catchment"),
        "no demand": ("无需求", "within reach of places, none of which has demand"),
        "island": ("孤岛", "joined to links without a way to the main part"),
        "clustered": ("成簇", "within the distance or time of another place"),
        "alone": ("孤立", "no other place within the distance or time"),
        "below the threshold": ("低于阈值", "too few people, too thin or too weakly tied"),
        "dependent": ("从属", "its largest flow goes to a larger place"),
        "independent": ("独立", "its largest flow goes to no larger place"),
        "no flow": ("无流", "nothing flows from here"),
        "assigned": ("已归属", "belongs to an area"),
        "exclave dropped": ("飞地剔除", "tied to an area that no land joins it to"),
        "no employed residents": ("无就业居民", "nobody who works lives here"),
        "own area": ("自成一区", "nobody leaves to work"),
        "no link": ("无通勤", "no worker comes or goes"),
        "city": ("城市", "most of its people live in an urban centre"),
        "no city": ("非城市", "most of its people live in no urban centre"),
        "city too thin": ("城市过弱", "too little of the centre or of its people lies in it"),
        "classified": ("已分类", "has a class"),
        "water only": ("仅水面", "no people and no land"),
        "outside the grid": ("栅格以外", "no cell of the grid lies here"),
        "up": ("升级", "a larger class than before"),
        "down": ("降级", "a smaller class than before"),
        "new": ("新增", "only after"),
        "gone": ("消失", "only before"),
        "shrinking, still building": ("收缩而仍扩张", "fewer people, more built-up land"),
        "shrinking, built-up stable": ("收缩且用地稳定", "fewer people, as much built-up land"),
        "shrinking on both": ("人地双减", "fewer people, less built-up land"),
        "growing": ("增长", "more people"),
        "stable": ("稳定", "as many people"),
        "no base": ("无基数", "nothing there before"),
        "exact": ("全名一致", "the name is that of one known place"),
        "short form": ("简称一致", "the short form of one known place"),
        "ambiguous": ("重名", "the name of several known places"),
        "matched": ("已匹配", "found under its own code"),
        "renamed": ("已改码", "found under an older or newer code"),
        "left out": ("部分未计", "belongs in part only and is not counted"),
        "on the grid": ("在栅格内", "in a cell of the grid"),
        "on a barrier": ("在障碍上", "in a cell that cannot be crossed"),
    }
)
"""Status, its Chinese word, and what it means."""
