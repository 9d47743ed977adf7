"""The models of libraries."""
