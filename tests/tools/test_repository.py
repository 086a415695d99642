"""Was im Projekt liegt: keine Geheimnisse, keine Pfade einzelner Rechner, feste Versionen."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pre_commit.clientlib import load_config

from faltwerk.exercise import exercise_names
from tools.environment import CUDA_QUESTION, LOCK, SECTIONS, section, torch_requirement
from tools.lock import LockError, Package, arranged, check_wheels, requirements_digest

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = (ROOT / "requirements.txt").read_text(encoding="utf-8")
SECRETS = re.compile(
    r"gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|glpat-[\w-]{20,}|AKIA[0-9A-Z]{16}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY|xox[abprs]-[\w-]{10,}|npm_[A-Za-z0-9]{36}|pypi-AgEI\w+"
    r"|hf_[A-Za-z0-9]{30,}|\bsk-[A-Za-z0-9-]{32,}|AIza[\w-]{35}"
    r"|(?i:(?:password|passwd|secret|token|api_?key)\s*[=:]\s*[\"'][^\"'\s<>{}]{8,}[\"'])"
    r"|://[^/\s:@\"']+:[^/\s:@\"']+@"
)
MACHINE_PATHS = re.compile(
    r"(?<![\w.\]\)-])/(?:home|Users|root|work|mnt|media|tmp)/[\w.-]+|\b[A-Z]:\\(?:Users|home)\b"
)
REGISTRIES = re.compile(
    r"\b(?:[\w-]+\.)*(?:pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|pytorch\.org/whl|docker\.io"
    r"|quay\.io|ghcr\.io|gcr\.io|conda\.anaconda\.org|jsdelivr\.net|unpkg\.com|deb\.debian\.org)\b"
)

# Was Programme schreiben, außer den Rümpfen.
GENERATED = re.compile(
    r"docs/figures/[^/]+\.svg|recordings/[^/]+\.json|.*\.lock|(?:.*/)?package-lock\.json"
)


def tracked() -> list[Path]:
    """Alle Dateien, die zum Projekt gehören."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("Ohne git ist nicht bekannt, welche Dateien zum Projekt gehören.")
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file() and not path.is_symlink()]


def findings(pattern: re.Pattern[str], *, vendored: bool) -> list[str]:
    """Alle Treffer mit Datei und Zeile."""
    found = []
    for path in tracked():
        name = path.relative_to(ROOT).as_posix()
        if name.startswith("website/vendor/") and not vendored:
            continue
        text = path.read_bytes().decode("utf-8", errors="replace")
        for match in pattern.finditer(text):
            found.append(f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {match[0][:60]}")
    return found


def test_no_secrets():
    assert findings(SECRETS, vendored=True) == []


def test_no_paths_of_single_machines():
    assert findings(MACHINE_PATHS, vendored=False) == []


def test_no_registry_hosts():
    assert findings(REGISTRIES, vendored=False) == []


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (SECRETS, "x = 'ghp_" + "a1B2" * 9 + "'"),
        (SECRETS, "-----BEGIN RSA " + "PRIVATE KEY-----"),
        (SECRETS, 'API_KEY = "' + 'abcd1234efgh"'),
        (SECRETS, "https://jo:" + "geheim@example.org/"),
        (MACHINE_PATHS, 'open("/' + 'home/jo/kurs/daten.csv")'),
        (MACHINE_PATHS, "C:" + "\\Users\\jo"),
        (REGISTRIES, "https://files.python" + "hosted.org/packages/x"),
    ],
)
def test_the_patterns_find_what_they_are_for(pattern: re.Pattern[str], text: str):
    assert pattern.search(text)


def locked() -> dict[str, str]:
    """Festgelegte Versionen der Pakete, die auf diesem Rechner gelten."""
    versions = {}
    for name in SECTIONS:
        for head in re.findall(r"^([A-Za-z0-9][^\\\n]*)", section(name), flags=re.MULTILINE):
            requirement = Requirement(head.strip())
            if requirement.marker is None or requirement.marker.evaluate():
                versions[canonicalize_name(requirement.name)] = str(requirement.specifier)[2:]
    return versions


def direct() -> list[Requirement]:
    """Die Einträge von requirements.txt."""
    return [Requirement(line) for line in REQUIREMENTS.splitlines() if line.strip()]


def test_lock_belongs_to_these_requirements():
    assert requirements_digest(REQUIREMENTS) in Path(LOCK).read_text(encoding="utf-8"), (
        "tools/requirements.lock passt nicht zu requirements.txt; »make lock« erneuert es."
    )
    versions = locked()
    for requirement in direct():
        assert re.fullmatch(r"==[\w.]+", str(requirement.specifier)), requirement
        if requirement.name != "torch":
            assert versions[canonicalize_name(requirement.name)] == str(requirement.specifier)[2:]
    assert "torch" not in versions
    assert torch_requirement() in REQUIREMENTS.splitlines()


def test_every_locked_package_has_hashes():
    for name in SECTIONS:
        blocks = re.split(r"^(?=[A-Za-z0-9])", section(name), flags=re.MULTILINE)[1:]
        assert blocks
        for block in blocks:
            assert re.findall(r"--hash=sha256:[0-9a-f]{64}\b", block), block


def test_lock_covers_everything_that_is_needed_here():
    versions = locked()
    waiting = [(requirement.name, requirement.extras) for requirement in direct()]
    seen = set()
    while waiting:
        name, extras = waiting.pop()
        key = canonicalize_name(name)
        if (key, frozenset(extras)) in seen:
            continue
        seen.add((key, frozenset(extras)))
        if key != "torch":
            assert key in versions, f"{name} fehlt in tools/requirements.lock"
        for text in metadata.requires(name) or []:
            requirement = Requirement(text)
            if requirement.marker is None or any(
                requirement.marker.evaluate({"extra": extra}) for extra in (*extras, "")
            ):
                waiting.append((requirement.name, requirement.extras))
    assert len(seen) > 80


def package(name: str, *files: str, marker: str = "") -> Package:
    """Ein Paket, wie uv es beschreibt."""
    wheels = [
        {"url": f"https://example.org/{file}", "hashes": {"sha256": f"{number}" * 64}}
        for number, file in enumerate(files)
    ]
    found: Package = {"name": name, "version": "2.0", "wheels": wheels}
    return found | {"marker": f"python_full_version >= '3.11'{marker}"}


def test_locked_packages_land_in_their_sections():
    text = arranged(
        [
            package("numpy", "a.whl", "b.whl"),
            package("nvidia-cublas", "c.whl", marker=" and sys_platform == 'linux'"),
            package("torch", "d.whl"),
            package("uv", "e.whl"),
        ],
        "numpy==2.0\ntorch==2.0\n",
    )
    installer, everything, cuda = (text.index(title) for title in SECTIONS.values())
    assert installer < text.index("uv==2.0") < everything < text.index("numpy==2.0") < cuda
    assert cuda < text.index("nvidia-cublas==2.0 ; sys_platform == 'linux' \\\n")
    assert f"numpy==2.0 \\\n    --hash=sha256:{'0' * 64} \\\n" in text
    assert "torch==" not in text and text.count("--hash") == 4


def test_lock_refuses_what_would_have_to_be_built():
    check_wheels(
        [
            package("pure", "pure-2.0-py3-none-any.whl"),
            package("stable", "stable-2.0-cp310-abi3-manylinux2014_x86_64.whl"),
            package("elsewhere", "elsewhere-2.0.zip", marker=" and sys_platform == 'darwin'"),
            package("early", "early-2.0-cp311-cp311-manylinux_2_28_x86_64.whl",
                    marker=" and python_full_version < '3.12'"),
        ]
    )  # fmt: skip
    with pytest.raises(LockError) as error:
        check_wheels(
            [
                package("numpy", "numpy-2.0-cp312-cp312-manylinux_2_28_x86_64.whl",
                        "numpy-2.0-cp313-cp313-win_amd64.whl",
                        "numpy-2.0-cp314-cp314-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"),
                package("source"),
            ]
        )  # fmt: skip
    assert "numpy 2.0 für Python 3.11, 3.13; source 2.0 für Python 3.11, 3.12" in str(error.value)
    assert "\n" not in str(error.value)


def test_cuda_packages_are_only_for_a_torch_that_wants_them():
    code = subprocess.run([sys.executable, "-c", CUDA_QUESTION], check=False).returncode
    wants = any(name.startswith(("nvidia-", "cuda-")) for name in metadata.requires("torch") or ())
    assert code == int(wants and sys.platform == "linux")


def test_vendor_manifest_names_licence_and_source():
    manifest = tomllib.loads(
        (ROOT / "website" / "vendor" / "manifest.toml").read_text(encoding="utf-8")
    )
    for name, entry in manifest.items():
        assert entry["licence"] and entry["version"] and entry["source"], name


def attributes(*names: str) -> dict[str, dict[str, str]]:
    """Was .gitattributes über Dateien sagt."""
    asked = subprocess.run(
        ["git", "check-attr", "-z", "-a", "--", *names],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    fields = asked.stdout.split("\0")[:-1]
    found: dict[str, dict[str, str]] = {name: {} for name in names}
    for name, attribute, value in zip(fields[::3], fields[1::3], fields[2::3], strict=True):
        found[name][attribute] = value
    return found


def test_git_knows_what_is_generated_foreign_or_binary():
    names = [path.relative_to(ROOT).as_posix() for path in tracked()]
    known = attributes(*names)
    stubs = {f"{name}/{name}.py" for name in exercise_names(ROOT)}
    for name in names:
        if name.startswith("website/vendor/"):
            assert known[name]["text"] == "unset", name
            assert "linguist-vendored" in known[name], name
            continue
        generated = name in stubs or bool(GENERATED.fullmatch(name))
        assert ("linguist-generated" in known[name]) == generated, (
            f"{name}: In .gitattributes steht genau das als erzeugt, was ein Programm schreibt."
        )
        if b"\0" in (ROOT / name).read_bytes():
            assert known[name].get("text") == "unset", name
        else:
            assert known[name]["eol"] == "lf", name


def test_pre_commit_understands_its_settings():
    assert load_config(str(ROOT / ".pre-commit-config.yaml"))["repos"]


def hooks() -> list[dict[str, Any]]:
    """Was vor einem Commit geprüft wird."""
    settings = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    # Fremde Haken kämen aus dem Netz und brächten eigene Versionen mit.
    assert [entry["repo"] for entry in settings["repos"]] == ["local"]
    (entry,) = settings["repos"]
    return entry["hooks"]


@pytest.mark.parametrize("hook", hooks(), ids=lambda hook: hook["id"])
def test_hooks_use_the_environment_of_the_course_and_pass(hook: dict[str, Any]):
    assert hook["language"] == "system"
    program, *arguments = shlex.split(hook["entry"])
    assert program == ".venv/bin/python"
    if hook.get("pass_filenames", True):
        arguments += [str(path) for path in tracked() if path.suffix == ".py"]
    result = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


# Hier steht, wie man mit dem Projekt umgeht und wie es aufgebaut ist.
GUIDES = ("README.md", "CONTRIBUTING.md", "docs/architektur.md")


@pytest.mark.parametrize("name", GUIDES)
def test_guides_name_only_what_exists(name: str):
    guide = ROOT / name
    text = guide.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([\w./-]+)\)", text):
        assert (guide.parent / link).exists(), link
    files = [f"/{path.relative_to(ROOT).as_posix()}" for path in tracked()]
    for path in re.findall(r"`((?:[\w.-]+/)+[\w.-]*|\w+\.(?:py|js|toml))`", text):
        # Was erst entsteht, ist hier nicht zu finden; ein Pfad darf mitten im Projekt beginnen.
        made = path.startswith(("build/", "arbeit/", ".venv/"))
        assert made or any(f"/{path}" in file for file in files), path
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z]+):", makefile, flags=re.MULTILINE)
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", text, flags=re.MULTILINE)) <= set(targets)


def test_every_name_at_the_top_has_a_reason():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in {path.relative_to(ROOT).parts[0] for path in tracked()} - {"README.md"}:
        assert re.search(rf"`{re.escape(name)}[/`]", text), name
