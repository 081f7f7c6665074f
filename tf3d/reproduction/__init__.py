"""Each table and figure of both papers, by name: what `tf3d reproduce` computes."""
