"""What models eat: pipelines of rendered views, and the splits of shapes."""
