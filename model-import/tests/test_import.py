"""What is refused and why, and what is written otherwise."""

import json
import hashlib
import unittest
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from model_import import conversion
from model_import.classifiers import Classifier
from model_import.feature_csv import read_features, written_and_read
from model_import.parity import open_session
from small_models import LABELS, MISSING, NAMES, WHOLE, ImportTest, a_forest, named


class Parity(ImportTest):
    def test_of_a_graph_that_computes_otherwise_is_refused_with_row_and_feature(self):
        """As skl2onnx would have it: thresholds compared with what was not rounded as scikit-learn rounds it."""
        right = conversion.classifier_of
        with patch.object(conversion, "classifier_of", lambda model: Classifier(right(model).trees, rounds=False)):
            self.assert_refused(
                self.write(a_forest()),
                r"differ by 0\.\d+, more than 1e-06, at (made row \d+|tree \d+, node \d+, split at .*), "
                r"feature (midpointMjdTai|snr|ixx) \([\d.]+\): scikit-learn 0\.\d+, ONNX 0\.\d+$",
            )

    def test_names_row_and_feature_of_a_given_file(self):
        rows = WHOLE.copy()
        right = conversion.classifier_of
        model = a_forest()
        # At the root of a tree: on one side of the threshold, and on the other once it is rounded.
        roots = [(tree.tree_.feature[0], tree.tree_.threshold[0]) for tree in model.estimators_]
        feature, value = next(
            (feature, value)
            for feature, threshold in roots
            for value in (threshold, np.nextafter(threshold, np.inf))
            if (value <= threshold) != (np.float32(value) <= threshold)
        )
        rows[5, feature] = value
        with patch.object(conversion, "classifier_of", lambda model: Classifier(right(model).trees, rounds=False)):
            words = rf"at row 6 of features\.csv, feature {NAMES[feature]} "
            self.assert_refused(self.write(model), words, "--features", self.csv(rows))

    def test_of_a_graph_that_scores_what_scikit_learn_refuses_is_refused(self):
        model = named(GradientBoostingClassifier(n_estimators=3).fit(WHOLE, LABELS))
        with patch.object(conversion, "_takes", lambda *_: True):
            self.assert_refused(self.write(model), "gives a score where midpointMjdTai is nan")


class AModelOfAFormThatIsNotSupported(ImportTest):
    def refuse(self, model, words: str) -> None:
        self.assert_refused(self.write(model), words)

    def test_categories(self):
        codes = np.column_stack([WHOLE[:, :2], np.arange(300) % 5])
        model = HistGradientBoostingClassifier(max_iter=2, categorical_features=[2]).fit(codes, LABELS)
        self.refuse(named(model), "categorical features")

    def test_an_initial_model_of_its_own(self):
        model = GradientBoostingClassifier(n_estimators=2, init=LogisticRegression()).fit(WHOLE, LABELS)
        self.refuse(named(model), "starts from LogisticRegression")

    def test_another_value_for_missing(self):
        model = make_pipeline(SimpleImputer(missing_values=-1), LogisticRegression()).fit(WHOLE, LABELS)
        named(model.steps[0][1])
        self.refuse(model, "takes -1 for missing")

    def test_another_step(self):
        self.refuse(make_pipeline(PCA(), LogisticRegression()).fit(WHOLE, LABELS), r"names sklearn\.decomposition")

    def test_classes_without_a_1(self):
        self.refuse(a_forest(labels=np.where(LABELS == 1, "real", "bogus")), "its classes are .*class 1")
        self.refuse(a_forest(labels=LABELS + 2), "its classes are .*class 1")

    def test_several_labels_at_once(self):
        self.refuse(a_forest(labels=np.column_stack([LABELS, 1 - LABELS])), "its classes are .*class 1")


class FeatureNames(ImportTest):
    def names(self, *names: str) -> list[str]:
        path = self.folder / "names.txt"
        path.write_text("\n".join(names) + "\n")
        return ["--feature-names", str(path)]

    def test_must_come_from_somewhere(self):
        nameless = a_forest()
        del nameless.feature_names_in_
        path = self.write(nameless)
        self.assert_refused(path, "without feature names.*--feature-names")
        self.assert_refused(path, "has 3 features, and .* names 2", *self.names("snr", "ixx"))
        self.assert_refused(path, "named twice: snr", *self.names("snr", "ixx", "snr"))
        self.assertEqual(self.run_import(path, *self.names(*NAMES))[0], 0)

    def test_are_not_taken_twice(self):
        self.assert_refused(self.write(a_forest()), "knows its feature names itself", *self.names(*NAMES))


class GivenFeatures(ImportTest):
    def test_that_lack_a_column_or_have_text_or_no_rows(self):
        path = self.write(a_forest())
        self.assert_refused(path, "lacks 1 of the model's features: ixx", "--features", self.csv([[1, 2]], NAMES[:2]))
        self.assert_refused(path, "row 1: 'SN' is not a number", "--features", self.csv([[1, "SN", 2]]))
        self.assert_refused(path, "line 2: the row has 2 cells and the header 3", "--features", self.csv([[1, 2]]))
        self.assert_refused(path, "has no rows", "--features", self.csv([]))

    def test_that_a_model_without_missing_values_could_not_score(self):
        path = self.write(named(GradientBoostingClassifier(n_estimators=2).fit(WHOLE, LABELS)))
        self.assert_refused(path, r"takes no missing values, and \w+ is missing in row \d+", "--features", self.csv(MISSING))
        code, said = self.run_import(path, "--features", self.csv(WHOLE))
        self.assertEqual(code, 0)
        self.assertIn("WARNING: this model takes no missing values", said)


    def test_with_booleans_and_missing_values_in_any_column(self):
        cells = [["True", "", 1], ["", "False", 2], [0.5, "", ""], ["true", "", 3]]
        for numbers in ("pandas", "exact"):
            values = read_features(Path(self.csv(cells)), NAMES, numbers)
            np.testing.assert_array_equal(values, [[1, np.nan, 1], [np.nan, 0, 2], [0.5, np.nan, np.nan], [1, np.nan, 3]])

    def test_written_and_read_again_keep_rows_of_one_value(self):
        rows = np.array([[1.5], [np.nan], [-np.inf], [2.0]])
        np.testing.assert_array_equal(written_and_read(rows), rows)


class WhatIsWritten(ImportTest):
    def test_tells_what_the_model_is_and_how_it_was_checked(self):
        model = named(HistGradientBoostingClassifier(max_iter=5, learning_rate=0.2).fit(MISSING, LABELS))
        path = self.write(model)
        self.assertEqual(self.run_import(path, "--features", self.csv(MISSING))[0], 0)
        onnx = (self.out / "r0b_a1.onnx").read_bytes()
        manifest = json.loads((self.out / "r0b_a1.json").read_text())
        self.assertEqual((manifest["name"], manifest["version"], manifest["features"]), ("r0b", "a1", NAMES))
        self.assertEqual(manifest["sha256"], hashlib.sha256(onnx).hexdigest())
        self.assertEqual(manifest["joblib"]["sha256"], hashlib.sha256(path.read_bytes()).hexdigest())
        self.assertEqual((manifest["classes"], manifest["takesMissing"]), ([0, 1], True))
        self.assertEqual(manifest["training"]["parameters"]["learning_rate"], 0.2)
        self.assertEqual((manifest["training"]["rows"], manifest["training"]["iterations"]), (300, 5))
        self.assertEqual(manifest["parity"]["rowsByKind"]["given"], 300)
        self.assertLess(manifest["parity"]["greatestDifference"], 1e-12)
        for name, share in zip(NAMES, np.isnan(MISSING).sum(axis=0) / 300):
            self.assertAlmostEqual(manifest["missing"][name], share)
        scores = model.predict_proba(MISSING)[:, 1]
        self.assertEqual(len(manifest["scores"]["edges"]), 11)
        self.assertAlmostEqual(manifest["scores"]["shares"][0], np.mean(scores < 0.1))
        self.assertAlmostEqual(sum(manifest["scores"]["shares"]), 1)
        self.assertEqual(len(manifest["sample"]), 100)

    def test_has_numbers_of_given_files_as_pandas_reads_them_or_exact_ones(self):
        model = named(HistGradientBoostingClassifier(max_iter=5).fit(MISSING, LABELS))
        for numbers, wanted in (("pandas", pd.read_csv(self.csv(MISSING)).to_numpy()), ("exact", MISSING)):
            given = self.csv(MISSING)
            arguments = [] if numbers == "pandas" else ["--numbers", numbers]
            self.assertEqual(self.run_import(self.write(model), "--features", given, *arguments)[0], 0)
            manifest = json.loads((self.out / "r0b_a1.json").read_text())
            self.assertEqual(manifest["numbers"], numbers)
            rows = {tuple(None if np.isnan(value) else value for value in row) for row in wanted.tolist()}
            self.assertTrue({tuple(row) for row in manifest["sample"]} <= rows, numbers)
            kinds = {"given", "made", "at splits"}
            read_back = {"made and read back", "at splits and read back"}
            self.assertEqual(set(manifest["parity"]["rowsByKind"]), kinds | (read_back if numbers == "pandas" else set()))
            (self.out / "r0b_a1.onnx").unlink()

    def test_has_quantiles_of_the_finite_values_of_each_feature(self):
        rows = np.column_stack([np.arange(200.0) % 100 + 1, np.full(200, 3.5), np.full(200, np.nan)])
        rows[:50, 1], rows[50:60, 1] = np.nan, np.inf
        model = named(HistGradientBoostingClassifier(max_iter=2).fit(MISSING, LABELS))
        self.assertEqual(self.run_import(self.write(model), "--features", self.csv(rows[::-1]))[0], 0)
        spread = json.loads((self.out / "r0b_a1.json").read_text())["spread"]
        levels = [0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1]
        self.assertEqual(spread["levels"], levels)
        # Each of 1 to 100 twice: of a hundred values the k-th is the quantile of k/100.
        hundredths = [max(1, round(100 * level)) for level in levels]
        self.assertEqual(spread["quantiles"], {"midpointMjdTai": hundredths, "snr": [3.5] * 11, "ixx": None})

    def test_has_a_sample_of_made_rows_where_no_file_is_given(self):
        self.assertEqual(self.run_import(self.write(a_forest()))[0], 0)
        sample = json.loads((self.out / "r0b_a1.json").read_text())["sample"]
        self.assertEqual((len(sample), len(sample[0])), (100, len(NAMES)))

    def test_says_nothing_of_shares_that_are_not_known(self):
        self.assertEqual(self.run_import(self.write(a_forest()))[0], 0)
        manifest = json.loads((self.out / "r0b_a1.json").read_text())
        self.assertNotIn("missing", manifest)
        self.assertNotIn("spread", manifest)
        self.assertNotIn("scores", manifest)

    def test_never_takes_the_place_of_a_model(self):
        path = self.write(a_forest())
        self.assertEqual(self.run_import(path)[0], 0)
        before = (self.out / "r0b_a1.onnx").read_bytes()
        code, said = self.run_import(path)
        self.assertEqual(code, 1)
        self.assertIn("is there already", said)
        self.assertEqual((self.out / "r0b_a1.onnx").read_bytes(), before)

    def test_gives_no_score_where_scikit_learn_refuses_a_row(self):
        """Not even where the step before would have clipped an infinite value."""
        model = named(GradientBoostingClassifier(n_estimators=2).fit(WHOLE, LABELS))
        self.assertEqual(self.run_import(self.write(model))[0], 0)
        session = open_session((self.out / "r0b_a1.onnx").read_bytes())
        rows = np.tile(WHOLE[0], (4, 1))
        rows[1, 0], rows[2, 1], rows[3, 2] = np.nan, np.inf, 1e39
        (probabilities,) = session.run(["probabilities"], {"X": rows})
        self.assertEqual(np.isnan(probabilities[:, 1]).tolist(), [False, True, True, True])


if __name__ == "__main__":
    unittest.main()
