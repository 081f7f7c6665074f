"""The command line: one short file per command, installed as `tf3d.cli`."""
