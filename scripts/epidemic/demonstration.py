"""Reports of others about an epidemic, as they were published, where the shipped sources look for them."""

from __future__ import annotations

import shutil
from collections.abc import Callable

from compose.embedded.settings import CHECKOUT
from compose.embedded.stack import Stack
from services.settings import ServiceSettings
from streams.errors import WindowpaneError

SAMPLES = CHECKOUT / "systems" / "epidemic" / "samples"


def demonstrate(stack: Stack, say: Callable[[str], None]) -> None:
    """Land the samples that are not there yet; the sources take them from then on. Raises WindowpaneError."""
    landing = stack.layout.home / "landing"
    try:
        for sample in sorted(SAMPLES.glob("*/*")):
            landed = landing / sample.relative_to(SAMPLES)
            if sample.is_file() and not landed.exists():
                landed.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(sample, landed)
    except OSError as error:
        raise WindowpaneError(f"samples could not be landed in {landing}: {error}") from error
    say(f"{ServiceSettings().url}/epidemic shows what the samples in {landing} report, once they are read")
