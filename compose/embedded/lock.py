"""`python -m compose.embedded.lock`: resolves the roots in `jars.py` and writes `jars.lock`. For maintainers."""

from __future__ import annotations

import hashlib
import sys
import tempfile
from pathlib import Path

from jgo.maven import Artifact, MavenContext
from jgo.maven._resolver import PythonResolver

from compose.embedded.jars import LOCK, ROOTS, Jar, Root

HEADER = "# Made by `python -m compose.embedded.lock` from the roots in jars.py.\n"


def main() -> None:
    """Resolve, download once to learn sizes and checksums, write the lock."""
    cache = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="windowpane-lock-"))
    # Lenient: a few test-only or platform dependencies cannot be resolved and are not needed.
    context = MavenContext(resolver=PythonResolver(lenient=True), repo_cache=cache, timeout=60)
    lines = [
        _pinned(set_name, artifact).line for set_name, roots in ROOTS.items() for artifact in _artifacts(context, roots)
    ]
    LOCK.write_text(HEADER + "\n".join(dict.fromkeys(lines)) + "\n")


def _artifacts(context: MavenContext, roots: tuple[Root, ...]) -> list[Artifact]:
    artifacts: list[Artifact] = []
    for root in roots:
        group, artifact, packaging, *classifier, version = root.coordinate.split(":")
        component = context.project(group, artifact).at_version(version)
        artifacts.append(component.artifact(classifier="".join(classifier), packaging=packaging))
        if root.transitive:
            dependency = context.create_dependency(f"{group}:{artifact}:{version}")
            _, transitive = context.resolver.resolve([dependency])
            artifacts += [d.artifact for d in transitive if d.scope in ("compile", "runtime") and not d.optional]
    return artifacts


def _pinned(set_name: str, artifact: Artifact) -> Jar:
    content = Path(artifact.resolve()).read_bytes()
    return Jar(
        set_name,
        artifact.groupId,
        artifact.artifactId,
        artifact.packaging,
        artifact.classifier or "",
        artifact.version,
        len(content),
        hashlib.sha256(content).hexdigest(),
    )


if __name__ == "__main__":
    main()
