"""A joblib is a program; nothing of it may run but the making of a model."""

import json
import os
import pickle
import unittest
import warnings

import joblib
import numpy as np
import sklearn
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.metrics import accuracy_score, fbeta_score, get_scorer, make_scorer
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from model_import.joblib_file import read_model
from small_models import LABELS, MISSING, NAMES, WHOLE, ImportTest, a_forest, named


def a_boosting(scoring):
    """It stops early by a scorer."""
    boosting = HistGradientBoostingClassifier(max_iter=12, early_stopping=True, scoring=scoring, random_state=0)
    return named(boosting.fit(MISSING, LABELS))


class Runs:
    """Unpickling it calls a function."""

    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


class AHostileJoblib(ImportTest):
    def setUp(self):
        super().setUp()
        self.trace = self.folder / "it-ran"

    def refuse(self, path, name: str) -> None:
        self.assert_refused(path, f"names {name}.*nothing of it was run")
        self.assertFalse(self.trace.exists(), "it was run")

    def test_that_runs_a_program_is_refused(self):
        self.refuse(self.write(Runs(os.system, f"touch {self.trace}")), "posix.system")
        self.refuse(self.write(Runs(eval, f"open({str(self.trace)!r}, 'w')")), "builtins.eval")

    def test_whose_evil_lies_in_an_attribute_of_a_sound_model_is_refused(self):
        model = a_forest()
        model.extra = Runs(os.system, f"touch {self.trace}")
        self.refuse(self.write(model), "posix.system")

    def test_whose_evil_lies_in_a_table_of_objects_is_refused(self):
        model = a_forest()
        model.feature_names_in_ = np.array([*NAMES[:2], Runs(os.system, f"touch {self.trace}")], dtype=object)
        for compress in (0, 3):
            self.refuse(self.write(model, compress=compress), "posix.system")

    def test_that_uses_functions_of_numpy_scikit_learn_or_joblib_is_refused(self):
        self.refuse(self.write(Runs(np.save, str(self.trace), [1])), "numpy.save")
        self.refuse(self.write(Runs(np.memmap, str(self.trace), "u1", "w+", 0, (8,))), "numpy.memmap")
        self.refuse(self.write(Runs(joblib.dump, 1, str(self.trace))), "joblib.numpy_pickle.dump")

    def test_that_reaches_through_a_module_is_refused(self):
        for module, name in [("sklearn", "os.system"), ("sklearn.utils", "os.system"), ("numpy", "os.system")]:
            self.refuse(self.write_call(module, name), f"{module}.{name}")

    def test_that_reaches_through_what_scorers_are_made_of_is_refused(self):
        """Those names are known, and what they stand for is never looked up."""
        for module, name in [("sklearn.metrics._scorer", "copy.os.system"), ("sklearn.metrics.os", "system")]:
            self.assert_refused(self.write_call(module, name), "holds a .*system, not a model")
            self.assertFalse(self.trace.exists(), "it was run")

    def test_that_uses_them_elsewhere_than_for_a_scorer_is_refused(self):
        model = a_forest()
        model.extra = Runs(getattr, model, "predict")
        self.refuse(self.write(model), "builtins.getattr")
        model.extra = [accuracy_score]
        self.refuse(self.write(model), "sklearn.metrics._classification.accuracy_score")
        model.extra = get_scorer("accuracy")
        self.refuse(self.write(model), r"sklearn.metrics._scorer.\w+")

    def test_whose_evil_lies_in_a_scorer_is_refused(self):
        model = a_boosting("accuracy")
        model._scorer._kwargs = {"x": Runs(os.system, f"touch {self.trace}")}
        self.refuse(self.write(model), "posix.system")

    def write_call(self, module: str, name: str):
        """A pickle that has this called with a program to run."""
        program = f"touch {self.trace}".encode()
        head = b"\x80\x04" + b"".join(
            pickle.SHORT_BINUNICODE + bytes([len(text)]) + text.encode() for text in (module, name)
        )
        argument = pickle.SHORT_BINUNICODE + bytes([len(program)]) + program
        path = self.folder / "model.joblib"
        path.write_bytes(head + b"\x93" + argument + b"\x85R.")
        return path


class AnotherJoblib(ImportTest):
    def test_of_another_kind_of_model_is_refused_by_name(self):
        self.assert_refused(self.write(SVC().fit(WHOLE, LABELS)), r"names sklearn\.svm\._classes\.SVC.*Supported are Hist")

    def test_of_another_scikit_learn_is_refused_with_the_version_to_take(self):
        own = sklearn.__version__.encode()
        other = own[:-1] + (b"0" if own[-1:] != b"0" else b"1")
        for protocol in (2, 4, 5):
            content = pickle.dumps(a_forest(), protocol=protocol)
            self.assertIn(own, content)
            path = self.folder / "model.joblib"
            path.write_bytes(content.replace(own, other))
            self.assert_refused(path, f"scikit-learn {other.decode()} wrote it.*--scikit-learn {other.decode()}$")

    def test_of_another_scikit_learn_is_noticed_where_only_a_part_says_so(self):
        model = a_forest()
        own = sklearn.__version__
        content = pickle.dumps(model)
        at = content.rindex(own.encode())
        path = self.folder / "model.joblib"
        path.write_bytes(content[:at] + b"0" + content[at + 1 :])
        self.assert_refused(path, "wrote it, and this is scikit-learn")

    def test_that_is_cut_off_or_is_none_is_refused(self):
        content = self.write(a_forest()).read_bytes()
        path = self.folder / "model.joblib"
        for broken in (content[: len(content) // 2], b"", b"not a pickle", b"\x1f\x8b\x08broken"):
            path.write_bytes(broken)
            self.assert_refused(path, "cannot be read as a joblib file|damaged")
        path.unlink()
        self.assert_refused(path, "cannot be read: .*No such file")


class AJoblibThatHoldsNoModel(ImportTest):
    def test_is_called_what_it_is_before_all_else(self):
        """A support vector machine in it is not the point."""
        model = SVC().fit(WHOLE, LABELS)
        for kind, held in [("dict", {"model": model}), ("list", [model]), ("dict", {}), ("list", [])]:
            for protocol in (2, 4, 5):
                for compress in (0, 3):
                    path = self.write(held, protocol=protocol, compress=compress)
                    self.assert_refused(path, f"it holds a {kind}, not a model.*joblib.dump")

    def test_is_called_what_it_is_where_that_shows_at_its_end(self):
        for kind, held in [("tuple", (a_forest(), NAMES)), ("ndarray", WHOLE), ("str", "a1"), ("NoneType", None)]:
            self.assert_refused(self.write(held), f"it holds a {kind}, not a model")


class AModelThatRemembersScorers(ImportTest):
    def assert_imported(self, model, rows) -> None:
        path = self.write(model)
        self.assertEqual(read_model(path.read_bytes()).predict_proba(rows).tolist(), model.predict_proba(rows).tolist())
        self.assertEqual(self.run_import(path)[0], 0)
        for file in self.out.iterdir():
            file.unlink()

    def test_of_its_early_stopping(self):
        for scoring in (None, "accuracy", "roc_auc", "neg_log_loss", "f1_macro", make_scorer(fbeta_score, beta=2)):
            with self.subTest(scoring=scoring):
                self.assert_imported(a_boosting(scoring), MISSING)

    def test_of_its_early_stopping_at_the_end_of_a_pipeline(self):
        boosting = HistGradientBoostingClassifier(max_iter=5, early_stopping=True, scoring="roc_auc", random_state=0)
        model = make_pipeline(SimpleImputer(), boosting).fit(MISSING, LABELS)
        named(model.steps[0][1])
        self.assert_imported(model, MISSING)

    def test_of_the_rows_that_its_trees_did_not_see(self):
        forest = RandomForestClassifier(n_estimators=9, random_state=1, oob_score=accuracy_score, max_leaf_nodes=8)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Nine trees leave rows without a vote.
            forest.fit(WHOLE, LABELS)
        self.assert_imported(named(forest), WHOLE)

    def test_names_them_in_the_manifest(self):
        self.assertEqual(self.run_import(self.write(a_boosting(make_scorer(fbeta_score, beta=2))))[0], 0)
        manifest = json.loads((self.out / "r0b_a1.json").read_text())
        self.assertRegex(manifest["training"]["parameters"]["scoring"], r"^sklearn\.metrics\._scorer\._\w+$")


class ASoundJoblib(ImportTest):
    def test_is_read_however_it_was_compressed(self):
        model = a_forest()
        for compress in (0, 3, ("zlib", 1), ("gzip", 3), ("bz2", 3), ("lzma", 3), ("xz", 3)):
            read = read_model(self.write(model, compress=compress).read_bytes())
            self.assertEqual(read.predict_proba(WHOLE).tolist(), model.predict_proba(WHOLE).tolist())
            self.assertEqual(list(read.feature_names_in_), NAMES)


if __name__ == "__main__":
    unittest.main()
