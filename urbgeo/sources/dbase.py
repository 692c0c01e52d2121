"""Shapefiles before they are read: are all parts there and whole, and in which encoding is the text."""

from __future__ import annotations

import codecs
import re
import struct
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

from urbgeo.errors import SourceError, UrbgeoWarning

ENCODINGS = ("utf-8", "gb18030")
"""Guessed in this order where nothing is declared; GB18030 contains GBK and GB2312."""

LANGUAGE_BYTES: Mapping[int, str] = {
    0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x13: "cp932", 0x4D: "gb18030", 0x4E: "cp949",
    0x4F: "cp950", 0x7A: "gb18030", 0x7B: "cp932", 0xC8: "cp1250", 0xC9: "cp1251",
}  # fmt: skip
"""What the language byte of a dBase table declares. 0x57 ("the ANSI of that computer") declares nothing."""

_WIDER = {"gbk": "gb18030", "gb2312": "gb18030", "cp936": "gb18030", "936": "gb18030"}
_HEADER_BYTES = 100


def check_whole(path: Path) -> None:
    """Refuse a shapefile that lacks a part, or is shorter than it says.

    Raises
    ------
    SourceError
        Naming what is missing or cut.
    """
    lost = [part for part in (".shx", ".dbf") if not _part(path, part).exists()]
    if lost:
        raise SourceError(f"{path}: its {' and '.join(lost)} is missing; a shapefile is .shp, .shx and .dbf.")
    for part in (path, _part(path, ".shx")):
        head = part.read_bytes()[:_HEADER_BYTES]
        if len(head) < _HEADER_BYTES or struct.unpack(">i", head[:4])[0] != 9994:
            raise SourceError(f"{part}: it is no shapefile; is the file whole?")
        told = struct.unpack(">i", head[24:28])[0] * 2
        if part.stat().st_size < told:
            raise SourceError(f"{part}: it is cut: {part.stat().st_size} of {told} bytes; copy it again.")
    shapes = (_part(path, ".shx").stat().st_size - _HEADER_BYTES) // 8
    content = _part(path, ".dbf").read_bytes()
    if len(content) < 32:
        raise SourceError(f"{path}: its .dbf is cut; copy it again.")
    rows, header, size = struct.unpack("<IHH", content[4:12])
    if rows != shapes or len(content) < header + rows * size:
        there = min(rows, max(len(content) - header, 0) // max(size, 1))
        raise SourceError(f"{path}: {shapes} shapes, but {there} rows in the .dbf; copy both again.")


def shapefile_encoding(path: Path, insisted: str | None) -> str:
    """The encoding of a shapefile's text: insisted on, declared, or as a last resort guessed.

    Raises
    ------
    SourceError
        When the text is not in what is insisted on, or in nothing known.
    """
    content = _part(path, ".dbf").read_bytes()
    texts, widths = _texts(content)
    if insisted:
        if not _all_valid(texts, widths, insisted):
            found = sniffed(texts, width=widths)
            told = found or "nothing known"
            raise SourceError(f"{path}: its text is not in {insisted}; it reads as {told}.")
        return insisted
    declared, by = _declared(path, content)
    if declared and _all_valid(texts, widths, declared):
        return declared
    found = sniffed(texts, width=widths)
    if found is None:
        raise SourceError(f"{path}: its text is neither UTF-8 nor GB18030; name its encoding.")
    if declared:
        warnings.warn(
            f"{path.name}: {by} says {declared.upper()}, but the text is {found}.",
            UrbgeoWarning,
            stacklevel=5,
        )
    elif any(not text.isascii() for text in texts):
        warnings.warn(
            f"{path.name}: no encoding is declared; its text reads as {found}.", UrbgeoWarning, stacklevel=5
        )
    return found


def sniffed(values: list[bytes], *, width: list[int] | None = None) -> str | None:
    """The first of UTF-8 and GB18030 in which all texts are valid; None when there is none.

    ``width`` are the sizes of the fields the texts come from: one that fills its field may have its last
    letter cut in two.
    """
    widths = width or [0] * len(values)
    return next((one for one in ENCODINGS if _all_valid(values, widths, one)), None)


def codec_of(name: str) -> str | None:
    """The codec of an encoding as files name it (``ISO-8859-1``, ``88591``, ``ANSI 936``), None if none."""
    word = name.strip().lower()
    if re.fullmatch(r"8859\d{1,2}", word):
        word = f"iso8859-{word[4:]}"
    word = re.sub(r"^(ansi|oem|cp|windows)[ -]*(?=\d)", "cp", word)
    if word.isdigit():
        word = f"cp{word}"
    try:
        found = codecs.lookup("utf-8" if word == "cp65001" else word).name
    except LookupError:
        return None
    return _WIDER.get(found, found)


def _part(path: Path, suffix: str) -> Path:
    lower, upper = path.with_suffix(suffix), path.with_suffix(suffix.upper())
    return upper if upper.exists() and not lower.exists() else lower


def _declared(path: Path, content: bytes) -> tuple[str | None, str]:
    note = _part(path, ".cpg")
    if note.exists():
        return codec_of(note.read_text("ascii", "replace")), ".cpg"
    return LANGUAGE_BYTES.get(content[29]), "the language byte"


def _all_valid(texts: list[bytes], widths: list[int], encoding: str) -> bool:
    return all(_valid(one, encoding, size) for one, size in zip(texts, widths, strict=True))


def _valid(text: bytes, encoding: str, width: int) -> bool:
    for cut in range(4 if width and len(text) >= width - 3 else 1):
        try:
            text[: len(text) - cut].decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def _texts(content: bytes) -> tuple[list[bytes], list[int]]:
    """Field names and the distinct values of text fields of a dBase table, and the widths of their fields."""
    count, header, size = struct.unpack("<IHH", content[4:12])
    fields, at, offset = [], 32, 1
    texts: dict[tuple[bytes, int], None] = {}
    while at + 32 <= header and content[at : at + 1] != b"\r":
        name, kind = content[at : at + 11].split(b"\0")[0], content[at + 11 : at + 12]
        width = content[at + 16] + (content[at + 17] << 8 if kind == b"C" else 0)
        texts[name, 10] = None
        if kind == b"C":
            fields.append((offset, width))
        offset, at = offset + width, at + 32
    for row in range(header, min(header + count * size, len(content)), size):
        for begin, width in fields:
            texts[content[row + begin : row + begin + width].rstrip(b" \0"), width] = None
    return [text for text, _ in texts], [width for _, width in texts]


@contextmanager
def with_whole_names(path: Path, encoding: str) -> Iterator[Path]:
    """The shapefile, or where column names are cut in the middle of a letter a copy with them cut before it.

    A dBase table keeps ten bytes of a name: three Chinese letters and a third in UTF-8.
    """
    content = bytearray(_part(path, ".dbf").read_bytes())
    told = []
    for at in range(32, struct.unpack("<H", content[8:10])[0] - 31, 32):
        if content[at : at + 1] == b"\r":
            break
        name = bytes(content[at : at + 11]).split(b"\0")[0]
        whole = name.decode(encoding, "ignore").encode(encoding)
        if whole != name:
            content[at : at + 11] = whole.ljust(11, b"\0")
            told.append(whole.decode(encoding))
    if not told:
        yield path
        return
    warnings.warn(
        f"{path.name}: a shapefile keeps ten bytes of a column name; cut are {', '.join(told)}.",
        UrbgeoWarning,
        stacklevel=6,
    )
    with TemporaryDirectory() as folder:
        for part in (".shp", ".shx", ".prj", ".cpg"):
            if _part(path, part).exists():
                copyfile(_part(path, part), Path(folder) / f"{path.stem}{part}")
        (Path(folder) / f"{path.stem}.dbf").write_bytes(content)
        yield Path(folder) / f"{path.stem}.shp"
