"""``layers.toml``: layers as a file that people write; see ``docs/reference/layers-toml.md``."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bailiwick.domain.layers import Band, Layer, LayerPlan, NamedAccounts, Step
from bailiwick.domain.problem import OBJECTIVES
from bailiwick.domain.rules import Rule
from bailiwick.errors import InputError
from bailiwick.formats.rule_text import parse_rule
from bailiwick.formats.wording import did_you_mean

LARGEST = 1_000_000
_TOP = ("balance", "band", "layer")
_LAYER = ("name", "where", "named", "rule", "rest")
_NAMED = ("column", "owner", "accounts")
_BAND = ("column", "cuts", "classes")
_STEP = ("territories", "reps", "balance", "contiguity", "objective", "need", "skills")
_RULE = ("name", "where", "owner", *_STEP)


def read_layers(source: str | os.PathLike[str] | Mapping[str, Any]) -> tuple[LayerPlan, Path]:
    """Read layers from a TOML file, or from a mapping of the same shape.

    Returns
    -------
    The layers, and the folder that files of reps are relative to.

    Raises
    ------
    InputError
        If the file cannot be read or says something that cannot be meant; the message names the line, the table and the key.
    """
    if isinstance(source, Mapping):
        return _Reader("", "layers").read(source), Path()
    path = Path(source)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"there is no file {path}; check the name", code="no_such_file", field="plan") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}", code="no_such_file", field="plan") from None
    if len(data) > LARGEST:
        raise InputError(f"{path} has {len(data):,} bytes; a file of layers has at most {LARGEST:,}", code="too_large", field="plan")
    try:
        text = data.decode("utf-8-sig")
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{path.name} is not TOML: {error}", code="layers", field="plan") from None
    return _Reader(text, path.name).read(document), path.parent


class _Reader:
    """Checks one document; every complaint says where it stands."""

    def __init__(self, text: str, name: str) -> None:
        self.text, self.name = text, name

    def wrong(self, where: str, message: str) -> InputError:
        line = line_of(self.text, where)
        place = f"{self.name}, line {line}, {where}" if line else f"{self.name}, {where}"
        return InputError(f"{place}: {message}", code="layers", field=where)

    def read(self, document: Mapping[str, Any]) -> LayerPlan:
        self._only(document, _TOP, "")
        tables = self._tables(document, "layer", "")
        if not tables:
            raise self.wrong("layer", "there is no layer; write [[layer]] and give it a name")
        bands = self._table(document, "band", "")
        plan = LayerPlan(
            layers=tuple(self._layer(table, f"layer[{i}]") for i, table in enumerate(tables, 1)),
            bands=tuple(self._band(name, bands) for name in bands),
            balance=self._texts(document, "balance", ""),
        )
        self._differ([layer.name for layer in plan.layers], "layer")
        return plan

    def _band(self, name: str, bands: Mapping[str, Any]) -> Band:
        where = f"band.{name}"
        table = self._table(bands, name, "band")
        self._only(table, _BAND, where)
        cuts = table.get("cuts", [])
        if not isinstance(cuts, list) or not all(isinstance(cut, int | float) and not isinstance(cut, bool) for cut in cuts):
            raise self.wrong(f"{where}.cuts", f"expected a list of numbers, found {cuts!r}")
        column = self._text(table, "column", where)
        if column is None:
            raise self.wrong(where, 'say which column holds the numbers: column = "employees"')
        return Band(name, column, tuple(float(cut) for cut in cuts), self._texts(table, "classes", where))

    def _layer(self, table: Mapping[str, Any], where: str) -> Layer:
        self._only(table, _LAYER, where)
        name = self._text(table, "name", where)
        if not name:
            raise self.wrong(where, 'every layer needs a name, such as name = "account executives"')
        steps = [self._step(rule, f"{where}.rule[{i}]", is_rule=True) for i, rule in enumerate(self._tables(table, "rule", where), 1)]
        self._differ([step.name for step in steps], f"{where}.rule")
        if "rest" in table:
            steps.append(self._step(self._table(table, "rest", where), f"{where}.rest", is_rule=False))
        named = tuple(self._named(entry, f"{where}.named[{i}]") for i, entry in enumerate(self._tables(table, "named", where), 1))
        if not steps and not named:
            raise self.wrong(where, "the layer assigns nothing; give it [[layer.named]], [[layer.rule]] or [layer.rest]")
        rule, text = self._where(table, where)
        return Layer(name, named, tuple(steps), rule, text)

    def _named(self, table: Mapping[str, Any], where: str) -> NamedAccounts:
        self._only(table, _NAMED, where)
        column, owner, accounts = (
            self._text(table, "column", where),
            self._text(table, "owner", where),
            self._texts(table, "accounts", where),
        )
        if (column is None) == (owner is None) or (owner is not None) != bool(accounts):
            raise self.wrong(where, "give either a column with the owners, or an owner and a list of accounts")
        return NamedAccounts(column, owner or "", accounts)

    def _step(self, table: Mapping[str, Any], where: str, *, is_rule: bool) -> Step:
        self._only(table, _RULE if is_rule else _STEP, where)
        name = self._text(table, "name", where) if is_rule else "rest"
        rule, text = self._where(table, where)
        if not name or (is_rule and rule is None) or (is_rule and name == "rest"):
            raise self.wrong(where, 'every rule needs a name other than rest, and where = "…"')
        step = Step(
            name=name,
            where=rule,
            where_text=text,
            owner=self._text(table, "owner", where),
            territories=self._count(table, "territories", where),
            reps=self._text(table, "reps", where),
            balance=self._texts(table, "balance", where),
            contiguity=self._choice(table, "contiguity", where, ("auto", "none")) != "none",
            objective=self._choice(table, "objective", where, OBJECTIVES) or "distance",
            need=self._text(table, "need", where),
            skills=self._text(table, "skills", where),
        )
        self._check_step(step, table, where)
        return step

    def _check_step(self, step: Step, table: Mapping[str, Any], where: str) -> None:
        if step.owner is not None and set(table) - {"name", "where", "owner"}:
            raise self.wrong(where, "the rule gives everything to one owner; take out what is about territories")
        if step.owner is None and step.territories is None and step.reps is None:
            raise self.wrong(where, 'say who serves them: territories = 3, or reps = "reps.csv"' + (", or an owner" if step.where else ""))
        if (step.need is None) != (step.skills is None) or (step.need is not None and step.reps is None):
            raise self.wrong(where, "need (a column of the accounts) and skills (a column of the reps) belong together, with reps")

    def _where(self, table: Mapping[str, Any], where: str) -> tuple[Rule | None, str]:
        text = self._text(table, "where", where)
        if text is None:
            return None, ""
        try:
            return parse_rule(text), text
        except InputError as error:
            raise self.wrong(f"{where}.where", str(error)) from None

    def _only(self, table: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
        strange = next((key for key in table if key not in known), None)
        if strange is not None:
            raise self.wrong(f"{where}.{strange}".lstrip("."), f"there is no key {strange!r} here{did_you_mean(strange, list(known))}")

    def _differ(self, names: list[str], where: str) -> None:
        for i, name in enumerate(names):
            if name in names[:i]:
                raise self.wrong(f"{where}[{i + 1}]", f"the name {name!r} is used twice; give each its own")

    def _tables(self, table: Mapping[str, Any], key: str, where: str) -> list[Mapping[str, Any]]:
        found = table.get(key, [])
        if not isinstance(found, list) or not all(isinstance(entry, Mapping) for entry in found):
            header = _NUMBERS.sub("", f"{where}.{key}".lstrip("."))
            raise self.wrong(f"{where}.{key}".lstrip("."), f"expected tables, written [[{header}]]")
        return found

    def _table(self, table: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
        found = table.get(key, {})
        if not isinstance(found, Mapping):
            raise self.wrong(f"{where}.{key}".lstrip("."), f"expected a table, found {found!r}")
        return found

    def _text(self, table: Mapping[str, Any], key: str, where: str) -> str | None:
        found = table.get(key)
        if found is None:
            return None
        if not isinstance(found, str) or not found.strip():
            raise self.wrong(f"{where}.{key}", f"expected a text, found {found!r}")
        return found.strip()

    def _texts(self, table: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
        found = table.get(key, [])
        found = [found] if isinstance(found, str) else found
        if not isinstance(found, list) or not all(isinstance(entry, str) and entry.strip() for entry in found):
            raise self.wrong(f"{where}.{key}".lstrip("."), f"expected a list of texts, found {found!r}")
        return tuple(entry.strip() for entry in found)

    def _count(self, table: Mapping[str, Any], key: str, where: str) -> int | None:
        found = table.get(key)
        if found is not None and (not isinstance(found, int) or isinstance(found, bool) or found < 1):
            raise self.wrong(f"{where}.{key}", f"expected a whole number, 1 or more, found {found!r}")
        return found

    def _choice(self, table: Mapping[str, Any], key: str, where: str, known: tuple[str, ...]) -> str | None:
        found = self._text(table, key, where)
        if found is not None and found not in known:
            raise self.wrong(f"{where}.{key}", f"expected {' or '.join(map(repr, known))}, found {found!r}")
        return found


_NUMBERS = re.compile(r"\[\d+\]")
_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")


def line_of(text: str, where: str) -> int | None:
    r"""Line of a key such as ``layer[2].rule[1].where``, counted from 1; of its table where the key is not there; None if neither is.

    Examples
    --------
    >>> line_of('[[layer]]\nname = "a"\n[[layer.rule]]\nwhere = "x"', "layer[1].rule[1].where")
    4
    """
    counts: dict[str, int] = {}
    headers: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        header = _HEADER.match(line)
        if header is not None:
            table = _numbered(header[2].replace('"', ""), counts, is_repeated=header[1] == "[[")
            headers.setdefault(table, number)
            continue
        key = line.partition("=")[0].strip().strip('"')
        if "=" in line and f"{table}.{key}".lstrip(".") == where:
            return number
    return headers.get(where) or headers.get(where.rpartition(".")[0])


def _numbered(path: str, counts: dict[str, int], *, is_repeated: bool) -> str:
    """``layer.rule`` as ``layer[2].rule[1]``: every repeated table gets the number of its latest entry."""
    full, plain = "", ""
    parts = [part.strip() for part in path.split(".")]
    for i, part in enumerate(parts):
        full, plain = f"{full}.{part}".lstrip("."), f"{plain}.{part}".lstrip(".")
        if is_repeated and i == len(parts) - 1:
            counts[full] = counts.get(full, 0) + 1
        if full in counts:
            full = f"{full}[{counts[full]}]"
    return full
