"""What the tests of the import share: small tables, models on them, and the command on a model."""

import contextlib
import io
import tempfile
import unittest
import warnings
from pathlib import Path

import joblib
import numpy as np
from sklearn.ensemble import RandomForestClassifier

from model_import.__main__ import main

warnings.filterwarnings("ignore", message="X does not have valid feature names")

NAMES = ["midpointMjdTai", "snr", "ixx"]
random = np.random.default_rng(7)
WHOLE = random.normal(size=(300, 3)) * [1, 5, 0.1] + [61034.153, 10, 0.3]
MISSING = np.where(random.random(WHOLE.shape) < 0.2, np.nan, WHOLE)
LABELS = (WHOLE[:, 1] + 3 * (WHOLE[:, 0] - 61034) > 10).astype(int)


def named(model):
    """The model as if it had been trained on a data frame, without pandas."""
    model.feature_names_in_ = np.array(NAMES, dtype=object)
    return model


def a_forest(rows=WHOLE, labels=LABELS):
    return named(RandomForestClassifier(n_estimators=5, max_leaf_nodes=12, random_state=1).fit(rows, labels))


class ImportTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="lvra-import-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.out = self.folder / "models"

    def write(self, model, **options) -> Path:
        path = self.folder / "model.joblib"
        joblib.dump(model, path, **options)
        return path

    def csv(self, rows, names=NAMES) -> str:
        path = self.folder / "features.csv"
        lines = [",".join("" if value != value else str(value) for value in row) for row in rows]
        path.write_text("\n".join([",".join(names), *lines]) + "\n")
        return str(path)

    def run_import(self, path: Path, *arguments: str) -> tuple[int, str]:
        """The exit code of the command, and what it said on standard error."""
        said = io.StringIO()
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
            given = [str(path), "--vra", "r0b", "--model-version", "a1", "--out", str(self.out), *arguments]
            code = main(given)
        return code, said.getvalue()

    def assert_refused(self, path: Path, words: str, *arguments: str) -> None:
        """The import ends with these words (a regular expression), exit code 1, and no file."""
        code, said = self.run_import(path, *arguments)
        self.assertEqual(code, 1, said)
        self.assertRegex(said, words)
        self.assertFalse(self.out.exists() and any(self.out.iterdir()), "something was written")
