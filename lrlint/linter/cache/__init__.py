"""The cache: results of files whose content, imports, settings and rules are what they were."""
