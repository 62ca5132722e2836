"""REST under /api/v1: what the pages do, programs do as well."""
