"""Measures the coverage of a command whose own environment has no coverage: tests put this folder on its path.

`COVERAGE_PACKAGES` names the folder that coverage is imported from; nothing else of it is visible to the command.
"""

import os
import sys

sys.path.insert(0, os.environ["COVERAGE_PACKAGES"])
import coverage

sys.path.pop(0)
coverage.process_startup()
