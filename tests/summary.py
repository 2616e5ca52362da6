"""Adds up the reports of one test run: the failures with their messages, and one last line.

usage: summary.py FOLDER STATUS
FOLDER holds the TRX files; STATUS is 0 when 'dotnet test' ended well. Exits 0 only if it did, something ran and nothing failed.
"""

import pathlib
import sys
import xml.etree.ElementTree as xml

NAMESPACE = {"t": "http://microsoft.com/schemas/VisualStudio/TeamTest/2010"}


def main(folder: str, status: str) -> int:
    passed = failed = skipped = 0
    for path in sorted(pathlib.Path(folder).rglob("*.trx")):
        report = xml.parse(path).getroot()
        counters = report.find("t:ResultSummary/t:Counters", NAMESPACE).attrib
        total, good, executed = (int(counters[name]) for name in ("total", "passed", "executed"))
        passed += good
        failed += executed - good
        skipped += total - executed
        for result in report.iterfind("t:Results/t:UnitTestResult", NAMESPACE):
            if result.get("outcome") not in ("Passed", "NotExecuted"):
                message = result.findtext("t:Output/t:ErrorInfo/t:Message", "(no message)", NAMESPACE)
                print(f"FAILED {result.get('testName')}\n    " + message.strip().replace("\n", "\n    "))
        for problem in report.iterfind("t:ResultSummary/t:RunInfos/t:RunInfo", NAMESPACE):
            if problem.get("outcome") == "Error":
                print(f"ERROR {path.parent.name}: {problem.findtext('t:Text', '', NAMESPACE).strip()}")

    if status != "0" and failed == 0:
        print("ERROR the build failed, or a test process ended before it had reported")
    if passed + failed == 0:
        print("ERROR nothing ran")
    print(f"{passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return 0 if status == "0" and passed > 0 and failed == 0 else 1


sys.exit(main(sys.argv[1], sys.argv[2]))
