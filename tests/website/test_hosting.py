"""Veröffentlichen: nginx mit der mitgelieferten Konfiguration, Arbeitsabläufe, Container."""

from __future__ import annotations

import contextlib
import gzip
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Browser, expect
from site_builds import ROOT, script_folder

from tools.environment import PYTHONS, dotted

HOSTING = ROOT / "website" / "hosting"
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
# Was sonst in der Hauptdatei von nginx steht.
MAIN = """
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
worker_processes 1;
events {{ worker_connections 64; }}
http {{
    include {types};
    default_type application/octet-stream;
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/faltwerk.conf;
}}
"""
needs_nginx = pytest.mark.skipif(NGINX is None, reason="nginx ist nicht installiert")


def free_port() -> int:
    """Ein Port, der gerade frei ist."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running(folder: Path, conf: str) -> Iterator[None]:
    """Ein nginx mit dieser Konfiguration; es endet mit dem Block."""
    (folder / "faltwerk.conf").write_text(conf, encoding="utf-8")
    # Als root wechselt nginx sonst zu einem Benutzer, der den Ordner des Tests nicht lesen darf.
    user = "user root;" if os.geteuid() == 0 else ""
    main = MAIN.format(folder=folder, types="/etc/nginx/mime.types", user=user)
    (folder / "nginx.conf").write_text(main)
    port = int(re.search(r"listen 127\.0\.0\.1:(\d+);", conf)[1])
    assert NGINX is not None
    server = subprocess.Popen(
        [NGINX, "-c", str(folder / "nginx.conf"), "-p", str(folder)],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        for _ in range(100):
            if server.poll() is not None:
                assert server.stderr is not None
                pytest.fail(server.stderr.read())
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield
    finally:
        server.terminate()
        server.wait()


@pytest.fixture(scope="module")
def nginx(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Adresse eines nginx, der die Website mit der Konfiguration des Projekts ausliefert."""
    folder = tmp_path_factory.mktemp("nginx")
    root = folder / "site"
    shutil.copytree(site, root)
    (root / "probe.wasm").write_bytes(b"\0asm" + bytes(4096))
    (root / "probe.mjs").write_text("export const probe = 1;\n" * 100)
    port = free_port()
    conf = (HOSTING / "nginx.conf").read_text(encoding="utf-8")
    assert conf.count("listen 8080;") == 1 and conf.count("root /srv/faltwerk;") == 1
    conf = conf.replace("listen 8080;", f"listen 127.0.0.1:{port};")
    conf = conf.replace("root /srv/faltwerk;", f"root {root};")
    with running(folder, conf):
        yield f"http://127.0.0.1:{port}/"


def fetch(address: str) -> tuple[int, Message, bytes]:
    """Ruft eine Adresse ab, wie ein Browser es tut: mit Komprimierung."""
    request = urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


@needs_nginx
@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("", "text/html; charset=utf-8"),
        ("pooling.html", "text/html; charset=utf-8"),
        ("_static/faltwerk.css", "text/css; charset=utf-8"),
        ("_static/toggles.js", "application/javascript; charset=utf-8"),
        ("probe.wasm", "application/wasm"),
        ("probe.mjs", "text/javascript; charset=utf-8"),
        ("_static/favicon.svg", "image/svg+xml"),
        ("_static/katex/fonts/KaTeX_Main-Regular.woff2", "font/woff2"),
    ],
)
def test_files_come_with_their_type_and_the_headers(nginx: str, path: str, kind: str):
    status, headers, _ = fetch(nginx + path)
    assert status == 200
    assert headers["Content-Type"] == kind
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
    assert re.fullmatch("nginx", headers["Server"])


@needs_nginx
def test_the_policy_of_the_server_is_that_of_the_pages(nginx: str, site: Path):
    html = (site / "index.html").read_text(encoding="utf-8")
    found = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)
    assert found is not None
    _, headers, _ = fetch(nginx)
    assert headers["Content-Security-Policy"] == f"{found[1]}; frame-ancestors 'self'"


@needs_nginx
def test_text_and_wasm_are_compressed(nginx: str, site: Path):
    figure = next(path.name for path in (site / "_images").glob("*.svg"))
    for path in ("pooling.html", "_static/faltwerk.css", "searchindex.js", f"_images/{figure}",
                 "probe.wasm"):  # fmt: skip
        _, headers, body = fetch(nginx + path)
        assert headers["Content-Encoding"] == "gzip", path
        assert "Accept-Encoding" in headers["Vary"], path
        assert len(body) < len(gzip.decompress(body)) * 0.8, path


@needs_nginx
def test_only_versioned_files_are_kept(nginx: str, site: Path):
    html = (site / "pooling.html").read_text(encoding="utf-8")
    assets = re.findall(r'(?:src|href)="(_static/[^"]+\?v=[^"]+)"', html)
    assert len(assets) > 10
    outputs = [path.name for path in (site / "_images").glob("*.svg") if len(path.stem) == 64]
    for path in [*assets, f"_images/{outputs[0]}", "_static/python/0.27.8-abc/pyodide.js",
                 f"_static/{script_folder()}/editor-box.js"]:  # fmt: skip
        _, headers, _ = fetch(nginx + path)
        assert headers["Cache-Control"] == "public, max-age=31536000, immutable", path
    for path in ("", "pooling.html", "_static/faltwerk.css", "searchindex.js", "robots.txt",
                 "_static/python-cache.js", "_images/pooling-window.svg"):  # fmt: skip
        _, headers, _ = fetch(nginx + path)
        assert headers["Cache-Control"] == "no-cache", path


@needs_nginx
def test_unknown_addresses_get_the_german_page(nginx: str):
    for path in ("fehlt.html", "a/b/fehlt", "_static/fehlt.js?v=12345678"):
        status, headers, body = fetch(nginx + path)
        assert status == 404
        assert headers["X-Content-Type-Options"] == "nosniff"
        if headers["Content-Encoding"] == "gzip":
            body = gzip.decompress(body)
        assert "Seite nicht gefunden" in body.decode("utf-8")


@needs_nginx
def test_the_site_can_lie_in_a_folder_as_the_page_says(site: Path, tmp_path: Path):
    shutil.copytree(site, tmp_path / "faltwerk")
    (tmp_path / "faltwerk" / "probe.mjs").write_text("export const probe = 1;\n")
    port = free_port()
    conf = (HOSTING / "nginx.conf").read_text(encoding="utf-8")
    maps, server = conf.split("\nserver {\n")
    lines = server[server.index("    charset ") :]
    assert lines.count(" /404.html;") == 1
    lines = lines.replace(" /404.html;", " /faltwerk/404.html;")
    conf = (
        f"{maps}\nserver {{\n    listen 127.0.0.1:{port};\n"
        f"    location /faltwerk/ {{\n    root {tmp_path};\n{lines}}}\n"
    )
    with running(tmp_path, conf):
        address = f"http://127.0.0.1:{port}/faltwerk/"
        kinds = {
            "": "text/html",
            "_static/faltwerk.css": "text/css",
            "probe.mjs": "text/javascript",
        }
        for path, kind in kinds.items():
            status, headers, _ = fetch(address + path)
            assert status == 200
            assert headers["Content-Type"].split(";")[0] == kind
            assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
        status, headers, body = fetch(address + "a/fehlt.html")
        assert status == 404
        assert "Seite nicht gefunden" in gzip.decompress(body).decode("utf-8")


@needs_nginx
def test_the_site_works_behind_nginx(nginx: str, browser: Browser):
    page = browser.new_page()
    problems: list[str] = []
    page.on("console", lambda note: problems.append(note.text) if note.type == "error" else None)
    page.goto(nginx + "pooling.html")
    page.wait_for_selector("html.toggles-ready", state="attached")
    page.get_by_role("button", name="Alle aufklappen").click()
    # Eine Abbildung mit eigenen Stilen, auch für sich allein aufgerufen.
    page.goto(nginx + "_images/pooling-window.svg")
    fill = page.evaluate("getComputedStyle(document.querySelector('rect')).fill")
    assert fill != "rgb(0, 0, 0)"
    page.goto(nginx + "search.html?q=Faltung")
    expect(page.locator("#search-results ul.search a").first).to_be_visible()
    assert problems == []
    page.close()


def make_targets() -> set[str]:
    """Die Befehle des Makefile."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z]+):", text, flags=re.MULTILINE))


def test_github_workflow_builds_and_publishes():
    text = (ROOT / ".github" / "workflows" / "pages.yml").read_text(encoding="utf-8")
    flow = yaml.safe_load(text)
    # YAML 1.1 liest »on« als Wahrheitswert.
    assert flow[True]["push"]["branches"] == ["main"]
    assert flow["permissions"] == {"contents": "read", "pages": "write", "id-token": "write"}
    steps = flow["jobs"]["publish"]["steps"]
    assert all(
        re.fullmatch(r"actions/[a-z-]+@v\d+", step["uses"]) for step in steps if "uses" in step
    )
    names = [step.get("uses", step.get("run", "")).split("@")[0] for step in steps]
    order = ["actions/checkout", "actions/setup-python", "make html",
             "actions/upload-pages-artifact", "actions/deploy-pages"]  # fmt: skip
    assert [name for name in names if name in order] == order
    ids = {step["id"] for step in steps if "id" in step}
    assert set(re.findall(r"steps\.(\w+)\.outputs", text)) <= ids
    for step in steps:
        for target in re.findall(r"make (\w+)", step.get("run", "")):
            assert target in make_targets()
    upload = next(step for step in steps if "upload-pages-artifact" in step.get("uses", ""))
    assert upload["with"]["path"] == "build/html"


def test_workflows_test_every_proposal_with_the_oldest_and_the_newest_python():
    text = (ROOT / ".github" / "workflows" / "tests.yml").read_text(encoding="utf-8")
    flow = yaml.safe_load(text)
    assert "pull_request" in flow[True]
    assert flow["permissions"] == {"contents": "read"}
    assert "secrets" not in text
    job = flow["jobs"]["tests"]
    steps = job["steps"]
    assert all(
        re.fullmatch(r"actions/[a-z-]+@v\d+", step["uses"]) for step in steps if "uses" in step
    )
    assert [step["run"] for step in steps if "run" in step] == [".ci/run"]
    lab = yaml.safe_load((ROOT / ".gitlab-ci.yml").read_text(encoding="utf-8"))["tests"]
    assert lab["rules"] == [{"if": '$CI_PIPELINE_SOURCE == "merge_request_event"'}]
    assert lab["script"] == [".ci/run"]
    pythons = job["strategy"]["matrix"]["python"]
    assert lab["parallel"]["matrix"] == [{"PYTHON": pythons}]
    assert pythons == [dotted(PYTHONS[0]), dotted(PYTHONS[-1])]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


@pytest.mark.parametrize("user", [0, 1000])
def test_the_test_machine_is_set_up_with_or_without_root(tmp_path: Path, user: int):
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("bash", "dirname"):
        (tools / name).symlink_to(shutil.which(name) or name)
    log = tmp_path / "log"
    scripts = {"id": f"echo {user}", "sudo": f'echo -n "sudo " >> {log}; "$@"'}
    scripts |= {name: f'echo "{name} $*" >> {log}' for name in ("apt-get", "make")}
    for name, script in scripts.items():
        (tools / name).write_text(f"#!{tools}/bash\n{script}\n")
        (tools / name).chmod(0o755)
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci")
    command = [str(tools / "bash"), str(tmp_path / ".ci" / "run")]
    subprocess.run(command, env={"PATH": str(tools)}, check=True)
    update, install, last = log.read_text().splitlines()
    before = "sudo " if user else ""
    assert update == f"{before}apt-get update -q"
    assert install.startswith(f"{before}apt-get install -y") and "chromium" in install
    assert last == "make test" and "test" in make_targets()


def test_gitlab_workflow_builds_and_publishes(site: Path, tmp_path: Path):
    flow = yaml.safe_load((ROOT / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    job = flow["pages"]
    assert job["artifacts"]["paths"] == ["public"]
    first, *rest = job["script"]
    assert first == "make html" and "html" in make_targets()
    # Was nach dem Bau kommt, läuft hier wirklich.
    shutil.copytree(site, tmp_path / "build" / "html")
    for command in rest:
        subprocess.run(["bash", "-euc", command], cwd=tmp_path, check=True)
    packed = tmp_path / "public" / "pooling.html.gz"
    assert gzip.decompress(packed.read_bytes()) == (site / "pooling.html").read_bytes()
    assert (tmp_path / "public" / "_static" / "faltwerk.css.gz").is_file()


def test_container_file_names_only_what_exists():
    text = (HOSTING / "Containerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    known = {"FROM", "ARG", "ENV", "WORKDIR", "COPY", "RUN", "USER", "EXPOSE"}
    assert {line.split()[0] for line in lines} <= known
    images = re.findall(r"^FROM (\S+)(?: AS (\w+))?$", text, flags=re.MULTILINE)
    stages = {stage for _, stage in images if stage}
    assert all(re.fullmatch(r"[\w./-]+:[\w.-]+", image) for image, _ in images)
    assert all(not image.endswith(":latest") for image, _ in images)
    for line in lines:
        if line.startswith("COPY --from="):
            assert re.match(r"COPY --from=(\w+)", line)[1] in stages
        elif line.startswith("COPY"):
            for source in line.split()[1:-1]:
                assert (ROOT / source).exists(), line
        elif line.startswith("RUN"):
            script = re.search(r"(tools/\w+\.py)|-m (website) (\w+)", line)
            assert script is not None, line
            path = script[1] or f"{script[2]}/__main__.py"
            assert (ROOT / path).is_file(), line
    # Die letzte Stufe läuft ohne besondere Rechte auf dem Port, den nginx.conf nennt.
    last = text.rpartition("\nFROM ")[2]
    assert re.search(r"^USER (?!0$|root$)\w+$", last, flags=re.MULTILINE)
    assert "EXPOSE 8080" in last and "listen 8080;" in (HOSTING / "nginx.conf").read_text()
    assert (
        "/srv/faltwerk/" in last and "root /srv/faltwerk;" in (HOSTING / "nginx.conf").read_text()
    )
