#!/usr/bin/env bash
# Runs the benchmarks, each beside its baseline in the same run; see bench/README.md.
exec build/bin/casehub-bench "$@"
