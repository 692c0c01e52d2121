"""Measures that stand on a layer handed over: green, streets, land, services, commuting."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbgeo.amounts import amount_of
from urbgeo.crs import metric_crs
from urbgeo.indicators.ground import Ground
from urbgeo.indicators.measured import NO_NUMBER, Measured, measure, named, share_within
from urbgeo.indicators.rows import (
    closed_rings,
    commuting_measures,
    mixed_use,
    share_holding,
    share_near,
    street_pattern,
)
from urbgeo.network.minutes import nearest_facility

COUNTY = ("县", "county")
SIDE_STREETS = ("支路", "residential", "local", "tertiary", "unclassified", "living_street")
RESIDENTIAL = r"居住|(?i:residential)|07|R\d*(?![A-Za-z])"
"""How uses that are homes begin: in words, or by the codes of the land survey (07) and of plans (R, R2)."""

KM2 = 1e6
MEDIUM_PEOPLE = 500_000.0
"""Lower bound of a medium city, State Council 2014 no. 51."""


def observed(value: float) -> Measured:
    """A value straight from a layer."""
    return Measured(float(value), basis="observed")


def _whole(frame: gpd.GeoDataFrame, crs: object) -> shapely.Geometry:
    return shapely.union_all(shapely.make_valid(frame.to_crs(crs).geometry.to_numpy()))


def _shared(ground: Ground, first: str, second: str) -> tuple[float, float]:
    """Square kilometres of one layer, and of it under another."""
    one, other = ground.layer(first), ground.layer(second)
    crs = metric_crs(one)
    base, over = _whole(one, crs), _whole(other, crs)
    return base.area / KM2, shapely.intersection(base, over).area / KM2


def _part(ground: Ground, of: str, under: str) -> Measured:
    base, both = _shared(ground, of, under)
    return observed(100.0 * both / base if base > 0 else np.nan)


@measure("green_cover")
def green_cover(ground: Ground) -> Measured:
    """Built-up land under greenery."""
    return _part(ground, "built", "greenery")


@measure("green_ratio")
def green_ratio(ground: Ground) -> Measured:
    """Built-up land that is green space."""
    return _part(ground, "built", "green")


@measure("boundary_share")
def boundary_share(ground: Ground) -> Measured:
    """Built-up land inside the development boundary."""
    return _part(ground, "built", "boundary")


@measure("line_overlap")
def line_overlap(ground: Ground) -> Measured:
    """Square kilometres where two of the three control lines overlap."""
    pairs = (("boundary", "farmland"), ("boundary", "redline"), ("farmland", "redline"))
    return observed(sum(_shared(ground, *pair)[1] for pair in pairs))


@measure("new_land")
def new_land(ground: Ground) -> Measured:
    """Built-up land that was none in the base year."""
    return observed(_new_m2(ground) / KM2)


@measure("land_per_person")
def land_per_person(ground: Ground) -> Measured | None:
    """New built-up m2 for each urban resident more, where both layers have ``urban_population``."""
    layers = {name: ground.layer(name) for name in ("built", "built_before")}
    if any("urban_population" not in frame for frame in layers.values()):
        return None  # the layers serve other targets without it
    now, before = (_residents(frame, name) for name, frame in layers.items())
    return observed(_new_m2(ground) / (now - before) if now > before else np.nan)


def _new_m2(ground: Ground) -> float:
    now, before = ground.layer("built"), ground.layer("built_before")
    crs = metric_crs(now)
    return float(shapely.difference(_whole(now, crs), _whole(before, crs)).area)


def _residents(frame: gpd.GeoDataFrame, name: str) -> float:
    return float(amount_of("urban_population", frame, name="urban_population", frame_name=name).sum())


@measure("largest_patch")
def largest_patch(ground: Ground) -> Measured:
    """Share of built-up land in its largest patch."""
    built = ground.layer("built")
    areas = shapely.area(shapely.get_parts(_whole(built, metric_crs(built))))
    return observed(100.0 * areas.max() / areas.sum())


@measure("mixed_use")
def land_use_mix(ground: Ground) -> Measured:
    """Entropy of land uses; the layer has a column ``use``."""
    return observed(mixed_use(ground.layer("land_use")))


@measure("residential_share")
def residential_share(ground: Ground) -> Measured:
    """Share of residential land."""
    uses = ground.layer("land_use")
    area = uses.to_crs(metric_crs(uses)).area
    homes = uses["use"].astype(str).str.match(RESIDENTIAL)
    return observed(100.0 * area[homes].sum() / area.sum())


@measure("function_counties")
def function_counties(ground: Ground) -> Measured:
    """Counties of urbanised areas by their main function; the layer is a Series of classes by county."""
    classes = ground.layer("functions").astype(str)
    return observed(int(classes.str.contains("城镇化|urban", case=False).sum()))


@measure("road_density")
def road_density(ground: Ground) -> Measured:
    """Kilometres of streets per square kilometre of built-up land."""
    from urbgeo.land.expansion import road_density as density

    streets, built = ground.layer("streets"), ground.layer("built")
    found = density(
        streets,
        built,
        class_column="class" if "class" in streets else None,
        oneway_column="oneway" if "oneway" in streets else None,
    )
    return observed(found.iloc[0] if "km_per_km2" not in found else found["km_per_km2"])


@measure("side_streets")
def side_streets(ground: Ground) -> Measured:
    """Share of side streets in the length."""
    pattern = street_pattern(ground.layer("streets"))
    return observed(100.0 * sum(pattern.get(f"share {one}", 0.0) for one in SIDE_STREETS))


@measure("block_size")
def block_size(ground: Ground) -> Measured:
    """Mean area of the blocks between streets."""
    return observed(street_pattern(ground.layer("streets"))["block_ha"])


@measure("dead_ends")
def dead_ends(ground: Ground) -> Measured:
    """Share of dead ends."""
    return observed(100.0 * street_pattern(ground.layer("streets"))["dead_end_share"])


@measure("park_per_head", when="census")
def park_per_head(ground: Ground) -> Measured:
    """Square metres of park per urban resident."""
    parks = ground.layer("parks")
    area = _whole(parks, metric_crs(parks)).area
    return observed(area / ground.prefectures["urban_population"].sum())


@measure("park_500")
def park_500(ground: Ground) -> Measured:
    """People within 500 m of a park."""
    return _near(ground, "parks", 500.0)


@measure("stops_500")
def stops_500(ground: Ground) -> Measured:
    """People within 500 m of a stop."""
    return _near(ground, "stops", 500.0)


@measure("stops_300")
def stops_300(ground: Ground) -> Measured:
    """People within 300 m of a stop."""
    return _near(ground, "stops", 300.0)


@measure("shelters_1000")
def shelters_1000(ground: Ground) -> Measured:
    """People within a kilometre of a shelter."""
    return _near(ground, "shelters", 1000.0)


def _near(ground: Ground, layer: str, metres: float) -> Measured:
    people = ground.layer("people")
    return observed(100.0 * share_near(people, ground.layer(layer), within_m=metres, population="population"))


@measure("villages_bus")
def villages_bus(ground: Ground) -> Measured:
    """Villages within two kilometres of a stop."""
    return observed(100.0 * share_near(ground.layer("villages"), ground.layer("stops"), within_m=2000.0))


@measure("villages_roads")
def villages_roads(ground: Ground) -> Measured:
    """Villages within two kilometres of a road."""
    return observed(100.0 * share_near(ground.layer("villages"), ground.layer("streets"), within_m=2000.0))


@measure("water_density")
def water_density(ground: Ground) -> Measured | None:
    """Kilometres of river per square kilometre."""
    zones, rivers = ground.region.zones, ground.layer("rivers")
    if zones is None:
        return None
    crs = metric_crs(zones)
    return observed(rivers.to_crs(crs).length.sum() / 1000.0 / (zones.to_crs(crs).area.sum() / KM2))


@measure("closed_rings")
def dyke_rings(ground: Ground) -> Measured:
    """County seats inside a closed ring of dykes."""
    closed = closed_rings(ground.layer("dykes"), ground.counties)
    left = named(ground.counties, (~closed)[~closed].astype(float))
    return Measured(
        float(closed.sum()), "observed", left=left, left_unit=NO_NUMBER, noun=COUNTY, count=len(closed)
    )


@measure("hospital_30", by_speed=True)
def hospital_30(ground: Ground) -> Measured:
    """County seats within half an hour of a hospital."""
    minutes = nearest_facility(ground.road, ground.counties, ground.layer("hospitals"))["minutes"]
    return share_within(ground, ground.counties, minutes, 30.0, noun=COUNTY)


@measure("fire_5", by_speed=True)
def fire_5(ground: Ground) -> Measured:
    """People that a fire engine reaches in five minutes."""
    people = ground.layer("people")
    found = nearest_facility(ground.road, people, ground.layer("fire_stations"), direction="from")
    inside = found["minutes"] <= 5.0
    weights = people["population"].astype(float)
    return Measured(100.0 * float(weights[inside].sum() / weights.sum()))


@measure("services_30", by_speed=True)
def services_30(ground: Ground) -> Measured:
    """People of counties whose seats have a service within half an hour."""
    minutes = nearest_facility(ground.road, ground.counties, ground.layer("services"))["minutes"]
    weights = ground.counties["population"]
    return share_within(ground, ground.counties, minutes, 30.0, noun=COUNTY, weight=weights)


@measure("services_counties")
def services_counties(ground: Ground) -> Measured | None:
    """Counties that hold a service."""
    return _holding(ground, "services")


@measure("hospital_counties")
def hospital_counties(ground: Ground) -> Measured | None:
    """Counties that hold a hospital."""
    return _holding(ground, "hospitals")


@measure("funeral_counties")
def funeral_counties(ground: Ground) -> Measured | None:
    """Counties that hold a funeral home."""
    return _holding(ground, "funeral_homes")


def _holding(ground: Ground, layer: str) -> Measured | None:
    zones = ground.region.zones
    if zones is None:
        return None
    held = share_holding(zones, ground.layer(layer)) > 0
    without = named(zones, (~held)[~held].astype(float))
    return Measured(
        100.0 * float(held.mean()),
        "observed",
        left=without,
        left_unit=NO_NUMBER,
        noun=COUNTY,
        count=len(held),
    )


@measure("new_towns", by_speed=True)
def new_towns(ground: Ground) -> Measured:
    """Mean minutes from new towns to the nearest prefecture centre."""
    found = nearest_facility(ground.road, ground.layer("new_towns"), ground.prefectures)["minutes"]
    return Measured(float(found.mean()))


@measure("depot_minutes", by_speed=True)
def depot_minutes(ground: Ground) -> Measured:
    """Longest way of relief from a depot to a county seat."""
    found = nearest_facility(ground.road, ground.counties, ground.layer("depots"), direction="from")
    worst = found["minutes"].sort_values(ascending=False, kind="stable").head(3)
    return Measured(float(worst.iloc[0]), left=named(ground.counties, worst), noun=COUNTY)


def _overall(ground: Ground) -> pd.Series:
    overall, _ = commuting_measures(ground.layer("flows"))
    return overall


@measure("flows_mean")
def flows_mean(ground: Ground) -> Measured:
    """Mean minutes to work."""
    return observed(_overall(ground)["mean_min"])


@measure("flows_45")
def flows_45(ground: Ground) -> Measured:
    """Commuters within 45 minutes."""
    return observed(100.0 * _overall(ground)["share_45"])


@measure("flows_self")
def flows_self(ground: Ground) -> Measured:
    """Workers who work where they live."""
    return observed(100.0 * _overall(ground)["self_containment"])


@measure("flows_jobs")
def flows_jobs(ground: Ground) -> Measured:
    """Median of jobs per worker over the zones."""
    _, zones = commuting_measures(ground.layer("flows"))
    return observed(zones["jobs_per_worker"].median())


@measure("centre_people")
def centre_people(ground: Ground) -> Measured:
    """People of the urban districts; the layer is a Series of persons by prefecture."""
    people = ground.layer("district_people").astype(float)
    return Measured(float(people.sum()), "observed", units=people)


@measure("medium_share")
def medium_share(ground: Ground) -> Measured:
    """Share of the urban districts' people in cities of half a million or more."""
    people = ground.layer("district_people").astype(float)
    return observed(100.0 * people[people >= MEDIUM_PEOPLE].sum() / people.sum())


@measure("size_classes")
def size_classes(ground: Ground) -> Measured:
    """Prefecture centres whose urban district is of the class the plan sets."""
    from urbgeo.cities.hunan import hunan_box8
    from urbgeo.cities.sizes import size_classes as classes

    now = ground.layer("district_people").astype(float)
    planned = hunan_box8().set_index("adcode")["population_2025"].reindex(now.index).dropna()
    alike = classes(now.loc[planned.index], units_checked=True).astype(str) == classes(
        planned, units_checked=True
    ).astype(str)
    return observed(100.0 * float(alike.mean()))
