"""Python im Browser: dieselben Urteile wie auf der Befehlszeile, und nichts bringt die Seite um."""

from __future__ import annotations

import ast
import functools
import http.server
import io
import json
import threading
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from site_builds import ROOT, script_folder

from faltwerk.authors.mutants import mutants
from faltwerk.exercise import load
from faltwerk.judge.splice import splice
from faltwerk.judge.syntax import definition_at
from faltwerk.judge.verdicts import Judge
from faltwerk.run.judging import judging
from website.runtime import course_archive, download_bytes, manifest, runtime_files

# Die Regeln, unter denen die Seiten stehen; als Kopfzeile gelten sie auch für den Arbeitsfaden.
POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; "
    "object-src 'none'; base-uri 'self'; form-action 'self'"
)
PROBE = '<!doctype html><meta charset="utf-8"><title>Probe</title><link rel="icon" href="data:,">'
SCRIPT = """\
import { PythonRunner } from "/_static/%s/python-runner.js";
window.phases = [];
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => violations.push(event.blockedURI));
window.runner = new PythonRunner({
  base: "/_static/python/",
  onStatus: (status) => {
    phases.push(status);
    document.documentElement.dataset.phase = status.phase;
  },
});
document.documentElement.dataset.phase = "ready";
"""


class Server(http.server.ThreadingHTTPServer):
    """Liefert die gebaute Website und eine leere Seite mit dem ``PythonRunner`` aus.

    Attributes:
        requests: Die Pfade aller Anfragen.
        broken: Ende eines Pfades → was aus der Datei wird; ``None`` steht für »fehlt«.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), functools.partial(Handler, directory=str(folder)))
        self.requests: list[str] = []
        self.broken: dict[str, Callable[[bytes], bytes] | None] = {}

    @property
    def address(self) -> str:
        """Adresse ohne Pfad."""
        return f"http://127.0.0.1:{self.server_port}"


class Handler(http.server.SimpleHTTPRequestHandler):
    """Ein einfacher Server, der nicht komprimiert und kein Aufheben erlaubt oder verbietet."""

    server: Server

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *arguments: object) -> None:
        """Schweigt."""

    def do_GET(self) -> None:
        self.server.requests.append(self.path)
        if self.path == "/probe.html":
            self._answer(
                "text/html", f'{PROBE}<script type="module" src="probe.js"></script>'.encode()
            )
        elif self.path == "/probe.js":
            self._answer("text/javascript", (SCRIPT % script_folder()).encode())
        else:
            for end, change in self.server.broken.items():
                if self.path.endswith(end):
                    if change is None:
                        self.send_error(404)
                    else:
                        data = Path(self.translate_path(self.path)).read_bytes()
                        self._answer("application/octet-stream", change(data))
                    return
            super().do_GET()

    def _answer(self, kind: str, data: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture(scope="module")
def server(site: Path) -> Iterator[Server]:
    with Server(site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def warm(browser: Browser, server: Server) -> Iterator[Page]:
    """Eine Seite, in der Python schon läuft."""
    context = browser.new_context()
    yield opened(context, server)
    context.close()


@pytest.fixture
def fresh(browser: Browser, server: Server) -> Iterator[BrowserContext]:
    """Ein Browser ohne Gedächtnis, der Server ist heil."""
    server.requests.clear()
    server.broken.clear()
    context = browser.new_context()
    yield context
    context.close()
    server.broken.clear()


def opened(context: BrowserContext, server: Server) -> Page:
    """Öffnet die Probeseite."""
    page = context.new_page()
    page.goto(f"{server.address}/probe.html")
    page.wait_for_selector("html[data-phase]", state="attached")
    return page


def check(page: Page, exercise: str, part: str, source: str) -> dict[str, Any]:
    """Prüft einen Text im Browser."""
    job = {"exercise": exercise, "part": part, "source": source}
    return page.evaluate("job => runner.check(job)", job)


def start(page: Page, source: str, phase: str) -> None:
    """Beginnt eine Prüfung (``window.first``) und wartet, bis sie so weit ist."""
    job = {"exercise": SIGNAL[0], "part": SIGNAL[1], "source": source}
    page.evaluate("job => { window.first = runner.check(job); }", job)
    page.wait_for_selector(f"html[data-phase={phase}]", state="attached", timeout=120_000)


def part_text(name: str, part: str) -> str:
    """Die Musterlösung eines Teils, ohne Marken und Kommentare."""
    return ast.unparse(definition_at(ast.parse(load(name, ROOT).source), (part,)))


SIGNAL = ("convolution", "cross_correlation1d")
RIGHT = part_text(*SIGNAL)
RETURN = "    return sig2col(x, k.shape) @ k"
LINE = RIGHT.splitlines().index(RETURN) + 1
WRONG = RIGHT.replace("@ k", "@ k + 1")


def in_gap(code: str, text: str = RIGHT) -> str:
    """Die Musterlösung, der in der Lücke etwas vorausgeht."""
    return text.replace("    return", f"    {code}\n    return")


def after(code: str) -> str:
    """Die Musterlösung, gefolgt von losen Anweisungen."""
    return f"{RIGHT}\n{code}\n"


def verdicts(outcome: dict[str, Any]) -> list[tuple]:
    """Die Urteile eines Ergebnisses als vergleichbare Tupel."""
    assert outcome["status"] == "judged", outcome
    return [
        (verdict["gap"], verdict["status"], verdict["message"], verdict["line"])
        for verdict in outcome["verdicts"]
    ]


# Abbrüche, deren Text NumPy und Python je nach Fassung und Rechner verschieden schreiben.
ABORTS = (
    "x @ np.ones(7)",
    "x + np.ones(7)",
    "x.reshape(7)",
    "x[99]",
    "x[1.5]",
    "np.foo",
    "int(x)",
    "np.zeros(2)[:1].fill(np.ones(1)); int(np.ones(1))",
    "y = np.zeros(2, int); y += 0.5",
    "np.int_(3).foo",
    "from numpy import foo",
    "open('/nope')",
    "np.ones(10**11)",
    "bytearray(10**11)",
    "[0][5]",
    "1 / 0",
    "unbekannt",
    "np.concatenate([x, np.ones((2, 2))])",
    "a, b = x.shape",
    "f = lambda n: f(n + 1); f(0)",
    "input()",
    "raise KeyboardInterrupt",
    "import sys; sys.exit(1)",
    "return np.arange(3)",
    "return [1, 2]",
    "return x > 0",
)


def parity_jobs(judge: Judge) -> Iterator[tuple[str, str]]:
    """Teil und Text: Musterlösungen, alle bekannten Fehler und jede so vielte Veränderung."""
    exercise = judge.exercise
    tree = ast.parse(exercise.source)
    here = {part.name for part in exercise.parts if part.framework == "numpy"}

    def text(changed: ast.Module, part: str) -> tuple[str, str]:
        return part, ast.unparse(definition_at(changed, (part,)))

    for part in exercise.parts:
        if part.name in here:
            yield text(tree, part.name)
    by_number = {gap.number: gap.part for gap in exercise.gaps}
    for mistake in judge.mistakes:
        if by_number[mistake.gap] in here:
            yield text(judge.mistaken(mistake), by_number[mistake.gap])
    for mutant in islice(mutants(exercise), 0, None, 53):
        if mutant.gap.part in here:
            filling = {mutant.gap.number: list(mutant.statements)}
            yield text(splice(tree, exercise.gaps, filling), mutant.gap.part)
    if exercise.name == SIGNAL[0]:
        yield from ((SIGNAL[1], in_gap(code)) for code in ABORTS)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["convolution", "pooling"])
def test_same_verdicts_and_messages_as_on_the_command_line(warm: Page, name: str):
    with judging(load(name, ROOT)) as judge, ThreadPoolExecutor(1) as beside:
        jobs = list(parity_jobs(judge))
        # Beide Seiten rechnen gleichzeitig; nacheinander dauerte es doppelt so lange.
        local = beside.submit(lambda: [judge.judge(source, parts=[part]) for part, source in jobs])
        outcomes = warm.evaluate(
            """async (jobs) => {
              const outcomes = [];
              for (const [exercise, part, source] of jobs) {
                outcomes.push(await runner.check({ exercise, part, source }));
              }
              return outcomes;
            }""",
            [[name, part, source] for part, source in jobs],
        )
        expected = [
            [(v.gap, v.status, v.message, v.line) for v in found] for found in local.result()
        ]
    assert len(jobs) > 60
    for (part, source), outcome, wanted in zip(jobs, outcomes, expected, strict=True):
        assert verdicts(outcome) == wanted, f"{part}\n{source}"
    statuses = {verdict[1] for found in expected for verdict in found}
    assert {"correct", "wrong"} <= statuses


def test_an_open_gap_is_open_and_other_parts_come_from_the_sample_solution(warm: Page):
    stub = load("pooling", ROOT).stub
    part = ast.unparse(definition_at(ast.parse(stub), ("MaxPool2dBackward",)))
    outcome = check(warm, "pooling", "MaxPool2dBackward", part)
    assert [verdict[:2] for verdict in verdicts(outcome)] == [(n, "open") for n in (16, 17, 18)]
    example = "def maxpool2d_example():\n    return maxpool2d(reference_input(), (3, 3), (2, 2))\n"
    outcome = check(warm, "pooling", "maxpool2d_example", f"{example}print(maxpool2d_example())\n")
    assert [verdict[1] for verdict in verdicts(outcome)] == ["correct"]
    assert outcome["output"].startswith("[[[[") and outcome["error"] is None


def test_the_text_runs_once_as_a_program_and_its_output_is_kept(warm: Page):
    code = (
        "import sys\nprint('Größe', cross_correlation1d(np.array([1, 2, 3]), np.array([1, 1])))\n"
        "print('daneben', file=sys.stderr)\nif __name__ == '__main__':\n    print('Ende')\n1 / 0"
    )
    outcome = check(warm, *SIGNAL, after(code))
    assert outcome["output"] == "Größe [3 5]\ndaneben\nEnde\n"
    assert outcome["cut"] is False
    line = len(after(code).splitlines())
    assert outcome["error"].startswith(f"Ihr Code bricht in Zeile {line} mit ZeroDivisionError ab")
    assert verdicts(outcome) == [(1, "correct", "", LINE)]


def test_much_output_is_cut(warm: Page):
    outcome = check(warm, *SIGNAL, after("for i in range(100_000): print(i)"))
    assert outcome["cut"] is True
    assert outcome["output"].startswith("0\n1\n2\n") and len(outcome["output"]) == 20_000


@pytest.mark.parametrize(
    ("source", "words", "line"),
    [
        ("", "leer", None),
        ("x = 1\ndef f(:\n", "Zeile 2: Das ist kein gültiges Python.", 2),
        ("def f():\n\tx = 1\n        y = 2\n", "Tabulatoren", 3),
        ("x = 1\0", "Nullbytes", None),
        ("x = 1\n" * 200_000, "länger", None),
    ],
)
def test_text_that_is_no_python_is_one_sentence(
    warm: Page, source: str, words: str, line: int | None
):
    outcome = check(warm, *SIGNAL, source)
    assert outcome["status"] == "unreadable"
    assert words in outcome["message"] and outcome["line"] == line


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("np.zeros(10 * 2**30, dtype=np.uint8)", "mehr Speicher"),
        ("def f(n): return f(n + 1)\nf(0)", "immer wieder selbst"),
        ("input('Name? ')", "input()"),
        ("raise BaseException('Ende')", "BaseException"),
        ("raise SystemExit", "sys.exit"),
        ("import torch", "PyTorch läuft nicht im Browser"),
        ("from torch import nn", "PyTorch läuft nicht im Browser"),
        ("import matplotlib.pyplot as plt", "nur Python und NumPy, matplotlib nicht"),
    ],
)
def test_what_breaks_the_program_is_one_sentence(warm: Page, code: str, words: str):
    # In einer Bedingung, denn eigene Importe gehören auch zur Abgabe.
    guarded = "if True:\n" + "\n".join(f"    {line}" for line in code.splitlines())
    outcome = check(warm, *SIGNAL, after(guarded))
    assert words in outcome["error"]
    assert verdicts(outcome) == [(1, "correct", "", LINE)]


@pytest.mark.parametrize(
    "code",
    [
        "np.isclose = np.all = lambda *a, **k: True",
        "import builtins; builtins.print = builtins.len = None",
        "import sys; sys.stdout = sys.stderr = None",
        "import json; json.dumps = None",
        "np.array2string = np.save = None",
        "import faltwerk.judge.verdicts as j; j.Judge._problem = j.difference = lambda *a: None",
        "import faltwerk.judge.compare as c; c.difference.__code__ = (lambda *a: None).__code__",
        "np.set_printoptions(precision=1); np.seterr(all='raise')",
        "import warnings; warnings.simplefilter('error')",
        "import sys; sys.modules.pop('numpy'); sys.path.clear(); sys.setrecursionlimit(60)",
        "import convolution.module as m; m.sig2col = m.Module.forward = None",
        "import sys; sys.settrace(lambda *a: None)",
    ],
)
def test_side_effects_change_no_verdict_neither_now_nor_later(warm: Page, code: str):
    before = verdicts(check(warm, *SIGNAL, WRONG))
    assert before[0][1] == "wrong"
    assert verdicts(check(warm, *SIGNAL, in_gap(code, WRONG)))[0][1] == "wrong"
    check(warm, *SIGNAL, after(code))
    assert verdicts(check(warm, *SIGNAL, WRONG)) == before
    assert verdicts(check(warm, *SIGNAL, RIGHT)) == [(1, "correct", "", LINE)]


@pytest.mark.parametrize("module", ["js", "pyodide_js"])
def test_the_page_is_out_of_reach(warm: Page, module: str):
    outcome = check(warm, *SIGNAL, in_gap(f"import {module}"))
    assert verdicts(outcome)[0][1] == "wrong"


def test_parts_with_torch_and_unknown_names_are_refused_in_a_sentence(warm: Page):
    outcome = check(warm, "pooling", "max_pool_torch", part_text("pooling", "max_pool_torch"))
    assert outcome["status"] == "failed" and "auf Ihrem Rechner" in outcome["message"]
    for exercise, part in (("pooling", "nix"), ("nix", "nix"), ("resnet", "ResNet")):
        outcome = check(warm, exercise, part, RIGHT)
        assert outcome["status"] == "failed" and outcome["message"].endswith(".")


@pytest.mark.parametrize("code", ["while True: pass", "while True: print('x' * 100)"])
def test_time_limit_ends_a_program_and_the_next_run_works(warm: Page, code: str):
    # Zwanzig Sekunden sind hier eine; Python läuft schon und nimmt keine andere Zeit in Anspruch.
    check(warm, *SIGNAL, RIGHT)
    warm.evaluate(
        """() => {
          window.wait = setTimeout;
          window.setTimeout = (call, time) => wait(call, time === 20_000 ? 1_000 : time);
        }"""
    )
    outcome = check(warm, *SIGNAL, after(code))
    warm.evaluate("window.setTimeout = wait")
    assert outcome["status"] == "timeout"
    assert "nach 20 Sekunden" in outcome["message"] and "Schleife" in outcome["message"]
    assert verdicts(check(warm, *SIGNAL, RIGHT)) == [(1, "correct", "", LINE)]


@pytest.mark.parametrize(
    "source",
    [
        after("import os; os._exit(0)"),
        in_gap("import os; os.abort()"),
        after(
            "import sys; sys.setrecursionlimit(10**9)\n"
            "class A:\n    def __repr__(self): return repr(self)\nrepr(A())"
        ),
        "x = " + "-" * 100_000 + "1",
    ],
)
def test_what_kills_python_is_one_sentence_and_the_next_run_works(warm: Page, source: str):
    outcome = check(warm, *SIGNAL, source)
    assert outcome["status"] == "failed" and "frischen Python" in outcome["message"]
    assert verdicts(check(warm, *SIGNAL, RIGHT)) == [(1, "correct", "", LINE)]


def test_stop_ends_a_loop_at_once(warm: Page):
    check(warm, *SIGNAL, RIGHT)
    start(warm, "while True: pass", "running")
    warm.evaluate("runner.stop()")
    assert warm.evaluate("first")["status"] == "stopped"
    assert warm.evaluate("phases.at(-1)") == {"phase": "idle"}
    assert verdicts(check(warm, *SIGNAL, RIGHT)) == [(1, "correct", "", LINE)]


def test_nothing_is_loaded_before_the_first_check_and_progress_counts_every_byte(
    fresh: BrowserContext, server: Server, site: Path
):
    page = opened(fresh, server)
    assert not any("/python/" in path for path in server.requests)
    assert page.evaluate("runner.loaded") is False
    assert check(page, *SIGNAL, RIGHT)["status"] == "judged"
    assert page.evaluate("runner.loaded") is True
    phases = page.evaluate("phases")
    loading = [status for status in phases if status["phase"] == "loading"]
    total = json.loads((site / "_static" / script_folder() / "python.json").read_text())["bytes"]
    assert {status["total"] for status in loading} == {total} == {download_bytes(ROOT)}
    counts = [status["loaded"] for status in loading]
    assert counts == sorted(counts) and counts[0] == 0 and counts[-1] == total
    rest = [status["phase"] for status in phases if status["phase"] != "loading"]
    assert rest == ["starting", "running", "idle"]


@pytest.mark.slow
def test_later_visits_and_restarts_need_no_request_and_no_network(
    fresh: BrowserContext, server: Server, site: Path
):
    foreign: list[str] = []
    fresh.on(
        "request",
        lambda request: (
            foreign.append(request.url)
            if not request.url.startswith(server.address) and urlsplit(request.url).scheme != "data"
            else None
        ),
    )
    first = opened(fresh, server)
    assert check(first, *SIGNAL, RIGHT)["status"] == "judged"
    first.close()
    server.requests.clear()
    page = opened(fresh, server)
    assert check(page, *SIGNAL, RIGHT)["status"] == "judged"
    folder = json.loads((site / "_static" / script_folder() / "python.json").read_text())["folder"]
    assert not any(folder in path for path in server.requests)
    fresh.set_offline(True)
    for _ in range(2):
        start(page, "while True: pass", "running")
        page.evaluate("runner.stop()")
        assert check(page, *SIGNAL, RIGHT)["status"] == "judged"
    assert foreign == []
    assert page.evaluate("violations") == []


def test_without_cache_and_service_worker_it_works_all_the_same(browser: Browser, server: Server):
    context = browser.new_context(service_workers="block")
    context.add_init_script("delete window.caches; Object.defineProperty(window, 'caches', {});")
    assert check(opened(context, server), *SIGNAL, RIGHT)["status"] == "judged"
    context.close()


@pytest.mark.parametrize(
    ("end", "change", "words"),
    [
        ("python_stdlib.zip", None, "fehlt die Datei »python_stdlib.zip« (Fehler 404)"),
        ("pyodide.asm.js", None, "fehlt die Datei »pyodide.asm.js« (Fehler 404)"),
        ("python.json", None, "fehlt die Datei »python.json« (Fehler 404)"),
        ("python.json", lambda data: data[:50], "»python.json« ist beschädigt"),
        ("pyodide.asm.wasm.gzip", lambda data: data[:1000], "ist unvollständig angekommen"),
        ("kurs.zip", lambda data: data + b"x", "»kurs.zip« ist unvollständig angekommen"),
        ("worker.js", lambda data: data.replace(b"a", b"b"), "»worker.js« ist beschädigt"),
    ],
)
def test_missing_or_damaged_file_is_one_sentence_and_a_later_try_works(
    fresh: BrowserContext, server: Server, end: str, change: Callable | None, words: str
):
    server.broken[end] = change
    page = opened(fresh, server)
    outcome = check(page, *SIGNAL, RIGHT)
    assert outcome["status"] == "failed" and words in outcome["message"]
    server.broken.clear()
    # Sind alle Dateien da, startet Python; darauf zu warten brächte nichts Neues.
    start(page, RIGHT, "starting")
    page.evaluate("runner.stop()")


def test_offline_before_the_first_load_is_one_sentence_and_a_later_try_works(
    fresh: BrowserContext, server: Server
):
    page = opened(fresh, server)
    fresh.set_offline(True)
    outcome = check(page, *SIGNAL, RIGHT)
    assert outcome["status"] == "failed" and "Server ist nicht zu erreichen" in outcome["message"]
    fresh.set_offline(False)
    assert check(page, *SIGNAL, RIGHT)["status"] == "judged"


def test_a_new_version_replaces_the_stored_one(fresh: BrowserContext, server: Server):
    page = opened(fresh, server)
    name = page.evaluate(
        """async () => {
          const base = new URL("/_static/python/", location.href).href;
          await caches.open(`faltwerk-python ${base} 0.0.0-alt`);
          await caches.open("etwas anderes");
          return base;
        }"""
    )
    assert check(page, *SIGNAL, RIGHT)["status"] == "judged"
    kept = page.evaluate("caches.keys()")
    assert "etwas anderes" in kept
    assert len([key for key in kept if key.startswith(f"faltwerk-python {name} ")]) == 1
    assert not any(key.endswith("0.0.0-alt") for key in kept)


def test_the_archive_holds_the_files_of_the_project_unchanged():
    with zipfile.ZipFile(io.BytesIO(course_archive(ROOT))) as archive:
        names = archive.namelist()
        for name in names:
            assert archive.read(name) == (ROOT / name).read_bytes()
    for name in ("convolution", "pooling"):
        for file in ("solution.py", "checks.py", "mistakes.py", "exercise.toml"):
            assert f"{name}/{file}" in names
    assert "convolution/module.py" in names and "faltwerk/judge/verdicts.py" in names
    assert not any(name.startswith(("resnet", "seresnet")) for name in names)
    assert "faltwerk/run/sandbox.py" not in names


def test_two_builds_give_the_same_bytes_and_the_site_holds_them(site: Path):
    files = runtime_files(ROOT)
    assert files == runtime_files(ROOT)
    folder = site / "_static" / "python" / manifest(files)["folder"]
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == files


def test_the_wheel_is_the_one_that_pyodide_names():
    vendor = ROOT / "website" / "vendor"
    lock = json.loads((vendor / "pyodide-0.27.8" / "pyodide-lock.json").read_bytes())
    wheel = lock["packages"]["numpy"]
    listed = tomllib.loads((vendor / "manifest.toml").read_text(encoding="utf-8"))["numpy"]
    assert listed["version"] == wheel["version"]
    assert listed["sha256"][f"pyodide-0.27.8/{wheel['file_name']}"] == wheel["sha256"]
