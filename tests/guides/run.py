#!/usr/bin/env python3
"""Runs what a page of documentation tells its reader to type, and compares what is printed with what the page says.

    tests/guides/run.py PAGE... [--collab FILE] [--write]     from anywhere; the pages' paths are those in the repository
    tests/guides/run.py --not-run PAGE...                     lists the blocks that are not run, with their reasons

In a page, from top to bottom, in a folder of the page's own that looks like the root of the repository, with an empty home:

- a block ```console is run: lines that begin with "$ " are typed, the lines behind are what is printed (both streams). A line "..." stands for any lines,
  "..." within a line for any text. "[exit N]" is the last line of a command that does not end with 0. A command that ends with " &" goes on
  until the page ends; the next is typed when its lines have appeared.
- a block ```LANGUAGE FILE (for example ```yaml job.yaml) is written into that file.
- a block whose fence says "not run: REASON" is not run. Any other block with a line that begins with "$ " is an error.

What differs from run to run is masked on both sides: digests (12, 16 or 64 hexadecimal digits; 8 or more, with a digit and a letter among them), days, times of day, ports of 127.0.0.1,
amounts (a number with s, ms, B, kB, MB, GB, bytes, cores, Mbit/s), process numbers, the folder itself. Runs of blanks and of table lines are one.
With --write the page's expected output is replaced by what was printed, uncut but for progress.
"""
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
LIMIT = 300.0  # seconds for one command: nothing hangs without saying so
FENCE = re.compile(r"^(`{3,})\s*(.*)$")
REASON = re.compile(r"\bnot run: (.+)$")

MASKS = [
    (re.compile(r"\b(?:[0-9a-f]{12}|[0-9a-f]{16}|[0-9a-f]{64}|(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{8,})\b"), "DIGEST"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|\+00:00)?( UTC)?"), "MOMENT"),
    (re.compile(r"\b\d\d:\d\d:\d\d(?:\.\d+)?\b"), "TIME"),
    (re.compile(r"\b(?:127\.0\.0\.1|localhost):\d+\b"), "ADDRESS"),
    (re.compile(r"\bprocess \d+\b"), "PROCESS"),
    (re.compile(r"\b\d[\d,]*(?:\.\d+)? ?(?:ms|s|B|kB|MB|GB|bytes|cores|Mbit/s)\b"), "AMOUNT"),
    (re.compile(r"[─━]+"), "─"),
    (re.compile(r"[ \t]+"), " "),
]


def masked(line, folder):
    line = line.replace(folder + "/", "").replace(folder, ".")
    for pattern, word in MASKS:
        line = pattern.sub(word, line)
    return line.strip()


def pattern_of(line, folder):
    parts = [re.escape(masked(part, folder)) for part in line.split("...")]
    return re.compile(r"\s*.*?\s*".join(parts) + r"\s*\Z", re.S)


def difference(expected, printed, folder):
    """None where the lines agree, else what was expected next and what stood there."""
    wanted, found = [line.rstrip() for line in expected if line.strip()], [line for line in printed if line.strip()]
    lines = [masked(line, folder) for line in found]
    # The farthest place of each expected line, by all ways that "..." leaves open.
    places, failed = {0}, None
    for index, want in enumerate(wanted):
        if want.strip() == "...":
            places = set(range(min(places), len(lines) + 1))
            continue
        rule = pattern_of(want, folder)
        after = {place + 1 for place in places if place < len(lines) and rule.match(lines[place])}
        if not after:
            near = min(places)
            failed = f"the page says:  {want}\nprinted there: {found[near] if near < len(found) else '(nothing more)'}"
            return failed
        places = after
    if len(lines) in places:
        return None
    return f"the page says nothing more; printed besides: {found[max(places)]}"


class Page:
    def __init__(self, path):
        self.path = path
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            self.lines = file.read().split("\n")
        self.blocks = []  # (info, first line, line of the closing fence)
        opening = None
        for number, line in enumerate(self.lines):
            match = FENCE.match(line)
            if not match:
                continue
            if opening is None:
                opening = (match.group(1), match.group(2).strip(), number + 1)
            elif match.group(1) == opening[0] and not match.group(2):
                self.blocks.append((opening[1], opening[2], number))
                opening = None
        if opening is not None:
            raise SystemExit(f"{path}:{opening[2]}: a block does not end")

    def not_run(self):
        return [(first, REASON.search(info).group(1)) for info, first, _ in self.blocks if REASON.search(info)]

    def unmarked(self):
        return [first for info, first, last in self.blocks
                if info != "console" and not REASON.search(info) and any(line.startswith("$ ") for line in self.lines[first:last])]


def commands_of(lines, first, last):
    """(command, line number of its first line, first and last line of its output)"""
    found, number = [], first
    while number < last:
        if not lines[number].startswith("$ "):
            raise ValueError(f"line {number + 1}: a console block begins with a command")
        start, command = number, lines[number][2:]
        while command.endswith("\\"):
            number += 1
            command = command[:-1] + " " + lines[number].removeprefix("> ").strip()
        begin = number + 1
        number = begin
        while number < last and not lines[number].startswith("$ "):
            number += 1
        found.append((command, start, begin, number))
    return found


class Reader:
    """Somebody who types what the page says."""

    def __init__(self, collab):
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix="collab-guide-"))
        self.home = tempfile.mkdtemp(prefix="collab-guide-home-")
        for name in ("notebooks", "protocols", "tests"):
            os.symlink(os.path.join(ROOT, name), os.path.join(self.folder, name))
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("COLLAB_")}
        self.environment.update(HOME=self.home, LC_ALL="C.UTF-8", PATH=os.path.dirname(collab) + ":" + os.environ["PATH"])
        self.running = []

    def start(self, command, output):
        return subprocess.Popen(["bash", "-c", command], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                                stdout=output, stderr=subprocess.STDOUT, start_new_session=True)

    def type(self, command, expected):
        """What is printed, and why it is not what the page says (None when it is)."""
        with tempfile.TemporaryFile() as output:
            if command.endswith(" &"):
                process = self.start(command[:-2], output)
                self.running.append(process)
                return self.until(process, output, expected)
            process = self.start(command, output)
            try:
                code = process.wait(LIMIT)
            except subprocess.TimeoutExpired:
                self.stop(process)
                return self.read(output), f"did not end in {LIMIT:.0f} s"
            printed = self.read(output) + ([f"[exit {code}]"] if code else [])
            return printed, difference(expected, printed, self.folder)

    def until(self, process, output, expected):
        end = time.monotonic() + LIMIT
        while True:
            printed = self.read(output)
            wrong = difference(expected + ["..."], printed, self.folder)
            if wrong is None or process.poll() is not None or time.monotonic() > end:
                return printed, wrong
            time.sleep(0.1)

    @staticmethod
    def read(output):
        # Read at an offset of its own: the process writes through the same open file.
        size = os.fstat(output.fileno()).st_size
        return os.pread(output.fileno(), size, 0).decode("utf-8", "replace").splitlines()

    @staticmethod
    def stop(process):
        for sign in (signal.SIGINT, signal.SIGKILL):
            if process.poll() is not None:
                return
            os.killpg(process.pid, sign)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                pass

    def leave(self):
        for process in self.running:
            self.stop(process)
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.home, ignore_errors=True)


PROGRESS = re.compile(r"^\d\d:\d\d:\d\d\.\d+ ")


def shown(printed, folder):
    """What a page shows of it: each stretch of progress as one "..."."""
    lines = []
    for line in printed:
        line = "..." if PROGRESS.match(line) else line.replace(folder + "/", "").rstrip()
        if line != "..." or lines[-1:] != ["..."]:
            lines.append(line)
    return lines


def run(page, collab, write):
    reader, wrong, ran, lines = Reader(collab), [], 0, list(page.lines)
    replaced = []  # (first, last, new lines)
    try:
        for info, first, last in page.blocks:
            if REASON.search(info):
                continue
            words = info.split()
            if len(words) == 2 and words[0] != "console":
                target = os.path.join(reader.folder, words[1])
                os.makedirs(os.path.dirname(target), exist_ok=True)
                with open(target, "w", encoding="utf-8") as file:
                    file.write("\n".join(lines[first:last]) + "\n")
            if info != "console":
                continue
            for command, at, begin, end in commands_of(lines, first, last):
                began = time.monotonic()
                printed, why = reader.type(command, lines[begin:end])
                ran += 1
                print(f"{page.path}:{at + 1}: {time.monotonic() - began:.1f} s: $ {command}", file=sys.stderr)
                if write:
                    replaced.append((begin, end, shown(printed, reader.folder)))
                elif why:
                    wrong.append(f"{page.path}:{at + 1}: $ {command}\n{why}\nall that was printed:\n" + "\n".join(printed))
                    raise StopIteration
    except StopIteration:
        pass
    finally:
        reader.leave()
    if write:
        for begin, end, new in reversed(replaced):
            lines[begin:end] = new
        with open(os.path.join(ROOT, page.path), "w", encoding="utf-8") as file:
            file.write("\n".join(lines))
    return ran, wrong


def main(arguments):
    collab = os.path.join(ROOT, "src/Collab.Cli/bin/Release/net10.0/collab")
    if "--collab" in arguments:
        place = arguments.index("--collab")
        collab = os.path.abspath(arguments[place + 1])
        del arguments[place:place + 2]
    write, listing = "--write" in arguments, "--not-run" in arguments
    pages = [Page(os.path.relpath(a, ROOT) if os.path.isabs(a) else a) for a in arguments if not a.startswith("--")]
    if not pages:
        raise SystemExit(__doc__)
    failures = []
    for page in pages:
        for number, reason in page.not_run():
            print(f"{page.path}:{number}: not run: {reason}")
        failures += [f"{page.path}:{number}: a block with commands is neither 'console' nor says 'not run: REASON'" for number in page.unmarked()]
        if listing:
            continue
        ran, wrong = run(page, collab, write)
        failures += wrong
        if ran == 0 and not page.path.endswith(("errors.md", "README.md", "measured.md")):
            failures.append(f"{page.path}: nothing in it is run")
        print(f"{page.path}: {ran} commands")
    print("\n\n".join(failures), end="\n" if failures else "")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
