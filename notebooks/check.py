"""Executes a notebook from its first cell and compares what must be stable in its outputs with what is committed.

Usage: python3 check.py NOTEBOOK.ipynb...          (COLLAB names the program; README.md beside this file)
       python3 check.py --write NOTEBOOK.ipynb...  writes the outputs instead

Digests, times and sizes in bytes differ from run to run and are passed over; the order of lines may, where parties act at the same moment. Every other
word and number is compared, numbers to the relative tolerance of the notebook's metadata (collab.tolerance, 0 when it says nothing), pictures by
being there. Nothing of this machine may stand in an output.
"""
import pathlib
import re
import sys

import nbformat
from nbclient import NotebookClient

HERE = pathlib.Path(__file__).resolve().parent
VARYING = re.compile(
    r"\b[0-9a-f]{8,64}\b"                                            # digests, whole or shortened
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|\+00:00)?"     # times
    r"|\b\d[\d,.]*\s(bytes|kB|s)\b")
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[-+]?\d+)?(?![\w])")
MACHINE = re.compile(r"/(home|tmp|root|work|usr|var)/\w")


def execute(notebook):
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(HERE)}}).execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":                                 # what warns on standard error is not the notebook's text
            cell.outputs = [o for o in cell.outputs if o.get("name") != "stderr"]
    return notebook


def lines_of(cell):
    """The lines of a cell's outputs without what varies, and how many pictures there are."""
    texts = [o["text"] if o.output_type == "stream" else o.get("data", {}).get("text/plain", "") for o in cell.outputs]
    lines = [re.sub(r"\s+", " ", VARYING.sub("#", line)).strip() for line in "\n".join(texts).splitlines()]
    return sorted((line for line in lines if line), key=lambda line: (NUMBER.sub("0", line), line)), sum("image/png" in o.get("data", {}) for o in cell.outputs)


def same(committed, executed, tolerance):
    if NUMBER.sub("0", committed) != NUMBER.sub("0", executed):
        return False
    pairs = zip(map(float, NUMBER.findall(committed)), map(float, NUMBER.findall(executed)))
    return all(abs(a - b) <= tolerance * max(abs(a), abs(b)) for a, b in pairs)


def differences(committed, executed):
    tolerance = committed.metadata.get("collab", {}).get("tolerance", 0)
    for number, (before, after) in enumerate(zip(committed.cells, executed.cells), 1):
        if before.cell_type != "code":
            continue
        (old, old_pictures), (new, new_pictures) = lines_of(before), lines_of(after)
        if not before.outputs and after.outputs:
            yield f"cell {number} has no committed output"
        if old_pictures != new_pictures:
            yield f"cell {number}: {new_pictures} pictures, committed are {old_pictures}"
        if len(old) != len(new):
            yield f"cell {number}: {len(new)} lines, committed are {len(old)}:\n" + "\n".join(new)
        yield from (f"cell {number}:\n  committed {a}\n  executed  {b}" for a, b in zip(old, new) if not same(a, b, tolerance))
        for output in before.outputs:
            if MACHINE.search(str(output.get("text", "")) + str({k: v for k, v in output.get("data", {}).items() if not k.startswith("image/")})):
                yield f"cell {number}: a path of some machine stands in the committed output"


def main(arguments):
    write, failed = "--write" in arguments, False
    for name in (argument for argument in arguments if argument != "--write"):
        path = HERE / name
        committed, notebook = (nbformat.read(path, as_version=4) for _ in range(2))
        executed = execute(notebook)
        if write:
            nbformat.write(executed, path)
            continue
        found = list(differences(committed, executed))
        failed |= bool(found)
        print(f"{name}: " + ("\n".join(found) if found else f"{sum(c.cell_type == 'code' for c in executed.cells)} cells give what is committed"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
