"""Decision trees of scikit-learn in one form, and as operator TreeEnsemble of ai.onnx.ml 5.

skl2onnx 1.20 writes thresholds and leaves as float32, whatever the type of its input: a value between a threshold and
its rounded self then goes the other way. TreeEnsemble has them as doubles, so that the graph takes every branch as
scikit-learn does.
"""

from dataclasses import dataclass

import numpy as np
from onnx import TensorProto, numpy_helper

SUM = 1
BRANCH_LEQ = 0


@dataclass(frozen=True)
class Tree:
    """Nodes from 0, the root: an array element each. A row goes left where its feature is at most the threshold."""

    feature: np.ndarray
    threshold: np.ndarray
    missing_left: np.ndarray
    left: np.ndarray
    right: np.ndarray
    is_leaf: np.ndarray
    # What the leaf adds to the output `target` of the ensemble.
    value: np.ndarray
    target: int = 0


def attributes_of(trees: list[Tree], targets: int) -> dict:
    """The attributes of TreeEnsemble: inner nodes and leaves in two lists, each numbered over all trees."""
    inner = {name: [] for name in ("feature", "split", "missing", "left", "left_leaf", "right", "right_leaf")}
    leaves: list[float] = []
    leaf_targets: list[int] = []
    roots = []
    for tree in trees:
        roots.append(len(inner["feature"]))
        is_leaf = tree.is_leaf
        # Where each node of this tree stands in its list.
        place = np.where(is_leaf, len(leaves) + np.cumsum(is_leaf) - 1, roots[-1] + np.cumsum(~is_leaf) - 1)
        leaves.extend(tree.value[is_leaf].tolist())
        leaf_targets.extend([tree.target] * int(is_leaf.sum()))
        if is_leaf[0]:
            # A tree of one leaf is written as a node with that leaf on both sides.
            _append(inner, 0, 0.0, 0, (place[0], True), (place[0], True))
        for node in np.flatnonzero(~is_leaf):
            left, right = tree.left[node], tree.right[node]
            _append(
                inner,
                tree.feature[node],
                tree.threshold[node],
                tree.missing_left[node],
                (place[left], is_leaf[left]),
                (place[right], is_leaf[right]),
            )
    return {
        "n_targets": targets,
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
        "leaf_targetids": leaf_targets,
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
