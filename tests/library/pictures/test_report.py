from __future__ import annotations

import json
import re
import zlib

import numpy as np
import pytest
import shapely

from bailiwick.domain import Notice
from bailiwick.pictures.report import report_pdf, write_report
from bailiwick.pictures.report.words import gap_sentences, report_record, summary_sentences
from bailiwick.pictures.static_map import svg


def plain_spaces(sentences: list[str]) -> str:
    return " ".join(sentences).replace("\u202f", " ")


def n_pages(pdf: bytes) -> int:
    """Count page objects, also inside compressed object streams."""
    text = pdf
    at = 0
    while (at := pdf.find(b"stream\n", at) + 7) > 6:
        try:
            text += zlib.decompress(pdf[at : pdf.find(b"endstream", at)])
        except zlib.error:
            continue
    return text.count(b"/Type/Page/") + text.count(b"/Type /Page\n") + text.count(b"/Type/Page\n") + text.count(b"/Type /Page/")


def test_the_report_is_a_pdf_without_a_date(views, tmp_path):
    for name in ("a.pdf", "b.pdf"):
        write_report(tmp_path / name, views.grid_view())
    pdf = (tmp_path / "a.pdf").read_bytes()
    assert pdf.startswith(b"%PDF-")
    assert pdf == (tmp_path / "b.pdf").read_bytes()
    assert b"CreationDate" not in pdf


def test_the_summary_names_counts_and_extremes(views):
    assert plain_spaces(summary_sentences(views.grid_view())) == (
        "36 fields in 9 territories. In Harvest, 8 of 9 territories are within ±5 % of their target; the farthest from its "
        "target is Elm with +40.0 %. In Hours, every territory is on its target. "
        "Every territory is in one piece."
    )


def test_broken_territories_are_counted(views):
    pieces = np.array([1, 2, 3, 1, 1, 1, 1, 1, 1], dtype=np.int32)
    assert summary_sentences(views.grid_view(n_pieces=pieces))[-1] == "Two territories are in more than one piece."


def test_the_gap_says_for_which_problem_it_holds(views):
    words = plain_spaces(gap_sentences(views.grid_view()))
    assert "none is more than 1.5 % better" in words
    assert "Proven for all plans with these centres: none of them comes below 1,216 t · km" in words


def test_without_a_bound_nothing_is_claimed(views):
    words = plain_spaces(gap_sentences(views.grid_view(lower_bound=None, gap=None)))
    assert "no bound is at hand" in words
    assert "better than this one" not in words


def test_the_table_has_every_territory_worst_first(views):
    record = report_record(views.grid_view())
    assert record["head"] == [
        "Territory",
        "Fields",
        "Harvest (t a year)",
        "Deviation",
        "Hours (h a year)",
        "Deviation",
        "Mean distance (km)",
    ]
    assert len(record["rows"]) == 9
    first = record["rows"][0]
    assert plain_spaces(first["cells"]) == "Elm 4 560 +40.0 % 4 0.0 % 14.0"
    assert first["outside"] == [3]


def test_code_in_texts_is_set_as_text(views):
    evil = '#panic("run") $x^2$ *bold* @ref <label> \\ ` ```typ #read("/etc/passwd")``` #import "@preview/x:1.0.0"'
    names = np.array([evil] * 9, dtype=object)
    view = views.grid_view(
        title=evil, subtitle=evil, disclaimer=evil, territory_names=names, notices=(Notice(evil, evil, 1, (evil + "!",)),)
    )
    assert report_pdf(views.changed(view, method=(evil,), settings=((evil, evil),), objective_words=evil)).startswith(b"%PDF-")


def test_naughty_names_do_not_stop_the_report(views, shared_data):
    naughty = json.loads((shared_data / "bad_input" / "blns" / "blns.json").read_text(encoding="utf-8"))
    k = len(naughty)
    view = views.point_view(k, k, territory_names=np.array(naughty, dtype=object), title="שלום 北京 😀 \x00")
    assert report_pdf(view).startswith(b"%PDF-")


def test_a_long_table_goes_over_many_pages(views):
    few, many = report_pdf(views.point_view(10, 2)), report_pdf(views.point_view(600, 300))
    assert n_pages(many) >= n_pages(few) + 4


@pytest.mark.parametrize(
    "changes",
    [
        {"territory_idx": np.full(60, -1, dtype=np.int32)},
        {"coordinates": np.zeros((60, 2))},
        {"is_planar": True},
        {"centres": None, "centre_labels": None},
    ],
)
def test_odd_plans_are_reported(views, changes):
    assert report_pdf(views.point_view(**changes)).startswith(b"%PDF-")


def test_no_gap_is_told_without_a_number(views):
    words = plain_spaces(gap_sentences(views.grid_view(gap=0.0)))
    assert words.startswith("In all, ")
    assert "so that none is better than this one" in words


def test_only_rules_that_are_not_kept_are_announced_as_such(views):
    assert report_record(views.grid_view())["words"]["notices"] == "What else to know"
    assert report_record(views.grid_view(n_clashes=1))["words"]["notices"].startswith("What cannot be met")


def test_a_tall_map_leaves_room_for_the_summary(views):
    grid = views.grid_view()
    narrow = {name: shapely.transform(getattr(grid, name), lambda c: c * [0.2, 1.0]) for name in ("unit_shapes", "territory_shapes")}
    tall = views.grid_view(coordinates=grid.coordinates * [0.2, 1.0], centres=grid.centres * [0.2, 1.0], **narrow)
    heights = [int(re.search(r'height="(\d+)"', svg(tall, width=760, tallest=most))[1]) for most in (1.25, 0.9)]
    assert heights == [982, 716]
