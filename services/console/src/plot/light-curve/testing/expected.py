"""What a light curve must show, by astropy and numpy: reads points as JSON, writes magnitudes, limits and means."""

import json
import sys

import numpy as np
from astropy import units as u
from astropy.time import Time


def magnitude(njy):
    return float((njy * u.nJy).to_value(u.ABmag))


def night_of(mjd_tai):
    """From noon to noon, UTC."""
    return int(np.floor(Time(mjd_tai, format="mjd", scale="tai").utc.mjd - 0.5))


given = json.load(sys.stdin)
snr = given["snr"]
answer = {"points": [], "means": []}
for point in given["points"]:
    flux, error = point["psfFlux"], point["psfFluxErr"]
    # The error of a magnitude to first order, from the derivative that numpy takes.
    step = flux * 1e-6
    slope = (magnitude(flux + step) - magnitude(flux - step)) / (2 * step) if flux > 0 else None
    answer["points"].append(
        {
            "microJansky": (flux * u.nJy).to_value(u.uJy),
            "microJanskyError": (error * u.nJy).to_value(u.uJy),
            "magnitude": magnitude(flux) if flux > 0 else None,
            "magnitudeError": abs(slope * error) if slope is not None else None,
            "limit": magnitude(snr * error),
            "utc": Time(point["midpointMjdTai"], format="mjd", scale="tai").utc.isot,
        }
    )
nights = {}
for point in given["points"]:
    nights.setdefault((night_of(point["midpointMjdTai"]), point["band"], point["kind"]), []).append(point)
for (_, band, kind), points in nights.items():
    flux, error, time = (np.array([p[name] for p in points]) for name in ("psfFlux", "psfFluxErr", "midpointMjdTai"))
    mean, weights = np.average(flux, weights=error**-2.0, returned=True)
    answer["means"].append(
        {
            "band": band,
            "kind": kind,
            "of": len(points),
            "time": float(np.average(time - time[0], weights=error**-2.0) + time[0]),
            "flux": float(mean),
            "error": float(weights**-0.5),
        }
    )
json.dump(answer, sys.stdout)
