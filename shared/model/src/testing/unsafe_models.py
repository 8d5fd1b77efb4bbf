"""Models that must not be taken, each as NAME.onnx with a manifest, into the folder of the first argument.

Of external-*.onnx a tensor lies in the file `secret` of the working folder; each hides it in another place of the model.
"""

import hashlib
import json
import sys
from pathlib import Path

from onnx import AttributeProto, ModelProto, SparseTensorProto, TensorProto, TrainingInfoProto, helper

OUT = Path(sys.argv[1])
OPSETS = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]


def tensor(name, values, dims, kind=TensorProto.DOUBLE):
    return helper.make_tensor(name, kind, dims, values)


def external(name="secret", dims=(1,)):
    found = TensorProto(name=name, data_type=TensorProto.DOUBLE, dims=dims, data_location=TensorProto.EXTERNAL)
    found.external_data.add(key="location", value="secret")
    return found


def tensor_attribute(name, kind, **values):
    return AttributeProto(name=name, type=kind, **values)


def model(nodes=(), initializers=(), functions=(), probability="half"):
    """Gives 0.5 for both classes of every row, whatever else is in it; `probability` names what is added to them."""
    graph = helper.make_graph(
        [
            *nodes,
            helper.make_node("MatMul", ["X", "none"], ["zero"]),
            helper.make_node("Add", ["zero", probability], ["P"]),
        ],
        "g",
        [helper.make_tensor_value_info("X", TensorProto.DOUBLE, [None, 1])],
        [helper.make_tensor_value_info("P", TensorProto.DOUBLE, [None, 2])],
        [tensor("none", [0.0, 0.0], [1, 2]), tensor("half", [0.5], [1]), *initializers],
    )
    return helper.make_model(graph, opset_imports=OPSETS, ir_version=8, functions=list(functions))


def graph_with(initializer):
    output = helper.make_tensor_value_info(initializer.name, TensorProto.DOUBLE, [1])
    return helper.make_graph([], "inner", [], [output], [initializer])


def constant(**attribute):
    return helper.make_node("Constant", [], ["half2"], **attribute)


def with_attribute(attribute):
    node = helper.make_node("Constant", [], ["other"])
    node.attribute.append(attribute)
    return model([node])


def sparse(values, indices):
    return SparseTensorProto(values=values, indices=indices, dims=[4])


def in_function():
    node = helper.make_node("Constant", [], ["y"], value=external())
    function = helper.make_function("own", "F", [], ["y"], [node], OPSETS)
    return model([helper.make_node("F", [], ["f"], domain="own")], functions=[function], probability="f")


def in_default_of_function():
    function = helper.make_function("own", "F", [], ["y"], [constant(value_float=1.0)], OPSETS)
    function.attribute_proto.append(tensor_attribute("t", AttributeProto.TENSOR, t=external()))
    return model(functions=[function])


def in_training():
    found = model()
    found.training_info.append(TrainingInfoProto(initialization=graph_with(external())))
    return found


def branch():
    flag = tensor("flag", [True], [], TensorProto.BOOL)
    node = helper.make_node(
        "If", ["flag"], ["f"], then_branch=graph_with(external()), else_branch=graph_with(tensor("e", [0.5], [1]))
    )
    return model([node], [flag], probability="f")


def undeclared():
    found = external()
    found.ClearField("data_location")
    return model(initializers=[found])


def endless():
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go"], ["go_on"]),
            helper.make_node("Identity", ["v"], ["w"]),
        ],
        "body",
        [
            helper.make_tensor_value_info("i", TensorProto.INT64, []),
            helper.make_tensor_value_info("go", TensorProto.BOOL, []),
            helper.make_tensor_value_info("v", TensorProto.DOUBLE, [1]),
        ],
        [
            helper.make_tensor_value_info("go_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("w", TensorProto.DOUBLE, [1]),
        ],
    )
    yes = tensor("yes", [True], [], TensorProto.BOOL)
    return model([helper.make_node("Loop", ["", "yes", "half"], ["f"], body=body)], [yes], probability="f")


def huge():
    """Wants 7.2 GB as it is loaded or run, and writes to all of them."""
    nodes = [
        helper.make_node("ConstantOfShape", ["shape"], ["ones"], value=tensor("one", [1.0], [1])),
        helper.make_node("ReduceMax", ["ones"], ["f"], keepdims=0),
    ]
    return model(nodes, [tensor("shape", [900_000_000], [1], TensorProto.INT64)], probability="f")


def growing():
    """Wants 2 kB for a row and 1.6 GB for a thousand: each row is held against each other, 200 times."""
    nodes = [
        helper.make_node("Transpose", ["X"], ["t"]),
        helper.make_node("MatMul", ["X", "t"], ["pairs"]),
        helper.make_node("Expand", ["pairs", "shape"], ["many"]),
        helper.make_node("ReduceMax", ["many"], ["most"], keepdims=0),
        helper.make_node("Add", ["most", "half"], ["f"]),
    ]
    return model(nodes, [tensor("shape", [200, 1, 1], [3], TensorProto.INT64)], probability="f")


def slow():
    """Half an hour of multiplications and more, in little memory: X is in them, so nothing is folded and kept while it loads."""
    nodes = [
        helper.make_node("ReduceMax", ["X"], ["x"], keepdims=0),
        helper.make_node("Expand", ["x", "shape"], ["m0"]),
    ]
    nodes += [helper.make_node("MatMul", [f"m{n}", f"m{n}"], [f"m{n + 1}"]) for n in range(5_000)]
    nodes += [helper.make_node("ReduceMax", ["m5000"], ["f"], keepdims=0)]
    return model(nodes, [tensor("shape", [2_000, 2_000], [2], TensorProto.INT64)], probability="f")


def nested(depth):
    """A graph within a graph, and so on."""
    inner = graph_with(tensor("e", [0.5], [1]))
    for _ in range(depth):
        node = helper.make_node("If", ["flag"], ["e"], then_branch=inner, else_branch=inner)
        output = helper.make_tensor_value_info("e", TensorProto.DOUBLE, [1])
        inner = helper.make_graph([node], "inner", [], [output])
        inner.node[0].attribute.pop()
    return with_attribute(AttributeProto(name="g", type=AttributeProto.GRAPH, g=inner))


TENSOR, TENSORS = AttributeProto.TENSOR, AttributeProto.TENSORS
SPARSE, SPARSES = AttributeProto.SPARSE_TENSOR, AttributeProto.SPARSE_TENSORS
plain, places = tensor("v", [1.0], [1]), tensor("i", [0], [1], TensorProto.INT64)

sparse_initializer = model()
sparse_initializer.graph.sparse_initializer.append(sparse(external(), places))

MODELS: dict[str, ModelProto] = {
    "sound": model(),
    "external-initializer": model(initializers=[external()], probability="secret"),
    "external-undeclared": undeclared(),
    "external-sparse-initializer": sparse_initializer,
    "external-constant": model([constant(value=external())], probability="half2"),
    "external-tensors": with_attribute(tensor_attribute("t", TENSORS, tensors=[plain, external()])),
    "external-sparse-attribute": with_attribute(tensor_attribute("s", SPARSE, sparse_tensor=sparse(external(), places))),
    "external-sparse-indices": with_attribute(
        tensor_attribute("s", SPARSES, sparse_tensors=[sparse(plain, external("i"))])
    ),
    "external-graphs": with_attribute(tensor_attribute("g", AttributeProto.GRAPHS, graphs=[graph_with(external())])),
    "external-branch": branch(),
    "external-function": in_function(),
    "external-function-default": in_default_of_function(),
    "external-training": in_training(),
    "endless": endless(),
    "huge": huge(),
    "growing": growing(),
    "slow": slow(),
    "deep": nested(25),
}

for name, proto in MODELS.items():
    content = proto.SerializeToString()
    (OUT / f"{name}.onnx").write_bytes(content)
    manifest = {
        "name": "r0b",
        "version": name[:16],
        "sha256": hashlib.sha256(content).hexdigest(),
        "features": ["psfFlux"],
        "classes": [0, 1],
        "input": "double",
        "created": "2026-03-01",
        "libraries": {},
        "training": {},
    }
    (OUT / f"{name}.json").write_text(json.dumps(manifest))
