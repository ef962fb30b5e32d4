"""Tests of operators: one file each, named after the operator, so that other rooms may use the same file names."""
