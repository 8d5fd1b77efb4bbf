"""Images of many kinds, with the limits that astropy's ZScaleInterval finds for them."""

import json
import sys

import numpy
from astropy.visualization import ZScaleInterval

random = numpy.random.default_rng(7)


def star(side, peak, noise):
    y, x = numpy.mgrid[:side, :side] - (side - 1) / 2
    return peak * numpy.exp(-(x**2 + y**2) / 8) + random.normal(scale=noise, size=(side, side))


def images():
    yield "noise", random.normal(100, 12, (30, 30))
    yield "star", star(30, 2000, 10)
    yield "hole", star(31, -500, 10)
    yield "gradient", numpy.add.outer(numpy.arange(40.0), 3 * numpy.arange(25.0))
    yield "large", star(150, 30000, 5)
    yield "just above the samples", random.normal(size=(27, 75))
    yield "three fifths of two levels", numpy.repeat([0.0, 1.0], [360, 540]).reshape(30, 30) + random.normal(scale=1e-3, size=(30, 30))
    yield "constant", numpy.full((30, 30), 3.25)
    yield "one pixel", numpy.array([[-2.0]])
    yield "four pixels", random.normal(size=(2, 2))
    yield "five pixels", random.normal(size=(1, 5))
    yield "huge values", random.normal(size=(30, 30)) * 1e200
    outliers = random.normal(size=(30, 30))
    outliers[::3] = 1e6
    yield "outliers", outliers
    lost = star(30, 800, 4)
    lost[:9, :] = numpy.nan
    lost[9, 3:5] = numpy.inf, -numpy.inf
    yield "pixels without a value", lost


json.dump(
    [
        {"name": name, "pixels": [str(value) for value in pixels.ravel().tolist()], "limits": [float(each) for each in ZScaleInterval().get_limits(pixels)]}
        for name, pixels in images()
    ],
    sys.stdout,
)
