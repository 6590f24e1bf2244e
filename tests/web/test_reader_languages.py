"""What is made of a plan or a file is told in the language of whoever reads it: report, rejected rows, territories."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import date

import numpy as np
import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation

from bailiwick.pictures.charts import plan_charts
from bailiwick.pictures.report.words import report_record
from bailiwick.pictures.wording import said_again
from bailiwick_web.core.access import Actor
from bailiwick_web.core.retelling import in_reader_words, retold
from bailiwick_web.core.templatetags.words import long_day, number, short_day
from bailiwick_web.exchange import services as imports
from bailiwick_web.insights.health_queries import words_of
from bailiwick_web.insights.presenting import cell, grid
from bailiwick_web.planning import alignment_files as files
from bailiwick_web.planning import services
from bailiwick_web.planning.convert import scenario_arrays
from bailiwick_web.planning.models import Scenario

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
ENGLISH = re.compile(r"\b(is|are|the|would|its|their|from|and|with|has|nearest|within|units|territories|row|already|empty|not|of)\b")


def german(client: Client) -> Client:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "de"
    return client


def part_of(scenario: Scenario) -> files.Part:
    arrays = scenario_arrays(scenario)
    return files.Part(arrays, "Plan", np.arange(arrays.units.n_units), np.arange(arrays.k))


def texts(value: object) -> list[str]:
    """Every text of a record or a chart that is shown."""
    if isinstance(value, dict):
        return [text for part in value.values() for text in texts(part)]
    return (
        [text for part in value for text in texts(part)] if isinstance(value, list | tuple) else [value] if isinstance(value, str) else []
    )


def test_every_sentence_of_the_report_speaks_german(planner: Actor, scenario: Scenario) -> None:
    services.move_units(planner, scenario.public_id, [0], "P2", version=scenario.version)
    view = files.view_of(part_of(Scenario.objects.get(pk=scenario.pk)))
    with translation.override("de"):
        record = said_again(report_record(view), in_reader_words)
        charts = said_again(plan_charts(view), in_reader_words)
    assert record["words"]["reading"] == "So liest man es"
    assert record["summary"][0] == "36 Bausteine, 4 Gebiete."
    assert record["summary"][1] == (
        "Bei Sales liegen alle Gebiete innerhalb von ±10 % um ihr Ziel; am weitesten davon entfernt ist Rep P1 mit −5,6 %."
    )
    assert record["head"] == ["Gebiet", "Bausteine", "Sales", "Abweichung"]
    titles = [chart["title"][part] for chart in charts.values() for part in ("title", "text", "subtitle") if part in chart["title"]]
    said = [*texts(record), *titles]
    assert [text for text in said if ENGLISH.search(text)] == []
    assert [axis for axis in texts(charts) if axis.endswith("of the target")] == []


def test_the_same_builder_speaks_english_by_itself(scenario: Scenario) -> None:
    view = files.view_of(part_of(scenario))
    with translation.override("de"):
        record = said_again(report_record(view), str)
    assert record["summary"][0] == "36 units in 4 territories."
    assert {type(text) for text in texts(record)} == {str}


def test_the_file_is_in_the_language_of_the_reader(sign_in: SignIn, scenario: Scenario) -> None:
    client, address = sign_in("planner"), f"/scenarios/{scenario.public_id}/alignment.pdf"
    english, again = client.get(address).content, client.get(address).content
    turned = german(client).get(address).content
    assert english[:5] == turned[:5] == b"%PDF-"
    assert english == again
    assert english != turned


def test_rejected_rows_speak_the_language_of_whoever_reads_them(planner: Actor, sign_in: SignIn) -> None:
    """A file checked in English is read in German: the page, and the file of rejected rows; the codes stay."""
    rows = ["a,A,10,50,5", ",B,10,50,6", "a,C,11,51,7", "d,D,,,8", "e,E,10,50,many", "f,F,10,50,3", "g,G,999,50,1", "h,H,10,50,1,2,3"]
    rows += [f"p{i},P,10,50,5" for i in range(60)]
    head = "id,name,lon,lat,sales\n"
    batch = imports.upload(planner, "units", "x.csv", [(head + "\n".join(rows) + "\n").encode()])
    client = sign_in("planner")
    english = client.get(f"/imports/{batch.public_id}/").content.decode()
    assert "the id (&#x27;id&#x27;) is empty" in english
    page = german(client).get(f"/imports/{batch.public_id}/").content.decode()  # the first few
    for expected in (
        "die Kennung (&#x27;id&#x27;) ist leer",
        "Kennung &#x27;a&#x27; steht schon in Zeile 2",
        "Kennung, die schon weiter oben steht",
    ):
        assert expected in page
    found = list(csv.DictReader(io.StringIO(client.get(f"/imports/{batch.public_id}/rejected.csv").content.decode())))
    assert {row["reason_code"] for row in found} >= {"missing_id", "duplicate_id", "no_position", "bad_measure", "too_many_cells"}
    told = " | ".join(row["reason"] for row in found)
    for expected in (
        "keine Koordinaten; ",
        "Kennzahl 'sales' ist keine Zahl (gefunden: 'many')",
        "die Länge muss -180..180",
        "die Zeile hat 7 Zellen, die Kopfzeile ",
    ):
        assert expected in told
    assert [row["reason"] for row in found if ENGLISH.search(row["reason"])] == []


def test_rows_that_do_not_fit_what_is_here_do_so_too(planner: Actor, sign_in: SignIn, scenario: Scenario) -> None:
    content = b"unit_id,territory_id\nu00,P1\nnowhere,P1\nu00,P2\n"
    batch = imports.upload(planner, "alignment", "x.csv", [content], options={"unit_set": str(scenario.plan.unit_set.public_id)})
    page = german(sign_in("planner")).get(f"/imports/{batch.public_id}/").content.decode()
    assert "es gibt keinen Kunden und keine Fläche mit der Kennung &#x27;nowhere&#x27;; lies sie erst ein" in page
    assert "&#x27;u00&#x27; steht schon in Zeile 2, mit &#x27;P1&#x27; als Gebiet" in page


def test_what_shapes_a_territory_speaks_german(scenario: Scenario, sign_in: SignIn) -> None:
    client, address = sign_in("planner"), f"/api/v1/scenarios/{scenario.public_id}/territories/P1/why"
    english = client.get(address).json()
    assert english["text"].startswith("Rep P1 (P1) has 12 units around its centre")
    found = german(client).get(address).json()
    assert found["text"].startswith("Rep P1 (P1) hat 12 Bausteine um seinen Mittelpunkt")
    assert list(found["tables"]) == ["Nachbarn", "Am wenigsten sichere Bausteine", "Sicherste Bausteine"]
    assert ENGLISH.findall(found["text"]) == []
    assert client.get(address.replace("P1", "XX")).status_code == 422


def test_days_and_counts_are_written_as_the_reader_writes_them() -> None:
    day = date(2026, 11, 2)
    assert (short_day(day), long_day(day), number(-0.5)) == ("2 Nov", "Monday, 2 November", "\u22120.5")
    assert words_of([["orders", 1.0], ["open_cases", 2.0]]) == ["1 order in twelve months", "2 open cases"]
    told = {"says": "No day before %(day)s", "with": {"day": "2026-11-02"}}
    with translation.override("de"):
        assert (short_day(day), long_day(day), number(-0.5)) == ("2. Nov", "Montag, 2. November", "\u22120,5")
        assert words_of([["orders", 1.0], ["open_cases", 2.0]]) == ["1 Bestellung in zwölf Monaten", "2 offene Fälle"]
        assert retold(told) == "No day before 02.11.2026"
        assert cell("month", "Dec") == "Dez"


def test_numbers_of_a_column_stand_below_each_other() -> None:
    """With the same decimals: 0.6 under 0.88 would be read as less."""
    shown = grid(
        "effect",
        "course",
        [{"period": "1", "value": 0.6}, {"period": "2", "value": 0.88}, {"period": "3", "value": None}],
        ["period", "value"],
    )
    assert [line["cells"][1]["text"] for line in shown["lines"]] == ["0.60", "0.88", "–"]
    large = grid("effect", "course", [{"value": 12345.6}, {"value": 3.21}], ["value"])
    assert [line["cells"][0]["text"] for line in large["lines"]] == ["12,346", "3"]
