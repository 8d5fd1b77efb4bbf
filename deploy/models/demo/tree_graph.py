"""An ONNX graph of a fitted HistGradientBoostingClassifier of two classes, in double precision throughout.

skl2onnx 1.20 writes the thresholds and leaves of these trees as float32, whatever the type of its input: a value
between a threshold and its rounded self then goes the other way. Operator TreeEnsemble (ai.onnx.ml 5) has them as
doubles, so that the graph takes every branch as scikit-learn does. Inputs and outputs are named and shaped as
skl2onnx has them with `zipmap` off: X [rows, features]; label [rows], probabilities [rows, 2].
"""

import numpy as np
from onnx import ModelProto, TensorProto, checker, helper, numpy_helper

ONNX_VERSION = 21
TREES_VERSION = 5
IR_VERSION = 10

SUM = 1
BRANCH_LEQ = 0


def graph_of(model, features: list[str]) -> ModelProto:
    """The graph of `model`, whose input columns are `features` in that order."""
    zero_class, one_class = (int(label) for label in model.classes_)
    nodes = [
        helper.make_node("TreeEnsemble", ["X"], ["trees"], domain="ai.onnx.ml", **_trees(model)),
        helper.make_node("Add", ["trees", "baseline"], ["log_odds"]),
        helper.make_node("Sigmoid", ["log_odds"], ["of_one"]),
        helper.make_node("Sub", ["one", "of_one"], ["of_zero"]),
        helper.make_node("Concat", ["of_zero", "of_one"], ["probabilities"], axis=1),
        helper.make_node("ArgMax", ["probabilities"], ["likelier"], axis=1, keepdims=0),
        helper.make_node("Gather", ["classes", "likelier"], ["label"]),
    ]
    constants = {
        "baseline": np.asarray(model._baseline_prediction, dtype=np.float64).reshape(1, 1),
        "one": np.ones((1, 1)),
        "classes": np.array([zero_class, one_class], dtype=np.int64),
    }
    graph = helper.make_graph(
        nodes,
        "hist_gradient_boosting",
        [helper.make_tensor_value_info("X", TensorProto.DOUBLE, [None, len(features)])],
        [
            helper.make_tensor_value_info("label", TensorProto.INT64, [None]),
            helper.make_tensor_value_info("probabilities", TensorProto.DOUBLE, [None, 2]),
        ],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    opsets = [helper.make_opsetid("", ONNX_VERSION), helper.make_opsetid("ai.onnx.ml", TREES_VERSION)]
    proto = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
    checker.check_model(proto)
    return proto


def _trees(model) -> dict:
    """The attributes of TreeEnsemble: inner nodes and leaves in two lists, each numbered over all trees."""
    inner = {name: [] for name in ("feature", "split", "missing", "left", "left_leaf", "right", "right_leaf")}
    leaves: list[float] = []
    roots = []
    for (predictor,) in model._predictors:
        tree = predictor.nodes
        if tree["is_categorical"].any():
            raise ValueError("splits by category are not written")
        roots.append(len(inner["feature"]))
        is_leaf = tree["is_leaf"].astype(bool)
        # Where each node of this tree stands in its list.
        place = np.where(is_leaf, len(leaves) + np.cumsum(is_leaf) - 1, roots[-1] + np.cumsum(~is_leaf) - 1)
        leaves.extend(tree["value"][is_leaf].tolist())
        if is_leaf[0]:
            # A tree of one leaf is written as a node with that leaf on both sides.
            _append(inner, 0, 0.0, 0, (place[0], True), (place[0], True))
        for node in tree[~is_leaf]:
            left, right = int(node["left"]), int(node["right"])
            _append(
                inner,
                node["feature_idx"],
                node["num_threshold"],
                node["missing_go_to_left"],
                (place[left], is_leaf[left]),
                (place[right], is_leaf[right]),
            )
    return {
        "n_targets": 1,
        "aggregate_function": SUM,
        "tree_roots": roots,
        "nodes_modes": _tensor([BRANCH_LEQ] * len(inner["feature"]), np.uint8),
        "nodes_featureids": inner["feature"],
        "nodes_splits": _tensor(inner["split"], np.float64),
        "nodes_missing_value_tracks_true": inner["missing"],
        "nodes_truenodeids": inner["left"],
        "nodes_trueleafs": inner["left_leaf"],
        "nodes_falsenodeids": inner["right"],
        "nodes_falseleafs": inner["right_leaf"],
        "leaf_targetids": [0] * len(leaves),
        "leaf_weights": _tensor(leaves, np.float64),
    }


def _append(inner: dict, feature, split, missing_left, left: tuple, right: tuple) -> None:
    inner["feature"].append(int(feature))
    inner["split"].append(float(split))
    inner["missing"].append(int(missing_left))
    inner["left"].append(int(left[0]))
    inner["left_leaf"].append(int(left[1]))
    inner["right"].append(int(right[0]))
    inner["right_leaf"].append(int(right[1]))


def _tensor(values: list, dtype) -> TensorProto:
    return numpy_helper.from_array(np.array(values, dtype=dtype))
