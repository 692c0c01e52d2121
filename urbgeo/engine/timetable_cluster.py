"""Timetable matrices on a Dask cluster: the day goes to every worker once, origins by task, the same bits."""

from __future__ import annotations

import uuid
from typing import Any

import numpy as np

from urbgeo.engine.cluster import check_workers, collect, on_one_thread
from urbgeo.engine.timetable_scan import Asked, Origins, ranked
from urbgeo.types import Floats

ORIGINS_PER_TASK = 16


def spread_origins(client: Any, asked: Asked, origins: Origins, out: Floats) -> Floats:
    """:func:`urbgeo.engine.timetable_scan.ranked` by the workers of ``client``, into ``out``."""
    check_workers(client)
    (everywhere,) = client.scatter([asked], broadcast=True, hash=False)
    blocks = [slice(i, i + ORIGINS_PER_TASK) for i in range(0, len(out), ORIGINS_PER_TASK)]
    name = f"urbgeo-transit-minutes-{uuid.uuid4().hex}"
    tasks = [
        client.submit(_task, everywhere, origins.rows(block), key=f"{name}-{block.start}", pure=False)
        for block in blocks
    ]
    collect(tasks, blocks, out, "transit minutes")
    return out


def _task(asked: Asked, origins: Origins) -> Floats:
    rows, targets = origins.on_foot.shape
    return on_one_thread(lambda: ranked(asked, origins, np.empty((rows, len(asked.ranks), targets))))
