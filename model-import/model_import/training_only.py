"""What a model remembers of its training and does not need for scores: how its early stopping, or its forest, was scored.

scikit-learn pickles that with functions of sklearn.metrics and a bound method, of which some run what they are given. A
stand-in that does nothing takes the place of each, and none may be left in the model.
"""

import io
import pickle

from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

# What a HistGradientBoostingClassifier keeps of its early stopping.
LEFT_BY_TRAINING = ("_scorer", "_raw_predict")
# Parameters that may be a scorer.
SCORERS = ("scoring", "oob_score")


class StandIn:
    """Is made of anything, takes any state, and keeps nothing. `stands_for` is the name that the file has."""

    stands_for = ""

    def __init__(self, *_):
        pass

    def __setstate__(self, _):
        pass


def is_training_only(module: str, name: str) -> bool:
    """Whether a name in a pickle is one of those with which scorers are pickled."""
    of_scorers = module.startswith("sklearn.metrics.") or module == "sklearn.utils._metadata_requests"
    return of_scorers or (module, name) == ("builtins", "getattr")


def stand_in_for(module: str, name: str) -> type[StandIn]:
    return type(name, (StandIn,), {"stands_for": f"{module}.{name}"})


def forget_training(model: BaseEstimator) -> None:
    """Removes the stand-ins from where they may be; a parameter is the scorer's name instead."""
    for step in [step for _, step in model.steps] if isinstance(model, Pipeline) else [model]:
        for name in LEFT_BY_TRAINING:
            vars(step).pop(name, None)
        for name in SCORERS:
            value = vars(step).get(name)
            if _is_stand_in(value):
                setattr(step, name, value.stands_for)


def stand_in_left(model: BaseEstimator) -> str | None:
    """What a stand-in stands for that is somewhere in the model; None if there is no stand-in."""
    finder = _Finder(io.BytesIO())
    finder.dump(model)
    return finder.found


class _Finder(pickle.Pickler):
    """Pickling passes by everything in an object; a stand-in is noted, and not looked into."""

    found: str | None = None

    def persistent_id(self, value):
        if not _is_stand_in(value):
            return None
        self.found = self.found or value.stands_for
        return value.stands_for


def _is_stand_in(value) -> bool:
    return isinstance(value, StandIn) or (isinstance(value, type) and issubclass(value, StandIn))
