"""The texts of an exported graph: each is a plain name, or of a kind that is looked at by its own rule."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from genesis_flow.domain.values.text import shown

#: Names of nodes, tensors and parameters. Python code is made of them, so nothing else than names may be in them.
_NAME: Final = re.compile(r"[A-Za-z0-9_.]{0,512}")
_VERSION: Final = re.compile(r"[A-Za-z0-9_.+-]{0,64}")

_ATEN: Final = re.compile(r"torch\.ops\.aten\.([A-Za-z0-9_]+)\.[A-Za-z0-9_]+")
_FOREIGN: Final = frozenset({"from_file", "set_", "set", "resize", "resize_", "resize_as_", "set_data", "data"})


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Functions of PyTorch that are not meant for its users, but that graphs are made of.
_PRIVATE: Final = _words(
    "_adaptive_avg_pool2d _adaptive_avg_pool3d _assert_async _assert_scalar _assert_tensor_metadata _cdist_forward "
    "_convolution _fused_rms_norm _log_softmax _native_batch_norm_legit _native_batch_norm_legit_no_training "
    "_native_multi_head_attention _pdist_forward _scaled_dot_product_attention_math "
    "_scaled_dot_product_flash_attention_for_cpu _softmax _thnn_fused_gru_cell _thnn_fused_lstm_cell _to_copy "
    "_transformer_encoder_layer_fwd _trilinear _unsafe_view _weight_norm _weight_norm_interface"
)

_TARGETS: Final = _words(
    "_operator.add _operator.and_ _operator.eq _operator.floordiv _operator.ge _operator.getitem _operator.gt "
    "_operator.le _operator.lt _operator.mod _operator.mul _operator.ne _operator.neg _operator.not_ _operator.or_ "
    "_operator.pow _operator.sub _operator.truediv math.ceil math.floor math.sqrt math.trunc torch.sym_float "
    "torch.sym_int torch.sym_ite torch.sym_max torch.sym_min torch.sym_not torch.sym_sqrt torch.sym_sum "
    "torch.ops.higher_order.cond torch.ops.higher_order.wrap_with_autocast "
    "torch.ops.higher_order.wrap_with_set_grad_enabled"
)

#: What functions are told by a word.
_WORDS: Final = _words(
    "amax amin bicubic bilinear border circular complete constant cpu cuda einsum floor ij left linear mean mps "
    "nearest none prod reduced reflect reflection replicate right sum tanh trunc xy zeros"
)
_EINSUM: Final = re.compile(r"[A-Za-z,.\s]{1,200}(?:->[A-Za-z.\s]{0,100})?")

_FUNCTIONS: Final = _words(
    "Abs Add And CeilDiv CeilToInt CleanDiv Eq Equality Float FloatTrueDiv FloorDiv FloorToInt Ge GreaterThan Gt "
    "Identity IntTrueDiv Integer IsNonOverlappingAndDenseIndicator Le LessThan Lt Max Min Mod ModularIndexing Mul Ne "
    "Not Or Piecewise PythonMod Rational RoundDecimal RoundToInt StrictGreaterThan StrictLessThan Symbol ToFloat "
    "TruncToFloat TruncToInt Unequality Where ceiling floor"
)
_VALUES: Final = frozenset({"true", "false", "oo", "int_oo"})
_SYMBOL: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")

_DIALECTS: Final[tuple[list[str], ...]] = (["TRAINING"], ["ATEN"], [])

_CONTAINERS: Final = frozenset({None, "builtins.tuple", "builtins.list", "builtins.dict", "collections.OrderedDict"})


def require_program(program: Any) -> Any:
    """
    The graph without what only says where it came from, if nothing in it can run code.

    Raises:
        ValueError: A text in it could; the message says which.
        KeyError, TypeError, AttributeError: It is no graph.
    """
    program["guards_code"] = []  # code that only compares shapes, and would be executed
    module = program["graph_module"]
    if module.get("treespec_namedtuple_fields") or program.get("verifiers") not in _DIALECTS:
        raise ValueError("it has named tuples, or is of an unknown dialect")
    return _walked(program, "")


def _walked(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        if "target" in value:
            _require_target(value["target"], value)
            value = {**value, "metadata": {}}
        if value.get("custom_obj_values") or "as_custom_obj" in value or "custom_obj" in value:
            raise ValueError("it holds objects of other kinds than tensors")
        for name in value:
            _require_name(name)
        return {name: _walked(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [_walked(each, key) for each in value]
    if isinstance(value, str):
        _RULES.get(key, _require_name)(value)
    return value


def _require_name(text: str) -> None:
    # Tensors are set as attributes by these names, which must not replace what Python itself looks up.
    if not _NAME.fullmatch(text) or any(part[:2] == "__" == part[-2:] for part in text.split(".")):
        raise ValueError(f"its graph holds the text {shown(text)}, which is no name")


def _require_version(text: str) -> None:
    if not _VERSION.fullmatch(text):
        raise ValueError(f"its graph holds the text {shown(text)}, which is no version")


def _require_target(text: Any, node: Mapping[str, Any] | None = None) -> None:
    match = _ATEN.fullmatch(text) if isinstance(text, str) else None
    known = match is not None and match[1] not in _FOREIGN and (not match[1].startswith("_") or match[1] in _PRIVATE)
    if not known and text not in _TARGETS and text != "":
        raise ValueError(f"its graph calls {shown(text)}")


def _require_word(text: str) -> None:
    if text not in _WORDS and not _EINSUM.fullmatch(text):
        raise ValueError(f"its graph passes the text {shown(text)} to a function")


def _require_expression(text: str) -> None:
    """See that an expression of sizes is made of numbers, symbols, and functions of them."""
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise ValueError(f"it computes a size by {shown(text)}") from None
    if len(text) > 10_000 or not _is_arithmetic(tree.body):
        raise ValueError(f"it computes a size by {shown(text)}")


def _is_arithmetic(node: ast.AST) -> bool:
    match node:
        case ast.Constant(value=bool() | int() | float()):
            return len(ast.unparse(node)) <= 64
        case ast.Name(id=name):
            return name in _VALUES or (_SYMBOL.fullmatch(name) is not None and name[0] in "suz" and name[1:].isdigit())
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _is_arithmetic(operand)
        case ast.Call(func=ast.Name(id="Symbol"), args=[ast.Constant(value=str() as name)], keywords=keywords):
            return _SYMBOL.fullmatch(name) is not None and all(map(_is_flag, keywords))
        case ast.Call(func=ast.Name(id="Float"), args=[ast.Constant(value=str() as number)], keywords=keywords):
            return re.fullmatch(r"-?[0-9.e+-]{1,64}", number) is not None and all(map(_is_flag, keywords))
        case ast.Call(func=ast.Name(id="Pow" | "PowByNatural" | "FloatPow"), args=[base, power], keywords=[]):
            return _is_arithmetic(base) and re.fullmatch(r"(?:Integer\()?-?[0-9]\)?", ast.unparse(power)) is not None
        case ast.Call(func=ast.Name(id="Pow" | "PowByNatural" | "FloatPow")):
            return False  # whose result may not fit into memory
        case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords):
            return name in _FUNCTIONS and all(map(_is_arithmetic, args)) and all(map(_is_flag, keywords))
        case ast.Tuple(elts=items):
            return all(map(_is_arithmetic, items))
    return False


def _is_flag(keyword: ast.keyword) -> bool:
    is_known = keyword.arg in ("positive", "integer", "nonnegative", "finite", "real", "evaluate", "precision")
    return is_known and isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, bool | int)


def _require_tree(text: str) -> None:
    """See that a description of containers names containers only."""
    content = json.loads(text)
    if not isinstance(content, list) or len(content) != 2 or content[0] != 1:
        raise ValueError("its graph has containers of an unknown kind")
    _require_container(content[1])


def _require_container(spec: Any) -> None:
    kind, context = spec["type"], spec["context"]
    names = json.loads(context) if isinstance(context, str) else context
    is_plain = names is None or (isinstance(names, list) and all(type(each) in (str, int) for each in names))
    if kind not in _CONTAINERS or not is_plain:
        raise ValueError(f"its graph takes or gives {shown(kind)}, which is no plain container")
    for each in spec["children_spec"]:
        _require_container(each)


_RULES: Final[Mapping[str, Callable[[str], None]]] = {
    "as_operator": _require_target,
    "as_string": _require_word,
    "as_strings": _require_word,
    "expr_str": _require_expression,
    "in_spec": _require_tree,
    "out_spec": _require_tree,
    "target": _require_target,
    "torch_version": _require_version,
}
