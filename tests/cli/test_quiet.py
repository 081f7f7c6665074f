import subprocess
import sys

# A package that stands in for TensorFlow: it writes to descriptor 2 while it loads.
NOISY = "import os\nos.write(2, b'notice')\n"


def run(folder, body, code):
    package = folder / "tensorflow"
    package.mkdir()
    (package / "__init__.py").write_text(NOISY + body)
    start = (
        f"import sys; sys.path.insert(0, {str(folder)!r})\n"
        "from tf3d.cli.quiet import silence_tensorflow; silence_tensorflow()\n"
    )
    return subprocess.run(
        [sys.executable, "-c", start + code], capture_output=True, text=True
    )


def test_notices_while_loading_are_held_back(tmp_path):
    code = "import tensorflow, os; print(tensorflow.x); os.write(2, b'later')"
    result = run(tmp_path, "x = 1\n", code)
    assert result.returncode == 0
    assert result.stdout.strip() == "1"
    assert result.stderr == "later"


def test_they_show_when_loading_fails(tmp_path):
    result = run(tmp_path, "raise ImportError('libsomething')\n", "import tensorflow")
    assert result.returncode == 1
    assert result.stderr.startswith("notice")
    assert "libsomething" in result.stderr
