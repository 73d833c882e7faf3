"""The benchmark: what the application reaches, beside a bare program that does the same work in the same run."""
