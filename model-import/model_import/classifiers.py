"""The classifiers: what they sum up, and how that becomes probabilities."""

from dataclasses import dataclass

import numpy as np
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression

from model_import.graph import Graph
from model_import.refused import Refused
from model_import.trees import Tree, attributes_of


@dataclass(frozen=True)
class Classifier:
    """A classifier as sums over trees, or none.

    `rounds`: scikit-learn rounds the input of these trees to single precision before it compares with thresholds in
    double precision.
    """

    trees: list[Tree]
    rounds: bool


def classifier_of(model) -> Classifier:
    """The trees of a fitted classifier. Raises Refused where it is of a kind or has a form that is not supported."""
    if isinstance(model, HistGradientBoostingClassifier):
        return Classifier(_histogram_trees(model), rounds=False)
    if isinstance(model, GradientBoostingClassifier):
        return Classifier(_boosted_trees(model), rounds=True)
    if isinstance(model, (RandomForestClassifier, ExtraTreesClassifier)):
        return Classifier(_forest_trees(model), rounds=True)
    if isinstance(model, LogisticRegression):
        return Classifier([], rounds=False)
    raise Refused(
        f"it is a {type(model).__name__}; supported are HistGradientBoostingClassifier, GradientBoostingClassifier, "
        "RandomForestClassifier, ExtraTreesClassifier and LogisticRegression, alone or at the end of a Pipeline"
    )


def add_probabilities(graph: Graph, model, classifier: Classifier, table: str, name: str) -> str:
    """Appends the nodes from the classifier's input to its probabilities [rows, classes], which get the name."""
    if isinstance(model, LogisticRegression):
        return _add_logistic(graph, model, table, name)
    columns = len({tree.target for tree in classifier.trees})
    attributes = attributes_of(classifier.trees, columns)
    summed = graph.add("TreeEnsemble", [table], "trees", domain="ai.onnx.ml", **attributes)
    if isinstance(model, (RandomForestClassifier, ExtraTreesClassifier)):
        graph.constant("estimators", np.float64(len(model.estimators_)))
        mean = graph.add("Div", [summed, "estimators"], "of_one" if columns == 1 else name)
        return mean if columns > 1 else _add_both(graph, mean, name)
    graph.constant("baseline", _baseline(model).reshape(1, columns))
    log_odds = graph.add("Add", [summed, "baseline"], "log_odds")
    if isinstance(model, GradientBoostingClassifier) and model.loss == "exponential":
        log_odds = graph.add("Add", [log_odds, log_odds], "twice_log_odds")
    return _add_link(graph, log_odds, columns, name)


def _add_logistic(graph: Graph, model: LogisticRegression, table: str, name: str) -> str:
    if getattr(model, "multi_class", "auto") in ("ovr", "multinomial") or (
        len(model.classes_) > 2 and model.solver == "liblinear"
    ):
        raise Refused(
            "its LogisticRegression has multi_class set, or solver liblinear with more than two classes; train it "
            "without multi_class and with another solver"
        )
    graph.constant("coefficients", np.asarray(model.coef_, dtype=np.float64).T)
    graph.constant("intercept", np.asarray(model.intercept_, dtype=np.float64).reshape(1, -1))
    product = graph.add("MatMul", [table, "coefficients"], "product")
    return _add_link(graph, graph.add("Add", [product, "intercept"], "log_odds"), model.coef_.shape[0], name)


def _add_link(graph: Graph, log_odds: str, columns: int, name: str) -> str:
    if columns > 1:
        return graph.add("Softmax", [log_odds], name, axis=1)
    return _add_both(graph, graph.add("Sigmoid", [log_odds], "of_one"), name)


def _add_both(graph: Graph, of_one: str, name: str) -> str:
    of_zero = graph.add("Sub", [graph.constant("one", np.ones((1, 1))), of_one], "of_zero")
    return graph.add("Concat", [of_zero, of_one], name, axis=1)


def _histogram_trees(model: HistGradientBoostingClassifier) -> list[Tree]:
    if model.is_categorical_ is not None and np.any(model.is_categorical_):
        raise Refused(
            "it has categorical features, and a feature file has numbers only; train it with "
            "categorical_features=None, on codes or on one column for each category"
        )
    trees = []
    for iteration in model._predictors:
        for target, predictor in enumerate(iteration):
            nodes = predictor.nodes
            trees.append(
                Tree(
                    feature=nodes["feature_idx"],
                    threshold=nodes["num_threshold"],
                    missing_left=nodes["missing_go_to_left"],
                    left=nodes["left"],
                    right=nodes["right"],
                    is_leaf=nodes["is_leaf"].astype(bool),
                    value=nodes["value"],
                    target=target,
                )
            )
    return trees


def _boosted_trees(model: GradientBoostingClassifier) -> list[Tree]:
    return [
        _tree_of(estimator, model.learning_rate * estimator.tree_.value[:, 0, 0], target)
        for stage in model.estimators_
        for target, estimator in enumerate(stage)
    ]


def _forest_trees(model) -> list[Tree]:
    """For two classes the trees once, for the second class; for more, once for each class."""
    columns = [1] if len(model.classes_) == 2 else range(len(model.classes_))
    trees = []
    for estimator in model.estimators_:
        values = estimator.tree_.value[:, 0, :]
        shares = values / values.sum(axis=1, keepdims=True)
        trees.extend(_tree_of(estimator, shares[:, column], target) for target, column in enumerate(columns))
    return trees


def _tree_of(estimator, value: np.ndarray, target: int) -> Tree:
    tree = estimator.tree_
    # Before scikit-learn 1.3 these trees knew no missing values.
    missing_left = getattr(tree, "missing_go_to_left", np.zeros(tree.node_count, dtype=bool))
    return Tree(
        feature=tree.feature,
        threshold=tree.threshold,
        missing_left=missing_left,
        left=tree.children_left,
        right=tree.children_right,
        is_leaf=tree.children_left == -1,
        value=value,
        target=target,
    )


def _baseline(model) -> np.ndarray:
    """What the sum of the trees starts from, one for each column."""
    if isinstance(model, HistGradientBoostingClassifier):
        return np.asarray(model._baseline_prediction, dtype=np.float64).ravel()
    initial = model.init_
    constant = isinstance(initial, DummyClassifier) and initial.strategy in ("prior", "most_frequent", "constant")
    if initial != "zero" and not constant:
        raise Refused(
            f"its GradientBoostingClassifier starts from {initial}; train it with init=None (the shares of the "
            "classes) or init='zero'"
        )
    return np.asarray(model._raw_predict_init(np.zeros((1, model.n_features_in_))), dtype=np.float64).ravel()

