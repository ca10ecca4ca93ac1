"""The benchmarks and their baselines, run by `make bench`."""
