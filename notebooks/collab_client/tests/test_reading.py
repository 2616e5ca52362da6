"""What needs no node: views, results, faults."""
import struct
from datetime import datetime, timezone
from decimal import Decimal
from fractions import Fraction

import pytest
from collab_client import Result, errors, views


def statistic(name, value, fraction=None, exactness="exact"):
    return {"level": "", "measure": "bmi", "statistic": name, "value": value, "fraction": fraction, "exactness": exactness}


def result(**parts):
    return Result({"job": "a" * 64, "run": "b" * 64, "kind": "statistics", "count": 1, **parts}, "c" * 64)


def test_numbers_are_exact():
    lines = result(statistics=[
        statistic("sum", "209639.53218222375600"),
        statistic("mean", "29.922856434802135", "5240988304555593900/175149633000000000", "rounded to nearest double (53 bits)"),
        statistic("standard deviation", "7.8", "6084/100", "rounded to nearest double (53 bits)"),
        {"level": "x", "measure": "bmi", "exactness": "withheld: fewer than 10"},
    ]).statistics
    assert lines[0].value == Decimal("209639.53218222375600") and str(lines[0].value) == "209639.53218222375600"
    assert lines[1].value == Fraction(5240988304555593900, 175149633000000000) and lines[1].exactness == "exact"
    assert lines[2].value == 7.8
    assert lines[3].value is None and lines[3].exactness.startswith("withheld")


def test_findings_are_found_by_name():
    finding = result(analyses=[{
        "analysis": 1, "columns": ["x"], "findings": [{"method": "Cox", "quantities": [
            {"term": "age", "name": "estimate", "value": "0.1", "bits": 40}, {"term": "male", "name": "estimate", "value": "NaN", "bits": 0}]}],
    }]).analyses[0].findings[0]
    assert finding["age", "estimate"] == 0.1
    with pytest.raises(KeyError, match="2 numbers"):
        finding["estimate"]


def test_opened_values_keep_their_type():
    values = result(values=[{"name": "price", "value": "12.50"}, {"name": "sold", "value": "true"}, {"name": "rows", "values": ["1", "2"]}]).values
    assert values == {"price": Decimal("12.50"), "sold": True, "rows": [Decimal(1), Decimal(2)]}


def test_a_result_becomes_a_frame():
    pandas = pytest.importorskip("pandas")
    frame = result(keyColumns=["id"], keys=[["1"], ["2"]], joinedColumns=["grade"], joined=[["A"], [None]]).to_frame()
    assert isinstance(frame, pandas.DataFrame) and list(frame.columns) == ["id", "grade"] and list(frame["grade"]) == ["A", None]


def test_moments_of_seven_digits_are_read():
    event = views.read(views.Event, {"time": "2026-11-27T01:53:31.6968369+00:00", "job": "a", "event": "step", "done": 0, "total": 0, "newer": 1})
    assert event.time == datetime(2026, 11, 27, 1, 53, 31, 696836, timezone.utc) and event.error is None


def test_an_answer_without_a_field_is_refused():
    with pytest.raises(ValueError, match="address"):
        views.read(views.Peer, {"party": "a"})


def text(value):
    data = value.encode()
    return struct.pack("<I", len(data)) + data


class Status:
    def __init__(self, trailer):
        self._trailer = trailer

    def trailing_metadata(self):
        return ((errors.TRAILER, self._trailer),)

    def code(self):
        import grpc
        return grpc.StatusCode.FAILED_PRECONDITION

    def details(self):
        return "no more"


def test_a_fault_says_all_it_has():
    fault = text("run.party-missing") + b"\x01" + b"\x01" + text("south") + b"\x00" + text("It is not there.") + text("Ask south.")
    error = errors.of_rpc_error(Status(fault), "x:1")
    assert (error.code, error.party, error.step, error.next) == ("run.party-missing", "south", None, "Ask south.")


@pytest.mark.parametrize("size", [0, 3, 20, 40])
def test_a_fault_that_is_cut_off_is_not_believed(size):
    fault = text("run.party-missing") + b"\x01\x00\x00" + text("It is not there.") + text("Ask.")
    assert errors.of_rpc_error(Status(fault[:size]), "x:1").code == "node.unreachable"
