"""The benchmarks. Each is a module with a frozen dataclass `Settings` and a generator `measure(settings, say)` that
yields the metrics of one run after another; `bench.command` reads the settings, repeats nothing itself, and reports."""

__all__: list[str] = []
