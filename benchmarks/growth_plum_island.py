"""Growth learned on Plum Island, 1985 to 1991, and run to 1999: figure of merit over ten seeds.

``python benchmarks/growth_plum_island.py`` reads ``data/plum_island`` in ``../shared`` or the folder that
URBGEO_SHARED names, and prints one row a seed and the medians.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pandas as pd

from urbgeo.land.growth import fit_growth, simulate_growth
from urbgeo.land.validation import validate_growth
from urbgeo.rasters.files import read_grid

SEEDS = range(10)


def main() -> None:
    folder = Path(os.environ.get("URBGEO_SHARED", "../shared")) / "data" / "plum_island"
    use = {year: read_grid(folder / f"land_use_{year}.tif") for year in (1985, 1991, 1999)}
    built = {year: one.having(one.values == 2) for year, one in use.items()}
    drivers = {name: read_grid(folder / f"{name}.tif") for name in ("elevation_m", "slope")}
    sea = use[1985].having(use[1985].missing)
    new = int((built[1999].values & ~built[1991].values).sum())
    rows = []
    for seed in SEEDS:
        start = time.perf_counter(), time.process_time()
        rules = fit_growth(built[1985], built[1991], drivers, land_use=use[1985], excluded=sea, seed=seed)
        taken = time.perf_counter() - start[0], time.process_time() - start[1]
        run = simulate_growth(
            built[1991], drivers, rules, new_cells=new, land_use=use[1991], excluded=sea, seed=seed
        )
        found = validate_growth(built[1991], built[1999], run.built, odds=run.odds, excluded=sea)
        merits = found.table["figure_of_merit"]
        rows.append((*merits, found.auc, found.patches, found.patches_observed, *taken))
    columns = ["model", "nearest", "chance", "auc", "patches", "observed", "fit_s", "fit_cpu_s"]
    table = pd.DataFrame(rows, columns=columns, index=pd.Index(SEEDS, name="seed"))
    print(table.round(4).to_string())
    print(table.median().round(4).to_string())


if __name__ == "__main__":
    main()
