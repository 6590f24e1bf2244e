"""The catalogues of the application: find its strings, say what lacks a translation, compile. Needs no gettext on the machine.

python tools/translations.py update     put new strings into the catalogues (empty), drop those that are gone, compile
python tools/translations.py missing    list what has no translation yet
python tools/translations.py check      fail if a catalogue is not complete, not up to date, not compiled, or contradicts another one
python tools/translations.py compile    write the compiled catalogues, which ship with the application
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

from babel.messages import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
APPLICATION, LIBRARY = ROOT / "src" / "bailiwick_web", ROOT / "src" / "bailiwick"
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop", "say"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy", "say_n"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
}
TEXT = r"""(u?'(?:[^'\\]|\\.)*'|u?"(?:[^"\\]|\\.)*")"""
CALL = re.compile(rf"(?<!\w)(_|gettext|ngettext|pgettext)\(\s*{TEXT}(?:\s*,\s*{TEXT})?", re.DOTALL)
Key = tuple[str | None, str | tuple[str, ...]]


def homes() -> list[Path]:
    """The folders that keep catalogues: that of the application, and those of its apps that have their own."""
    return [APPLICATION, *sorted(folder.parent for folder in APPLICATION.glob("*/**/locale"))]


def strings(home: Path) -> dict[Key, set[str]]:
    """Every string that is marked in Python and templates, with the files it stands in; without those that another home keeps."""
    found: dict[Key, set[str]] = {}
    others = [other for other in homes() if other != home and other.is_relative_to(home)]
    library = LIBRARY.rglob("*.py") if home == APPLICATION else ()  # what it says is shown by the application
    for file in sorted([*home.rglob("*"), *library]):
        if any(file.is_relative_to(other) for other in others):
            continue
        name = file.relative_to(ROOT).as_posix()
        if file.suffix == ".py" and "migrations" not in file.parts:
            parts = _in_python(file)
        elif file.suffix in {".html", ".txt"} and "templates" in file.parts:
            parts = _in_template(file)
        else:
            continue
        for key in parts:
            found.setdefault(key, set()).add(name)
    return found


def _in_python(file: Path) -> Iterator[Key]:
    with file.open("rb") as stream:
        for _, message, _, context in extract("python", stream, KEYWORDS):
            yield context, message if isinstance(message, str) else tuple(message)


def _in_template(file: Path) -> Iterator[Key]:
    for call in CALL.finditer(templatize(file.read_text(encoding="utf-8"), origin=str(file))):
        texts = [ast.literal_eval(text) for text in call.groups()[1:] if text]
        if call[1] == "ngettext":
            yield None, (texts[0], texts[1])
        elif call[1] == "pgettext":
            yield texts[0], texts[1]
        else:
            yield None, texts[0]


def catalogue(home: Path, language: str) -> Catalog:
    """A catalogue as it is on disk; empty where there is none yet."""
    file = po(home, language)
    if not file.exists():
        return Catalog(locale=language)
    with file.open("rb") as stream:
        return read_po(stream, locale=language)


def memory(language: str) -> Catalog:
    """Translations that were made before their strings were marked, or that were in use once."""
    file = Path(__file__).with_name("translations") / f"{language}.po"
    if not file.exists():
        return Catalog(locale=language)
    with file.open("rb") as stream:
        return read_po(stream, locale=language)


def po(home: Path, language: str) -> Path:
    """Where a catalogue is."""
    return home / "locale" / language / "LC_MESSAGES" / "django.po"


def languages() -> list[str]:
    """Languages with a catalogue."""
    return sorted(file.parents[1].name for file in APPLICATION.glob("locale/*/LC_MESSAGES/django.po"))


def catalogues() -> Iterator[tuple[Path, str]]:
    """Home and language of every catalogue."""
    return product(homes(), languages())


def merged(home: Path, language: str) -> Catalog:
    """The strings of a home with the translations that there are, also those that the application has for the same words."""
    before, common, kept = catalogue(home, language), catalogue(APPLICATION, language), memory(language)
    after = Catalog(locale=language, project="Bailiwick", copyright_holder="the authors of Bailiwick", fuzzy=False)
    after.mime_headers = [h for h in common.mime_headers if h[0] not in {"POT-Creation-Date", "PO-Revision-Date", "Generated-By"}]
    for (context, message), files in sorted(strings(home).items(), key=lambda item: (min(item[1]), str(item[0]))):
        single = message if isinstance(message, str) else message[0]
        old: Message | None = before.get(single, context)
        if old is None or not any(old.string):
            old = kept.get(single, context) or common.get(single, context) or old
        text = old.string if old is not None and isinstance(old.string, str) == isinstance(message, str) else ""
        flags = ["python-format"] if re.search(r"%\(\w+\)[sdf]", single) else []
        after.add(message, text, locations=[(name, None) for name in sorted(files)], flags=flags, context=context)
    return after


def written(content: Catalog) -> bytes:
    """A catalogue as it is kept: no dates, no line numbers, so that a change shows what changed."""
    stream = io.BytesIO()
    write_po(stream, content, width=120, omit_header=False, include_lineno=False)
    text = stream.getvalue().decode()
    text = re.sub(
        r'^"(?:POT-Creation-Date|PO-Revision-Date|Generated-By|Report-Msgid-Bugs-To|Last-Translator|Language-Team).*\n',
        "",
        text,
        flags=re.M,
    )
    return re.sub(r"\A(?:#.*\n)+", f"# {content.locale.english_name} for Bailiwick.\n", text).encode()


def compiled(content: Catalog) -> bytes:
    """A catalogue as the application reads it."""
    content.creation_date = content.revision_date = datetime(2026, 1, 1, tzinfo=UTC)  # the same strings, the same bytes
    stream = io.BytesIO()
    write_mo(stream, content)
    return stream.getvalue()


def lacking(content: Catalog) -> list[str]:
    """Strings without a translation, with an uncertain one, or whose placeholders differ."""
    found = []
    for message in content:
        if not message.id:
            continue
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        texts = [message.string] if isinstance(message.string, str) else list(message.string)
        if not all(texts) or message.fuzzy:
            found.append(f"no translation: {ids[0]!r}")
        elif any(_places(text) - _places(ids[-1]) or (len(texts) == 1 and _places(ids[0]) - _places(text)) for text in texts):
            found.append(f"other placeholders: {ids[0]!r} and {texts[0]!r}")
    return found


def contradicting(language: str) -> list[str]:
    """Words that catalogues translate differently: the application reads all as one, so a reader would get the same one everywhere."""
    found: dict[Key, dict[Any, list[str]]] = {}
    for home in homes():
        for message in catalogue(home, language):
            if message.id:
                key = (message.context, message.id if isinstance(message.id, str) else tuple(message.id))
                text = message.string if isinstance(message.string, str) else tuple(message.string)
                found.setdefault(key, {}).setdefault(text, []).append(home.name)
    return [f"{key[1]!r} is {texts}: give one of them a context" for key, texts in found.items() if len(texts) > 1]


def _places(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[sd]", text))


def update() -> int:
    """Bring every catalogue up to date."""
    for home, language in catalogues():
        file = po(home, language)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(written(merged(home, language)))
    compile_all()
    return missing()


def compile_all() -> int:
    """Compile every catalogue."""
    for home, language in catalogues():
        po(home, language).with_suffix(".mo").write_bytes(compiled(catalogue(home, language)))
    return 0


def missing() -> int:
    """List what lacks a translation; says whether something does."""
    lines = [f"{home.name} {language}: {line}" for home, language in catalogues() for line in lacking(merged(home, language))]
    print("\n".join([*lines, f"{sum(len(strings(home)) for home in homes())} strings, {len(lines)} without a translation"]))
    return int(bool(lines))


def check() -> int:
    """Fail if a catalogue is not complete, not up to date, not compiled, or contradicts another one."""
    problems = []
    for home, language in catalogues():
        fresh, name = merged(home, language), f"{home.name} {language}"
        problems += [f"{name}: {line}" for line in lacking(fresh)]
        if not po(home, language).exists() or written(fresh) != po(home, language).read_bytes():
            problems.append(f"{name}: the catalogue is not what the application says; run: make translations")
        elif compiled(catalogue(home, language)) != po(home, language).with_suffix(".mo").read_bytes():
            problems.append(f"{name}: the compiled catalogue is old; run: make translations")
    problems += [f"{language}: {line}" for language in languages() for line in contradicting(language)]
    print("\n".join(problems) or f"{sum(len(strings(home)) for home in homes())} strings in {', '.join(languages())}: complete")
    return int(bool(problems))


ACTS = {"update": update, "missing": missing, "check": check, "compile": compile_all}

if __name__ == "__main__":
    settings.configure(USE_I18N=False)
    if len(sys.argv) != 2 or sys.argv[1] not in ACTS:
        sys.exit(__doc__)
    sys.exit(ACTS[sys.argv[1]]())
