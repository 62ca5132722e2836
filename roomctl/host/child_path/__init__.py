"""Put on PYTHONPATH of plugins' children; nothing but `sitecustomize` may stand here."""
