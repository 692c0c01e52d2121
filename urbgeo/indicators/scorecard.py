"""The scorecard: a region held against every policy target that its layers can measure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd

from urbgeo.arguments import check_years
from urbgeo.indicators.asked import check_given, check_layers
from urbgeo.indicators.catalogue import MEASURES
from urbgeo.indicators.ground import PARTS, Ground, opened_by, sets_apply
from urbgeo.indicators.lights import LIGHTS, WITH_NUMBER, Aim, gap_of, light_of, trend_of
from urbgeo.indicators.measured import Measured
from urbgeo.indicators.targets import NATION, layer_names, policy_targets
from urbgeo.indicators.words import gap_in_words
from urbgeo.network.model import TravelNetwork
from urbgeo.network.speeds import LITERATURE, PEAK, STANDARD
from urbgeo.options import with_progress
from urbgeo.provenance import Provenance
from urbgeo.regions.region import Region, check_region
from urbgeo.results import Result

MARKED_ABOVE = 0.5
"""Share of estimates above which a light carries its mark."""

TRAINS_YEAR = 2024
"""Year of the train patterns; before it no value by train is given."""

_TOTALS = ("persons", "count", "km", "km2")
"""Units of totals: a national total says nothing about one province."""


@dataclass(frozen=True, eq=False, repr=False)
class Scorecard(Result):
    """A region against its targets.

    Attributes
    ----------
    table
        One row per target: names, ``chapter``, ``value``, ``year``, ``unit``, ``direction``, ``target``,
        ``target_year``, ``gap`` (in the unit; 0 = met), ``gap_in_words`` (Chinese) and ``gap_in_words_en``,
        ``light`` (of :data:`urbgeo.indicators.lights.LIGHTS`), ``basis`` (``"modelled"``, ``"observed"``,
        ``"given"``, ``"plan"``), ``estimated_share``, ``marked`` (it is above the bound), ``low`` and
        ``high`` over the band of speeds, ``document_zh``, ``document_en``, ``clause``.
    series
        Values by id and year; NaN where a year cannot be told.
    units
        Values by id and prefecture.
    targets
        The targets asked, as :func:`policy_targets` has them.
    region
        The region measured.
    missing
        What is not measured: ``layers`` it waits for, and the ``files`` under ``data/raw``.
    """

    table: pd.DataFrame
    series: pd.DataFrame
    units: pd.DataFrame
    missing: pd.DataFrame
    targets: pd.DataFrame
    region: Region
    provenance: Provenance
    _shown: ClassVar[str | None] = "light"
    _titles: ClassVar[tuple[str, str]] = ("规划指标评估", "Scorecard")

    @property
    def summary(self) -> pd.DataFrame:
        """Rows by light."""
        counts = self.table["light"].value_counts()
        rows = [(light, zh, en, int(counts.get(light, 0))) for light, (zh, en, _) in LIGHTS.items()]
        return pd.DataFrame(rows, columns=["light", "zh", "en", "rows"]).set_index("light")

    @property
    def measured(self) -> pd.DataFrame:
        """Rows with a value."""
        return self.table[self.table["value"].notna()]

    @property
    def lit(self) -> pd.DataFrame:
        """Rows with a value and a number to hold it against."""
        return self.table[self.table["light"].isin(WITH_NUMBER)]

    def _headline(self) -> str:
        met = int((self.table["light"] == "met").sum())
        return (
            f"{len(self.table)} targets: {len(self.measured)} measured, {len(self.lit)} with a light, "
            f"{met} met; {len(self.missing)} wait for a layer"
        )

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Main table, series, units, what is missing, and how it was made."""
        return {
            "scorecard": self.table,
            "series": self.series,
            "units": self.units,
            "missing": self.missing,
            "provenance": self.provenance.table(),
        }

    def save(self, path: Path | str) -> Path:
        """Write a page (``.html``, Chinese and English, offline, prints to A4) or tables by the ending."""
        if str(path).lower().endswith((".html", ".htm")):
            return Path(import_module("urbgeo.maps.scorecard_page").write_page(self, path))
        return super().save(path)


def scorecard(
    region: Region,
    *,
    years: Sequence[int] = (2025,),
    layers: Mapping[str, Any] | None = None,
    given: Mapping[str, Mapping[int, float]] | None = None,
    scope: str | None = None,
) -> Scorecard:
    """Hold a region against its policy targets.

    Parameters
    ----------
    region
        Its roads, stations, airports and people are measured; what opened later than a year is left out of
        that year.
    years
        Rising; the value shown is that of the last year that can be told. People are those of the census.
    layers
        Further layers by name, see :func:`urbgeo.indicators.targets.layer_names`.
    given
        Values from yearbooks: target id -> year -> value in the target's unit; they go before measured ones.
    scope
        Code whose targets hold; the province of the region's counties by default.

    Returns
    -------
    Scorecard
        Every target with its value, gap, light and basis; ``missing`` names the file that would bring each
        grey row.

    Raises
    ------
    InputError
        For years that do not rise, unknown layers or ids, and given values that do not fit their unit.

    Examples
    --------
    >>> import urbgeo
    >>> small = urbgeo.region("石嘴山市", roads="estimated", zones=False)
    >>> card = scorecard(small, years=(2025,))
    >>> card.table.at["airport60.prefectures", "light"]
    'behind'
    """
    check_region(region)
    asked = check_years(years)
    targets = policy_targets(scope=scope or _scope_of(region))
    check_layers(layers or {})
    check_given(given or {}, targets)
    return _filled(_Bench(region, asked, dict(layers or {})), targets, given or {})


def scorecard_on(region: Region, networks: Mapping[str, TravelNetwork], *, year: int) -> Scorecard:
    """The scorecard of one year on networks that are compiled already, by set of speeds.

    Raises
    ------
    InputError
        For a year that is none.
    """
    bench = _Bench(region, check_years([year]), {}, networks)
    return _filled(bench, policy_targets(scope=_scope_of(region)), {})


def _filled(bench: _Bench, targets: pd.DataFrame, given: Mapping[str, Mapping[int, float]]) -> Scorecard:
    """Every target measured."""
    region, asked = bench.region, bench.years
    rows, series, units, missing = [], {}, {}, []
    known = layer_names()
    for name, target in with_progress(targets.iterrows(), total=len(targets), what="indicators"):
        found = bench.measured(target)
        own = given.get(str(name), {})
        by_year = {**{year: one.value for year, one in found.items()}, **own}
        by_year = {year: value for year, value in by_year.items() if math.isfinite(value)}
        series[name] = pd.Series(by_year, dtype=float)
        rows.append(_row(bench, target, found, by_year, own))
        last = found.get(max(found)) if found else None
        if last is not None and last.units is not None and not own:
            units[name] = last.units
        if not by_year and target["measure"] not in _AT_THE_END:
            missing.append(_missing(str(name), target, known, bench.lacking(target["measure"])))
    table = pd.DataFrame(rows, index=targets.index)
    _fill_the_end(table, series, asked[-1], core=targets["mark"] == "core")
    return Scorecard(
        table=table,
        series=_by_id(series, sorted({*asked, *_years_of(series)})),
        units=_by_id(units, list(region.prefectures.index)),
        missing=pd.DataFrame(missing, columns=["id", "name_zh", "name_en", "layers", "files"]).set_index(
            "id"
        ),
        targets=targets,
        region=region,
        provenance=bench.provenance(),
    )


_AT_THE_END = ("met_share", "measured_share")


class _Bench:
    """Grounds by year and speeds, and what was measured on them."""

    def __init__(
        self,
        region: Region,
        years: list[int],
        layers: dict[str, Any],
        networks: Mapping[str, TravelNetwork] | None = None,
    ) -> None:
        self.region, self.years, self.layers, self.networks = region, years, layers, networks or {}
        self.census = int(pd.to_numeric(region.places.get("year", pd.Series([2020]))).mode().iloc[0])
        self._grounds: dict[tuple[int, str], Ground] = {}
        self._found: dict[tuple[str, int, str], Measured | None] = {}
        self._lacking: dict[str, list[str]] = {}

    def ground(self, year: int, speeds: str = LITERATURE) -> Ground:
        """The region in a year at a set of speeds."""
        if (year, speeds) not in self._grounds:
            self._grounds[year, speeds] = Ground(
                self.region, year, speeds, self.layers, self._compiled(year, speeds)
            )
        return self._grounds[year, speeds]

    def _compiled(self, year: int, speeds: str) -> dict[str, TravelNetwork]:
        """Networks at hand; the roads only where none opens after the year."""
        if speeds not in self.networks:
            return {}
        whole = self.networks[speeds]
        roads = self.region.road_links
        all_open = len(opened_by(roads, year, "road_links")) == len(roads)
        return {"both": whole, **({"road": whole.only(("road",))} if all_open else {})}

    def at(self, name: str, year: int, speeds: str = LITERATURE) -> Measured | None:
        """A measure once."""
        key = name, year, speeds
        if key not in self._found:
            ground = self.ground(year, speeds)
            able = not self.lacking(name)
            self._found[key] = MEASURES[name].work(ground) if able else None
        return self._found[key]

    def lacking(self, name: str) -> list[str]:
        """Parts of the region that a measure stands on and that are not there."""
        if name not in self._lacking:
            ground = self.ground(self.years[-1])
            on = MEASURES[name].on if name in MEASURES else ()
            self._lacking[name] = [part for part in on if not ground.has(part)]
        return self._lacking[name]

    def measured(self, target: pd.Series) -> dict[int, Measured]:
        """The target's measure in every year it can tell."""
        name = target["measure"]
        if name not in MEASURES or any(one not in self.layers for one in target["needs"]):
            return {}
        found = {year: self.at(name, year) for year in self._tellable(MEASURES[name].when)}
        return {year: _of_scope(one, target["scope"]) for year, one in found.items() if one is not None}

    def _tellable(self, when: str) -> list[int]:
        if when == "census":
            return [self.census]
        if when == "now":
            return [self.years[-1]] if self.years[-1] >= TRAINS_YEAR else []
        return self.years

    def band(self, target: pd.Series, year: int) -> tuple[float, float]:
        """The value at the fastest and at the slowest of the named sets of speeds."""
        name = target["measure"]
        if name not in MEASURES or not MEASURES[name].by_speed or not sets_apply(self.region):
            return math.nan, math.nan
        found = [self.at(name, year, speeds) for speeds in (LITERATURE, STANDARD, PEAK)]
        values = [_of_scope(one, target["scope"]).value for one in found if one is not None]
        return (min(values), max(values)) if values else (math.nan, math.nan)

    def provenance(self) -> Provenance:
        """Years, layers and speeds used."""
        last = self.ground(self.years[-1])
        about = last.road.provenance if "road" in vars(last) else Provenance(sources=self.region.sources)
        return about.having(
            parameters={
                "years": tuple(self.years),
                "census": self.census,
                "layers": tuple(self.layers) or None,
                "band of speeds": f"{STANDARD} to {PEAK}" if sets_apply(self.region) else None,
            },
            shares={"estimated road length": last.estimated_road_share},
        )


def _of_scope(found: Measured, scope: str) -> Measured:
    """The value of one prefecture, where the target is one's."""
    if found.units is None or scope not in found.units.index or len(found.units) < 2:
        return found
    return Measured(float(found.units[scope]), found.basis, found.estimated_share)


def _row(
    bench: _Bench,
    target: pd.Series,
    found: dict[int, Measured],
    by_year: Mapping[int, float],
    own: Mapping[int, float],
) -> dict[str, object]:
    year = max(by_year) if by_year else None
    is_given = year is not None and year in own
    last = Measured(math.nan) if year is None else found.get(year, Measured(float(by_year[year])))
    if is_given and year is not None:
        last = Measured(float(own[year]), basis="given")
    low, high = (math.nan, math.nan) if year is None or is_given else bench.band(target, year)
    aim = _aim(target, bench)
    light = "grey" if year is None else light_of(aim, last.value, year, low=low, high=high)
    if light == "no number":
        light = trend_of(target["direction"], by_year)
    zh, en = gap_in_words(aim, target["unit"], last) if year is not None else ("", "")
    share = last.estimated_share
    return {
        **{name: target[name] for name in ("name_zh", "name_en", "chapter")},
        "value": last.value,
        "year": pd.NA if year is None else year,
        "unit": target["unit"],
        "direction": target["direction"],
        "target": aim.value,
        "target_year": target["target_year"],
        "gap": gap_of(aim, last.value),
        "gap_in_words": zh,
        "gap_in_words_en": en,
        "light": light,
        "basis": last.basis if year is not None else "",
        "estimated_share": share if year is not None else math.nan,
        "marked": bool(year is not None and share > MARKED_ABOVE),
        "low": low,
        "high": high,
        "document_zh": target["document_zh"],
        "document_en": target["document_en"],
        "clause": target["clause"],
    }


def _aim(target: pd.Series, bench: _Bench) -> Aim:
    """The numbers of a target; none where a national total meets one province."""
    foreign = target["scope"] == NATION and target["unit"] in _TOTALS and _scope_of(bench.region) != NATION
    value = math.nan if foreign else float(target["target_value"])
    return Aim(
        target["direction"],
        value,
        float(target["target_year"]),
        float(target["base_value"]),
        float(target["base_year"]),
    )


def _missing(name: str, target: pd.Series, known: pd.DataFrame, lacking: Sequence[str]) -> dict[str, object]:
    layers = [one for one in target["needs"] if one in known.index]
    files = [f"data/raw/{known.at[one, 'file']}" for one in layers]
    named = [f"{known.at[one, 'name_zh']} {known.at[one, 'name_en']}" for one in layers]
    named += [" ".join(PARTS[one]) for one in lacking]
    return {
        "id": name,
        "name_zh": target["name_zh"],
        "name_en": target["name_en"],
        "layers": "; ".join(named),
        "files": "; ".join(files),
    }


def _fill_the_end(table: pd.DataFrame, series: dict[Any, pd.Series], year: int, *, core: pd.Series) -> None:
    """The two rows that the other rows make: how many are met, and how many of the core are measured."""
    own = ("checkup", "monitoring")
    rest = table.drop(index=[one for one in own if one in table.index])
    core = core.reindex(rest.index)
    numbered = rest[rest["light"].isin(WITH_NUMBER)]
    shares = {
        "checkup": (numbered["light"] == "met").mean() if len(numbered) else math.nan,
        "monitoring": rest.loc[core, "value"].notna().mean() if core.any() else math.nan,
    }
    for name in own:
        if name in table.index and math.isfinite(shares[name]):
            value = 100.0 * float(shares[name])
            table.loc[name, ["value", "year", "light", "basis"]] = [value, year, "no number", "modelled"]
            table.loc[name, "estimated_share"] = 0.0
            series[name] = pd.Series({year: value})


def _by_id(rows: Mapping[Any, pd.Series], columns: Sequence[object]) -> pd.DataFrame:
    """One row an id, with exactly these columns."""
    table = pd.DataFrame({name: one.reindex(columns) for name, one in rows.items()}, index=columns)
    return table.T.rename_axis("id")


def _years_of(series: Mapping[Any, pd.Series]) -> set[int]:
    return {int(year) for one in series.values() for year in one.index}


def _scope_of(region: Region) -> str:
    """The province of the region's counties; the nation where there are several."""
    provinces = {str(one)[:2] for one in region.prefectures.index}
    return f"{provinces.pop()}0000" if len(provinces) == 1 else NATION
