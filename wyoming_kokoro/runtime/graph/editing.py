"""An ONNX graph under edit: who makes a tensor, who reads it, what is constant."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, helper, numpy_helper

Array = NDArray[Any]

PREFIX = "prepared_"
"""Of every tensor and node that is made here."""


class Graph:
    """The nodes of a model, as copies. New ones go anywhere; `tidy` puts all in order and drops what nobody needs."""

    def __init__(self, model: ModelProto) -> None:
        self._model = model
        self.inputs = {value.name: value for value in model.graph.input}
        self.outputs = [value.name for value in model.graph.output]
        self.initializers = {tensor.name: tensor for tensor in model.graph.initializer}
        self.nodes = [_copy(node) for node in model.graph.node]
        self._shared: dict[tuple[Any, ...], str] = {}
        self._count = _last_number(model)
        self.maker: dict[str, NodeProto] = {}
        """Tensor -> the node that makes it."""
        self.users: dict[str, list[NodeProto]] = {}
        """Tensor -> the nodes that read it."""
        self.fold_constants()
        self.tidy()

    @property
    def opset(self) -> int:
        return max(int(entry.version) for entry in self._model.opset_import if entry.domain in ("", "ai.onnx"))

    @property
    def precision(self) -> np.dtype[Any]:
        """Of most weights: float32 or float16."""
        sizes: Counter[int] = Counter()
        for tensor in self.initializers.values():
            sizes[tensor.data_type] += int(np.prod(tensor.dims))
        half, full = sizes[TensorProto.FLOAT16], sizes[TensorProto.FLOAT]
        return np.dtype(np.float16 if half > full else np.float32)

    def _index(self) -> None:
        self.maker = {name: node for node in self.nodes for name in node.output if name}
        self.users = defaultdict(list)
        for node in self.nodes:
            for name in set(reads(node)):
                self.users[name].append(node)

    def of_type(self, *kinds: str) -> list[NodeProto]:
        return [node for node in self.nodes if node.op_type in kinds]

    def value(self, name: str) -> Array | None:
        """Of a constant; None for what is computed."""
        tensor = self.initializers.get(name)
        return None if tensor is None else numpy_helper.to_array(tensor)

    def scalar(self, name: str) -> float | None:
        """Of a constant with one element."""
        value = self.value(name)
        return float(value.reshape(-1)[0]) if value is not None and value.size == 1 else None

    def made_by(self, name: str, kind: str) -> NodeProto | None:
        """The node that makes the tensor, if it is of this kind."""
        node = self.maker.get(name)
        return node if node is not None and node.op_type == kind else None

    def only_user(self, name: str, kind: str) -> NodeProto | None:
        """The one node that reads the tensor, if it is of this kind and the tensor is no output of the model."""
        users = self.users[name]
        return users[0] if len(users) == 1 and users[0].op_type == kind and name not in self.outputs else None

    def merged(self, name: str) -> str | None:
        """What becomes of [a, b, c, d] whose middle axes are swapped and then put together, if that is all of it."""
        swapped = self.only_user(name, "Transpose")
        if swapped is None or list(attributes(swapped)["perm"]) != [0, 2, 1, 3]:
            return None
        merged = self.only_user(swapped.output[0], "Reshape")
        return merged.output[0] if merged is not None else None

    def constant(self, value: Array) -> str:
        """The name of an initializer with this value, one for all that are equal."""
        digest = hashlib.blake2b(value.tobytes(), digest_size=16).digest()
        key = (value.dtype.str, value.shape, digest)
        if key not in self._shared:
            self._shared[key] = name = self._new("constant")
            self.initializers[name] = numpy_helper.from_array(value, name)
        return self._shared[key]

    def integers(self, *values: int) -> str:
        """An int64 vector."""
        return self.constant(np.array(values, np.int64))

    def add(self, kind: str, inputs: list[str], output: str = "", domain: str = "", **attributes: Any) -> str:
        """A new node with one output, whose name it returns."""
        name = output or self._new(kind.lower())
        node = helper.make_node(kind, inputs, [name], name=self._new("node"), domain=domain, **attributes)
        self._enter(node)
        return name

    def split(self, name: str, sizes: list[int], axis: int) -> list[str]:
        outputs = [self._new("part") for _ in sizes]
        inputs = [name, self.integers(*sizes)]
        self._enter(helper.make_node("Split", inputs, outputs, name=self._new("node"), axis=axis))
        return outputs

    def set_input(self, node: NodeProto, position: int, name: str) -> None:
        """ "" for an optional input that is left out; those at the end go."""
        old = node.input[position]
        node.input[position] = name
        while node.input and not node.input[-1]:
            del node.input[-1]
        self.users[old] = [user for user in self.users[old] if user is not node or old in node.input]
        if name and all(user is not node for user in self.users[name]):
            self.users[name].append(node)

    def inline(self, node: NodeProto, branch: GraphProto) -> None:
        """Puts a subgraph that takes no inputs into the place of the node that holds it."""
        for tensor in branch.initializer:
            self.initializers[tensor.name] = tensor
        self.nodes += [_copy(child) for child in branch.node]
        self.nodes.remove(node)
        self._index()
        for old, new in zip(node.output, branch.output, strict=True):
            self.redirect(old, new.name)
        self.fold_constants()

    def redirect(self, old: str, new: str) -> None:
        """Whoever reads the tensor `old` reads `new` from now on."""
        if old in self.outputs:  # an output keeps its name
            if maker := self.maker.get(old):
                maker.output[list(maker.output).index(old)] = self._new("unused")
            self.add("Identity", [new], output=old)
        for node in self.users.pop(old, []):
            _rename(node, old, new)
            if all(user is not node for user in self.users[new]):
                self.users[new].append(node)

    def tidy(self) -> None:
        """Drops the nodes that no output needs, and puts the others in order, each behind those it reads from."""
        order: list[NodeProto] = []
        seen: set[int] = set()
        stack = [(self.maker[name], False) for name in reversed(self.outputs) if name in self.maker]
        while stack:
            node, is_done = stack.pop()
            if is_done:
                order.append(node)
            elif id(node) not in seen:
                seen.add(id(node))
                stack.append((node, True))
                makers = (self.maker.get(name) for name in reversed(list(reads(node))))
                stack += [(maker, False) for maker in makers if maker is not None and id(maker) not in seen]
        self.nodes = order
        self._index()

    def model(self) -> ModelProto:
        """The edited model, with the initializers that are needed."""
        self.tidy()
        graph = self._model.graph
        needed = {name for node in self.nodes for name in reads(node)}
        made = helper.make_graph(
            self.nodes,
            graph.name,
            list(graph.input),
            list(graph.output),
            [tensor for name, tensor in self.initializers.items() if name in needed],
        )
        opsets = {entry.domain: entry.version for entry in self._model.opset_import}
        if any(node.domain == MICROSOFT for node in self.nodes):
            opsets[MICROSOFT] = 1
        imports = [helper.make_opsetid(domain, version) for domain, version in opsets.items()]
        model = helper.make_model(made, opset_imports=imports, ir_version=self._model.ir_version)
        model.metadata_props.extend(self._model.metadata_props)  # such as the vocabulary
        model.functions.extend(self._model.functions)
        return model

    def fold_constants(self) -> None:
        """Constant nodes become initializers, Identity nodes go."""
        self._index()
        for node in self.of_type("Constant"):
            attribute = node.attribute[0]
            if attribute.name == "value":
                self.initializers[node.output[0]] = numpy_helper.from_array(
                    numpy_helper.to_array(attribute.t), node.output[0]
                )
        for node in self.of_type("Identity"):
            if node.output[0] not in self.outputs:
                self.redirect(node.output[0], node.input[0])
        self.nodes = [
            node for node in self.nodes if node.op_type != "Constant" or node.output[0] not in self.initializers
        ]
        self._index()

    def _enter(self, node: NodeProto) -> None:
        self.nodes.append(node)
        for name in node.output:
            self.maker[name] = node
        for name in set(reads(node)):
            self.users[name].append(node)

    def _new(self, stem: str) -> str:
        self._count += 1
        return f"{PREFIX}{stem}_{self._count}"


MICROSOFT = "com.microsoft"
"""The domain of ONNX Runtime's own operators."""


def attributes(node: NodeProto) -> dict[str, Any]:
    return {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}


def reads(node: NodeProto) -> Iterator[str]:
    """The tensors that a node reads, those that its subgraphs take from outside included."""
    yield from filter(None, node.input)
    for subgraph in subgraphs(node):
        inner = {value.name for value in subgraph.input} | {tensor.name for tensor in subgraph.initializer}
        inner |= {name for child in subgraph.node for name in child.output}
        yield from (name for child in subgraph.node for name in reads(child) if name not in inner)


def subgraphs(node: NodeProto) -> list[GraphProto]:
    return [attribute.g for attribute in node.attribute if attribute.type == AttributeProto.GRAPH]


def _rename(node: NodeProto, old: str, new: str) -> None:
    for i, name in enumerate(node.input):
        if name == old:
            node.input[i] = new
    for subgraph in subgraphs(node):
        for child in subgraph.node:
            _rename(child, old, new)


def _copy(node: NodeProto) -> NodeProto:
    copy = NodeProto()
    copy.CopyFrom(node)
    return copy


def _last_number(model: ModelProto) -> int:
    """Of the names that were given here before."""
    names = [name for node in model.graph.node for name in (node.name, *node.output)]
    names += [tensor.name for tensor in model.graph.initializer]
    numbers = [name.rpartition("_")[2] for name in names if name.startswith(PREFIX)]
    return max(map(int, numbers), default=0)
