"""The cache never changes what is reported: not by edits, damage, other processes or the clock."""

from __future__ import annotations

import errno
import json
import os
import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lrlint.diagnostics import Diagnostic, Related, Severity
from lrlint.fix import Applicability, Edit, Fix
from lrlint.linter.cache import folder as folders
from lrlint.linter.cache.records import decode, encode
from lrlint.linter.cache.results import ResultCache
from lrlint.linter.engine import lint
from lrlint.linter.file_linter import FileLinter
from lrlint.linter.linted import Comment, Linted, Unreported
from lrlint.linter.report import Report
from lrlint.linter.resolve import Resolver
from lrlint.source import Found
from lrlint.source.disk import digest
from lrlint.span import Location, Span

TRAIN = """\
from helper import EPOCHS
from torch.optim.lr_scheduler import CosineAnnealingLR
optimizer = SGD(net.parameters(), lr=0.1)
scheduler = CosineAnnealingLR(optimizer, T_max=100, eta_min=0.001)
for epoch in range(EPOCHS):
    for x in loader:
        optimizer.step()
    scheduler.step()
"""
OTHER = TRAIN.replace("from helper import EPOCHS", "EPOCHS = 70")
BORING = "print('nothing of interest')\n"

Linting = Callable[[], Report]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in the working directory: a script, the module that it imports, two others."""
    root = tmp_path / "project"
    root.mkdir()
    monkeypatch.chdir(root)
    files = {"train.py": TRAIN, "helper.py": "EPOCHS = 90\n", "other.py": OTHER, "tool.py": BORING}
    for name, text in files.items():
        (root / name).write_text(text)
    (root / "pyproject.toml").write_text("")
    return root


@pytest.fixture
def linted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were not taken from the cache, as they come."""
    names: list[str] = []
    original = FileLinter._file

    def spy(self: FileLinter, number: int, found: Found) -> object:
        names.append(found.path.name)
        return original(self, number, found)

    monkeypatch.setattr(FileLinter, "_file", spy)
    return names


def shown(report: Report) -> dict[str, object]:
    """Return all of a report that a user sees."""
    ignored = ("seconds", "sources", "imported", "cache_trouble")
    values = {one.name: getattr(report, one.name) for one in fields(report)}
    seen: dict[str, object] = {name: values[name] for name in values if name not in ignored}
    lines = report.results.lines
    return seen | {name: lines(name, None) for name in report.sources}


def cached(**options: Any) -> Report:
    """Lint with the cache, and require that it shows what linting without it shows."""
    report = lint(["."], Resolver(), cache=Path(".lrlint_cache"), **options)
    assert shown(report) == shown(lint(["."], Resolver(), **options))
    return report


def codes(report: Report) -> list[tuple[str, str]]:
    return [(finding.filename, finding.code) for finding in report.diagnostics]


@pytest.fixture
def warm(project: Path, linted: list[str]) -> Path:
    """The project after a run, and nothing linted since."""
    lint(["."], Resolver(), cache=Path(".lrlint_cache"))
    assert sorted(linted) == ["helper.py", "other.py", "tool.py", "train.py"]
    linted.clear()
    return project


def from_cache(linted: list[str], **options: Any) -> list[str]:
    """Lint with the cache alone; return the files that were linted all the same."""
    linted.clear()
    lint(["."], Resolver(), cache=Path(".lrlint_cache"), **options)
    return sorted(linted)


def test_nothing_is_linted_twice(warm: Path, linted: list[str]) -> None:
    assert from_cache(linted) == []
    assert codes(cached()) == [("other.py", "LR201"), ("train.py", "LR201")]


def test_an_edit(warm: Path, linted: list[str]) -> None:
    (warm / "other.py").write_text(OTHER.replace("100", "70"))
    assert from_cache(linted) == ["other.py"]
    assert codes(cached()) == [("train.py", "LR201")]


def test_an_edit_that_makes_a_boring_file_interesting(warm: Path, linted: list[str]) -> None:
    (warm / "tool.py").write_text(OTHER)
    assert from_cache(linted) == ["tool.py"]
    (warm / "tool.py").write_text(BORING)
    assert ("tool.py", "LR201") not in codes(cached())


def test_an_imported_module_changes(warm: Path, linted: list[str]) -> None:
    (warm / "helper.py").write_text("EPOCHS = 100\n")
    assert from_cache(linted) == ["helper.py", "train.py"]
    assert codes(cached()) == [("other.py", "LR201")]


def test_an_imported_module_comes_to_build_a_schedule(project: Path, linted: list[str]) -> None:
    """Until then the script is not even analysed."""
    (project / "train.py").write_text(
        "from helper import fit\ndef main():\n    fit(lr_scheduler=None)\nmain()\n"
    )
    (project / "helper.py").write_text("def fit(lr_scheduler): print(lr_scheduler)\n")
    assert cached().files_analysed == 1
    assert from_cache(linted) == []
    body = OTHER.replace("\n", "\n    ")
    (project / "helper.py").write_text(f"def fit(lr_scheduler):\n    {body}\n")
    assert "train.py" in from_cache(linted)
    cached()


def test_an_imported_module_goes_and_comes_back(warm: Path, linted: list[str]) -> None:
    (warm / "helper.py").rename(warm / "gone.txt")
    assert from_cache(linted) == ["train.py"]
    assert codes(cached()) == [("other.py", "LR201")]
    (warm / "gone.txt").rename(warm / "helper.py")
    assert len(codes(cached())) == 2


def test_a_new_module_shadows_another(warm: Path, linted: list[str]) -> None:
    (warm / "helper").mkdir()
    (warm / "helper" / "__init__.py").write_text("EPOCHS = 100\n")
    assert "train.py" in from_cache(linted)
    cached()


def test_an_unrelated_new_file_changes_nothing(warm: Path, linted: list[str]) -> None:
    (warm / "new.py").write_text(BORING)
    (warm / "log.txt").write_text("x")
    assert from_cache(linted) == ["new.py"]


def test_renamed_and_moved_files(warm: Path) -> None:
    (warm / "other.py").rename(warm / "moved.py")
    assert ("moved.py", "LR201") in codes(cached())
    (warm / "sub").mkdir()
    (warm / "train.py").rename(warm / "sub" / "train.py")
    assert ("sub/train.py", "LR201") in codes(cached())


def test_a_link_that_leads_elsewhere(warm: Path) -> None:
    (warm / "a").mkdir()
    (warm / "b").mkdir()
    for name, number in (("a", 90), ("b", 100)):
        (warm / name / "train.py").write_text(TRAIN)
        (warm / name / "helper.py").write_text(f"EPOCHS = {number}\n")
    (warm / "link.py").symlink_to(warm / "a" / "train.py")
    cached()
    (warm / "link.py").unlink()
    (warm / "link.py").symlink_to(warm / "b" / "train.py")
    cached()


def test_a_settings_file_comes_changes_and_goes(project: Path, linted: list[str]) -> None:
    (project / "train.py").write_text(
        TRAIN.replace(
            "from helper import EPOCHS",
            'import json\nEPOCHS = json.load(open("conf.json"))["epochs"]',
        )
    )
    assert ("train.py", "LR201") not in codes(cached())
    (project / "conf.json").write_text('{"epochs": 90}')
    assert ("train.py", "LR201") in codes(cached())
    (project / "conf.json").write_text('{"epochs": 100}')
    assert ("train.py", "LR201") not in codes(cached())
    (project / "conf.json").write_text('{"epochs": ')
    cached()
    assert from_cache(linted) == []


@pytest.mark.parametrize(
    "text",
    [
        'ignore = ["LR201"]',
        "pedantic = true",
        'exclude = ["other.py"]',
        'severity = {LR201="advice"}',
    ],
)
def test_the_configuration_changes(warm: Path, text: str) -> None:
    (warm / "pyproject.toml").write_text(f"[tool.lrlint]\n{text}\n")
    cached()
    (warm / "pyproject.toml").write_text("")
    assert len(codes(cached())) == 2


def test_the_configuration_of_an_imported_module_changes(project: Path) -> None:
    """A finding in an imported module is reported by the settings of that module."""
    (project / "lib").mkdir()
    (project / "lib" / "__init__.py").touch()
    (project / "lib" / "sched.py").write_text(
        "from torch.optim.lr_scheduler import CosineAnnealingLR\n"
        "def build(o):\n    return CosineAnnealingLR(o, T_max=100, eta_min=1)\n"
    )
    (project / "train.py").write_text(
        "from lib.sched import build\no = SGD(net.parameters(), lr=0.1)\ns = build(o)\n"
        "for e in range(90):\n    o.step()\n    s.step()\n"
    )
    before = codes(cached())
    assert any(name == "lib/sched.py" for name, _ in before)
    (project / "lib" / "lrlint.toml").write_text('ignore = ["LR"]\n')
    assert codes(cached()) != before


def test_options_have_results_of_their_own(warm: Path, linted: list[str]) -> None:
    assert cached(explain=True).unreported is not None
    assert from_cache(linted, explain=True) == []
    assert from_cache(linted) == []


def test_a_file_that_is_named_is_parsed_whatever_it_says(warm: Path) -> None:
    (warm / "tool.py").write_text("print(\n")
    assert "tool.py" not in [name for name, _ in codes(cached())]
    report = lint(["tool.py"], Resolver(), cache=Path(".lrlint_cache"))
    assert codes(report) == [("tool.py", "LR000")]
    assert "tool.py" not in [name for name, _ in codes(cached())]


def test_another_working_directory_names_files_otherwise(
    warm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = warm / ".lrlint_cache"
    monkeypatch.chdir(warm.parent)
    report = lint(["project"], Resolver(), cache=cache)
    assert codes(report)[0] == ("project/other.py", "LR201")


# -- the clock


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Set the clock so many seconds ahead (or back)."""
    now = time.time

    def set_clock(seconds: float) -> None:
        monkeypatch.setattr("lrlint.linter.cache.stamps.time.time", lambda: now() + seconds)

    return set_clock


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files of the project whose content was read to tell whether it has changed."""
    from lrlint.linter.cache import stamps

    names: list[str] = []
    original = stamps.read_bytes

    def spy(path: str) -> bytes:
        if "project" in path:
            names.append(os.path.basename(path))
        return original(path)

    monkeypatch.setattr(stamps, "read_bytes", spy)
    return names


def test_untouched_files_are_not_read(
    project: Path, linted: list[str], later: Callable[[float], None], reads: list[str]
) -> None:
    later(10)
    from_cache(linted)
    assert (from_cache(linted), reads) == ([], [])


def test_a_file_touched_just_now_is_read(warm: Path, linted: list[str], reads: list[str]) -> None:
    assert from_cache(linted) == []
    assert "train.py" in reads


def test_an_edit_of_the_same_size_with_the_old_time(
    project: Path, linted: list[str], later: Callable[[float], None]
) -> None:
    later(10)
    from_cache(linted)
    state = os.stat(project / "other.py")
    (project / "other.py").write_text(OTHER.replace("100", "070").replace("070", "170"))
    os.utime(project / "other.py", ns=(state.st_atime_ns, state.st_mtime_ns))
    assert os.stat(project / "other.py").st_size == state.st_size
    assert from_cache(linted) == ["other.py"]
    cached()


def test_a_touched_file_is_read_and_not_linted(
    project: Path, linted: list[str], later: Callable[[float], None], reads: list[str]
) -> None:
    later(10)
    from_cache(linted)
    os.utime(project / "train.py")
    assert (from_cache(linted), reads) == ([], ["train.py"])


def test_the_clock_is_set_back(
    project: Path, linted: list[str], later: Callable[[float], None], reads: list[str]
) -> None:
    later(10_000)
    from_cache(linted)
    later(-10_000)
    assert from_cache(linted) == []
    assert sorted(reads) == ["helper.py", "other.py", "tool.py", "train.py"]
    cached()


# -- damage


def file_of(project: Path) -> Path:
    (file,) = (project / ".lrlint_cache").glob("lrlint-*.json")
    return file


def with_content(file: Path, content: bytes) -> None:
    file.write_bytes(digest(content).encode() + b"\n" + content)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
def test_a_truncated_file(warm: Path, linted: list[str], share: float) -> None:
    data = file_of(warm).read_bytes()
    file_of(warm).write_bytes(data[: int(len(data) * share)])
    cached()
    assert from_cache(linted) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"9" * 10_000,
        b'{"files": 1, "entries": 2, "queries": 3, "written": 4}',
        b"\xff\xfe",
        b'{"files": {"a": [NaN, Infinity, 1, 1, "x", true]}, "written": NaN}',
    ],
)
def test_a_file_that_is_something_else(warm: Path, linted: list[str], content: bytes) -> None:
    with_content(file_of(warm), content)
    cached()
    assert from_cache(linted) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


@settings(
    max_examples=100,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(path=st.lists(st.integers(0, 999), min_size=1, max_size=7), value=JSON)
def test_no_value_makes_it_fail(project: Path, path: list[int], value: object) -> None:
    """Somebody who knows the format writes any value in any place."""
    cache = Path(".lrlint_cache")
    lint(["other.py", "train.py"], Resolver(), cache=cache)
    content = json.loads(file_of(project).read_bytes().partition(b"\n")[2])
    for number, name in enumerate([name for name in content["files"] if "project" not in name]):
        if number:  # of lrlint's own files, one is enough
            del content["files"][name]
    place: Any = content
    for step in path:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = keys[step % len(keys)]
        if not isinstance(place[key], (dict, list)) or not place[key]:
            break
        parent, place = place, place[key]
    else:
        place = parent if path[1:] else content
    place[key] = value
    with_content(file_of(project), json.dumps(content).encode())
    lint(["other.py", "train.py"], Resolver(), cache=cache)


def test_no_entry_shows_a_file_that_it_does_not_rest_on(warm: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("a secret\n" * 10)
    content = json.loads(file_of(warm).read_bytes().partition(b"\n")[2])
    text = json.dumps(content["entries"]).replace('"other.py"', json.dumps(str(secret)))
    content["entries"] = json.loads(text)
    with_content(file_of(warm), json.dumps(content).encode())
    report = cached()
    assert str(secret) not in report.sources


def test_no_fix_comes_from_the_cache(warm: Path) -> None:
    from lrlint.linter.fixing import Fixer

    content = file_of(warm).read_text().partition("\n")[2].replace("T_max=70", "evil()")
    with_content(file_of(warm), content.encode())
    outcome = Fixer(["other.py"], Resolver(), unsafe=True).fix()
    assert all(b"evil" not in file.after.data for file in outcome.fixed)


# -- a disk that does not do as it is told


@pytest.mark.parametrize("name", ["replace", "makedirs", "listdir"])
def test_a_disk_that_is_full(project: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(folders.os, name, full)
    report = cached()
    assert report.cache_trouble is not None
    assert "No space left on device" in report.cache_trouble
    assert not list(project.glob(".lrlint_cache/*.tmp"))


def test_a_file_in_place_of_the_folder(project: Path) -> None:
    (project / ".lrlint_cache").write_text("")
    report = cached()
    assert report.cache_trouble is not None
    assert len(report.cache_trouble.splitlines()) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder(project: Path) -> None:
    project.chmod(0o555)
    try:
        assert cached().cache_trouble is not None
    finally:
        project.chmod(0o755)


def test_old_files_and_what_killed_processes_leave_are_removed(warm: Path) -> None:
    folder = warm / ".lrlint_cache"
    old = time.time() - 100 * 86_400
    for name in ("lrlint-a.json", "lrlint-b-1-2.tmp", "own.txt"):
        (folder / name).write_text("")
        os.utime(folder / name, (old, old))
    (warm / "new.py").write_text(OTHER)
    cached()
    assert {"own.txt", "CACHEDIR.TAG"} <= {path.name for path in folder.iterdir()}
    assert not {"lrlint-a.json", "lrlint-b-1-2.tmp"} & {path.name for path in folder.iterdir()}


def test_clean_removes_what_is_lrlints_own(warm: Path) -> None:
    folder = warm / ".lrlint_cache"
    assert (folder / ".gitignore").read_text() == "*\n"
    assert (
        (folder / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806")
    )
    (folder / "own.json").write_text("{}")
    assert folders.clean(folder)
    assert [path.name for path in folder.iterdir()] == ["own.json"]
    assert not folders.clean(folder)
    (folder / "own.json").unlink()
    lint(["."], Resolver(), cache=folder)
    assert folders.clean(folder)
    assert not folder.exists()


# -- what is kept


def test_what_failed_is_not_kept(
    project: Path, linted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from lrlint.linter.timeout import TookTooLong

    def give_up(*_: object) -> None:
        raise TookTooLong("given up after 60 s of work")

    with monkeypatch.context() as patch:
        patch.setattr("lrlint.linter.analyser.Analyser.analyse", give_up)
        report = lint(["."], Resolver(), cache=Path(".lrlint_cache"))
        assert len(report.problems) == 2
    assert from_cache(linted) == ["other.py", "train.py"]
    assert len(codes(cached())) == 2


def test_a_file_that_changes_while_lrlint_runs(
    project: Path, linted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read twice and differently belongs to no result."""
    from lrlint.linter import reader

    original = reader.load_imported

    def edit(path: Path, disk: Any) -> object:
        source = original(path, disk)
        path.write_text(f"{path.read_text()}# more\n")
        return source

    with monkeypatch.context() as patch:
        patch.setattr(reader, "load_imported", edit)
        lint(["."], Resolver(), cache=Path(".lrlint_cache"))
    assert "train.py" in from_cache(linted)
    cached()


def test_other_code_says_anew_what_is_dull(
    warm: Path, linted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lrlint.linter.cache.results.installation", lambda content: "other code")
    assert from_cache(linted) == ["helper.py", "other.py", "tool.py", "train.py"]
    assert from_cache(linted) == []


def test_of_too_many_only_those_of_this_run_are_kept(
    warm: Path, linted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lrlint.linter.cache.stamps._MOST", 1)
    (warm / "new.py").write_text(OTHER)
    lint(["new.py"], Resolver(), cache=Path(".lrlint_cache"))
    content = json.loads(file_of(warm).read_bytes().partition(b"\n")[2])
    assert [Path(name).name for name in content["files"] if "project" in name] == ["new.py"]
    cached()


@pytest.mark.skipif(os.name != "posix", reason="names of Unix")
def test_a_folder_whose_name_is_no_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = os.fsencode(tmp_path) + b"/\xff\n"
    os.mkdir(folder)
    monkeypatch.chdir(os.fsdecode(folder))
    Path("pyproject.toml").touch()
    Path(os.fsdecode(b"\xfe.py")).write_text(OTHER)
    first = cached()
    assert first.cache_trouble is None
    assert codes(cached()) == codes(first) != []


def test_every_field_of_a_result_survives() -> None:
    here, there = Location(1, 2), Location(3, 4)
    fix = Fix(Applicability.UNSAFE, "do", (Edit(Span("a.py", here, there, 5), "x"),))
    related = Related("note", "b.py", here, there, 7)
    diagnostic = Diagnostic(
        "LR1", "a-rule", Severity.ADVICE, "×\n\udcff", "a.py", here, there, 3, (related,), fix, "u"
    )
    plain = Diagnostic("LR2", "b", Severity.ERROR, "m", "a.py", here, there)
    line = Unreported("a.py", None, here, "LR3", "why")
    linted = Linted(
        True,
        (diagnostic, plain),
        ("u",),
        (line,),
        ("p",),
        {"a.py": "/a.py"},
        "a.py",
        0.5,
        (Comment("a.py", 1, here),),
    )
    assert decode(Linted, json.loads(json.dumps(encode(linted)))) == linted


def test_sound_settings_are_remembered(warm: Path) -> None:
    (warm / "pyproject.toml").write_text('[tool.lrlint]\nselect = ["LR2"]\n')
    cached()
    cache = ResultCache(Path(".lrlint_cache"), Resolver(), explain=False)
    assert cache.is_sound(Resolver().of_the_run.fingerprint)
    (warm / "pyproject.toml").write_text('[tool.lrlint]\nselect = ["NONSENSE"]\n')
    with pytest.raises(ValueError, match="no rule is called 'NONSENSE'"):
        lint(["."], Resolver(), cache=Path(".lrlint_cache"))
