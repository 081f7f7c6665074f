"""The multi-view paper's tables, figures and claims."""
