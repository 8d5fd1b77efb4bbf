"""Reads a joblib file without running what is in it.

A pickle may name any function of any library and have it called. This one may name only what a supported model is
made of, name by name: functions of numpy and scikit-learn can run programs and write files too.
"""

import bz2
import gzip
import io
import lzma
import pickletools
import re
import warnings
import zlib

import sklearn
from joblib.numpy_pickle import NumpyUnpickler
from sklearn.base import BaseEstimator
from sklearn.exceptions import InconsistentVersionWarning

from model_import.refused import Refused
from model_import.training_only import forget_training, is_training_only, stand_in_for, stand_in_left

MODELS = [
    "HistGradientBoostingClassifier",
    "GradientBoostingClassifier",
    "RandomForestClassifier",
    "ExtraTreesClassifier",
    "LogisticRegression",
    "Pipeline",
    "SimpleImputer",
    "StandardScaler",
    "MinMaxScaler",
    "RobustScaler",
]
PARTS_OF_MODELS = [
    "MissingIndicator",
    "DummyClassifier",
    "LabelEncoder",
    "DecisionTreeClassifier",
    "DecisionTreeRegressor",
    "ExtraTreeClassifier",
    "Tree",
    "TreePredictor",
    "_BinMapper",
    "HalfBinomialLoss",
    "HalfMultinomialLoss",
    "ExponentialLoss",
    "CyHalfBinomialLoss",
    "CyHalfMultinomialLoss",
    "CyExponentialLoss",
    "__pyx_unpickle_CyHalfBinomialLoss",
    "__pyx_unpickle_CyHalfMultinomialLoss",
    "__pyx_unpickle_CyExponentialLoss",
    "Interval",
    "LogitLink",
    "HalfLogitLink",
    "MultinomialLogit",
    # Before scikit-learn 1.4.
    "BinomialDeviance",
    "MultinomialDeviance",
]
SCIKIT_LEARN = {*MODELS, *PARTS_OF_MODELS}
OTHERS = {
    "builtins": {"set", "frozenset"},
    "joblib.numpy_pickle": {"NumpyArrayWrapper"},
    "numpy": {"dtype", "ndarray"},
    # numpy 2 renamed numpy.core.
    "numpy._core.multiarray": {"_reconstruct", "scalar"},
    "numpy.core.multiarray": {"_reconstruct", "scalar"},
    "numpy._core.numeric": {"_frombuffer"},
    "numpy.core.numeric": {"_frombuffer"},
    "numpy.random._pickle": {"__randomstate_ctor", "__generator_ctor", "__bit_generator_ctor"},
    "numpy.random._mt19937": {"MT19937"},
    "numpy.random._pcg64": {"PCG64"},
    "numpy.random.bit_generator": {"SeedSequence", "__pyx_unpickle_SeedSequence"},
}

# How a pickle begins that holds one of these.
CONTAINERS = {"EMPTY_DICT": "dict", "EMPTY_LIST": "list"}

# The key of an estimator's state and the head of the text behind it (pickle's BINUNICODE or SHORT_BINUNICODE).
VERSION_KEY = re.compile(rb"_sklearn_version(?:\x94|q.|r....)?(?:\x8c(?P<short>.)|X(?P<long>....))", re.DOTALL)


def read_model(content: bytes):
    """The estimator in a joblib file.

    Raises Refused where the file names anything that no supported model needs, where another version of
    scikit-learn wrote it, and where it is no such file.
    """
    pickled = _decompressed(content)
    _check_holds_no_container(pickled)
    _check_version(pickled)
    with warnings.catch_warnings():
        warnings.simplefilter("error", InconsistentVersionWarning)
        try:
            model = _Unpickler(pickled).load()
        except Refused:
            raise
        except InconsistentVersionWarning as warning:
            raise _other_version(warning.original_sklearn_version) from warning
        except Exception as error:
            raise Refused(f"it cannot be read as a joblib file: {error or type(error).__name__}") from error
    if not isinstance(model, BaseEstimator):
        raise _no_model(type(model).__name__)
    forget_training(model)
    left = stand_in_left(model)
    if left is not None:
        raise _not_supported(left)
    return model


class _Unpickler(NumpyUnpickler):
    def __init__(self, pickled: bytes):
        super().__init__("", io.BytesIO(pickled), ensure_native_byte_order=True)

    def find_class(self, module: str, name: str):
        # scikit-learn 1.4 to 1.6 call their compiled losses `_loss`.
        of_scikit_learn = (module == "_loss" or module.startswith("sklearn.")) and name in SCIKIT_LEARN
        if of_scikit_learn or name in OTHERS.get(module, ()):
            return super().find_class(module, name)
        if is_training_only(module, name):
            return stand_in_for(module, name)
        raise _not_supported(f"{module}.{name}")


def _not_supported(name: str) -> Refused:
    return Refused(
        f"it names {name}, which no supported model needs, so nothing of it was run. Supported are "
        f"{', '.join(MODELS)}, without categorical features"
    )


def _decompressed(content: bytes) -> bytes:
    """What joblib.dump(compress=...) made, as it was before; the first bytes tell how."""
    try:
        if content.startswith(b"\x1f\x8b"):
            return gzip.decompress(content)
        if content.startswith((b"x\x01", b"x\x5e", b"x\x9c", b"x\xda")):
            return zlib.decompress(content)
        if content.startswith(b"BZh"):
            return bz2.decompress(content)
        if content.startswith((b"\xfd7zXZ", b"\x5d\x00")):
            return lzma.decompress(content)
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise Refused(f"it is compressed, and its bytes are damaged: {error}") from error
    return content


def _check_holds_no_container(pickled: bytes) -> None:
    """Said before all else: what lies in a dict beside the model is often of a kind that is refused by its name."""
    try:
        first = next(code.name for code, _, _ in pickletools.genops(pickled) if code.name not in ("PROTO", "FRAME"))
    except (ValueError, StopIteration):
        # It is no pickle, which reading it says.
        return
    if first in CONTAINERS:
        raise _no_model(CONTAINERS[first])


def _no_model(kind: str) -> Refused:
    return Refused(
        f"it holds a {kind}, not a model. Load it where you trust it and dump the model alone: "
        "joblib.dump(MODEL, FILE)"
    )


def _check_version(pickled: bytes) -> None:
    """Another version is told before unpickling, which often fails in a way that says nothing of versions."""
    for key in VERSION_KEY.finditer(pickled):
        length = int.from_bytes(key["short"] or key["long"], "little")
        version = pickled[key.end() : key.end() + length].decode("ascii", "replace")
        if version != sklearn.__version__:
            raise _other_version(version)


def _other_version(version: str) -> Refused:
    return Refused(
        f"scikit-learn {version} wrote it, and this is scikit-learn {sklearn.__version__}, which may read it as "
        f"another model. Import it with the version that wrote it: --scikit-learn {version}"
    )
