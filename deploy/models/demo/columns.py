"""The columns of the feature file that the demonstration model takes, in the order of its input.

All are measured on the latest source or counted over the light curve, and all have values in real Lasair data, if
not in every row. Left out on purpose: ids, dates, positions and what hangs on them (ebv), from which the trees would
learn the simulation instead.
"""

FLUXES = ["psfFlux", "psfFluxErr", "apFlux", "apFluxErr", "snr", "scienceFlux", "templateFlux", "templateFluxErr"]
FITS = ["psfChi2", "psfNdata", "bboxSize", "raErr", "decErr", "xErr", "yErr", "reliability", "extendedness"]
SHAPES = ["ixx", "iyy", "ixy", "ixxPSF", "iyyPSF", "ixyPSF", "trailFlux", "trailFluxErr", "trailLength"]
DIPOLES = ["dipoleLength", "dipoleChi2", "dipoleMeanFlux", "dipoleFluxDiff", "dipoleNdata"]
SURROUNDINGS = ["x", "y", "separationArcsec"]
HISTORY = ["nDiaSources", "deltaDiaSourceMjdTai", "N_above_22", "N_above_21", "N_above_20"]
FLAGS = [
    "isNegative",
    "isDipole",
    "dipoleFitAttempted",
    "centroid_flag",
    "shape_flag",
    "apFlux_flag",
    "psfFlux_flag",
    "psfFlux_flag_edge",
    "pixelFlags_bad",
    "pixelFlags_cr",
    "pixelFlags_crCenter",
    "pixelFlags_edge",
    "pixelFlags_interpolated",
    "pixelFlags_interpolatedCenter",
    "pixelFlags_saturated",
    "pixelFlags_saturatedCenter",
    "pixelFlags_streak",
]

FEATURES = FLUXES + FITS + SHAPES + DIPOLES + SURROUNDINGS + HISTORY + FLAGS
