from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.corpus import PLANS
from tests.flink_jobs.jvm import JavaDecoder, Jvm, compile_java, java_decoder


@pytest.fixture(scope="session")
def jvm(tmp_path_factory: pytest.TempPathFactory) -> Jvm:
    """Our Java and its tests, compiled."""
    return compile_java(tmp_path_factory.mktemp("java"))


@pytest.fixture(scope="session")
def java(jvm: Jvm) -> Iterator[JavaDecoder]:
    """The JVM's decoder with every plan of the corpus."""
    with java_decoder(jvm) as decoder:
        for name, plan in PLANS.items():
            decoder.add_plan(name, plan)
        yield decoder
