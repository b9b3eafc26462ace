"""What the list of allowed functions would let through, the process still stops."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sources.mapping.child import Request, as_text
from tests.sources.made_sources import made, selecting

ROOT = Path(__file__).resolve().parents[3]

CONFINED = """
import sys
from pathlib import Path
from sources.mapping.confinement import confine, limit
own, folder = Path(sys.argv[1]), Path(sys.argv[2])
limit(64 << 20, 3, 1 << 20)
confine([own], folder)
"""


def confined(tmp_path: Path, code: str) -> subprocess.CompletedProcess[str]:
    """What comes of code in a process with one file to read, `own`, and one folder to write in, `folder`."""
    own, folder = tmp_path / "own.txt", tmp_path / "folder"
    own.write_text("mine")
    folder.mkdir()
    (tmp_path / "other.txt").write_text("secret")
    return subprocess.run(
        [sys.executable, "-c", CONFINED + code, str(own), str(folder)],
        capture_output=True, text=True, check=False, cwd=ROOT, timeout=300,
    )  # fmt: skip


def landlocked() -> bool:
    """Whether this kernel can keep a process from files."""
    looked = subprocess.run(
        [sys.executable, "-c", "import ctypes; print(ctypes.CDLL(None).syscall(444, None, 0, 1))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return int(looked.stdout) >= 1


needs_landlock = pytest.mark.skipif(not landlocked(), reason="this kernel has no Landlock")


def test_own_files_may_be_used(tmp_path: Path) -> None:
    """To read the one, to write and remove in the other; Python still finds its own."""
    done = confined(
        tmp_path,
        "print(own.read_text()); (folder / 'x').write_text('y'); (folder / 'x').unlink()\n"
        "import encodings.utf_8_sig, colorsys\n",
    )
    assert (done.returncode, done.stdout.strip()) == (0, "mine"), done.stderr


@needs_landlock
@pytest.mark.parametrize(
    "code",
    [
        "(own.parent / 'other.txt').read_text()",
        "Path('/etc/passwd').read_text()",
        "list(own.parent.iterdir())",
        "own.write_text('x')",
        "(own.parent / 'new.txt').write_text('x')",
        "(own.parent / 'other.txt').unlink()",
        "own.rename(own.parent / 'moved.txt')",
        "(folder / 'link').symlink_to('/etc/passwd'); (folder / 'link').read_text()",
        "import subprocess; subprocess.run(['/bin/true'])",
        "Path('/proc/1/environ').read_bytes()",
        "Path('/dev/sda').read_bytes()",
    ],
)
def test_files_of_others_are_out_of_reach(tmp_path: Path, code: str) -> None:
    """To read, to list, to write, to run."""
    done = confined(tmp_path, code)
    assert done.returncode == 1
    assert any(name in done.stderr for name in ("PermissionError", "OSError: [Errno 18]", "FileNotFoundError"))
    assert (tmp_path / "other.txt").read_text() == "secret"
    assert not (tmp_path / "new.txt").exists()


@needs_landlock
def test_network_is_out_of_reach(tmp_path: Path) -> None:
    """Even this machine's own."""
    done = confined(
        tmp_path,
        "import socket\nserver = socket.socket()\ntry:\n    server.bind(('127.0.0.1', 0)); server.listen()\n"
        "except OSError: print('no port'); raise SystemExit(0)\n"
        "socket.create_connection(server.getsockname(), timeout=5)\n",
    )
    assert done.stdout.strip() == "no port" or "OSError" in done.stderr or "PermissionError" in done.stderr


@pytest.mark.parametrize(
    ("code", "ended"),
    [
        ("x = bytearray(512 << 20)", "MemoryError"),
        ("(folder / 'x').write_bytes(b'x' * (2 << 20))", "File too large"),
        ("import resource; resource.setrlimit(resource.RLIMIT_CPU, (99, 99))", "Error"),
        ("files = [open(own) for _ in range(100)]", "Too many open files"),
    ],
)
def test_limits_hold(tmp_path: Path, code: str, ended: str) -> None:
    """Of memory, of files and their sizes; they cannot be raised by those without rights."""
    done = confined(tmp_path, "import os\nif os.getuid() == 0: os.setuid(65534)\n" * ("setrlimit" in code) + code)
    assert done.returncode != 0
    assert ended in done.stderr


def test_endless_code_is_ended(tmp_path: Path) -> None:
    """After its seconds of processor time."""
    assert confined(tmp_path, "while True: pass").returncode < 0


UNJUDGED = """
import json, sys
from sources.mapping import execution
from sources.mapping.child import child
execution.wrong_with = lambda *_: ()
print(json.dumps(child(sys.stdin.read())))
"""


@pytest.mark.parametrize(
    "select",
    [
        "select 1 as _row, content as x from read_text('/etc/passwd')",
        "select 1 as _row, content as x from read_text('{own}')",
        "select 1 as _row, * from '{own}'",
        "select 1 as _row, file as x from glob('/*')",
        "select 1 as _row, * from read_csv('http://127.0.0.1:1/x.csv')",
        "select 1 as _row, * from 's3://lake/x.parquet'",
        "select 1 as _row, * from sqlite_scan('x.db', 't')",
        "from query('attach ''x.db''')",
        "select 1 as _row, 1 as x) to '{own}'; --",
        "copy (select 1) to '{own}'",
        "set enable_external_access = true",
        "load httpfs",
        "install httpfs",
        "select 1 as _row, repeat('x', 99999999999) as x",
        "select 1 as _row, count(*) as x from range(99999999999) as a(i), range(99999999) as b(i) where a.i <> b.i",
    ],
)
def test_attacks_that_nobody_judged_come_to_nothing(tmp_path: Path, select: str) -> None:
    """The file waits; nothing of the machine is in a message, and nothing is changed on it."""
    own = tmp_path / "other.csv"
    own.write_text("secret\n")
    file = tmp_path / "reports.csv"
    file.write_text("region\nDE\n")
    (tmp_path / "out").mkdir()
    source = made(tmp_path, selecting("select _row, region from input"))
    source = source.model_copy(
        update={
            "mapping": source.mapping.model_copy(update={"select": select.format(own=own)}),
            "limits": source.limits.model_copy(update={"seconds": 4}),
        }
    )
    done = subprocess.run(
        [sys.executable, "-c", UNJUDGED],
        input=as_text(Request(source, file, "reports.csv", tmp_path / "out")),
        capture_output=True, text=True, check=False, cwd=ROOT, timeout=500,
    )  # fmt: skip
    assert done.returncode != 0 or "held" in json.loads(done.stdout)
    assert own.read_text() == "secret\n"


def test_mapping_that_nobody_judged_is_run(tmp_path: Path) -> None:
    """Else the attacks would come to nothing for another reason."""
    file = tmp_path / "reports.csv"
    file.write_text("region\nDE\n")
    (tmp_path / "out").mkdir()
    source = made(tmp_path, selecting("select _row, region from input"))
    done = subprocess.run(
        [sys.executable, "-c", UNJUDGED],
        input=as_text(Request(source, file, "reports.csv", tmp_path / "out")),
        capture_output=True, text=True, check=True, cwd=ROOT, timeout=500,
    )  # fmt: skip
    assert json.loads(done.stdout)["messages"] == 1
