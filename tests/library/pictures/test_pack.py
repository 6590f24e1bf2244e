from __future__ import annotations

import base64
import json
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bailiwick.pictures.map_page.pack import Packet, encode_whole, plain


def decode_whole(data: bytes, lag: int) -> list[int]:
    """What script/decode.js does, one byte at a time."""
    values: list[int] = []
    zigzag = shift = 0
    for byte in data:
        zigzag |= (byte & 127) << shift
        shift += 7
        if byte & 128:
            continue
        step = -(zigzag >> 1) - 1 if zigzag & 1 else zigzag >> 1
        values.append(step + (values[-lag] if len(values) >= lag else 0))
        zigzag = shift = 0
    return values


def open_packet(packet: Packet) -> tuple[dict[str, dict[str, object]], bytes]:
    data = zlib.decompress(base64.b64decode(packet.to_base64()), -15)
    assert data[:4] == b"BWK1"
    length = int.from_bytes(data[4:8], "little")
    return json.loads(data[8 : 8 + length]), data[8 + length :]


@given(arrays(np.int64, st.integers(0, 60), elements=st.integers(-(2**31), 2**31 - 1)), st.sampled_from([1, 2]))
def test_whole_numbers_come_back(values, lag):
    assert decode_whole(encode_whole(values, lag), lag) == values.tolist()


def test_neighbouring_points_take_a_byte_each():
    line = np.column_stack([np.arange(1000) * 3, np.arange(1000) * -5])
    assert len(encode_whole(line, lag=2)) == 2000


@given(arrays(np.float64, st.integers(1, 40), elements=st.floats(0, 1e12)))
def test_measures_come_back_to_seven_digits(values):
    packet = Packet()
    packet.add_numbers("m", values)
    index, body = open_packet(packet)
    entry = index["m"]
    raw = body[entry["at"] : entry["at"] + entry["bytes"]]
    back = decode_whole(raw, 1) if entry["coding"] == "whole" else np.frombuffer(raw, "<f4")
    np.testing.assert_allclose(back, values, rtol=1e-7, atol=1e-37)


def test_counts_of_people_are_exact():
    packet = Packet()
    packet.add_numbers("people", np.array([10_039_107.0, 1_234_567_891.0]))
    index, body = open_packet(packet)
    assert decode_whole(body[: index["people"]["bytes"]], 1) == [10_039_107, 1_234_567_891]


def test_texts_of_every_kind_come_back():
    texts = ["Zürich", "北京", "\u202eevil", "\U0001f600", "</script>", "\x00", "lone \ud800 half"]
    packet = Packet()
    packet.add_json("texts", texts)
    _, body = open_packet(packet)
    assert json.loads(body) == [*texts[:-1], "lone ? half"]


def test_what_json_does_not_know_becomes_null():
    assert plain({"a": np.array([1.0, np.nan, np.inf, 0.1 + 0.2]), "b": (np.int32(3), None)}) == {"a": [1, None, None, 0.3], "b": [3, None]}


def test_the_same_content_gives_the_same_bytes():
    def packed() -> bytes:
        packet = Packet()
        packet.add_whole("x", np.arange(50))
        packet.add_json("y", {"z": [1, 2]})
        return packet.to_bytes()

    assert packed() == packed()


@pytest.mark.parametrize("lag", [1, 2])
def test_nothing_is_encoded_as_nothing(lag):
    assert encode_whole(np.array([], dtype=np.int64), lag) == b""
