"""A released result as plain Python: nothing is rounded that the node did not round."""
from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction


@dataclass(frozen=True)
class Statistic:
    """A number of a joint statistic: exact as Decimal or Fraction; of a standard deviation the nearest double; None where it is withheld."""
    level: str
    measure: str
    statistic: str | None
    value: Decimal | Fraction | float | None
    exactness: str


@dataclass(frozen=True)
class Quantity:
    """A number of an analysis; `bits` of it are right."""
    term: str
    name: str
    value: float
    bits: int


@dataclass(frozen=True)
class Finding:
    method: str
    quantities: list[Quantity]

    def __getitem__(self, name):
        """The number of that name; of that term and name, where it is a pair."""
        term, name = name if isinstance(name, tuple) else (None, name)
        found = [q.value for q in self.quantities if q.name == name and term in (None, q.term)]
        if len(found) != 1:
            raise KeyError(f"{len(found)} numbers are named {name!r}{f' of {term!r}' if term is not None else ''}")
        return found[0]


@dataclass(frozen=True)
class Analysis:
    number: int
    asked: str
    columns: list[str]
    reason: str | None
    findings: list[Finding]


class Result:
    """A released result; which parts it has is a matter of its `kind`.

    `digest` is the SHA-256 of the result's canonical bytes: the same for the same outcome, whoever asks, in whatever job. A receipt's
    commitment covers the same bytes with a salt, so it differs from run to run, as the digest of a job differs by the nonce in its plan.
    """

    def __init__(self, document: dict, digest: str):
        self.document, self.digest = document, digest
        self.job, self.run, self.kind, self.count = (document[name] for name in ("job", "run", "kind", "count"))

    @property
    def statistics(self) -> list[Statistic]:
        """Of statistics and aggregates."""
        return [_statistic(line) for line in self.document.get("statistics") or []]

    @property
    def analyses(self) -> list[Analysis]:
        """Of analyses."""
        return [
            Analysis(
                one["analysis"], (one.get("asked") or {}).get("en", ""), one["columns"], one.get("reason"),
                [Finding(finding["method"], [Quantity(q["term"], q["name"], float(q["value"]), q["bits"]) for q in finding["quantities"]])
                 for finding in one["findings"]])
            for one in self.document.get("analyses") or []]

    @property
    def values(self) -> dict[str, Decimal | bool | list[Decimal | bool]]:
        """Of a computation: what its program opened, by name."""
        return {
            one["name"]: _opened(one["value"]) if one.get("value") is not None else [_opened(text) for text in one["values"]]
            for one in self.document.get("values") or []}

    @property
    def figures(self) -> dict[str, float]:
        """Of an evaluation: its figures by name."""
        return {name: float(text) for name, text in (self.document.get("evaluation") or {}).get("figures", {}).items()}

    @property
    def rows(self) -> list[dict[str, str]]:
        """Where rows are told: the keys, with joined columns or a prediction beside them where there are any."""
        columns, joined = self.document.get("keyColumns") or [], self.document.get("joinedColumns") or []
        rows = [dict(zip(columns, key)) for key in self.document.get("keys") or []]
        for row, values in zip(rows, self.document.get("joined") or []):
            row.update(zip(joined, values))
        for row, value in zip(rows, self.document.get("predictions") or []):
            row["prediction"] = value
        return rows

    def to_frame(self):
        """The result's table as a pandas DataFrame; exact numbers stay what they are."""
        import pandas

        if self.document.get("statistics"):
            return pandas.DataFrame([vars(line) for line in self.statistics])
        if self.document.get("analyses"):
            return pandas.DataFrame([
                {"analysis": analysis.number, "method": finding.method, **vars(quantity)}
                for analysis in self.analyses for finding in analysis.findings for quantity in finding.quantities])
        if self.document.get("values"):
            return pandas.DataFrame([{"name": name, "value": value} for name, value in self.values.items()])
        if self.document.get("evaluation"):
            return pandas.DataFrame([{"figure": name, "value": value} for name, value in self.figures.items()])
        return pandas.DataFrame(self.rows)


def _statistic(line):
    value, exactness = line.get("value"), line["exactness"]
    if line.get("statistic") in ("mean", "variance") and line.get("fraction"):
        value, exactness = Fraction(line["fraction"]), "exact"
    elif line.get("statistic") == "standard deviation" and value is not None:
        value = float(value)
    elif value is not None:
        value = Decimal(value)
    return Statistic(line["level"], line["measure"], line.get("statistic"), value, exactness)


def _opened(text):
    return text == "true" if text in ("true", "false") else Decimal(text)
