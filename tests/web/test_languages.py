"""Two languages, complete; dates and numbers of each; pages that are read from right to left."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.template import Context, Template
from django.test import Client
from django.utils import translation
from django.utils.html import strip_tags

from bailiwick_web.core import jobs
from bailiwick_web.core.access import Actor
from bailiwick_web.core.deeds import deed
from bailiwick_web.core.models import Job
from bailiwick_web.core.refusals import Conflict
from bailiwick_web.exchange.services import check, receive
from bailiwick_web.planning import services
from bailiwick_web.planning.models import Move, Scenario

SignIn = Callable[[str], Client]
ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "src" / "bailiwick_web"
ALLOWED = {
    "Authorization",
    "Bearer",
    "CSV",
    "XLSX",
    "PDF",
    "GeoJSON",
    "PNG",
    "Bailiwick",
    "Space",
    "Esc",
    "Enter",
    "door",
    "full",
    "g",
    "h",
    "p",
    "d",
    "en",
    "·",
    "→",
    "–",
    "±",
    "%",
    "?",
    "/",
}


def test_the_catalogues_are_complete_up_to_date_and_compiled() -> None:
    done = subprocess.run([sys.executable, str(ROOT / "tools" / "translations.py"), "check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_words_mean_one_thing_wherever_they_stand() -> None:
    """All catalogues are read as one: of two translations for the same words, readers would meet one of them everywhere."""
    with translation.override("de"):
        assert str(translation.pgettext("difference", "Change")) == "Änderung"
        assert str(translation.gettext("Change")) == "Ändern"
    found: dict[tuple[Any, Any], set[Any]] = {}
    for file in sorted(TEMPLATES.glob("**/locale/de/LC_MESSAGES/django.po")):
        with file.open("rb") as stream:
            for message in read_po(stream, locale="de"):
                text = message.string if isinstance(message.string, str) else tuple(message.string)
                found.setdefault((message.context, str(message.id)), set()).add(text)
    assert len(found) > 4_000
    assert {key: texts for key, texts in found.items() if len(texts) > 1 and key[1]} == {}


def test_german_says_du() -> None:
    """*Sie* within a sentence addresses somebody; where it begins one it may stand for them, so that only verbs and possessions tell."""
    within = re.compile(r"(?<![.:?!–(„] )(?<!^)(?<![(„])\b(Sie|Ihnen|Ihre?[nmrs]?)\b")
    first = re.compile(r"(?:^|[.:?!–] |[(„])(?:Ihnen\b|Ihre?[nmrs]?\b(?! (?:Zeilen|Spalten|Text|Gebiet bleibt)))")
    asked = re.compile(r"\b\w+e?n Sie\b|\bSie (?:können diese|bekommen|leiten|finden es)\b")
    assert within.search("oder Sie dürfen es nicht sehen")
    assert first.search("Ihr Zugang")
    assert asked.search("Wählen Sie eine Datei.")
    assert not within.search("Andere finden die Frage: Sie sehen, was sie dürfen.")
    found = []
    for file in sorted(TEMPLATES.glob("**/locale/de/LC_MESSAGES/django.po")):
        with file.open("rb") as stream:
            messages = [message for message in read_po(stream, locale="de") if message.id]
        texts = [text for message in messages for text in ([message.string] if isinstance(message.string, str) else message.string)]
        assert texts, file
        found += [text for text in texts if within.search(text) or first.search(text) or asked.search(text)]
    assert not found, "German addresses users as du:\n" + "\n".join(found)


def test_a_stage_of_a_deal_has_one_german_word() -> None:
    found = []
    for file in sorted(TEMPLATES.glob("**/locale/de/LC_MESSAGES/django.po")):
        with file.open("rb") as stream:
            messages = [message for message in read_po(stream, locale="de") if re.search(r"\bstages?\b", str(message.id), re.IGNORECASE)]
        found += [message.string for message in messages if "Stufe" in str(message.string)]
    assert found == []


def test_the_compiled_catalogue_ships_with_the_application() -> None:
    import gettext

    file = TEMPLATES / "locale" / "de" / "LC_MESSAGES" / "django.mo"
    with file.open("rb") as stream:
        assert gettext.GNUTranslations(stream).gettext("Territories") == "Gebiete"
    tracked = subprocess.run(["git", "ls-files", "--error-unmatch", str(file)], cwd=ROOT, capture_output=True, check=False)
    assert tracked.returncode == 0, "the wheel holds what git holds"


def test_no_text_of_a_template_is_left_without_a_mark() -> None:
    """What remains of a template without its tags, comments and markup is punctuation."""
    found = []
    for file in sorted(TEMPLATES.glob("*/templates/**/*.html")):
        name = "/".join(file.parts[-2:])
        if name == "core/failed.html":  # shown when nothing else works, translations included
            continue
        text = re.sub(r"{% blocktranslate.*?{% endblocktranslate %}", "", file.read_text(encoding="utf-8"), flags=re.S)
        text = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}|<script.*?</script>|<title>.*?</title>", " ", text, flags=re.S).replace("</", " </")
        attributes = re.findall(r'(?:aria-label|placeholder|title|alt)="([^"]*)"', text)
        words = re.findall(r"[^\W\d_]{2,}", " ".join([strip_tags(text), *attributes]))
        found += [f"{name}: {word}" for word in words if word not in ALLOWED]
    assert found == []


def test_no_refusal_of_planning_and_imports_is_left_without_a_mark() -> None:
    """What a service refuses is read by people: its first argument is marked, or a text made of marked ones."""
    refusals = {"Invalid", "Conflict", "Missing", "NotAllowed", "Stale", "TooMany", "Busy"}
    found = []
    for file in sorted(file for app in ("planning", "exchange", "territories") for file in (TEMPLATES / app).glob("**/*.py")):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in refusals and call.args:
                texts = [part for part in ast.walk(call.args[0]) if isinstance(part, ast.JoinedStr)]
                is_bare = isinstance(call.args[0], ast.Constant)
                found += [f"{file.name}:{call.lineno}"] if texts or is_bare else []
    assert found == []


def test_every_sentence_that_is_written_down_is_in_the_catalogue() -> None:
    """Also those of the library: what it says of files, explanations and reports is read in the application."""
    known = {m.id if isinstance(m.id, str) else m.id[0] for m in german()}
    calls = [call for file in sorted((ROOT / "src").glob("**/*.py")) for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))]
    sayings = [c for c in calls if isinstance(c, ast.Call) and isinstance(c.func, ast.Name) and c.func.id in {"say", "say_n"} and c.args]
    said = {c.args[0].value for c in sayings if isinstance(c.args[0], ast.Constant)}
    assert len(said) > 200
    assert sorted(said - known) == []
    assert not any(isinstance(part, ast.JoinedStr | ast.IfExp) for c in sayings for part in c.args), "what is put together is not found"


def german() -> list[Any]:
    """The messages of every German catalogue: that of the application, and those of the apps that have their own."""
    from babel.messages.pofile import read_po

    files = [TEMPLATES / "locale", *TEMPLATES.glob("*/locale")]
    return [m for file in files for m in read_po(io.BytesIO((file / "de" / "LC_MESSAGES" / "django.po").read_bytes()), locale="de")]


@pytest.mark.django_db
def test_what_a_service_refuses_speaks_german(planner: Actor, scenario: Scenario, sign_in: SignIn) -> None:
    services.lock_territory(planner, scenario.public_id, "P2", is_locked=True, version=1)
    with translation.override("de"), pytest.raises(Conflict, match="Rep P2 ist fixiert"):
        services.move_units(planner, scenario.public_id, [0], "P2", version=2)
    client = sign_in("planner")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "de"
    answer = client.get(f"/api/v1/scenarios/{scenario.public_id}/why?unit_idx=99")
    assert answer.json()["title"] == "Bausteine sind von 0 bis 35 nummeriert; gefunden: 99."
    services.move_units(planner, scenario.public_id, [0], "", version=2)
    found = client.get(f"/api/v1/scenarios/{scenario.public_id}/conflicts").json()["conflicts"]
    assert found[0]["words"] == "„Unit 0“ hat kein Gebiet."
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    found = client.get(f"/api/v1/scenarios/{scenario.public_id}/conflicts").json()["conflicts"]
    assert found[0]["words"] == "“Unit 0” has no territory."


@pytest.mark.django_db
def test_the_journal_is_read_in_the_language_of_the_reader(planner: Actor, scenario: Scenario, sign_in: SignIn) -> None:
    """Written by one in German and by one in English, read by both; an entry from before is shown as it was."""
    with translation.override("de"):
        services.move_units(planner, scenario.public_id, [0, 1], "P3", version=1)
    with translation.override("en"):
        services.lock_units(planner, scenario.public_id, [0], is_locked=True, version=2)
        services.undo(planner, scenario.public_id, version=3)
    old = Move.objects.create(scenario=scenario, seq=9, kind="undo", at=planner.now, summary="5 units → Old", changes={})
    client, address = sign_in("planner"), f"/api/v1/scenarios/{scenario.public_id}/moves"
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "de"
    told = [item["summary"] for item in client.get(address).json()["items"]]
    assert told == [old.summary, "Rückgängig: Unit 0 fixiert", "Unit 0 fixiert", "2 Bausteine → Rep P3"]
    history = strip_tags(client.get("/history/").content.decode())
    assert "Szenario: Schritt rückgängig" in history
    assert "2 Bausteine → Rep P3" in history
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    told = [item["summary"] for item in client.get(address).json()["items"]]
    assert told == ["5 units → Old", "Undone: Unit 0 locked", "Unit 0 locked", "2 units → Rep P3"]


@pytest.mark.django_db
def test_every_deed_of_planning_has_words(planner: Actor) -> None:
    """What is recorded by services has a name in the history; one that comes new without words fails here."""
    pattern = re.compile(r'(?:audit\(\s*\w+,\s*|act=)"([a-z_]+\.[a-z_]+)"')
    apps = ("core", "planning", "exchange", "territories")
    found = {name for app in apps for file in (TEMPLATES / app).rglob("*.py") for name in pattern.findall(file.read_text(encoding="utf-8"))}
    assert len(found) > 40
    assert sorted(name for name in found if deed(name) == name) == []


@pytest.mark.django_db
def test_why_here_speaks_german(planner: Actor, scenario: Scenario, sign_in: SignIn) -> None:
    client = sign_in("planner")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "de"
    found = client.get(f"/api/v1/scenarios/{scenario.public_id}/why?unit_idx=2&instead=P4").json()
    assert "Unit 2 (u02) ist in Rep P2" in found["text"]
    assert list(found["tables"]) == ["Wo es sonst sein könnte"]
    english = re.compile(r"\b(is|the|would|move|nearest|because|centre|and|rule|units|of)\b")
    assert english.findall(found["text"]) == []


@pytest.mark.django_db
def test_what_a_job_and_its_file_refuse_is_read_in_german(planner: Actor, sign_in: SignIn) -> None:
    """The process that reads the file knows no language; what it said is said again."""
    batch = receive(planner, "alignment", "kunden.csv", [b"id,lon,lat\n1,2,3\n"])
    check(planner, batch, options={})
    client = sign_in("planner")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "de"
    assert "keine Spalte von kunden.csv wurde erkannt als: Gebiet" in client.get(f"/imports/{batch.public_id}/").content.decode()
    job = jobs.enqueue(planner, "design", title="x", params={})
    jobs._finish(Job.objects.get(pk=job.pk), Job.State.FAILED, error=jobs._GIVEN_UP)
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING)
    jobs._finish(Job.objects.get(pk=job.pk), Job.State.FAILED, error=jobs._GIVEN_UP)
    with translation.override("de"):
        assert Template("{{ job|told:'error' }}").render(Context({"job": Job.objects.get(pk=job.pk)})).startswith("Der Arbeitsprozess")
        odd = {"message": "as it was", "made_of": {"says": "%(missing)s", "with": {}}}
        assert Template("{{ odd|told:'message' }}").render(Context({"odd": odd})) == "as it was"


@pytest.mark.parametrize(("language", "expected"), [("en", "+4.1 % 1,234.6 12,346 3.25 1.5 %"), ("de", "+4,1 % 1.234,6 12.346 3,25 1,5 %")])
def test_numbers_follow_the_language(language: str, expected: str) -> None:
    text = "{{ a|signed_percent }} {{ b|floatformat:'1g' }} {{ c|number }} {{ d|number }} {{ e|percent }}"
    with translation.override(language):
        shown = Template(text).render(Context({"a": 0.041, "b": 1234.56, "c": 12345.6, "d": 3.25, "e": 0.015}))
    assert shown == expected


@pytest.mark.django_db
def test_the_language_is_chosen_kept_and_comes_back_to_the_page(sign_in: SignIn, scenario: Scenario) -> None:
    client = sign_in("planner")
    assert "<h1>Plans</h1>" in client.get("/plans/").content.decode()
    chosen = client.post("/language", {"language": "de", "next": "/plans/?x=1"})
    assert chosen["Location"] == "/plans/?x=1"
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME]["httponly"]
    page = client.get("/plans/").content.decode()
    assert '<html lang="de">' in page
    assert "<h1>Pläne</h1>" in page
    assert "Entwurf" in page
    assert client.post("/language", {"language": "de", "next": "https://evil.example"})["Location"] == "/"
    assert "Anmelden" in Client(headers={"Accept-Language": "de-AT,de;q=0.9"}).get("/accounts/login/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["administrator", "planner", "manager", "rep"])
def test_no_page_mixes_languages(sign_in: SignIn, scenario: Scenario, role: str) -> None:
    """Words that would only stand in an English page."""
    client = sign_in(role)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "de"
    english = re.compile(r"\b(the|and|with|your|this|who|what|yet|since|ago|leads|fills)\b", re.I)
    for page in (
        "/",
        "/mine/",
        "/plans/",
        "/people/",
        "/people/invite",
        "/organisation/",
        "/history/?q=zzz",
        "/who/",
        "/accounts/2fa/",
        "/accounts/sessions/",
    ):
        answer = client.get(page, follow=True)
        text = strip_tags(re.sub(r"<script.*?</script>", "", answer.content.decode().split("<body", 1)[1], flags=re.S))
        assert english.findall(text) == [], page


@pytest.mark.django_db
def test_a_language_that_is_read_from_right_to_left_turns_the_page(client: Client, settings: Any) -> None:
    settings.LANGUAGES = [*settings.LANGUAGES, ("ar", "العربية")]
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "ar"
    assert '<html lang="ar" dir="rtl">' in client.get("/accounts/login/").content.decode()


def test_styles_know_no_left_and_right() -> None:
    """So that a turned page stays whole: directions are those of reading."""
    sided = re.compile(r"(?:margin|padding|border)-(?:left|right)|text-align: (?:left|right)|(?<=[; {])(?:left|right):")
    own = [file for file in TEMPLATES.glob("**/static/**/*.css") if "workspace" not in file.parts]
    assert len(own) > 5
    for file in own:
        assert sided.findall(file.read_text(encoding="utf-8")) == [], file.name
    on_the_map = re.compile(r"position: (?:absolute|fixed)")  # what lies over the map keeps its side, as the map does
    for rule in (ROOT / "workspace" / "src" / "style.css").read_text(encoding="utf-8").split("}"):
        found = sided.findall(rule)
        assert not found or on_the_map.search(rule) or set(found) <= {"left:", "right:"}, rule
