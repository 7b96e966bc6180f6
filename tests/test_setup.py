"""The set-up files hold together: locks name no host and miss nothing, fonts have their licence, CI runs the tests."""

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
FONTS = sorted((ROOT / "styles" / "fonts").glob("*.ttf"))


def normalised(name: str) -> str:
    """The form under which an index knows a package (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(path: Path) -> dict[str, str]:
    """Package → version in a hash-pinned list."""
    pins = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;]+)", path.read_text("utf-8"), re.MULTILINE)
    return {normalised(name): version for name, version in pins}


def wanted(group: str) -> set[str]:
    """Every package that pyproject.toml asks for, for itself, its extras and a dependency group."""
    names = set()
    extras = [entry for extra in PROJECT["project"]["optional-dependencies"].values() for entry in extra]
    entries = [*PROJECT["project"]["dependencies"], *extras, *PROJECT["dependency-groups"][group]]
    for entry in entries:
        if isinstance(entry, dict):
            names |= wanted(entry["include-group"])
        else:
            match = re.match(r"[A-Za-z0-9._-]+", entry)
            assert match, entry
            names.add(normalised(match[0]))
    return names


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_no_host(lock: Path) -> None:
    text = lock.read_text("utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*(-i|-f|--\w*index\w*|--find-links|--trusted-host)\b", text, re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_locked_package_has_a_hash(lock: Path) -> None:
    requirements = lock.read_text("utf-8").replace("\\\n", " ").splitlines()
    assert requirements
    assert [line for line in requirements if "--hash=sha256:" not in line] == []


@pytest.mark.parametrize("group", ["test", "check"])
def test_every_dependency_is_locked(group: str) -> None:
    assert wanted(group) - locked(ROOT / "requirements" / f"{group}.txt").keys() == set()


def test_the_locks_agree() -> None:
    test, check = (locked(ROOT / "requirements" / f"{group}.txt") for group in ("test", "check"))
    assert test.items() <= check.items()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_an_exact_pin_is_the_locked_version(lock: Path) -> None:
    pins = [entry.split("==") for entry in PROJECT["project"]["dependencies"] if "==" in entry]
    assert {name: locked(lock)[normalised(name)] for name, _ in pins} == dict(pins)


def test_the_npm_lock_names_no_registry() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [name for name, package in packages.items() if "integrity" not in package] == []
    assert "omit-lockfile-registry-resolved=true" in (ROOT / ".npmrc").read_text("utf-8").split()


def test_the_npm_lock_holds_what_package_json_asks_for() -> None:
    asked = json.loads((ROOT / "package.json").read_text("utf-8"))["devDependencies"]
    packages = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    assert {name: packages[f"node_modules/{name}"]["version"] for name in asked} == asked


@pytest.mark.parametrize("font", FONTS, ids=lambda font: font.name)
def test_a_font_has_its_licence(font: Path) -> None:
    family = font.stem.split("_")[0]
    licence = font.with_name(f"OFL-{family}.txt").read_text("utf-8")
    assert licence.startswith("Copyright ")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence


@pytest.mark.parametrize("font", FONTS, ids=lambda font: font.name)
def test_a_font_is_one_complete_static_face_that_may_be_embedded(font: Path) -> None:
    from fontTools.ttLib import TTFont

    with TTFont(font, lazy=True) as face:
        assert "glyf" in face
        assert "fvar" not in face
        assert face["OS/2"].fsType == 0
        covered = face.getBestCmap().keys()
    assert len(covered) > 350  # a unicode-range subset has fewer
    assert {ord(letter) for letter in "AZaz09"} <= covered


def test_the_fonts_of_the_design_are_there() -> None:
    assert [font.stem for font in FONTS] == [
        "AtkinsonHyperlegibleMono_400Regular",
        "AtkinsonHyperlegibleNext_400Regular",
        "AtkinsonHyperlegibleNext_400Regular_Italic",
        "AtkinsonHyperlegibleNext_600SemiBold",
        "AtkinsonHyperlegibleNext_700Bold",
        "Literata_400Regular",
        "Literata_400Regular_Italic",
        "Literata_600SemiBold",
        "Literata_600SemiBold_Italic",
        "NotoSansMath_400Regular",
        "NotoSansSymbols2_400Regular",
    ]


def test_every_data_file_of_the_package_is_packed() -> None:
    package = ROOT / "src" / "ketapub"
    patterns = PROJECT["tool"]["setuptools"]["package-data"]["ketapub"]
    packed = {path for pattern in patterns for path in package.glob(pattern)}
    data = {path for path in package.rglob("*") if path.is_file() and path.suffix not in {".py", ".pyc"}}
    ours = {path for path in data if not any(part.startswith(".") for part in path.relative_to(package).parts)}
    assert ours - packed == set()


def test_ci_runs_the_tests() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    lines = script.read_text("utf-8").splitlines()
    assert lines[0] == "#!/usr/bin/env bash"
    assert lines[-1] == "exec make test"  # so that its exit status is the script's
