"""An ONNX graph, put together node by node, in double precision throughout."""

import numpy as np
from onnx import ModelProto, TensorProto, checker, helper, numpy_helper

ONNX_VERSION = 21
# The first with TreeEnsemble, which has thresholds and leaves as doubles.
TREES_VERSION = 5
IR_VERSION = 10


class Graph:
    """Nodes in the order in which they run, and constants. The input is `X`, doubles, [rows, features]."""

    def __init__(self) -> None:
        self._nodes = []
        self._constants = {}

    def constant(self, name: str, value) -> str:
        self._constants[name] = np.asarray(value)
        return name

    def add(self, operator: str, inputs: list[str], output: str, domain: str = "", **attributes) -> str:
        """Appends a node. Returns the name of its output."""
        self._nodes.append(helper.make_node(operator, inputs, [output], domain=domain, **attributes))
        return output

    def classifier(self, name: str, features: int, probabilities: str, classes: list[int]) -> ModelProto:
        """The model, with inputs and outputs as those of skl2onnx with `zipmap` off.

        X [rows, features]; label [rows], probabilities [rows, classes].

        `probabilities` names the output of a node.
        """
        self.add("ArgMax", [probabilities], "likelier", axis=1, keepdims=0)
        self.add("Gather", [self.constant("classes", np.array(classes, dtype=np.int64)), "likelier"], "label")
        graph = helper.make_graph(
            self._nodes,
            name,
            [helper.make_tensor_value_info("X", TensorProto.DOUBLE, [None, features])],
            [
                helper.make_tensor_value_info("label", TensorProto.INT64, [None]),
                helper.make_tensor_value_info(probabilities, TensorProto.DOUBLE, [None, len(classes)]),
            ],
            [numpy_helper.from_array(value, name) for name, value in self._constants.items()],
        )
        opsets = [helper.make_opsetid("", ONNX_VERSION), helper.make_opsetid("ai.onnx.ml", TREES_VERSION)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
        checker.check_model(model)
        return model
